// Package relation is the definition of `events` and `history`: base columns, derived columns, bounds, one row per event.
//
// The definition itself is SQL in templates/sql, in the language every query is written in. This package loads and checks
// it, says which columns queries may name, and binds it to a scope. What a record means is said there and nowhere else.
package relation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/sql"
)

// Folder is where a library holds the statements.
const Folder = "templates/sql/"

// mark is the line of events.sql from which the other statements go on: they count the same records.
const mark = "\n-- The other files of this folder go on from here"

// Scope is which records make the relations.
type Scope struct {
	From, To          time.Time  // the period, half-open: To is not in it
	HistoryDays       int        // length of `history` in days before From; 0: there is none
	LateDays          int        // days after the period whose deliveries are read too
	Accounts, Regions []string   // empty: all
	Values            sql.Values // parameters of the relation itself: zone, automation, calendar, networks
}

// Definition is the relation as written in templates/sql. It never changes after Load.
type Definition struct {
	statements map[string]*sql.Checked
	files      []library.File
	apart      *Definition
	unique     *Definition
	equal      *Definition
	refused    error // why there are no statements
}

// statements are the files of the folder; all but the first go on from the mark of the first.
var statements = []string{Events, Census, Deliveries, Conflicts}

// Load reads and checks the statements. The problems point into their files.
func Load(l *library.Library) (*Definition, diag.Problems) {
	d := &Definition{}
	var texts []part
	for _, name := range statements {
		f, ok := l.File(Folder + name + ".sql")
		if !ok {
			return nil, diag.Problems{{At: diag.Pos{File: Folder + name + ".sql"}, Text: "the definition of the relation events is missing",
				Hint: "the program is built wrongly, or the library replaces templates/sql; take its own copy back"}}
		}
		d.files = append(d.files, f)
		texts = append(texts, part{f.Path, string(f.Data)})
	}
	dated, _, ok := strings.Cut(texts[0].text, mark)
	if !ok {
		return nil, diag.Problems{{At: diag.Pos{File: texts[0].file}, Text: fmt.Sprintf("the line %q is missing", strings.TrimSpace(mark)),
			Hint: "it must stand behind the query named dated, whose records the other statements count"}}
	}
	var problems diag.Problems
	if d.statements, problems = check(texts, dated, nil); problems.Err() != nil {
		return nil, problems
	}
	if bad := d.vary(texts, dated); bad.Err() != nil {
		return nil, bad
	}
	return d, problems
}

// check parses and checks each statement; those after the first go on from dated.
func check(texts []part, dated string, v variant) (map[string]*sql.Checked, diag.Problems) {
	out := map[string]*sql.Checked{}
	var problems diag.Problems
	catalog := sql.Catalog{Records: RecordColumns()}
	for i, name := range statements {
		s := script{texts[i]}
		if i > 0 {
			s = script{{texts[0].file, dated + "\n"}, texts[i]}
		}
		parsed, bad := sql.Parse(s.text(), s.at)
		problems = append(problems, bad...)
		if bad.Err() != nil {
			continue
		}
		if i == 0 && len(v) == 0 {
			problems = append(problems, incomplete(parsed, texts[i].file)...)
		}
		bad = parsed.Decide(v.values())
		problems = append(problems, bad...)
		if bad.Err() != nil {
			continue
		}
		checked, bad := parsed.Check(catalog, types())
		problems = append(problems, bad...)
		if bad.Err() == nil {
			out[name] = checked
		}
	}
	if problems.Err() == nil {
		// A library may write events.sql in another way; then only an engine that stages cannot be used, and Select says so.
		if checked, err := checkStaged(texts[0], v); err == nil {
			out[Staged] = checked
		}
	}
	return out, problems
}

// Catalog is what queries may name: events and history with all their columns.
func (d *Definition) Catalog() sql.Catalog {
	return sql.Catalog{Events: Columns(), History: Columns()}
}

// Files are the files the definition was read from, for the record of a run.
func (d *Definition) Files() []library.File { return slices.Clone(d.files) }

