package athena

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// extracted are the texts in JSON that the staged copy holds as columns of their own, with the columns' names. Request
// parameters are among the widest columns there are, and a statement that counts the calls of each bucket wants one word of
// them: it then reads a column of that word.
type extracted map[sql.JSONText]string

const (
	maxExtracted            = 40
	minExtractedSelectivity = 0.02 // share of rows that a statement must read for a column of its own to be worth it
)

// extract finds what the planned statements take out of columns that they do not read otherwise.
func (e *Engine) extract(s engine.Scope, l *partitioning) extracted {
	var all []sql.JSONText
	for _, st := range s.Planned {
		if st.Query == nil {
			continue
		}
		for _, name := range []string{relation.Events, relation.History} {
			if name == relation.History && s.HistoryDays == 0 || l.selectivity(st.Query, name) < minExtractedSelectivity {
				continue
			}
			texts, others := st.Query.JSONTexts(name)
			for _, t := range texts {
				if !slices.Contains(others, t.Column) && !slices.Contains(all, t) {
					all = append(all, t)
				}
			}
		}
	}
	out := extracted{}
	for i, t := range all {
		if i == maxExtracted {
			break
		}
		out[t] = fmt.Sprintf("extracted_%02d", i)
	}
	return out
}

// columns are the items of the list that stages.
func (d extracted) columns(value *sql.Literals) (out []string) {
	for t, name := range d {
		out = append(out, fmt.Sprintf("json_extract_scalar(%s, %s) AS %s", sql.Name(t.Column), value.Of(t.Path), name))
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(after(a), after(b)) })
	return out
}

func after(item string) string { return item[strings.LastIndexByte(item, ' '):] }

// of are the names of those that a statement takes from a relation, sorted.
func (d extracted) of(q *sql.Bound, name string) (out []string) {
	texts, _ := q.JSONTexts(name)
	for _, t := range texts {
		if column := d[t]; column != "" {
			out = append(out, column)
		}
	}
	slices.Sort(out)
	return out
}

// reads are the columns of the staged copy that a statement reads of a relation.
func (d extracted) reads(q *sql.Bound, name string) []string {
	texts, others := q.JSONTexts(name)
	for _, t := range texts {
		if column := d[t]; column != "" {
			others = append(others, column)
		} else if !slices.Contains(others, t.Column) {
			others = append(others, t.Column)
		}
	}
	return others
}
