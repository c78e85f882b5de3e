package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/models/sign"
)

func newReleaseCommand() *cobra.Command {
	release := &cobra.Command{Use: "release", Short: "核验签发件"}
	var key, certificate string
	verify := &cobra.Command{
		Use: "verify 签发件文件", Short: "凭文件和公钥核验签发件，不需联网；不符则退出码为 1", Args: exactArgs("签发件文件"),
		Long: `凭签发件、签发证书和公钥核验：正文等签发内容与摘要是否一致，证书是否由所给公钥
签名、是否属于本签发件、是否载有对此内容的审定签发。不联网，不需数据库。

签发件文件：发布端取得的 编号.json（同目录的 编号.certificate.json 为其证书，也可用
--certificate 给出）；或同时含 release 与 certificate 两项的 JSON；或只有证书，此时只核验
证书的签名，不核对内容。
公钥：服务的 /api/v1/keys（JWKS），或 PEM、base64、十六进制的一个公钥。

退出码：0 相符；1 不符，并说明哪里不符；2 文件无法读取。`,
		Example: "  shenfa release verify 签发件/0190….json --key keys.json",
		RunE: func(c *cobra.Command, args []string) error {
			if key == "" {
				return usageError("请用 --key 给出公钥文件")
			}
			keys, err := readKeys(key)
			if err != nil {
				return err
			}
			document, envelope, err := readProof(args[0], certificate)
			if err != nil {
				return err
			}
			if document == nil {
				said, err := models.VerifyCertificate(envelope, keys)
				if err != nil {
					return &exitError{exitFailed, fmt.Errorf("核验不符：%w", err)}
				}
				printProof(c, "证书签名相符；未给出签发件，内容未核对", "", said)
				return nil
			}
			d, said, err := models.VerifyRelease(document, envelope, keys)
			if err != nil {
				return &exitError{exitFailed, fmt.Errorf("核验不符：%w", err)}
			}
			printProof(c, "核验相符", d.Title, said)
			return nil
		},
	}
	verify.Flags().StringVar(&key, "key", "", "公钥`文件`：JWKS、PEM 或 base64")
	verify.Flags().StringVar(&certificate, "certificate", "", "签发证书`文件`（DSSE 信封）")
	release.AddCommand(verify)
	return release
}

// readKeys reads a file of public keys. A key under another one's id is a proof that fails.
func readKeys(path string) (models.Keyring, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError("读不到公钥文件：%w", err)
	}
	keys, err := sign.ParseKeys(raw)
	if fault, ok := errors.AsType[*models.ProofError](err); ok {
		return nil, &exitError{exitFailed, fmt.Errorf("核验不符：%w", fault)}
	}
	if err != nil {
		return nil, usageError("%s 中没有可用的公钥：%w", path, err)
	}
	return sign.Ring(keys...), nil
}

// readProof reads a release and its certificate, from one file or from two;
// document is nil where the file is a certificate alone.
func readProof(path, beside string) (document, envelope []byte, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, usageError("读不到签发件文件：%w", err)
	}
	var both struct {
		Release     json.RawMessage `json:"release"`
		Certificate json.RawMessage `json:"certificate"`
		Payload     json.RawMessage `json:"payload"`
		Signatures  json.RawMessage `json:"signatures"`
	}
	if err := json.Unmarshal(raw, &both); err != nil {
		return nil, nil, usageError("%s 不是签发件的 JSON：%w", path, err)
	}
	if both.Payload != nil && both.Signatures != nil {
		return nil, raw, nil
	}
	if both.Release != nil {
		raw = both.Release
	}
	if beside == "" && both.Certificate != nil {
		return raw, both.Certificate, nil
	}
	if beside == "" {
		beside = strings.TrimSuffix(path, ".json") + ".certificate.json"
	}
	if envelope, err = os.ReadFile(beside); err != nil {
		return nil, nil, usageError("读不到签发证书（可用 --certificate 给出）：%w", err)
	}
	return raw, envelope, nil
}

// printProof prints what was proven; title is "" where it is not known.
func printProof(c *cobra.Command, verdict, title string, said models.Certificate) {
	rows := [][]string{{verdict, ""}}
	if title != "" {
		rows = append(rows, []string{"标题", title})
	}
	rows = append(rows, [][]string{{"签发件", said.ReleaseID}, {"稿件编号", said.Number}, {"证书序号", fmt.Sprint(said.Serial)},
		{"层级", said.Tier.Label()}, {"签发时间", localTime(said.ReleasedAt)}, {"词库版次", said.Edition}, {"审签制度", said.Profile}, {"内容摘要", said.Digest}}...)
	for _, x := range said.Decisions {
		what := "同意"
		if x.Signs {
			what = "签发"
		}
		rows = append(rows, []string{what, strings.TrimSpace(fmt.Sprintf("%s %s", x.ByLine(), localTime(x.At)))})
	}
	printTable(c.OutOrStdout(), rows)
}
