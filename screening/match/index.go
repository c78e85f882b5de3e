package match

import "math/bits"

// A filter answers "perhaps" or "certainly not": whether the last two runes of
// a key are a term, whether the last three are, and whether all four begin a
// longer one. It is made of bits, some 32 for each term: those of two and three
// runes stand in the word that a hash of the last two chooses, so that one look
// finds both; two bits of one word stand for four runes.
type filter struct{ short, long []uint64 }

// newFilter makes room for so many terms of two or three runes and heads of longer ones.
func newFilter(short, long int) *filter {
	room := func(n, least int) []uint64 { return make([]uint64, 1<<max(bits.Len(uint(n/2)), least)) }
	return &filter{short: room(short, 13), long: room(long, 14)}
}

// wordOf is the word of a hash in one of the two.
func wordOf(list []uint64, hash uint64) *uint64 { return &list[hash>>wordAt&uint64(len(list)-1)] }

// A hash gives the number of a word from its 33rd bit on, and that of a bit in
// it by its highest six; the six below are another one.
const (
	wordAt = 32
	bitAt  = 58
	nextAt = bitAt - 6
)

// add adds the first n runes of a term.
func (f *filter) add(key uint64, n int) {
	switch two := (key & pairOf) * fibonacci; n {
	case 2:
		*wordOf(f.short, two) |= 1 << (two >> bitAt)
	case 3:
		*wordOf(f.short, two) |= 1 << ((key & tripleOf) * fibonacci >> bitAt)
	default:
		four := key * fibonacci
		*wordOf(f.long, four) |= 1<<(four>>bitAt) | 1<<(four>>nextAt&63)
	}
}

// heads tells of two runes in bit 0, of three in bit 1, of four in bit 2.
func (f *filter) heads(key uint64) uint64 {
	two, three, four := (key&pairOf)*fibonacci, (key&tripleOf)*fibonacci, key*fibonacci
	short, long := *wordOf(f.short, two), *wordOf(f.long, four)
	return short>>(two>>bitAt)&1 | short>>(three>>bitAt)&1<<1 | long>>(four>>bitAt)&(long>>(four>>nextAt&63))&1<<2
}

// fibonacci is 2^64 by the golden ratio: its multiples differ most in their highest bits.
const fibonacci = 0x9E3779B97F4A7C15

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

// edge is the key of what follows on a node.
func edge(node int32, class uint16) uint64 { return uint64(node)<<16 | uint64(class) }

func newTrie(size int) trie {
	n := bits.Len(uint(max(4*size/3, 64)))
	return trie{entries: make([]trieEntry, 1<<n), shift: uint(64 - n)}
}

// place is where the search for a key begins.
func (t *trie) place(key uint64) uint64 { return key * fibonacci >> t.shift }

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
