package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"shenfa/api/client"
	"shenfa/models"
)

func newPullCommand() *cobra.Command {
	var o pullOptions
	pull := &cobra.Command{
		Use: "pull", Short: "发布端参考实现：取签发件，验证，写文件或执行命令，交回执", Args: exactArgs(),
		Long: `发布端参考实现：沿变更流依次取件，逐件验证签发证书和内容摘要，写成文件（--out）或
交给命令发布（--exec），并以 --channel 的名义交回执。

断点续传：处理到何处记在 --state 文件中，重启后接着取，不漏、不重写文件。
写文件：目录中每个签发件有 编号.json（签发内容）和 编号.certificate.json（签发证书），
更正件也是如此；被撤回、被更正的另有 编号.withdraw.json、编号.supersede.json。回执为 received。
执行命令：该件的 JSON 从标准输入给出，SHENFA_OP 和 SHENFA_RELEASE_ID 在环境变量中；
SHENFA_OP 为 release（发布）、withdraw（撤下）或 supersede（以本件替换 supersedes 所指的件）；
成功（退出码 0）时回执为 published，撤下为 removed，命令可在标准输出给出 {"url":…,"platform_id":…}。
失败时回执为 failed，稍后重试，不耽误其他件。定时发布的件到时才交给命令。
万一在命令成功与记录之间断电，该件会再执行一次，命令应按签发件编号去重。
验证不过的件不发布，回执为 failed。`,
		Example: "  shenfa pull --url http://127.0.0.1:8080 --token-file 令牌.txt --channel wechat --out 签发件\n" +
			"  shenfa pull --url https://shenfa.example.gov.cn --token-file 令牌.txt --channel weibo --state 进度.json --exec ./发布.sh",
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := newPuller(o, c.OutOrStdout(), c.ErrOrStderr())
			if err != nil {
				return err
			}
			return p.run(c.Context())
		},
	}
	f := pull.Flags()
	f.StringVar(&o.url, "url", "", "服务的`网址`")
	f.StringVar(&o.token, "token", "", "发布端`令牌`（本机其他用户可见，宜用 --token-file）")
	f.StringVar(&o.tokenFile, "token-file", "", "存放令牌的`文件`")
	f.StringVar(&o.dir, "out", "", "写入签发件的`目录`")
	f.StringVar(&o.command, "exec", "", "发布用的`命令`，由 sh -c 执行")
	f.StringVar(&o.channel, "channel", "", "交回执的`渠道`，如 wechat；不给则不交回执")
	f.StringVar(&o.state, "state", "", "记录进度的`文件`（默认为 --out 目录中的 .pull.json）")
	f.BoolVar(&o.once, "once", false, "取完现有的就结束；有发布不成的，退出码为 1")
	return pull
}

type pullOptions struct {
	url, token, tokenFile string
	dir, command          string
	channel, state        string
	once                  bool
}

// puller follows the feed for one channel.
type puller struct {
	pullOptions
	client *client.Client
	saved  pullState
	stdout io.Writer // one line for each item
	stderr io.Writer
	failed int
}

func newPuller(o pullOptions, stdout, stderr io.Writer) (*puller, error) {
	switch {
	case o.url == "":
		return nil, usageError("请用 --url 给出服务的网址")
	case (o.token == "") == (o.tokenFile == ""):
		return nil, usageError("请用 --token-file 或 --token 给出发布端令牌，二者择一")
	case o.dir == "" && o.command == "":
		return nil, usageError("请用 --out 给出目录，或用 --exec 给出命令")
	case o.dir == "" && o.state == "":
		return nil, usageError("没有 --out 时请用 --state 给出记录进度的文件")
	}
	if o.tokenFile != "" {
		content, err := os.ReadFile(o.tokenFile)
		if err != nil {
			return nil, usageError("读不到令牌文件：%w", err)
		}
		o.token = strings.TrimSpace(string(content))
	}
	if o.dir != "" {
		if err := os.MkdirAll(o.dir, 0o755); err != nil {
			return nil, err
		}
	}
	o.state = cmp.Or(o.state, filepath.Join(o.dir, ".pull.json"))
	saved, err := readPullState(o.state)
	if err != nil {
		return nil, err
	}
	c := client.New(o.url, o.token)
	c.Unverified = true // each item is verified when it is dealt with
	return &puller{pullOptions: o, client: c, saved: saved, stdout: stdout, stderr: stderr}, nil
}

// run deals with the feed until ctx ends or, with once, the feed does. With
// once, what failed before is tried again first.
func (p *puller) run(ctx context.Context) error {
	if p.once {
		if err := p.dealAll(ctx, p.saved.due(time.Now(), true)); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		more, err := p.turn(ctx)
		switch {
		case err != nil && (p.once || !passing(err)) && ctx.Err() == nil:
			return err
		case err != nil && ctx.Err() == nil:
			p.say("暂时取不到，稍后再试：%s", explain(err))
			pause(ctx, 5*time.Second)
		case err == nil && p.once && !more:
			if p.failed > 0 {
				return fmt.Errorf("有 %d 件没有发布成，详见上文；再次运行会重试其中可重试的", p.failed)
			}
			return nil
		}
	}
	return nil
}

// turn deals with what was held back and is due, and with one page of the feed.
func (p *puller) turn(ctx context.Context) (more bool, err error) {
	if err := p.dealAll(ctx, p.saved.due(time.Now(), false)); err != nil {
		return false, err
	}
	wait := 25 * time.Second
	if due, ok := p.saved.nextDue(); ok {
		wait = max(0, min(wait, time.Until(due)))
	}
	if p.once {
		wait = 0
	}
	page, err := p.client.Feed(ctx, p.saved.Cursor, "", 0, wait)
	if err != nil {
		return false, err
	}
	if len(page.Items) > 0 && page.Next == p.saved.Cursor {
		return false, &refusal{fmt.Errorf("服务给出的游标 %q 没有前进", page.Next)}
	}
	items := make([]held, len(page.Items))
	for i, item := range page.Items {
		items[i].Item = item
	}
	if err := p.dealAll(ctx, items); err != nil {
		return false, err
	}
	if len(page.Items) == 0 && page.Next != p.saved.Cursor {
		p.saved.Cursor = page.Next
		return page.HasMore, p.saved.write(p.state)
	}
	return page.HasMore, nil
}

func (p *puller) dealAll(ctx context.Context, items []held) error {
	for _, h := range items {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.deal(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// passing says whether an error may go away by itself: not one of the disk, of
// the token, or of an answer that makes no sense.
func passing(err error) bool {
	if answer, ok := errors.AsType[*client.Error](err); ok {
		return answer.Status >= 500 || answer.Status == http.StatusTooManyRequests
	}
	_, disk := errors.AsType[*os.PathError](err)
	_, refused := errors.AsType[*refusal](err)
	return !disk && !refused
}

func (p *puller) say(format string, args ...any) { _, _ = fmt.Fprintf(p.stderr, format+"\n", args...) }

// done prints the one line that an item gets.
func (p *puller) done(item client.FeedItem, d models.ReleaseDocument, state models.ReceiptState) {
	_, _ = fmt.Fprintf(p.stdout, "%s\t%s\t%s\t%s\n", item.Op, state, d.ID, d.Title)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
