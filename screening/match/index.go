package match

import "math/bits"

// A filter answers "perhaps" or "certainly not": whether two runes are a term,
// and whether three runes begin one.
type filter struct {
	pairs   pairSet
	triples tripleSet
}

// The sets are bits chosen by the highest bits of a hash: 32 and 128 kB.
type (
	pairSet   [1 << 13]uint32
	tripleSet [1 << 15]uint32
)

func (s *pairSet) set(h uint32)   { s[h>>19] |= 1 << (h >> 14 & 31) }
func (s *tripleSet) set(h uint32) { s[h>>17] |= 1 << (h >> 12 & 31) }

func (s *pairSet) has(h uint32) uint32   { return s[h>>19] >> (h >> 14 & 31) & 1 }
func (s *tripleSet) has(h uint32) uint32 { return s[h>>17] >> (h >> 12 & 31) & 1 }

// nextBit stands for the runes that may follow on a node.
func nextBit(c uint16) uint32 { return 1 << (uint32(c) * 0x9E3779B1 >> 27) }

// A trie is a hash table from keys to nodes. Node 0 is none.
type trie struct {
	entries []trieEntry
	used    int
	shift   uint
}

type trieEntry struct {
	key  uint64 // 0: free
	node int32
	next uint32 // the bits (nextBit) of the runes that may follow
}

// start and edge are the keys.
func start(a, b, c uint16) uint64          { return uint64(a)<<32 | uint64(b)<<16 | uint64(c) }
func edge(node int32, class uint16) uint64 { return uint64(node)<<16 | uint64(class) }

func newTrie(size int) trie {
	n := bits.Len(uint(max(4*size/3, 64)))
	return trie{entries: make([]trieEntry, 1<<n), shift: uint(64 - n)}
}

// place is where the search for a key begins (Fibonacci hashing).
func (t *trie) place(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> t.shift }

// find is where a key stands, or would.
func (t *trie) find(key uint64) *trieEntry {
	for at := t.place(key); ; at = (at + 1) & uint64(len(t.entries)-1) {
		if e := &t.entries[at]; e.key == key || e.key == 0 {
			return e
		}
	}
}

func (t *trie) get(key uint64) trieEntry { return *t.find(key) }

// follow notes that a rune may follow on a key.
func (t *trie) follow(key uint64, class uint16) { t.find(key).next |= nextBit(class) }

// add returns the node of a key, making it fresh if there is none.
func (t *trie) add(key uint64, fresh int32) (node int32, added bool) {
	if node = t.get(key).node; node != 0 {
		return node, false
	}
	if t.used++; 3*len(t.entries) < 4*t.used {
		t.grow()
	}
	t.put(trieEntry{key: key, node: fresh})
	return fresh, true
}

func (t *trie) put(e trieEntry) {
	at := t.place(e.key)
	for t.entries[at].key != 0 {
		at = (at + 1) & uint64(len(t.entries)-1)
	}
	t.entries[at] = e
}

func (t *trie) grow() {
	old := t.entries
	t.entries = make([]trieEntry, 2*len(old))
	t.shift--
	for _, e := range old {
		if e.key != 0 {
			t.put(e)
		}
	}
}
