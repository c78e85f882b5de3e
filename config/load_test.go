package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultsAreValid(t *testing.T) {
	got, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Error(diff)
	}
}

func TestLaterSourcesWin(t *testing.T) {
	dir := t.TempDir()
	path, secret := filepath.Join(dir, "shenfa.toml"), filepath.Join(dir, "dsn")
	write(t, path, "[server]\naddr = \"127.0.0.1:1\"\nread_timeout = \"7s\"\nmax_body = 100_000\n"+
		"trusted_proxies = [\"10.0.0.0/8\"]\n[database]\ndsn = \"sqlite://a.db\"\nmigrate_on_start = false\n")
	write(t, secret, "mysql://u:p@h/db\n")
	got, err := Load(path, []string{"PATH=/bin", "SHENFA_SERVER_ADDR=127.0.0.1:2", "SHENFA_DATABASE_DSN_FILE=" + secret,
		"SHENFA_SERVER_TRUSTED_PROXIES=10.1.1.1, 10.2.0.0/16", "SHENFA_LOG_FORMAT=json"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Server.Addr = "127.0.0.1:2"
	want.Server.ReadTimeout = 7 * time.Second
	want.Server.MaxBody = 100_000
	want.Server.TrustedProxies = []string{"10.1.1.1", "10.2.0.0/16"}
	want.Database = Database{DSN: "mysql://u:p@h/db"}
	want.Log.Format = "json"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryProblemIsReportedWithItsPlace(t *testing.T) {
	for name, tt := range map[string]struct {
		document string
		environ  []string
		want     string
	}{
		"unknown and wrong, in the order of the file": {
			document: "[server]\naddr = \"nowhere\"\nadress = \"x\"\nmax_body = \"big\"\n\n[databse]\ndsn = \"x\"\n\n[log]\nlevel = \"loud\"\n",
			want: "shenfa.toml:3：server.adress：没有这个设置项\n" +
				"shenfa.toml:4：server.max_body：应是整数\n" +
				"shenfa.toml:6：databse：没有这个设置项\n" +
				"shenfa.toml:2：server.addr：应是 主机:端口，如 \"127.0.0.1:8080\"\n" +
				"shenfa.toml:10：log.level：应是 \"debug\"、\"info\"、\"warn\" 或 \"error\"",
		},
		"dotted and inline tables": {
			document: "log.level = 3\nserver = { addr = true,\n read_timeout = 5 }\n",
			want: "shenfa.toml:1：log.level：应是字符串，用双引号括起\n" +
				"shenfa.toml:2：server.addr：应是字符串，用双引号括起\n" +
				"shenfa.toml:2：server.read_timeout：应是时长，如 \"30s\" 或 \"5m\"",
		},
		"a value where a section belongs": {
			document: "server = 1\n",
			want:     "shenfa.toml:1：server：应是一节 [server]，不是单个值",
		},
		"no TOML": {
			document: "[server]\naddr = 127.0.0.1:8080\n",
			want:     "shenfa.toml:2：第 ",
		},
		"the same key twice": {
			document: "[log]\nlevel = \"info\"\nlevel = \"warn\"\n",
			want:     "shenfa.toml:3：第 ",
		},
		"environment": {
			environ: []string{"SHENFA_SERVER_MAX_BODY=many", "SHENFA_DATABSE_DSN=x", "SHENFA_LOG_LEVEL=loud", "SHENFA_LOG_LEVEL_FILE=x"},
			want: "SHENFA_SERVER_MAX_BODY：server.max_body：应是整数\n" +
				"SHENFA_DATABSE_DSN：没有这个设置项\nSHENFA_LOG_LEVEL_FILE：没有这个设置项\n" +
				"SHENFA_LOG_LEVEL：log.level：应是 \"debug\"、\"info\"、\"warn\" 或 \"error\"",
		},
		"a secret twice": {
			environ: []string{"SHENFA_DATABASE_DSN=sqlite://a", "SHENFA_DATABASE_DSN_FILE=/b"},
			want:    "SHENFA_DATABASE_DSN_FILE：database.dsn：与 SHENFA_DATABASE_DSN 只能设置一个",
		},
		"a secret's file that is missing": {
			environ: []string{"SHENFA_DATABASE_DSN_FILE=/no/such/file"},
			want:    "SHENFA_DATABASE_DSN_FILE：database.dsn：读不到文件 /no/such/file：文件不存在",
		},
		"a certificate without its key": {
			document: "[server]\ntls_cert = \"a.pem\"\n",
			want:     "shenfa.toml:2：server.tls_cert：填写了证书就要同时填写 server.tls_key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse("/etc/shenfa.toml", []byte(tt.document), tt.environ)
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestNoProblemShowsASecret(t *testing.T) {
	_, err := parse("c", []byte("[database]\ndsn = \"postgres://u:s3cret@h/db\"\n"), nil)
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("[server]\naddr = \"127.0.0.1:8080\"\n", "SHENFA_LOG_LEVEL=info")
	f.Add("server.addr = 1\n[[database]]\n", "SHENFA_SERVER_TRUSTED_PROXIES=,")
	f.Add("\"server.addr\" = 1\r\n[\"\"]\n'' = {a.b = [1, {c = 2}]}\n", "SHENFA_=")
	f.Add("# 注释\n[log]\nlevel = '''\ninfo'''\n", "SHENFA_DATABASE_DSN=")
	where := regexp.MustCompile(`^c:([0-9]+)$`)
	f.Fuzz(func(t *testing.T, document, env string) {
		if strings.Contains(env, "_FILE") {
			t.Skip("would read a file")
		}
		got, err := parse("c", []byte(document), []string{env})
		if err != nil {
			for _, p := range err.(Problems) {
				if m := where.FindStringSubmatch(p.Where); m != nil {
					if line, _ := strconv.Atoi(m[1]); line < 1 || line > strings.Count(document, "\n")+1 {
						t.Errorf("%q: line %d of %+v", document, line, p)
					}
				} else if name, _, _ := strings.Cut(env, "="); p.Where != name {
					t.Errorf("%q: no place in %+v", document, p)
				}
			}
			return
		}
		for _, c := range checks(got) {
			if !c.ok {
				t.Errorf("%q: accepted, but %s", document, c.key)
			}
		}
	})
}

func TestEveryKeyHasARule(t *testing.T) {
	config := Default()
	for _, k := range keysOf(reflect.ValueOf(&config).Elem(), "") {
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: %v", k.path, r)
				}
			}()
			_ = set(k.value, nil)
		}()
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
