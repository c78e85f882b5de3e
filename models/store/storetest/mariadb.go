package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // registers the driver "mysql"
	"github.com/google/uuid"
)

// server starts the one private server of the test binary.
var server = sync.OnceValues(startServer)

// running is the private server. Its standard input is kept here: it must
// stay open, and so must not be collected, while the test binary runs.
type running struct {
	address string
	stdin   io.WriteCloser
}

// errNoServer says that this machine has no MariaDB to start.
var errNoServer = errors.New("mariadbd is not installed (Debian: apt-get install mariadb-server)")

// MariaDB is the DSN of an empty database of the test's own, on a private
// server that is started from the installed mariadbd and ends with the test
// binary. Without mariadbd the test is skipped; with CI=true it fails.
func MariaDB(t testing.TB) string {
	t.Helper()
	mariadb, err := server()
	switch {
	case errors.Is(err, errNoServer) && os.Getenv("CI") != "true":
		t.Skip("skipped on MariaDB: ", err)
	case err != nil:
		t.Fatal("MariaDB: ", err)
	}
	db, err := sql.Open("mysql", "root@tcp("+mariadb.address+")/")
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + uuid.NewString()[:8]
	if _, err := db.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := db.Exec("DROP DATABASE " + name)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Error(err)
		}
	})
	return "mysql://root@" + mariadb.address + "/" + name
}

// supervise runs the server until the test binary ends, in whatever way: then
// its standard input is closed.
const supervise = `dir=$1; shift; "$@" & server=$!; cat >/dev/null; kill -9 $server; wait $server; rm -rf "$dir"`

func startServer() (s running, err error) {
	mariadbd, err1 := lookPath("mariadbd", "mysqld")
	install, err2 := lookPath("mariadb-install-db", "mysql_install_db")
	if err := errors.Join(err1, err2); err != nil {
		return s, fmt.Errorf("%w: %w", errNoServer, err)
	}
	dir, err := os.MkdirTemp("", "shenfa-mariadb-")
	if err != nil {
		return s, err
	}
	data := filepath.Join(dir, "data")
	asRoot := []string{}
	if os.Getuid() == 0 {
		asRoot = []string{"--user=root"}
	}
	// A server that starts removes the temporary tables of all that share its folder for them.
	env := append(os.Environ(), "TMPDIR="+dir)
	setup := exec.Command(install, append([]string{"--no-defaults", "--datadir=" + data,
		"--auth-root-authentication-method=normal", "--skip-test-db"}, asRoot...)...)
	setup.Env = env
	out, err := setup.CombinedOutput()
	if err != nil {
		return s, errors.Join(fmt.Errorf("%s: %w\n%s", install, err, out), os.RemoveAll(dir))
	}
	// The port is free now; should another program take it before the server does, the server ends and says so.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return s, err
	}
	s.address = listener.Addr().String()
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return s, err
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return s, err
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", supervise, "sh", dir, mariadbd, "--no-defaults", "--datadir=" + data,
		"--socket=" + filepath.Join(dir, "s"), "--pid-file=" + filepath.Join(dir, "pid"), "--port=" + strconv.Itoa(port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=64M",
		"--max-connections=300"}, asRoot...)...)
	cmd.Stdout, cmd.Stderr, cmd.Env = log, log, env
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return s, err
	}
	if err := cmd.Start(); err != nil {
		return s, err
	}
	db, err := sql.Open("mysql", "root@tcp("+s.address+")/")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for range 300 {
		if err = db.Ping(); err == nil {
			return s, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	return s, fmt.Errorf("the server does not answer: %w\n%s", err, said)
}

// lookPath finds the first of the programs, in /usr/sbin too.
func lookPath(names ...string) (string, error) {
	for _, name := range names {
		for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
			if found, err := exec.LookPath(candidate); err == nil {
				return found, nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w", names[0], exec.ErrNotFound)
}
