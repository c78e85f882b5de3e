package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// passwordFlag is where a command takes a password from: never from its
// arguments, which every user of the machine can read.
type passwordFlag struct{ file string }

func (p *passwordFlag) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.file, "password-file", "", "从`文件`的第一行读取密码；不给则在终端输入，或从标准输入读取")
}

// read gives the password: of the file, typed twice at a terminal, or the
// first line of standard input.
func (p *passwordFlag) read(c *cobra.Command) (string, error) {
	if p.file != "" {
		f, err := os.Open(p.file)
		if err != nil {
			return "", usageError("读不到密码文件：%w", err)
		}
		defer func() { _ = f.Close() }()
		return firstLine(f)
	}
	terminal, ok := c.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return firstLine(c.InOrStdin())
	}
	password, err := ask(c.Context(), terminal, c.ErrOrStderr(), "密码：")
	if err != nil {
		return "", err
	}
	again, err := ask(c.Context(), terminal, c.ErrOrStderr(), "再输一次：")
	if err != nil {
		return "", err
	}
	if password != again {
		return "", usageError("两次输入的密码不同")
	}
	return password, nil
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usageError("没有读到密码")
	}
	return line, nil
}

// ask reads one line without showing it. If ctx ends first, the terminal is
// given back as it was.
func ask(ctx context.Context, terminal *os.File, prompt io.Writer, question string) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	_, _ = fmt.Fprint(prompt, question)
	type answer struct {
		line []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		_, _ = fmt.Fprintln(prompt)
		return string(a.line), a.err
	case <-ctx.Done():
		_ = term.Restore(fd, before)
		_, _ = fmt.Fprintln(prompt)
		return "", ctx.Err()
	}
}
