// Package config holds the settings of the program and reads them from where
// an operator keeps them: defaults, a TOML file, SHENFA_* environment
// variables, and files that hold secrets.
package config

import "time"

// Config is every setting there is. The doc comment of a key is its manual,
// in the language of those who read it: config.example.toml is made from
// these comments and from Default.
type Config struct {
	// 网站与接口服务。
	Server Server `toml:"server"`
	// 数据库。
	Database Database `toml:"database"`
	// 机审。
	Screening Screening `toml:"screening"`
	// 审签流程。
	Workflow Workflow `toml:"workflow"`
	// 向其他系统推送通知。
	Webhooks Webhooks `toml:"webhooks"`
	// 运行日志。
	Log Log `toml:"log"`
}

// Server is the section of the HTTP server.
type Server struct {
	// 监听地址，形如 主机:端口。只在本机试用可保持默认；对外服务写 "0.0.0.0:8080"，并由反向代理或下面的证书提供 HTTPS。
	Addr string `toml:"addr"`
	// 用户在浏览器里打开的地址，如 "https://shenfa.example.gov.cn"。经反向代理访问时填写；不经代理可留空。
	BaseURL string `toml:"base_url"`
	// HTTPS 证书文件（PEM，含中间证书）。与 tls_key 同时填写或同时留空。
	TLSCert string `toml:"tls_cert"`
	// HTTPS 私钥文件（PEM）。
	TLSKey string `toml:"tls_key"`
	// 登录状态只随 HTTPS 发送。"auto"：base_url 为 https 或填写了证书时开启；"on"：一律开启；"off"：一律关闭（仅限内网试用）。
	SecureCookies string `toml:"secure_cookies"`
	// 反向代理的地址或网段，如 ["10.0.0.0/8"]。只有来自这些地址的请求，其 X-Forwarded-For 才被采信；留空则一概不信。
	TrustedProxies []string `toml:"trusted_proxies"`
	// 登录后多久不操作须重新登录。
	SessionIdle time.Duration `toml:"session_idle"`
	// 登录后最长多久须重新登录。
	SessionLifetime time.Duration `toml:"session_lifetime"`
	// 处理一次接口请求的时限；长轮询的等待时间不计在内。
	RequestTimeout time.Duration `toml:"request_timeout"`
	// 读完一次请求的时限。
	ReadTimeout time.Duration `toml:"read_timeout"`
	// 处理并写完一次答复的时限。发布端长轮询最长等 30 秒，故不得小于 40 秒。
	WriteTimeout time.Duration `toml:"write_timeout"`
	// 空闲连接保留的时间。
	IdleTimeout time.Duration `toml:"idle_timeout"`
	// 停机时等待未完成请求的时间；到时仍未完成的请求被中断，其事务整体回滚。
	ShutdownTimeout time.Duration `toml:"shutdown_timeout"`
	// 单次请求正文的上限，字节。
	MaxBody int `toml:"max_body"`
}

// Database is the section of the database.
type Database struct {
	// 数据库地址。单机用 SQLite："sqlite://shenfa.db"（相对启动目录）或 "sqlite:///var/lib/shenfa/shenfa.db"；单位服务器用 MySQL 8 或 MariaDB 10.11："mysql://用户:密码@主机:3306/库名"。含密码时宜改用环境变量 SHENFA_DATABASE_DSN 或文件 SHENFA_DATABASE_DSN_FILE。
	DSN string `toml:"dsn" secret:"true"`
	// 最多同时打开的连接数；0 为自动（MySQL 32，SQLite 8）。MySQL 上不得超过服务器允许的连接数除以副本数。
	MaxConns int `toml:"max_conns"`
	// 启动时自动升级表结构。升级只增不改，可放心保持开启；由专人执行 shenfa migrate up 的单位可关闭，此时表结构未升级则拒绝启动。
	MigrateOnStart bool `toml:"migrate_on_start"`
}

// Screening is the section of the screening engine.
type Screening struct {
	// 规则目录，替换程序内置的规则与词库；留空用内置的。
	RulesDir string `toml:"rules_dir"`
}

// Workflow is the section of the workflow.
type Workflow struct {
	// 审签制度目录（每个制度一个 TOML 文件），补充或替换内置的制度；留空用内置的。
	ProfilesDir string `toml:"profiles_dir"`
	// 签发证书的签名算法："Ed25519"，或须用国家商用密码时 "SM2"（SM3 杂凑）。改后首次启动即生成该算法的密钥；以前的证书照样可以验证。
	CertificateAlgorithm string `toml:"certificate_algorithm"`
	// 每天把全部审计链链尾签名留存到此目录（宜挂载在另一台机器上），以后用 shenfa audit verify --checkpoint 核对，使截断可见；留空不留存。
	CheckpointDir string `toml:"checkpoint_dir"`
}

// Webhooks is the section of the calls to other servers.
type Webhooks struct {
	// 允许推送到的内部地址或网段，如 ["10.20.0.0/16"]。公网 https 地址不必列出；本机、内网等其他地址一概拒绝，除非列在这里。明文 http 只能用于列在这里的地址。
	Allow []string `toml:"allow"`
}

// Log is the section of the log.
type Log struct {
	// 最低记录级别：debug、info、warn 或 error。
	Level string `toml:"level"`
	// 格式：text 便于阅读，json 便于采集。
	Format string `toml:"format"`
}

// Default is what holds where nothing else is said.
func Default() Config {
	return Config{
		Server: Server{
			Addr:            "127.0.0.1:8080",
			SecureCookies:   "auto",
			TrustedProxies:  []string{},
			SessionIdle:     2 * time.Hour,
			SessionLifetime: 12 * time.Hour,
			RequestTimeout:  15 * time.Second,
			ReadTimeout:     30 * time.Second,
			WriteTimeout:    60 * time.Second,
			IdleTimeout:     2 * time.Minute,
			ShutdownTimeout: 30 * time.Second,
			MaxBody:         4 << 20,
		},
		Database: Database{DSN: "sqlite://shenfa.db", MigrateOnStart: true},
		Workflow: Workflow{CertificateAlgorithm: "Ed25519"},
		Webhooks: Webhooks{Allow: []string{}},
		Log:      Log{Level: "info", Format: "text"},
	}
}
