package awsfake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// columnar is one reading of a table in Parquet.
type columnar struct {
	table int // its number among the statement's tables
	place int // where the statement names it
	files []file
}

// fileList is the name of the list of files in what stands for a table.
var fileList = regexp.MustCompile(`\bfiles_[0-9a-z_]+`)

// columns is how many bytes of files in Parquet are read: for each reading those of the columns, and of the fields of rows,
// that are left when DuckDB's planner has taken away what is not needed there. Trino's does the same. text has holes in
// place of the tables; stands is what belongs there.
//
// Where a table is read several times, each place of the statement gets a list of files of its own, which tells the readings
// apart in DuckDB's plan; queries that a WITH names are put in place of their names, as Trino does.
func (s *Server) columns(ctx context.Context, p *plan, text string, stands []string, readings []columnar) (int64, error) {
	db, err := s.database()
	if err != nil {
		return 0, err
	}
	type place struct{ table, at int }
	lists := map[place]string{}
	for i, stand := range stands {
		var places []int
		for _, r := range readings {
			if r.table == i {
				places = append(places, r.place)
			}
		}
		slices.Sort(places)
		places = slices.Compact(places)
		list := fileList.FindString(stand)
		if len(readings) < 2 || list == "" || strings.Count(text, hole(i)) != len(places) {
			text = strings.ReplaceAll(text, hole(i), stand)
			continue
		}
		for n, at := range places {
			own := fmt.Sprintf("%s_%d", list, n)
			if _, err := db.ExecContext(ctx, "CREATE TABLE "+own+" AS FROM "+list); err != nil {
				return 0, fmt.Errorf("list files: %w", err)
			}
			p.tables = append(p.tables, own)
			lists[place{i, at}] = own
			text = strings.Replace(text, hole(i), fileList.ReplaceAllString(stand, own), 1)
		}
	}
	var name, tree string
	if err := db.QueryRowContext(ctx, "EXPLAIN (FORMAT json) "+strings.ReplaceAll(text, " AS MATERIALIZED (",
		" AS NOT MATERIALIZED (")).Scan(&name, &tree); err != nil {
		return 0, dataError(err)
	}
	var nodes []planNode
	if err := json.Unmarshal([]byte(tree), &nodes); err != nil {
		return 0, fmt.Errorf("read the plan: %w", err)
	}
	a := &assigned{of: map[string][]map[string]bool{}, all: map[string]bool{}}
	for _, n := range nodes {
		scans, left := a.assign(n)
		for _, list := range lists {
			a.unsure = a.unsure || slices.Contains(left, list)
		}
		a.unsure = a.unsure || len(scans) > 0
	}
	var sum int64
	done := map[string]int{}
	for _, r := range readings {
		list := lists[place{r.table, r.place}]
		read := a.all
		if list != "" && !a.unsure {
			// DuckDB reads once what two readings have in common; Trino reads it twice.
			switch some, n := a.of[list], done[list]; {
			case n < len(some):
				read = some[n]
			case len(some) == 0:
				read = nil // no row of it can matter
			default:
				read = map[string]bool{}
				for _, x := range some {
					maps.Copy(read, x)
				}
			}
			done[list]++
		}
		for _, f := range r.files {
			p, err := s.parquet(ctx, f)
			if err != nil {
				return 0, err
			}
			sum += p.size(read)
		}
	}
	return sum, nil
}

// size is how many bytes the columns have, and the fields of rows.
func (p *parquetFile) size(read map[string]bool) (sum int64) {
	for path, n := range p.bytes {
		for part := path; part != ""; {
			if read[part] {
				sum += n
				break
			}
			i := strings.LastIndexByte(part, '.')
			part = part[:max(i, 0)]
		}
	}
	return sum
}

// planNode is a step of DuckDB's plan.
type planNode struct {
	Name     string         `json:"name"`
	Children []planNode     `json:"children"`
	Info     map[string]any `json:"extra_info"`
}

var filterColumn = regexp.MustCompile(`^(?:optional: )?"?([^\s"=<>!(]+)`)

// columns is what a scan of Parquet files reads. A single text stands for a list of one.
func (n planNode) columns() map[string]bool {
	out := map[string]bool{}
	for _, key := range []string{"Projections", "Filters"} {
		list, ok := n.Info[key].([]any)
		if !ok {
			list = []any{n.Info[key]}
		}
		for _, x := range list {
			if text, ok := x.(string); ok {
				if m := filterColumn.FindStringSubmatch(text); key == "Filters" && m != nil {
					text = m[1]
				}
				out[strings.ToLower(text)] = true
			}
		}
	}
	return out
}

// assigned are the columns of the scans of a plan by the list of files that each is joined with.
type assigned struct {
	of     map[string][]map[string]bool
	all    map[string]bool // of all scans together
	unsure bool            // a scan whose list could not be told
}

// assign gives the scans and lists below a step that have not found each other yet.
func (a *assigned) assign(n planNode) (scans []map[string]bool, lists []string) {
	switch strings.TrimSpace(n.Name) {
	case "READ_PARQUET":
		scans = append(scans, n.columns())
		maps.Copy(a.all, scans[0])
	case "EMPTY_RESULT":
		lists = append(lists, "") // of a list in which the planner sees that no file is left
	case "SEQ_SCAN":
		if table, _ := n.Info["Table"].(string); fileList.MatchString(table) {
			lists = append(lists, fileList.FindString(table))
		}
	}
	for _, c := range n.Children {
		s, l := a.assign(c)
		scans, lists = append(scans, s...), append(lists, l...)
	}
	if len(scans) > 1 {
		a.unsure = true
	}
	if len(scans) == 0 {
		lists = slices.DeleteFunc(lists, func(l string) bool { return l == "" && len(n.Children) > 1 })
	}
	if len(scans) == 1 && len(lists) == 1 {
		a.of[lists[0]] = append(a.of[lists[0]], scans[0])
		return nil, nil
	}
	return scans, lists
}
