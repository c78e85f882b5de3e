package screening

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"shenfa/screening/match"
)

// wordPair is two words, by their nodes.
type wordPair [2]uint32

// figures tell of words how often they are used, and which follow one another.
type figures struct {
	d     *dictionary
	words map[uint32]string
	open  map[uint32]float64   // bits of a word in open-gram
	next  map[wordPair]float64 // bits of the second behind the first in open-gram
	own   map[uint32]float64   // how often a word stands in official texts
	pairs map[wordPair]float64 // how often two stand side by side there, or are said to
	total float64
}

// readOpenGram reads the model of Debian's package sunpinyin-data from a folder
// that has pydict_sc.bin, and lm_sc.arpa as "tslminfo -v lm_sc.t3g" of the package
// sunpinyin-utils prints it.
func readOpenGram(t *testing.T, d *dictionary, dir string) *figures {
	f := &figures{d: d, words: map[uint32]string{}, open: map[uint32]float64{}, next: map[wordPair]float64{},
		own: map[uint32]float64{}, pairs: map[wordPair]float64{}}
	packed, err := os.ReadFile(filepath.Join(dir, "pydict_sc.bin"))
	if err != nil {
		t.Fatal(err)
	}
	var nodes []uint32
	var word []rune
	for i := int(binary.LittleEndian.Uint32(packed[8:])); i+4 <= len(packed); i += 4 {
		if r := rune(binary.LittleEndian.Uint32(packed[i:])); r != 0 {
			word = append(word, r)
			continue
		}
		nodes = append(nodes, f.node(string(word)))
		word = word[:0]
	}
	for _, word := range officialWords(t) {
		if node := d.find(units(word)...); d.nodes[node].cost == 0 {
			f.words[node], f.open[node] = word, officialCost
		}
	}
	file, err := os.Open(filepath.Join(dir, "lm_sc.arpa"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	nodeOf := func(s string) uint32 {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		if n >= len(nodes) {
			return 0
		}
		return nodes[n]
	}
	section := byte(0)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if line[0] == '\\' {
			section = line[1]
			continue
		}
		fields := strings.Fields(line)
		switch section {
		case '1':
			if node := nodeOf(fields[0]); node != 0 {
				nats, _ := strconv.ParseFloat(fields[1], 64)
				f.open[node] = nats / math.Ln2
			}
		case '2':
			if first, second := nodeOf(fields[0]), nodeOf(fields[1]); first != 0 && second != 0 {
				nats, _ := strconv.ParseFloat(fields[2], 64)
				f.next[wordPair{first, second}] = nats / math.Ln2
			}
		}
	}
	return f
}

// node is that of a word; 0 if it is none.
func (f *figures) node(word string) uint32 {
	node := f.d.find(units(word)...)
	switch {
	case node == 0 || f.words[node] != "":
		return node
	case f.d.nodes[node].cost == 0:
		return 0
	}
	f.words[node] = word
	return node
}

// officialCost is what a word costs in bits that official texts have and the dictionary
// has not, before it is met in them.
const officialCost = 18

// officialWords are those of testdata/words.txt.
func officialWords(t *testing.T) []string {
	file, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(file))
}

// count adds what stands in texts.
func (f *figures) count(t *testing.T, fold *match.Fold, texts []string) {
	u := f.usage(t)
	var r match.Reading
	for _, text := range texts {
		fold.Read(&r, text)
		last := uint32(0)
		u.cut(r.Runes, func(word []uint16) {
			node := f.node(string(utf16.Decode(word)))
			if node != 0 {
				f.own[node]++
				f.total++
				if last != 0 {
					f.pairs[wordPair{last, node}]++
				}
			}
			last = node
		})
	}
}

// meet counts each official word once more, so that those which no text has are still
// looked for where they may be meant.
func (f *figures) meet(t *testing.T) {
	for _, word := range officialWords(t) {
		if node := f.node(word); node != 0 {
			f.own[node]++
			f.total++
		}
	}
}

// collocateCount is what a pair of testdata/collocates.tsv counts.
const collocateCount = 3

// collocate adds the collocates of words: those before, the word, those behind.
func (f *figures) collocate(t *testing.T) {
	u := f.usage(t)
	add := func(first, second string) {
		var a, b string
		u.cut(units(first), func(word []uint16) { a = string(utf16.Decode(word)) })
		u.cut(units(second), func(word []uint16) {
			if b == "" {
				b = string(utf16.Decode(word))
			}
		})
		if from, to := f.node(a), f.node(b); from != 0 && to != 0 {
			f.pairs[wordPair{from, to}] += collocateCount
		}
	}
	eachCollocates(t, func(before []string, head string, behind []string) {
		for _, word := range before {
			add(word, head)
		}
		for _, word := range behind {
			add(head, word)
		}
	})
}

// eachCollocates goes through testdata/collocates.tsv: the words before, the word, those
// behind.
func eachCollocates(t *testing.T, do func(before []string, head string, behind []string)) {
	file, err := os.ReadFile("testdata/collocates.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		if line[0] == '#' {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("testdata/collocates.tsv: %q has %d fields", line, len(fields))
		}
		do(strings.Fields(fields[0]), fields[1], strings.Fields(fields[2]))
	}
}

