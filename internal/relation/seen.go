package relation

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"trailscribe/internal/sql"
)

// View is which rows of the relations one statement sees.
type View struct {
	Scope       Scope
	HistoryDays int    // the statement's own history: of a longer one it sees the last days only. 0: all that the scope has
	LogFiles    string // only events of log files whose key begins so, cut from log_file; "" all
}

// Rows says where an engine has the rows of a relation.
type Rows struct {
	From    string   // a table, or a query in parentheses
	Columns []string // that it has, in the order of Columns; nil: all
	Where   []string // conditions for its rows to be those of the relation
	More    []string // columns that it has besides those of the relation
}

// Sources are what a statement reads in place of each relation, in the words of a dialect. rows says where the rows of a relation
// are; it is asked for history only where the scope has one.
func (v View) Sources(d sql.Dialect, rows func(relation string) (Rows, error)) (map[string]string, error) {
	names := []string{Events}
	if v.Scope.HistoryDays > 0 {
		names = append(names, History)
	}
	out := map[string]string{}
	for _, name := range names {
		r, err := rows(name)
		if err != nil {
			return nil, err
		}
		if out[name], err = v.source(d, name, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v View) source(d sql.Dialect, name string, r Rows) (string, error) {
	value := sql.Literals{Dialect: d}
	where := slices.Clone(r.Where)
	if v.LogFiles != "" {
		where = append(where, `starts_with("log_file", `+value.Of(v.LogFiles)+")")
	}
	if name == History && v.HistoryDays > 0 && v.HistoryDays < v.Scope.HistoryDays {
		from, err := HistoryFrom(v.Scope, v.HistoryDays)
		if err != nil {
			return "", err
		}
		where = append(where, `"event_time" >= `+value.Of(from.Truncate(time.Millisecond)))
	}
	if value.Err != nil {
		return "", fmt.Errorf("restrict the relation %s: %w", name, value.Err)
	}
	if len(where) == 0 {
		return r.From, nil
	}
	cols := r.Columns
	if cols == nil {
		for _, c := range Columns() {
			cols = append(cols, c.Name)
		}
	}
	var list []string
	for _, c := range cols {
		item := sql.Name(c)
		if c == "log_file" && v.LogFiles != "" {
			item = fmt.Sprintf("substr(%s, %d) AS %[1]s", item, utf8.RuneCountInString(v.LogFiles)+1)
		}
		list = append(list, item)
	}
	for _, c := range r.More {
		list = append(list, sql.Name(c))
	}
	return "(SELECT " + strings.Join(list, ", ") + " FROM " + r.From + " WHERE " + strings.Join(where, " AND ") + ")", nil
}

// Stored is the columns that an engine's copy of relations shall have, in the order of Columns: those that statements read of
// them (Scope.Columns of an engine; all where it is empty), and those that the engine always needs.
func Stored(read map[string][]string, always []string, relations ...string) ([]string, error) {
	want := slices.Clone(always)
	for _, name := range relations {
		for _, c := range read[name] {
			if !Known(c) {
				return nil, fmt.Errorf("the relation %s has no column %q", name, c)
			}
			want = append(want, c)
		}
	}
	var cols []string
	for _, c := range Columns() {
		if len(read) == 0 || slices.Contains(want, c.Name) {
			cols = append(cols, c.Name)
		}
	}
	return cols, nil
}

// Days are the first and the last delivery day whose log files the scope rests on, as midnights in UTC.
func (s Scope) Days() (first, last time.Time, err error) {
	from := s.From
	if s.HistoryDays > 0 {
		if from, err = HistoryFrom(s, s.HistoryDays); err != nil {
			return first, last, err
		}
	}
	return FirstDay(from), LastDay(s.To, s.LateDays), nil
}
