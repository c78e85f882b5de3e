package workflow

import (
	"context"
	"sync"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
	"shenfa/models/store"
)

// signing signs with the key in force: of the configured algorithm, the oldest
// that is not retired. It looks that up again after keyAge, so that a key
// retired by another process soon signs no more.
type signing struct {
	store     *store.Store
	now       func() time.Time
	algorithm string

	mu   sync.Mutex
	with models.Signer
	read time.Time // by the machine's clock
}

const keyAge = time.Second

// begin makes the first key, if there is none of the algorithm.
func (s *signing) begin(ctx context.Context) error {
	_, err := s.inForce(ctx)
	if models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	fresh, err := sign.NewKey(s.algorithm, s.now())
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error { return tx.InsertKey(fresh) })
}

func (s *signing) inForce(ctx context.Context) (models.SigningKey, error) {
	keys, err := s.store.Keys(ctx)
	if err != nil {
		return models.SigningKey{}, err
	}
	for _, k := range keys {
		if k.RetiredAt.IsZero() && k.Algorithm == s.algorithm && len(k.Private) > 0 {
			return k, nil
		}
	}
	return models.SigningKey{}, models.Errorf(models.CodeNotFound, "没有在用的 %s 签名密钥，请执行 shenfa key rotate。", s.algorithm)
}

func (s *signing) sign(message []byte) (string, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.with == nil || time.Since(s.read) > keyAge {
		key, err := s.inForce(context.Background())
		if err != nil {
			return "", nil, err
		}
		s.with, s.read = sign.With(key), time.Now()
	}
	return s.with(message)
}

// Keyring verifies with all keys of this installation, retired ones too.
func (w *Workflow) Keyring(ctx context.Context) (models.Keyring, error) {
	keys, err := w.Keys(ctx)
	return sign.Ring(keys...), err
}

// Algorithm is the one by which this program signs certificates.
func (w *Workflow) Algorithm() string { return w.algorithm }

// RotateKey makes a new signing key of an algorithm and retires those that
// were in force: they stay published, and what they signed stays valid.
func (w *Workflow) RotateKey(ctx context.Context, actor models.Actor, algorithm string) (models.SigningKey, error) {
	if err := mustAdmin(actor); err != nil {
		return models.SigningKey{}, err
	}
	if !sign.Known(algorithm) {
		return models.SigningKey{}, models.Errorf(models.CodeInvalid, "没有签名算法“%s”；可用：%s、%s。", algorithm, sign.Ed25519, sign.SM2)
	}
	fresh, err := sign.NewKey(algorithm, w.now())
	if err != nil {
		return models.SigningKey{}, err
	}
	keys, err := w.store.Keys(ctx)
	if err != nil {
		return models.SigningKey{}, err
	}
	var retired []string
	for _, k := range keys {
		if k.Algorithm == algorithm && k.RetiredAt.IsZero() {
			retired = append(retired, k.ID)
		}
	}
	_, err = w.administer(ctx, actor, fresh.ID, "key_rotated", map[string]any{"key": fresh.ID, "algorithm": algorithm, "retired": retired}, func(tx *store.Tx) error {
		for _, id := range retired {
			if err := tx.RetireKey(id, w.clock()); err != nil {
				return err
			}
		}
		return tx.InsertKey(fresh)
	})
	fresh.Private = nil
	return fresh, err
}

// RetireKey has a key sign no more. The last one in force of its algorithm
// cannot be retired without a new one: see RotateKey.
func (w *Workflow) RetireKey(ctx context.Context, actor models.Actor, id string) error {
	if err := mustAdmin(actor); err != nil {
		return err
	}
	keys, err := w.store.Keys(ctx)
	if err != nil {
		return err
	}
	var wanted models.SigningKey
	left := map[string]int{}
	for _, k := range keys {
		if k.ID == id {
			wanted = k
		} else if k.RetiredAt.IsZero() {
			left[k.Algorithm]++
		}
	}
	switch {
	case wanted.ID == "":
		return models.Errorf(models.CodeNotFound, "没有编号为“%s”的签名密钥。", id)
	case !wanted.RetiredAt.IsZero():
		return models.Errorf(models.CodeConflict, "该签名密钥已经停用。")
	case left[wanted.Algorithm] == 0:
		return models.Errorf(models.CodeConflict, "这是唯一在用的 %s 签名密钥，停用后将无法签发；请改用 shenfa key rotate 换发。", wanted.Algorithm)
	}
	_, err = w.administer(ctx, actor, id, "key_retired", map[string]any{"key": id}, func(tx *store.Tx) error { return tx.RetireKey(id, w.clock()) })
	return err
}
