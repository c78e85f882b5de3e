package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check is one rule on one key; want says what the value should be.
type check struct {
	key  string
	ok   bool
	want string
}

// checks lists every rule with its result for the settings.
func checks(c Config) []check {
	s, d := c.Server, c.Database
	return []check{
		{"server.addr", isAddr(s.Addr), `应是 主机:端口，如 "127.0.0.1:8080"`},
		{"server.base_url", s.BaseURL == "" || isBaseURL(s.BaseURL), `应是不带路径的网址，如 "https://shenfa.example.gov.cn"`},
		{"server.tls_cert", s.TLSCert == "" || s.TLSKey != "", "填写了证书就要同时填写 server.tls_key"},
		{"server.tls_key", s.TLSKey == "" || s.TLSCert != "", "填写了私钥就要同时填写 server.tls_cert"},
		{"server.secure_cookies", oneOf(s.SecureCookies, "auto", "on", "off"), `应是 "auto"、"on" 或 "off"`},
		{"server.trusted_proxies", !slices.ContainsFunc(s.TrustedProxies, isNoNetwork), `每一项应是地址或网段，如 "10.0.0.0/8"`},
		{"server.session_idle", s.SessionIdle >= time.Minute, `不得小于 "1m"`},
		{"server.session_lifetime", s.SessionLifetime >= s.SessionIdle, "不得小于 server.session_idle"},
		{"server.request_timeout", s.RequestTimeout >= time.Second, `不得小于 "1s"`},
		{"server.read_timeout", s.ReadTimeout >= time.Second, `不得小于 "1s"`},
		{"server.write_timeout", s.WriteTimeout >= 40*time.Second, `不得小于 "40s"（长轮询最长等 30 秒）`},
		{"server.idle_timeout", s.IdleTimeout >= time.Second, `不得小于 "1s"`},
		{"server.shutdown_timeout", s.ShutdownTimeout >= time.Second, `不得小于 "1s"`},
		{"server.max_body", 64<<10 <= s.MaxBody && s.MaxBody <= 64<<20, "应在 65536 与 67108864 之间"},
		{"database.dsn", hasAnyPrefix(d.DSN, "sqlite:", "mysql:"), `应以 "sqlite:" 或 "mysql:" 开头`},
		{"database.max_conns", 0 <= d.MaxConns && d.MaxConns <= 10000, "应在 0 与 10000 之间"},
		{"workflow.certificate_algorithm", oneOf(c.Workflow.CertificateAlgorithm, "Ed25519", "SM2"), `应是 "Ed25519" 或 "SM2"`},
		{"webhooks.allow", !slices.ContainsFunc(c.Webhooks.Allow, isTooWide), `每一项应是地址或网段，如 "10.20.0.0/16"，IPv4 不得宽于 /8，IPv6 不得宽于 /7`},
		{"log.level", oneOf(c.Log.Level, "debug", "info", "warn", "error"), `应是 "debug"、"info"、"warn" 或 "error"`},
		{"log.format", oneOf(c.Log.Format, "text", "json"), `应是 "text" 或 "json"`},
	}
}

func oneOf(value string, words ...string) bool { return slices.Contains(words, value) }

func hasAnyPrefix(value string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(value, p) })
}

func isAddr(value string) bool {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isBaseURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && oneOf(u.Scheme, "http", "https") && u.Hostname() != "" && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

// isTooWide says whether an entry is no network, or one so wide that it permits the whole internet.
func isTooWide(value string) bool {
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		return isNoNetwork(value)
	}
	return prefix.Bits() < 7 || prefix.Addr().Is4() && prefix.Bits() < 8
}

func isNoNetwork(value string) bool {
	_, addrErr := netip.ParseAddr(value)
	_, prefixErr := netip.ParsePrefix(value)
	return addrErr != nil && prefixErr != nil
}
