package match

import "math/bits"

// A filter answers "perhaps" or "certainly not": whether the last rune is a
// term, whether the last two runes are one, whether the last three are, and
// whether the last four begin a longer one. A byte for each two runes in a row
// tells what they may be; what passes that is looked up among the terms of three
// and four runes and the first five of longer ones, two bits for each.
type filter struct {
	single [plane / 64]uint64
	pairs  []uint8
	heads  []uint64
	places uint // how far a hash is shifted to be a place in pairs
}

// What two runes may be: a term, the first two of a term of three, the last two
// of one, the first two, the middle and the last of four that begin a longer term.
const (
	isTwo = 1 << iota
	opensThree
	closesThree
	opensFour
	middleFour
	closesFour
)

// newFilter makes room for so many terms of two, of three, and of more runes.
func newFilter(two, three, four int) *filter {
	pairs := max(bits.Len(uint(3*(two+three+four))), 14)
	heads := max(bits.Len(uint((three+four)/4)), 10)
	return &filter{pairs: make([]uint8, 1<<pairs), places: uint(64 - pairs), heads: make([]uint64, 1<<heads)}
}

// add adds a term.
func (f *filter) add(term []uint16) {
	key := startOf(term[:min(len(term), maxHead)])
	switch pair := f.pair; len(term) {
	case 1:
		f.single[key/64] |= 1 << (key % 64)
		return
	case 2:
		*pair(key) |= isTwo
		return
	case 3:
		*pair(key >> 16) |= opensThree
		*pair(key) |= closesThree
	default:
		*pair(key >> 32) |= opensFour
		*pair(key >> 16) |= middleFour
		*pair(key) |= closesFour
	}
	hash := key * fibonacci
	if len(term) > maxHead {
		hash = longer(key, term[maxHead])
	}
	*f.word(hash) |= 1<<(hash>>58) | 1<<(hash>>52&63)
}

// pair is what the last two runes of a key may be.
func (f *filter) pair(key uint64) *uint8 { return &f.pairs[key&pairOf*fibonacci>>f.places] }

// longer is the hash of the first five runes of a term.
func longer(key uint64, fifth uint16) uint64 { return (key*fibonacci ^ uint64(fifth)) * fibonacci }

// word is where the bits of a hash stand.
func (f *filter) word(hash uint64) *uint64 { return &f.heads[hash>>32&uint64(len(f.heads)-1)] }

// has is 1 if what has this hash may have been added, else 0.
func (f *filter) has(hash uint64) uint64 {
	word := *f.word(hash)
	return word >> (hash >> 58) & (word >> (hash >> 52 & 63)) & 1
}

// block is how many runes the filter goes over at a time.
const block = 64

// filtering is what a filter remembers from one block of a text to the next:
// the last rune, and what the last pairs may be, a byte each.
type filtering struct{ last, seen uint64 }

// pass tells which of the runes of a block pass: bit 0 for the first. It has no
// branches, which would be taken by chance and cost more than all the rest.
func (f *filter) pass(runes []uint16, s *filtering) (passed uint64) {
	pairs, places, single, last, seen := f.pairs, f.places&63, &f.single, s.last, s.seen
	for _, rune16 := range runes {
		r := uint64(rune16)
		seen = seen<<8 | uint64(pairs[(last<<16|r)*fibonacci>>places])
		last = r
		two, three := seen, seen/closesThree&(seen>>8/opensThree)
		four := seen / closesFour & (seen >> 8 / middleFour) & (seen >> 16 / opensFour)
		passed = passed>>1 | (two|three|four|single[r/64%1024]>>(r%64))<<63
	}
	s.last, s.seen = last, seen
	return passed >> (block - len(runes))
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
