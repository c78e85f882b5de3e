package screening

import (
	_ "embed"
	"errors"
	"unicode/utf16"

	"shenfa/screening/match"
)

// embeddingsFile has a vector for each word that official texts use more than once: two
// words that keep the same company, that is stand near the same others, point the same
// way. "go test -run TestEmbeddings -update" computes them from official texts and
// testdata/collocates.tsv.
//
//go:embed embeddings.bin.gz
var embeddingsFile []byte

// embeddings tell whether a word is at home in a text, by the words around.
type embeddings struct {
	at   map[uint32]int32 // by node of the dictionary: where its vector begins
	all  []int8
	size int
}

const (
	embeddingScale = 200 // of a vector of length 1
	embeddingReach = 24  // runes on each side that are read
	embeddingWords = 10  // of these on each side, the nearest words
)

// newEmbeddings reads the vectors: how many, their size, then each word and its vector.
func newEmbeddings(packed []byte, d *dictionary) (*embeddings, error) {
	data, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	cutOff := errors.New("the vectors of words are cut off")
	if len(data) < 3 {
		return nil, cutOff
	}
	count, size := int(data[0])|int(data[1])<<8, int(data[2])
	data = data[3:]
	c := &embeddings{at: make(map[uint32]int32, count), all: make([]int8, 0, count*size), size: size}
	for range count {
		if len(data) == 0 || len(data) < 1+int(data[0])+size {
			return nil, cutOff
		}
		word, vector := data[1:1+data[0]], data[1+data[0]:][:size]
		if node := d.find(utf16.Encode([]rune(string(word)))...); node != 0 {
			c.at[node] = int32(len(c.all))
			for _, b := range vector {
				c.all = append(c.all, int8(b))
			}
		}
		data = data[1+int(data[0])+size:]
	}
	return c, nil
}

// of is the vector of a word; nil if there is none.
func (c *embeddings) of(node uint32) []int8 {
	at, ok := c.at[node]
	if !ok {
		return nil
	}
	return c.all[at:][:c.size]
}

// likeness is the cosine of two vectors; 0 if one is none.
func likeness(a, b []int8) float64 {
	sum := 0
	for i := range min(len(a), len(b)) {
		sum += int(a[i]) * int(b[i])
	}
	return float64(sum) / (embeddingScale * embeddingScale)
}

// around are the vectors of the words around the runes from start to before end; nil
// of those that have none.
func (c *embeddings) around(u *usage, r *match.Reading, start, end int) (list [][]int8) {
	from, to := max(0, start-embeddingReach), min(len(r.Runes), end+embeddingReach)
	add := func(word []uint16) {
		list = append(list, c.of(u.node(word...)))
	}
	var before [][]uint16
	u.cut(r.Runes[from:start], func(word []uint16) { before = append(before, word) })
	for _, word := range before[max(0, len(before)-embeddingWords):] {
		add(word)
	}
	n := 0
	u.cut(r.Runes[end:to], func(word []uint16) {
		if n++; n <= embeddingWords {
			add(word)
		}
	})
	return list
}

// affinity is how well a word goes with those around: the likeness with the two most alike,
// and the mean.
type affinity struct{ best, next, mean float64 }

func (c *embeddings) affinity(word uint32, around [][]int8) (a affinity) {
	v := c.of(word)
	if v == nil || len(around) == 0 {
		return a
	}
	for _, other := range around {
		if other == nil || &other[0] == &v[0] {
			continue // the word itself
		}
		l := likeness(v, other)
		a.mean += l
		if l > a.best {
			a.best, a.next = l, a.best
		} else {
			a.next = max(a.next, l)
		}
	}
	a.mean /= float64(len(around))
	return a
}
