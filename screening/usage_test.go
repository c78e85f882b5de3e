package screening

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// openGramItem is a word of open-gram, or two.
type openGramItem struct {
	first, second int
	nats          float64 // -ln of the probability
}

// openGram reads the model of Debian's package sunpinyin-data from a folder that
// has pydict_sc.bin, and lm_sc.arpa as "tslminfo -v lm_sc.t3g" of the package
// sunpinyin-utils prints it.
func openGram(t *testing.T, dir string) (words []string, ones, twos []openGramItem) {
	packed, err := os.ReadFile(filepath.Join(dir, "pydict_sc.bin"))
	if err != nil {
		t.Fatal(err)
	}
	at := binary.LittleEndian.Uint32(packed[8:])
	var word []rune
	for i := int(at); i+4 <= len(packed); i += 4 {
		if r := rune(binary.LittleEndian.Uint32(packed[i:])); r != 0 {
			word = append(word, r)
			continue
		}
		words = append(words, string(word))
		word = word[:0]
	}
	f, err := os.Open(filepath.Join(dir, "lm_sc.arpa"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	section := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if strings.HasPrefix(lines.Text(), `\`) {
			section = number(lines.Text()[1:2])
			continue
		}
		var g openGramItem
		if section == 1 || section == 2 {
			g.first = number(fields[0])
			g.nats, _ = strconv.ParseFloat(fields[section], 64)
		}
		switch section {
		case 1:
			ones = append(ones, g)
		case 2:
			g.second = number(fields[1])
			twos = append(twos, g)
		}
	}
	return words, ones, twos
}

// What is kept of two words that follow one another: those that are frequent,
// where the first makes the second much likelier.
const (
	followLeast = 2.5  // bits that the second costs less
	followMost  = 23.3 // bits that the two cost
	ownShare    = 0.15 // of the words of everyday official writing among all
)

// The figures are those of open-gram and words.tsv.
func TestUsage(t *testing.T) {
	e := engine(t)
	if !*update {
		u := engineUsage(t, e)
		likely := func(text string) float64 {
			var s stretch
			s.size = copy(s.runes[:], units(text))
			return s.read(u, 0, s.size)
		}
		for right, wrong := range map[string]string{"重点路段": "重路点段", "更换管线": "更换管钱", "提质增效": "提制增效"} {
			if likely(right) >= likely(wrong) {
				t.Errorf("%s costs %.1f bits, %s %.1f", right, likely(right), wrong, likely(wrong))
			}
		}
		return
	}
	d := e.segments.dictionary
	words, ones, twos := openGram(t, os.Getenv("OPEN_GRAM"))
	cost := map[string]float64{}
	for _, g := range ones {
		if g.first < len(words) && d.find(units(words[g.first])...) != 0 {
			cost[words[g.first]] = g.nats / math.Ln2
		}
	}
	known := func(i int) bool { return i < len(words) && cost[words[i]] != 0 }
	own, total := map[string]float64{}, 0.0
	for line := range strings.Lines(wordsFile) {
		if word, count, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && line[0] != '#' {
			own[word], _ = strconv.ParseFloat(count, 64)
			total += own[word]
		}
	}
	single := maps.Clone(cost)
	for word, count := range own {
		at := d.find(units(word)...)
		if at == 0 {
			continue
		}
		c, ok := cost[word]
		if !ok {
			c = float64(d.costs[d.nodes[at].cost])
		}
		if count > 0 {
			cost[word] = -math.Log2((1-2*ownShare)*math.Exp2(-c) + ownShare*count/total)
		}
	}
	type entry struct {
		word string
		cost float64
	}
	var list []entry
	for word, c := range cost {
		list = append(list, entry{word, c})
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), strings.Compare(a.word, b.word))
	})
	place := map[string]int{}
	out := binary.AppendUvarint(nil, uint64(len(list)))
	for i, w := range list {
		place[w.word] = i
		out = binary.AppendUvarint(out, uint64(len(w.word)))
		out = append(append(out, w.word...), inQuarters(w.cost))
	}
	type follow struct{ second, saved int }
	follows, kept := make([][]follow, len(list)), 0
	for _, g := range twos {
		if !known(g.first) || !known(g.second) {
			continue
		}
		first, second, c := words[g.first], words[g.second], g.nats/math.Ln2
		saved := single[second] - c
		if saved < followLeast || single[first]+c > followMost {
			continue
		}
		follows[place[first]] = append(follows[place[first]], follow{place[second], int(min(math.Round(saved*quarter), followMask))})
		kept++
	}
	for _, list := range follows {
		slices.SortFunc(list, func(a, b follow) int { return cmp.Compare(a.second, b.second) })
		out = binary.AppendUvarint(out, uint64(len(list)))
		last := 0
		for _, f := range list {
			out = binary.AppendUvarint(out, uint64(f.second-last))
			out = binary.AppendUvarint(out, uint64(f.saved))
			last = f.second
		}
	}
	packed := pack(out)
	t.Logf("%d words, %d that follow one another, %d bytes", len(list), kept, len(packed))
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
