package screening

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
)

// dictionaryFile is the simplified and traditional dictionary of
// github.com/go-ego/gse (Apache-2.0), prepared so that it is read in some 30 ms.
// "go test -run TestDictionary -update" writes it from gse's own.
//
//go:embed dictionary.bin.gz
var dictionaryFile []byte

// dictionary is a trie of words. The children of a node lie side by side,
// sorted by symbol; those of node i end where those of node i+1 begin.
type dictionary struct {
	symbols map[rune]uint16 // of runes beyond the basic plane
	symbol  []uint16        // by rune of the basic plane; 0: in no word
	nodes   []node
	costs   []float32 // the cost of the words of one frequency
	root    []uint32  // by symbol: the child of the root
	pairs   []uint64  // bits: whether any word may begin with these two symbols
	inner   []uint64  // bits: whether these two symbols may stand side by side in any word
	longest int       // word, in runes
	total   float32   // the cost of a word that occurs once
}

type node struct {
	first  uint32 // child
	symbol uint16
	cost   uint16 // index in costs; 0: no word ends here
}

// word is an entry of the dictionary. One of frequency 0 is no word of gse's: it has a
// node, but no text is cut there.
type word struct {
	text string
	freq float64
}

// Cost of a rune that is in no word, as gse has it.
const unknownCost = 32

// loadDictionary reads a prepared dictionary: counts, the runes in the order
// of their symbols, the frequencies, then symbol, frequency and number of
// children of every node, level by level.
func loadDictionary(packed []byte) (*dictionary, error) {
	data, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	if len(data) < 24 {
		return nil, errors.New("the dictionary is cut off")
	}
	count := func(i int) int { return int(binary.LittleEndian.Uint32(data[4*i:])) }
	runes, freqs, nodes := count(0), count(1), count(2)
	d := &dictionary{longest: count(3), symbols: map[rune]uint16{}, symbol: make([]uint16, 1<<16),
		nodes: make([]node, nodes+1), costs: make([]float32, freqs+1), root: make([]uint32, runes+1)}
	total := float32(math.Log2(math.Float64frombits(binary.LittleEndian.Uint64(data[16:]))))
	d.total = total
	at := 24
	if len(data) != at+4*runes+8*freqs+6*nodes {
		return nil, errors.New("the dictionary has the wrong length")
	}
	for i := range runes {
		if r := rune(binary.LittleEndian.Uint32(data[at+4*i:])); r < 1<<16 {
			d.symbol[r] = uint16(i + 1)
		} else {
			d.symbols[r] = uint16(i + 1)
		}
	}
	at += 4 * runes
	for i := range freqs {
		d.costs[i+1] = total - float32(math.Log2(math.Float64frombits(binary.LittleEndian.Uint64(data[at+8*i:]))))
	}
	at += 8 * freqs
	next := uint32(1)
	for i := range nodes {
		row := data[at+6*i : at+6*i+6]
		d.nodes[i] = node{next, binary.LittleEndian.Uint16(row), binary.LittleEndian.Uint16(row[2:])}
		next += uint32(binary.LittleEndian.Uint16(row[4:]))
	}
	d.nodes[nodes] = node{first: next}
	d.pairs, d.inner = make([]uint64, 1<<pairBits/64), make([]uint64, 1<<pairBits/64)
	for i := d.nodes[0].first; i < d.nodes[1].first; i++ {
		d.root[d.nodes[i].symbol] = i
		for k := d.nodes[i].first; k < d.nodes[i+1].first; k++ {
			h := pairHash(i, d.nodes[k].symbol)
			d.pairs[h/64] |= 1 << (h % 64)
		}
	}
	for i := range d.nodes[1:nodes] {
		n := &d.nodes[i+1]
		for k := n.first; k < d.nodes[i+2].first; k++ {
			h := pairHash(uint32(n.symbol), d.nodes[k].symbol)
			d.inner[h/64] |= 1 << (h % 64)
		}
	}
	return d, nil
}

// unpack is what pack was given.
func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// pack makes data small.
func pack(data []byte) []byte {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	z.Write(data)
	z.Close()
	return packed.Bytes()
}

// adjoin tells whether any word may have one rune right before another.
func (d *dictionary) adjoin(a, b rune) bool {
	first, second := d.of(a), d.of(b)
	h := pairHash(uint32(first), second)
	return first != 0 && second != 0 && d.inner[h/64]>>(h%64)&1 != 0
}