// Select is a relation (events or history), or one of the statements staged, census, deliveries and conflicts, as one
// statement over the relation `records`, in the language every query is written in.
//
// The scope's values may leave out settings; those take the value of a zero Settings.
//
// loose reports whether there are log files outside CloudTrail's S3 layout: they have no delivery day, and are always read.
func (d *Definition) Select(name string, s Scope, loose bool) (*sql.Bound, error) {
	if d.refused != nil {
		return nil, d.refused
	}
	stmt, ok := d.statements[name]
	if name == History {
		stmt, ok = d.statements[Events]
	}
	if !ok && name == Staged {
		_, err := checkStaged(part{d.files[0].Path, string(d.files[0].Data)}, nil)
		return nil, fmt.Errorf("the library's own definition of events cannot be staged: %w; write it as the program's own file "+
			"does, or query the log files directly", err)
	}
	if !ok {
		return nil, fmt.Errorf("there is no relation %q: a query may read events and history", name)
	}
	w, err := window(name, s)
	if err != nil {
		return nil, err
	}
	history := s.From.UTC()
	if s.HistoryDays > 0 {
		if history, err = HistoryFrom(s, s.HistoryDays); err != nil {
			return nil, err
		}
	}
	v := Settings{}.Values()
	known := types()
	for n, x := range s.Values {
		if known[n] == "" {
			continue // a fact that only queries use
		}
		v[n] = x
	}
	maps.Copy(v, sql.Values{
		"period_from":            w.from,
		"period_to":              w.to,
		"history_from":           history,
		"history_day_from":       history.Format(deliveryDay),
		"history_day_to":         LastDay(s.From, s.LateDays).Format(deliveryDay),
		"history_eventtime_from": history.Truncate(time.Second).Format(seconds),
		"history_eventtime_to":   w.from.Add(time.Second - 1).Truncate(time.Second).Format(seconds),
		"eventtime_from":         w.from.Truncate(time.Second).Format(seconds),
		"eventtime_to":           w.to.Add(time.Second - 1).Truncate(time.Second).Format(seconds),
		// Whatever the relation, its records are compared with all that the run reads.
		"read_from":   history.Format(deliveryDay),
		"read_to":     LastDay(s.To, s.LateDays).Format(deliveryDay),
		"day_from":    w.from.Format(deliveryDay),
		"day_to":      LastDay(w.to, s.LateDays).Format(deliveryDay),
		"loose_files": loose,
		"accounts":    sorted(s.Accounts),
		"regions":     sorted(s.Regions),
	})
	bound, err := stmt.Bind(v)
	if err != nil {
		return nil, fmt.Errorf("the relation %s cannot be bound to its scope: %w", name, err)
	}
	return bound, nil
}

// How bounds read as text. seconds has no Z and no fraction, so that as text it stands before every instant of its second.
const (
	seconds     = "2006-01-02T15:04:05"
	deliveryDay = "2006/01/02"
)

type span struct{ from, to time.Time }

// window is the time of the relation's events in UTC.
func window(name string, s Scope) (span, error) {
	w := span{s.From.UTC(), s.To.UTC()}
	if !w.from.Before(w.to) {
		return w, fmt.Errorf("the period from %s to %s is empty: its end must be after its start", w.from.Format(time.RFC3339),
			w.to.Format(time.RFC3339))
	}
	if name != History {
		return w, nil
	}
	from, err := HistoryFrom(s, s.HistoryDays)
	return span{from, w.from}, err
}

// HistoryFrom is the first instant of a history of so many days: as many days of the report's calendar before the period.
func HistoryFrom(s Scope, days int) (time.Time, error) {
	if days < 1 {
		return time.Time{}, fmt.Errorf("the relation history needs a length: give the query `history: 90d` or another number of days")
	}
	zone, _ := s.Values["zone"].(string)
	loc, err := time.LoadLocation(zone) // "" is UTC
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone %q: %w", zone, err)
	}
	return s.From.In(loc).AddDate(0, 0, -days).UTC(), nil
}

// FirstDay is the first UTC day of a span that begins at t; deliveries of its events cannot be earlier.
func FirstDay(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// LastDay is the last delivery day to read for a span that ends before to: its last UTC day and the late days after it.
func LastDay(to time.Time, late int) time.Time {
	return FirstDay(to.Add(-1)).AddDate(0, 0, max(late, 0))
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}