// How the figures of open-gram and of official texts are mixed, and what is kept of
// two words that follow one another: those that are frequent, where the first makes
// the second much likelier.
const (
	ownShare    = 0.4  // of official texts
	ownPrior    = 6    // times that a word's own figure counts beside those of what follows another
	ownUnseen   = 0.05 // times that an unseen word counts
	followLeast = 2    // bits that the second costs less
	followMost  = 23.5 // bits that the two cost
)

// ofOwn is how likely a word is in official texts.
func (f *figures) ofOwn(word uint32) float64 {
	return (f.own[word] + ownUnseen) / (f.total + ownUnseen*float64(len(f.words)))
}

// of is what a word costs, in bits.
func (f *figures) of(word uint32) float64 {
	open, ok := f.open[word]
	if !ok {
		open = 24
	}
	if f.total == 0 {
		return open
	}
	return -math.Log2((1-ownShare)*math.Exp2(-open) + ownShare*f.ofOwn(word))
}

// behind is what a word costs behind another.
func (f *figures) behind(p wordPair) float64 {
	open, ok := f.next[p]
	if !ok {
		if open, ok = f.open[p[1]]; !ok {
			open = 24
		}
	}
	if f.total == 0 {
		return open
	}
	own := (f.pairs[p] + ownPrior*f.ofOwn(p[1])) / (f.own[p[0]] + ownPrior)
	return -math.Log2((1-ownShare)*math.Exp2(-open) + ownShare*min(own, 1))
}

// pack is the file that newUsage reads.
func (f *figures) pack() (packed []byte, words, follows int) {
	type entry struct {
		node uint32
		cost float64
	}
	var list []entry
	for node := range f.words {
		_, open := f.open[node]
		if cost := f.of(node); open || f.own[node] > 0 {
			list = append(list, entry{node, cost})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), strings.Compare(f.words[a.node], f.words[b.node]))
	})
	place := map[uint32]int{}
	out := binary.AppendUvarint(nil, uint64(len(list)))
	for i, w := range list {
		place[w.node] = i
		text := f.words[w.node]
		out = binary.AppendUvarint(out, uint64(len(text)))
		out = append(append(out, text...), inQuarters(w.cost), inOwn(f.own[w.node]))
	}
	type follow struct{ second, saved int }
	behind := make([][]follow, len(list))
	add := func(p wordPair) {
		first, ok1 := place[p[0]]
		second, ok2 := place[p[1]]
		cost := f.behind(p)
		saved := list[second].cost - cost
		if !ok1 || !ok2 || saved < followLeast || list[first].cost+cost > followMost {
			return
		}
		behind[first] = append(behind[first], follow{second, int(min(math.Round(saved*quarter), followMask))})
		follows++
	}
	for p := range f.next {
		if f.pairs[p] == 0 {
			add(p)
		}
	}
	for p := range f.pairs {
		add(p)
	}
	for _, list := range behind {
		slices.SortFunc(list, func(a, b follow) int { return cmp.Compare(a.second, b.second) })
		out = binary.AppendUvarint(out, uint64(len(list)))
		last := 0
		for _, f := range list {
			out = binary.AppendUvarint(out, uint64(f.second-last))
			out = binary.AppendUvarint(out, uint64(f.saved))
			last = f.second
		}
	}
	return pack(out), len(list), follows
}

func (f *figures) usage(t *testing.T) *usage {
	packed, _, _ := f.pack()
	u, err := newUsage(packed, f.d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The figures are those of open-gram, official texts and collocates.
func TestUsage(t *testing.T) {
	e := engine(t)
	if !*update {
		u := engineUsage(t, e)
		likely := func(text string) float64 {
			var s stretch
			s.size = copy(s.runes[:], units(text))
			return s.read(u, 0, s.size)
		}
		for right, wrong := range map[string]string{"重点路段": "重路点段", "更换管线": "更换管钱", "提质增效": "提制增效", "测量血压": "测量学业"} {
			if likely(right) >= likely(wrong) {
				t.Errorf("%s costs %.1f bits, %s %.1f", right, likely(right), wrong, likely(wrong))
			}
		}
		return
	}
	f := readOpenGram(t, e.segments.dictionary, os.Getenv("OPEN_GRAM"))
	f.count(t, e.fold, cleanTexts(t))
	f.meet(t)
	f.collocate(t)
	packed, words, follows := f.pack()
	t.Logf("%d words, %d that follow one another, %d bytes", words, follows, len(packed))
	if err := os.WriteFile("usage.bin.gz", packed, 0o644); err != nil {
		t.Fatal(err)
	}
}

func units(text string) []uint16 { return utf16.Encode([]rune(text)) }

func engineUsage(t testing.TB, e *Engine) *usage {
	t.Helper()
	u, err := newUsage(usageFile, e.segments.dictionary, e.Rules().context["late_words"])
	if err != nil {
		t.Fatal(err)
	}
	return u
}
