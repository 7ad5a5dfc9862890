package sql

import "strings"

// nearest is the candidate that looks most like what was written, "" where none does.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, bestAt := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c)); d < bestAt || d == bestAt && best != "" && d < len(word) && c < best {
			best, bestAt = c, d
		}
	}
	if best == "" {
		squash := strings.NewReplacer("_", "", "-", "")
		for _, c := range candidates {
			if squash.Replace(c) == squash.Replace(word) {
				return c
			}
		}
	}
	return best
}

// distance counts the letters to change, add, drop or swap with their neighbour.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 4 || d < -4 {
		return 99
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}

// meant is the hint that names what was probably meant.
func (k *checker) meant(word string, candidates []string) string {
	if n := nearest(word, candidates); n != "" {
		return "Did you mean " + n
	}
	return ""
}
