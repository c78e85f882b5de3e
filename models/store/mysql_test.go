package store_test

import (
	"bytes"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"shenfa/models"
	"shenfa/models/store"
	"shenfa/models/store/storetest"
)

// cutter stands between the program and the server and breaks a connection
// when the program sends a certain word.
type cutter struct {
	address string
	word    atomic.Value // string; "" cuts nothing
	pass    atomic.Bool  // the word still reaches the server
	cuts    atomic.Int32
}

func newCutter(t *testing.T, server string) *cutter {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	c := &cutter{address: listener.Addr().String()}
	c.word.Store("")
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go c.copy(upstream, client, true)
			go c.copy(client, upstream, false)
		}
	}()
	return c
}

func (c *cutter) copy(to, from net.Conn, watch bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			break
		}
		word := c.word.Load().(string)
		cut := watch && word != "" && bytes.Contains(buffer[:n], []byte(word))
		if cut {
			c.cuts.Add(1)
			c.word.Store("")
			_ = from.Close() // the program sees the end before the server can answer
			if !c.pass.Load() {
				break
			}
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			break
		}
		if cut {
			return // the server's answer, written to nobody, ends the other copy and the connection
		}
	}
	_, _ = to.Close(), from.Close()
}

func TestALostConnection(t *testing.T) {
	dsn := storetest.MariaDB(t)
	direct := storetest.Open(t, dsn)
	host, rest, _ := strings.Cut(strings.TrimPrefix(dsn, "mysql://root@"), "/")
	c := newCutter(t, host)
	s := storetest.Open(t, "mysql://root@"+c.address+"/"+rest)

	for name, tt := range map[string]struct {
		word    string
		pass    bool
		unknown bool
		value   int64 // of the counter afterwards, read by raising it
	}{
		"in COMMIT, which has happened":     {"\x03COMMIT", true, true, 2},
		"in COMMIT, which has not happened": {"\x03COMMIT", false, true, 1},
		"before COMMIT: fn runs again":      {"counters", true, false, 2},
		"in START TRANSACTION":              {"START TRANSACTION", false, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			counter := strings.ReplaceAll(name, "COMMIT", "commit")
			c.pass.Store(tt.pass)
			c.word.Store(tt.word)
			c.cuts.Store(0)
			err := s.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Count(counter)
				return err
			})
			if c.cuts.Load() != 1 {
				t.Fatal("nothing was cut")
			}
			if tt.unknown != errors.Is(err, store.ErrCommitUnknown) || !tt.unknown && err != nil {
				t.Errorf("error is %v", err)
			}
			if tt.unknown && models.CodeOf(err) != models.CodeUnavailable {
				t.Errorf("code is %q", models.CodeOf(err))
			}
			storetest.Must(t, direct, func(tx *store.Tx) error {
				n, err := tx.Count(counter)
				if n != tt.value {
					t.Errorf("the counter gives %d, want %d", n, tt.value)
				}
				return err
			})
		})
	}
}

// Two transactions that take two locks in opposite order: the server gives one
// up, it is run again, and both succeed.
func TestADeadlockIsRunAgain(t *testing.T) {
	s := storetest.Open(t, storetest.MariaDB(t))
	storetest.Must(t, s, func(tx *store.Tx) error { // the rows exist
		_, err1 := tx.Count("a")
		_, err2 := tx.Count("b")
		return errors.Join(err1, err2)
	})
	var runs atomic.Int32
	met := make(chan struct{}, 2)
	results := make(chan error, 2)
	for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
		go func() {
			first := true
			results <- s.Update(t.Context(), func(tx *store.Tx) error {
				runs.Add(1)
				if _, err := tx.Count(names[0]); err != nil {
					return err
				}
				if first { // both hold their first lock
					first = false
					met <- struct{}{}
					for len(met) < 2 {
						continue
					}
				}
				_, err := tx.Count(names[1])
				if err != nil {
					return errors.New("what the database said is hidden") // the store has heard it
				}
				return nil
			})
		}()
	}
	if err := errors.Join(<-results, <-results); err != nil {
		t.Error(err)
	}
	if runs.Load() != 3 {
		t.Errorf("%d runs, want 3", runs.Load())
	}
	storetest.Must(t, s, func(tx *store.Tx) error {
		for _, name := range []string{"a", "b"} {
			if n, err := tx.Count(name); err != nil || n != 4 {
				t.Errorf("counter %s gives %d (%v), want 4", name, n, err)
			}
		}
		return nil
	})
}

// A function that hides the failure of a statement is not committed.
func TestAHiddenFailureIsNotCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Count("hidden"); err != nil {
				return err
			}
			_, _ = tx.ExecContext(tx.Context(), "INSERT INTO no_such_table VALUES (1)")
			_, _ = tx.Count("hidden")
			return nil
		})
		if err == nil {
			t.Error("it was committed")
		}
		storetest.Must(t, s, func(tx *store.Tx) error {
			n, err := tx.Count("hidden")
			if n != 1 {
				t.Errorf("the counter gives %d, want 1", n)
			}
			return err
		})
	})
}
