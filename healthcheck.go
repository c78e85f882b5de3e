package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"shenfa/config"
)

func newHealthcheckCommand() *cobra.Command {
	var at place
	var url string
	check := &cobra.Command{
		Use: "healthcheck", Short: "查询本机服务是否就绪（容器健康检查用）；未就绪，退出码为 1", Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error {
			if url == "" {
				settings, err := at.settings()
				if err != nil {
					return err
				}
				url = localURL(settings.Server)
			}
			request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, url+"/readyz", nil)
			if err != nil {
				return usageError("网址 %s 有误", url)
			}
			client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
				// It asks this very machine; the certificate names the public host.
				TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			}}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
			if err := errors.Join(err, response.Body.Close()); err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("未就绪（%s）：%s", response.Status, body)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "就绪")
			return err
		},
	}
	at.flags(check)
	check.Flags().StringVar(&url, "url", "", "服务的`网址`；不给则按配置访问本机")
	return check
}

// localURL is where the server of the settings is reached from its own machine.
func localURL(s config.Server) string {
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(s.Addr) // checked when it was loaded
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
