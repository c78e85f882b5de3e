package match

import "math/bits"

// pair and triple pack classes into one key.
func pair(a, b uint16) uint64      { return uint64(a)<<16 | uint64(b) }
func triple(a, b, c uint16) uint64 { return uint64(a)<<32 | uint64(b)<<16 | uint64(c) }

// hash spreads a key over the high bits (Fibonacci hashing).
func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

// A bitmap answers "perhaps" or "certainly not" for a set of keys.
type bitmap struct {
	words []uint64
	shift uint
}

func newBitmap(size int) bitmap {
	size = min(max(size, 12), 22)
	return bitmap{words: make([]uint64, 1<<size/64), shift: uint(64 - size)}
}

func (b *bitmap) set(key uint64) {
	h := hash(key) >> b.shift
	b.words[h/64] |= 1 << (h % 64)
}

func (b *bitmap) has(key uint64) bool {
	h := hash(key) >> b.shift
	return b.words[h/64]>>(h%64)&1 != 0
}

// A trie is a hash table of edges: (node, class) leads to a node. Node 0 is
// the root; no edge leads there, so 0 also means "none".
type trie struct {
	edges []edge
	used  int
	shift uint
}

type edge struct {
	key  uint64 // node<<16 | class, never 0 as classes start above 0
	node int32
}

func newTrie(size int) trie {
	n := bits.Len(uint(max(2*size, 64)))
	return trie{edges: make([]edge, 1<<n), shift: uint(64 - n)}
}

func (t *trie) get(node int32, class uint16) int32 {
	key := uint64(node)<<16 | uint64(class)
	for at := hash(key) >> t.shift; ; at = (at + 1) & uint64(len(t.edges)-1) {
		switch e := &t.edges[at]; e.key {
		case key:
			return e.node
		case 0:
			return 0
		}
	}
}

// add returns the node that (node, class) leads to, making it fresh if there is none.
func (t *trie) add(node int32, class uint16, fresh int32) (to int32, added bool) {
	if to = t.get(node, class); to != 0 {
		return to, false
	}
	if 2*t.used >= len(t.edges) {
		t.grow()
	}
	t.put(edge{uint64(node)<<16 | uint64(class), fresh})
	t.used++
	return fresh, true
}

func (t *trie) put(e edge) {
	at := hash(e.key) >> t.shift
	for t.edges[at].key != 0 {
		at = (at + 1) & uint64(len(t.edges)-1)
	}
	t.edges[at] = e
}

func (t *trie) grow() {
	old := t.edges
	t.edges = make([]edge, 2*len(old))
	t.shift--
	for _, e := range old {
		if e.key != 0 {
			t.put(e)
		}
	}
}
