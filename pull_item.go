package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"shenfa/api/client"
	"shenfa/models"
)

// publishTime is how long a command may take for one item, and receiptTime how
// long a receipt: a stop lets both come to their end.
const publishTime, receiptTime = 10 * time.Minute, 30 * time.Second

// deal takes one item as far as it goes now: verified, written, published,
// receipted, or held back. An error means that nothing was settled: the same
// item comes again.
func (p *puller) deal(ctx context.Context, h held) error {
	if h.Receipt != nil {
		return p.finish(ctx, h, *h.Receipt)
	}
	item := h.Item
	d, certificate, err := p.verify(ctx, item)
	if refused, ok := errors.AsType[*refusal](err); ok {
		p.failed++
		p.say("验证不过，不予发布：%s", refused.why)
		return p.finish(ctx, h, client.ReceiptInput{State: models.ReceiptFailed, Error: refused.why.Error()})
	} else if err != nil {
		return err
	}
	if p.dir != "" {
		if err := p.writeFiles(item, d, certificate); err != nil {
			return err
		}
	}
	switch item.Op {
	case models.FeedWithdraw:
		p.saved.forget(d.ID)
	case models.FeedSupersede:
		p.saved.forget(item.Supersedes)
	}
	switch {
	case p.command == "":
		p.done(item, d, models.ReceiptReceived)
		return p.finish(ctx, h, client.ReceiptInput{State: models.ReceiptReceived, Digest: d.Digest})
	case item.Op != models.FeedWithdraw && d.NotBefore != nil && time.Now().Before(*d.NotBefore):
		return p.settle(h, &held{Item: item, Due: *d.NotBefore})
	}
	return p.publish(ctx, h, d)
}

// refusal says why an item must not be published.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

// verify checks an item: content against digest, and the release's certificate
// against the server's keys.
func (p *puller) verify(ctx context.Context, item client.FeedItem) (models.ReleaseDocument, []byte, error) {
	id := releaseID(item)
	if _, err := uuid.Parse(id); err != nil { // it becomes a file's name
		return models.ReleaseDocument{}, nil, &refusal{fmt.Errorf("签发件编号 %q 无效", id)}
	}
	if _, err := uuid.Parse(item.Supersedes); err != nil && item.Op == models.FeedSupersede {
		return models.ReleaseDocument{}, nil, &refusal{fmt.Errorf("被更正的签发件编号 %q 无效", item.Supersedes)}
	}
	d, _, certificate, err := p.client.Verified(ctx, item)
	if refused, ok := errors.AsType[*client.Refused](err); ok {
		return d, nil, &refusal{refused.Why}
	}
	return d, certificate, err
}

func releaseID(item client.FeedItem) string {
	var release struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(item.Release, &release) // without an id it is refused
	return release.ID
}

// writeFiles writes what the item brought. Their names and contents depend on
// the item alone, so doing it twice is doing it once.
func (p *puller) writeFiles(item client.FeedItem, d models.ReleaseDocument, certificate []byte) error {
	base := filepath.Join(p.dir, d.ID)
	if item.Op != models.FeedRelease {
		content, err := json.Marshal(item)
		if err != nil {
			return err
		}
		gone := base // the release that is to be taken down
		if item.Op == models.FeedSupersede {
			gone = filepath.Join(p.dir, item.Supersedes)
		}
		if err := writeFile(gone+"."+string(item.Op)+".json", append(content, '\n'), 0o644); err != nil || item.Op == models.FeedWithdraw {
			return err
		}
	}
	// The certificate first: where the document is, all is.
	return errors.Join(writeFile(base+".certificate.json", append(certificate, '\n'), 0o644),
		writeFile(base+".json", append(bytes.TrimSpace(item.Release), '\n'), 0o644))
}

// publish hands the item to the command.
func (p *puller) publish(ctx context.Context, h held, d models.ReleaseDocument) error {
	input, err := json.Marshal(h.Item)
	if err != nil {
		return err
	}
	running, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTime)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(running, "sh", "-c", p.command)
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(input), &stdout, &stderr
	command.Env = append(os.Environ(), "SHENFA_OP="+string(h.Item.Op), "SHENFA_RELEASE_ID="+d.ID)
	if err := command.Run(); err != nil {
		p.failed++
		why := strings.TrimSpace(fmt.Sprintf("%s %s", err, lastLine(stderr.String())))
		p.say("发布不成，稍后重试：%s %s", d.ID, why)
		if err := p.tell(ctx, d.ID, client.ReceiptInput{State: models.ReceiptFailed, Error: why}); err != nil {
			p.say("%s", explain(err))
		}
		again := h.again(time.Now())
		return p.settle(h, &again)
	}
	receipt := client.ReceiptInput{State: models.ReceiptPublished, Digest: d.Digest}
	if h.Item.Op == models.FeedWithdraw {
		receipt.State = models.ReceiptRemoved
	}
	var said struct {
		URL        string `json:"url"`
		PlatformID string `json:"platform_id"`
	}
	if json.Unmarshal(stdout.Bytes(), &said) == nil {
		receipt.URL, receipt.PlatformID = said.URL, said.PlatformID
	}
	p.done(h.Item, d, receipt.State)
	return p.finish(ctx, h, receipt)
}

// finish settles an item by its receipt. What was done is written down first:
// a receipt that does not get through is sent later, and nothing is published twice.
func (p *puller) finish(ctx context.Context, h held, receipt client.ReceiptInput) error {
	id := releaseID(h.Item)
	if p.channel == "" || id == "" {
		return p.settle(h, nil)
	}
	pending := held{Item: h.Item, Due: time.Now(), Tries: h.Tries, Receipt: &receipt}
	if err := p.settle(h, &pending); err != nil {
		return err
	}
	err := p.tell(ctx, id, receipt)
	switch {
	case err == nil:
		return p.settle(pending, nil)
	case passing(err):
		p.say("%s", explain(err))
		again := pending.again(time.Now())
		return p.settle(pending, &again)
	}
	return err // the token is not good for receipts: they wait until it is
}

func (p *puller) tell(ctx context.Context, id string, receipt client.ReceiptInput) error {
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiptTime)
	defer cancel()
	_, err := p.client.PutReceipt(sending, id, p.channel, receipt)
	if err != nil {
		return fmt.Errorf("回执未送达：%s %w", id, err)
	}
	return nil
}

func (p *puller) settle(h held, again *held) error {
	p.saved.settle(h, again)
	return p.saved.write(p.state)
}

// lastLine is the end of what a command complained of, at most 200 code points.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := []rune(lines[len(lines)-1])
	return string(last[:min(len(last), 200)])
}
