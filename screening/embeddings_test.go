package screening

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"gonum.org/v1/gonum/mat"

	"shenfa/screening/match"
)

// How the vectors are made.
const (
	embedNear   = 8  // words on each side that keep company
	embedSize   = 64 // of a vector
	embedTimes  = 2  // that two words are met near each other at least
	embedTold   = 2  // times that a pair of collocates.tsv counts
	embedRounds = 5
)

// vectors are those of words, in the order of the words.
type vectors struct {
	words []string
	rows  *mat.Dense
}

// embedWords computes them: the first left singular vectors, by subspace iteration, of
// how much more often than by chance (positive pointwise mutual information) words of
// two characters and more are met near each other in texts and in collocates.
func embedWords(t *testing.T, u *usage, fold *match.Fold, texts []string) vectors {
	number, words := map[string]int32{}, []string{}
	id := func(word string) int32 {
		n, ok := number[word]
		if !ok {
			n = int32(len(words))
			number[word] = n
			words = append(words, word)
		}
		return n
	}
	met := map[[2]int32]float64{}
	both := func(a, b int32, n float64) {
		if a != b {
			met[[2]int32{a, b}] += n
			met[[2]int32{b, a}] += n
		}
	}
	known := func(runes []uint16) bool { return len(runes) >= 2 && isHan(rune(runes[0])) && u.node(runes...) != 0 }
	var r match.Reading
	for _, text := range texts {
		fold.Read(&r, text)
		var last []int32
		u.cut(r.Runes, func(word []uint16) {
			if !known(word) {
				return
			}
			n := id(string(utf16.Decode(word)))
			for _, before := range last[max(0, len(last)-embedNear):] {
				both(before, n, 1)
			}
			last = append(last, n)
		})
	}
	eachCollocates(t, func(before []string, head string, behind []string) {
		for _, other := range append(before, behind...) {
			if known(units(head)) && known(units(other)) {
				both(id(head), id(other), embedTold)
			}
		}
	})
	type cell struct {
		column int32
		value  float64
	}
	rows, sums := make([][]cell, len(words)), make([]float64, len(words))
	for k, n := range met {
		sums[k[0]] += n
	}
	smooth, total := make([]float64, len(words)), 0.0
	for i, n := range sums {
		smooth[i] = math.Pow(n, 0.75)
		total += smooth[i]
	}
	for k, n := range met {
		if v := math.Log(n * total / (sums[k[0]] * smooth[k[1]])); n >= embedTimes && v > 0 {
			rows[k[0]] = append(rows[k[0]], cell{k[1], v})
		}
	}
	for _, row := range rows { // the same sums in the same order
		slices.SortFunc(row, func(a, b cell) int { return int(a.column - b.column) })
	}
	const size = embedSize + 8
	times := func(m *mat.Dense, turned bool) *mat.Dense {
		out := mat.NewDense(len(words), size, nil)
		for i, row := range rows {
			for _, c := range row {
				from, to := int(c.column), i
				if turned {
					from, to = to, from
				}
				a, b := m.RawRowView(from), out.RawRowView(to)
				for k := range b {
					b[k] += c.value * a[k]
				}
			}
		}
		return out
	}
	random := rand.New(rand.NewPCG(3, 4))
	m := mat.NewDense(len(words), size, nil)
	for i := range words {
		for k := range size {
			m.Set(i, k, random.NormFloat64())
		}
	}
	orthonormal := func(m *mat.Dense) *mat.Dense {
		var square mat.SymDense
		square.SymOuterK(1, m.T())
		var c mat.Cholesky
		if !c.Factorize(&square) {
			t.Fatal("the vectors of words depend on one another")
		}
		var upper mat.TriDense
		c.UTo(&upper)
		var inverse, out mat.Dense
		if err := inverse.Inverse(&upper); err != nil {
			t.Fatal(err)
		}
		out.Mul(m, &inverse)
		return &out
	}
	for range embedRounds {
		m = orthonormal(times(m, false))
		m = times(m, true)
	}
	m = orthonormal(times(orthonormal(m), false))
	half := times(m, true)
	var square mat.SymDense
	square.SymOuterK(1, half.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&square, true) {
		t.Fatal("the vectors of words have no axes")
	}
	var axes, left mat.Dense
	eigen.VectorsTo(&axes)
	left.Mul(m, &axes)
	strengths := eigen.Values(nil) // squared, ascending
	v := vectors{words: words, rows: mat.NewDense(len(words), embedSize, nil)}
	for i := range words {
		for k := range embedSize {
			from := size - 1 - k
			v.rows.Set(i, k, left.At(i, from)*math.Pow(max(strengths[from], 0), 0.25))
		}
	}
	return v
}

// pack is the file that newEmbeddings reads. Words without company have no vector.
func (v vectors) pack() (packed []byte, count int) {
	order := make([]int, len(v.words))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(v.words[a], v.words[b]) })
	var out []byte
	for _, i := range order {
		row := v.rows.RawRowView(i)
		length := mat.Norm(mat.NewVecDense(len(row), row), 2)
		if length < 1e-9 {
			continue
		}
		count++
		out = append(append(out, byte(len(v.words[i]))), v.words[i]...)
		for _, x := range row {
			out = append(out, byte(int8(min(max(math.Round(x/length*embeddingScale), -127), 127))))
		}
	}
	return pack(append([]byte{byte(count), byte(count >> 8), embedSize}, out...)), count
}

// A word is more at home in a text than another of the same sound.
func TestEmbeddings(t *testing.T) {
	e := engine(t)
	u := engineUsage(t, e)
	if *update {
		packed, count := embedWords(t, u, e.fold, cleanTexts(t)).pack()
		t.Logf("%d words, %d bytes", count, len(packed))
		if err := os.WriteFile("embeddings.bin.gz", packed, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	c, err := newEmbeddings(embeddingsFile, e.segments.dictionary)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newEmbeddings(pack([]byte{2, 0, 3, 1, 'a', 1, 2, 3}), e.segments.dictionary); err == nil {
		t.Error("no error of a file that is cut off")
	}
	var r match.Reading
	for _, it := range [][3]string{
		{"民警成功侦破系列", "案件", "按键"}, {"村里土地规范", "流转", "流传"}, {"到民政局婚姻窗口办理", "登记", "等级"},
	} {
		e.fold.Read(&r, it[0])
		around := c.around(u, &r, len(r.Runes), len(r.Runes))
		right, wrong := c.affinity(u.node(units(it[1])...), around), c.affinity(u.node(units(it[2])...), around)
		if right.mean <= wrong.mean {
			t.Errorf("%s: %s %.2f, %s %.2f", it[0], it[1], right.mean, it[2], wrong.mean)
		}
	}
}
