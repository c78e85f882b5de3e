# Prints the ratios that the benchmarks are about, from the output of go test -bench:
# Shenfa beside bare transactions, group commit beside plain ones, and pages of a
# small archive beside those of a large one, the search for terms beside mere
# decoding, screening beside mere segmentation.
{ print }
$1 ~ /^Benchmark/ {
	name = $1
	sub(/^Benchmark/, "", name)
	sub(/-[0-9]+$/, "", name)
	for (i = 3; i < NF; i += 2) metric[name, $(i + 1)] = $i
	names[++count] = name
}
END {
	for (i = 1; i <= count; i++) {
		n = names[i]
		if ((n, "ratio") in metric)
			row("of the bare transaction rate: " n, metric[n, "shenfa/s"] "/s", metric[n, "bare/s"] "/s", metric[n, "ratio"])
		if (n ~ /\/200000$/) {
			small = n
			sub(/200000$/, "1000", small)
			if ((small, "ns/op") in metric)
				row("200,000 drafts beside 1,000: " n, us(n), us(small), metric[n, "ns/op"] / metric[small, "ns/op"])
		}
		if (n ~ /\/group$/) {
			plain = n
			sub(/group$/, "plain", plain)
			if ((plain, "tx/s") in metric)
				row("32 writers, group beside plain (p99 " metric[n, "p99-ms"] " ms)", metric[n, "tx/s"] "/s", metric[plain, "tx/s"] "/s", metric[n, "tx/s"] / metric[plain, "tx/s"])
		}
		if (n ~ /^Match\//)
			row("10,000 terms, beside decoding alone: " n, speed(n), speed("Decode"), metric[n, "MB/s"] / metric["Decode", "MB/s"])
		if (n == "Screen/official")
			row("screening beside gse Segment alone", speed(n), speed("SegmentAll/official"), metric[n, "MB/s"] / metric["SegmentAll/official", "MB/s"])
	}
}
function speed(n) { return sprintf("%.0f MB/s", metric[n, "MB/s"]) }
function us(n) { return sprintf("%.0f us", metric[n, "ns/op"] / 1000) }
function row(what, ours, theirs, ratio) {
	if (!rows++) printf "\n%-62s %14s %14s %8s\n", "", "this", "beside", "ratio"
	printf "%-62s %14s %14s %8.2f\n", what, ours, theirs, ratio
}