// pairBits is the size of the sets of pairs, 512 kB: one look at one spares most
// of the searches among the many children of a word's first character.
const pairBits = 22

func pairHash(first uint32, second uint16) uint32 {
	return (first*0x9E3779B1 ^ uint32(second)*0x85EBCA6B) * 0xC2B2AE35 >> (32 - pairBits)
}

// of is the symbol of a rune; 0 if no word has it.
func (d *dictionary) of(r rune) uint16 {
	if r < 1<<16 {
		return d.symbol[r]
	}
	return d.symbols[r]
}

// step goes from a node to its child; 0 if there is none.
func (d *dictionary) step(from uint32, symbol uint16) uint32 {
	if from == 0 {
		return d.root[symbol]
	}
	if from < d.nodes[1].first { // a node of one character
		if h := pairHash(from, symbol); d.pairs[h/64]>>(h%64)&1 == 0 {
			return 0
		}
	}
	lo, hi := d.nodes[from].first, d.nodes[from+1].first
	for lo < hi {
		mid := (lo + hi) / 2
		switch s := d.nodes[mid].symbol; {
		case s == symbol:
			return mid
		case s < symbol:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0
}

// find is the node at which a word ends, or would; 0 if none begins so.
func (d *dictionary) find(word ...uint16) (at uint32) {
	for _, r := range word {
		symbol := d.symbol[r]
		if symbol == 0 {
			return 0
		}
		if at = d.step(at, symbol); at == 0 {
			return 0
		}
	}
	return at
}

// packDictionary writes the prepared form of a list of words.
func packDictionary(words []word, total float64) ([]byte, error) {
	type entry struct {
		runes []rune
		freq  uint16
	}
	var entries []entry
	freqOf, symbolOf := map[float64]uint16{}, map[rune]uint16{}
	var freqs []float64
	var runes []rune
	longest := 0
	for _, w := range words {
		if w.freq != 0 && freqOf[w.freq] == 0 {
			freqs = append(freqs, w.freq)
			freqOf[w.freq] = uint16(len(freqs))
		}
		e := entry{[]rune(w.text), freqOf[w.freq]}
		longest = max(longest, len(e.runes))
		for _, r := range e.runes {
			if symbolOf[r] == 0 {
				symbolOf[r] = 1
				runes = append(runes, r)
			}
		}
		entries = append(entries, e)
	}
	if len(freqs) >= 1<<16 || len(runes) >= 1<<16 {
		return nil, errors.New("too many different frequencies or characters")
	}
	slices.Sort(runes)
	for i, r := range runes {
		symbolOf[r] = uint16(i + 1)
	}
	slices.SortFunc(entries, func(a, b entry) int { return slices.Compare(a.runes, b.runes) })

	type open struct{ lo, hi, depth int } // the entries below a node
	var rows []byte
	level := []open{{0, len(entries), 0}}
	rows = append(rows, make([]byte, 6)...)
	nodes := 1
	for len(level) > 0 {
		var below []open
		for k, o := range level {
			children := 0
			for lo := o.lo; lo < o.hi; {
				if len(entries[lo].runes) == o.depth {
					lo++
					continue
				}
				r := entries[lo].runes[o.depth]
				hi := lo
				for hi < o.hi && entries[hi].runes[o.depth] == r {
					hi++
				}
				var cost uint16
				if len(entries[lo].runes) == o.depth+1 {
					cost = entries[lo].freq
				}
				rows = binary.LittleEndian.AppendUint16(rows, symbolOf[r])
				rows = binary.LittleEndian.AppendUint16(rows, cost)
				rows = append(rows, 0, 0)
				below = append(below, open{lo, hi, o.depth + 1})
				children++
				lo = hi
			}
			binary.LittleEndian.PutUint16(rows[6*(nodes-len(level)+k)+4:], uint16(children))
		}
		nodes += len(below)
		level = below
	}
	var out []byte
	for _, n := range []int{len(runes), len(freqs), nodes, longest} {
		out = binary.LittleEndian.AppendUint32(out, uint32(n))
	}
	out = binary.LittleEndian.AppendUint64(out, math.Float64bits(total))
	for _, r := range runes {
		out = binary.LittleEndian.AppendUint32(out, uint32(r))
	}
	for _, f := range freqs {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(f))
	}
	out = append(out, rows...)
	return pack(out), nil
}
