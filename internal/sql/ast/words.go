package ast

import (
	"slices"
	"strings"
)

// Reserved are Trino's reserved words: as a name each must stand in double quotes.
// Source: the list "Reserved keywords" of the Trino documentation, with SKIP, which Trino's grammar reserves too.
var Reserved = WordSet(`alter and as between by case cast constraint create cross cube current_catalog current_date current_path
	current_role current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else end
	escape except execute exists extract false for from full group grouping having in inner insert intersect into is join
	json_array json_exists json_object json_query json_table json_value left like listagg localtime localtimestamp natural
	normalize not null on or order outer prepare recursive right rollup select skip table then trim true uescape union unnest
	using values when where with`)

// SoftKeywords are words that Trino does not reserve but that mean something here or in another dialect behind an expression or a
// relation. As an alias they need AS or double quotes, so that a foreign construct is never read as a name.
var SoftKeywords = WordSet(`limit offset fetch window qualify filter over within ignore respect tablesample match_recognize
	asof semi anti positional pivot unpivot sample exclude replace ilike rlike regexp similar glob collate sort cluster
	distribute lateral isnull notnull minus at`)

// QuoteAlways are words that need no quotes in every place but are easier to read with them, and that other engines reserve.
var QuoteAlways = WordSet(`all any array date default interval only over partition range row rows some time timestamp
	to user window offset limit fetch filter`)

// NeedsQuotes is all three.
var NeedsQuotes = WordSet(strings.Join(slices.Concat(Reserved.List, SoftKeywords.List, QuoteAlways.List), " "))

// Words is a set of words of the language. Nearly every name that is looked up is in none, and a glance at its length and its first
// and last letter shows that.
type Words struct {
	List   []string
	in     map[string]bool
	begins [32]uint32 // by length: the first letters there are, a bit each
	ends   [32]uint32 // the last letters
}

// WordSet is the set of the words of a text.
func WordSet(s string) *Words {
	w := &Words{List: strings.Fields(s), in: map[string]bool{}}
	for _, word := range w.List {
		w.in[word] = true
		w.begins[len(word)] |= 1 << (word[0] & 31)
		w.ends[len(word)] |= 1 << (word[len(word)-1] & 31)
	}
	return w
}

// Has reports whether s, in lower case, is one of the words.
func (w *Words) Has(s string) bool {
	n := len(s)
	return 0 < n && n < len(w.begins) && w.begins[n]>>(s[0]&31)&1 == 1 && w.ends[n]>>(s[n-1]&31)&1 == 1 && w.in[s]
}

// plainName reports whether a name can be written without quotes and is read back the same.
func plainName(s string) bool {
	if s == "" || IsDigit(s[0]) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !IsDigit(c) && c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return !NeedsQuotes.Has(s)
}

// NameText is a name as SQL writes it, in quotes if it needs them.
func NameText(s string) string {
	if plainName(s) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// Quote is a piece of the text inside a problem: short, on one line.
func Quote(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 40 {
		s = string(r[:37]) + "…"
	}
	return "‘" + s + "’"
}

// IsDigit reports whether c is an ASCII digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// StringText is the one place where quotes are put around a text. In both dialects only the quote itself has a meaning inside
// them, a backslash has none.
func StringText(s string) string {
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
