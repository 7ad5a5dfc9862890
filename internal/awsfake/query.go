package awsfake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trailscribe/internal/sql"
)

// plan is a SELECT that can be run on DuckDB.
type plan struct {
	checked *sql.Checked
	text    string // in DuckDB's dialect
	types   []*sql.Type
	scanned int64
	tables  []string // to be dropped afterwards

	key    [32]byte // what its answer rests on
	stable bool     // the same key gives the same answer
	before answer   // what is known of it
}

// pathColumn is the hidden column with the object's name.
const pathColumn = "$path"

// relation is a table of the catalog as a statement sees it.
type relation struct {
	table      *table
	columns    []sql.Column // of the files
	partitions []sql.Column
	parquet    bool
}

// Formats of tables that the fake reads.
const (
	cloudTrailInput = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
	parquetInput    = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
	parquetOutput   = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
	parquetSerde    = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
)

var cloudTrailSerdes = []string{"org.apache.hive.hcatalog.data.JsonSerDe", "com.amazon.emr.hive.serde.CloudTrailSerde",
	"org.openx.data.jsonserde.JsonSerDe"}

func (t *table) relation() (*relation, error) {
	def := t.definition
	r := &relation{table: t}
	if def.StorageDescriptor == nil {
		return nil, athenaError(2, 1004, "HIVE_INVALID_METADATA: the table %s.%s has no storage descriptor", t.database, t.name)
	}
	convert := func(cols []glueColumn) ([]sql.Column, error) {
		var out []sql.Column
		for _, c := range cols {
			typ, err := sql.ParseHiveType(c.Type)
			if err != nil {
				return nil, athenaError(2, 1004, "HIVE_INVALID_METADATA: column %s of %s.%s: %v", c.Name, t.database, t.name, err)
			}
			out = append(out, sql.Column{Name: strings.ToLower(c.Name), Type: typ.String()})
		}
		return out, nil
	}
	var err error
	if r.columns, err = convert(def.StorageDescriptor.Columns); err != nil {
		return nil, err
	}
	if r.partitions, err = convert(def.PartitionKeys); err != nil {
		return nil, err
	}
	serde := ""
	if def.StorageDescriptor.SerdeInfo != nil {
		serde = def.StorageDescriptor.SerdeInfo.SerializationLibrary
	}
	switch {
	case def.StorageDescriptor.InputFormat == cloudTrailInput && slices.Contains(cloudTrailSerdes, serde):
	case def.StorageDescriptor.InputFormat == parquetInput && serde == parquetSerde:
		r.parquet = true
	default:
		return nil, athenaError(2, 1004, "HIVE_UNSUPPORTED_FORMAT: the fake reads CloudTrail logs and Parquet; the table "+
			"%s.%s has input format %s and SerDe %s", t.database, t.name, def.StorageDescriptor.InputFormat, serde)
	}
	return r, nil
}

// resolve finds the table that a statement names, in its own database or another.
func (s *Server) resolve(name, database string) (*table, string, string) {
	parts := strings.Split(name, ".")
	if len(parts) == 3 && parts[0] == "awsdatacatalog" {
		parts = parts[1:]
	}
	db, own := database, parts[len(parts)-1]
	if len(parts) == 2 {
		db = parts[0]
	}
	if len(parts) > 2 {
		return nil, name, ""
	}
	s.glue.mu.RLock()
	defer s.glue.mu.RUnlock()
	t, err := s.glue.table(db, own)
	if err != nil {
		return nil, db, own
	}
	copied := *t
	copied.partitions = slices.Clone(t.partitions)
	return &copied, db, own
}

// problem is a parser's or checker's problem in Athena's words.
func problem(code string, kind int, err error) error {
	text := err.Error()
	if i := strings.IndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	return athenaError(2, kind, "%s: %s", code, text)
}

// plan reads, checks and prints a SELECT, loads what it reads, and says how many bytes that is. A dry one is only checked.
// What the plan made must be dropped, with an error too. Answers to the same text are remembered for the same purpose; ""
// is for none.
func (s *Server) plan(ctx context.Context, text, database, id, purpose string, dry bool) (*plan, error) {
	r, relations, err := s.read(text, database)
	if err != nil {
		return nil, err
	}
	p := &plan{checked: r.checked, types: r.types}
	if dry {
		return p, nil
	}
	names := slices.Sorted(maps.Keys(relations))
	tables := make([]over, len(names))
	var parquet []columnar
	for i, name := range names {
		tables[i].r = relations[name]
		all, err := s.files(tables[i].r.table)
		if err != nil {
			return p, err
		}
		used := map[*object]bool{}
		for _, sc := range r.scans {
			if sc.table != name {
				continue
			}
			some, err := s.prune(ctx, tables[i].r, all, sc.conditions)
			if err != nil {
				return p, err
			}
			for _, f := range some {
				if !tables[i].r.parquet {
					p.scanned += int64(len(f.object.body))
				}
				if !used[f.object] {
					tables[i].files = append(tables[i].files, f)
				}
				used[f.object] = true
			}
			if tables[i].r.parquet {
				parquet = append(parquet, columnar{i, sc.place, some})
			}
		}
	}
	if p.key, p.stable = r.key(purpose, tables); p.stable {
		p.before = s.athena.answers.find(p.key)
		if p.before.selected || p.before.wrote {
			p.scanned += p.before.columnar
			return p, nil
		}
	}
	p.text = r.text
	stands := make([]string, len(tables))
	for i, t := range tables {
		if stands[i], err = s.stand(ctx, p, t.r, t.files, id); err != nil {
			return p, err
		}
		p.text = strings.ReplaceAll(p.text, hole(i), stands[i])
	}
	if len(parquet) > 0 {
		if p.before.columnar, err = s.columns(ctx, p, r.text, stands, parquet); err != nil {
			return p, err
		}
		p.scanned += p.before.columnar
	}
	return p, nil
}

// read reads and checks a SELECT, or finds that this was done before with tables of the same columns.
func (s *Server) read(text, database string) (*reading, map[string]*relation, error) {
	key := database + "\x00" + text
	r := s.athena.answers.reading(key)
	relations, catalog := map[string]*relation{}, sql.Catalog{}
	find := func(scans []scan) error {
		for _, sc := range scans {
			if relations[sc.table] != nil {
				continue
			}
			t, db, own := s.resolve(sc.table, database)
			if t == nil {
				return athenaError(2, 1110, "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.%s.%s' does not exist", db, own)
			}
			r, err := t.relation()
			if err != nil {
				return err
			}
			relations[sc.table] = r
			catalog[sc.table] = slices.Concat(r.columns, r.partitions)
		}
		return nil
	}
	if r != nil {
		if err := find(r.scans); err != nil {
			return nil, nil, err
		}
		if r.signature == signature(catalog) {
			return r, relations, nil
		}
		clear(relations)
		clear(catalog)
	}
	parsed, problems := sql.Parse(text, nil)
	if problems.Err() != nil {
		return nil, nil, problem("SYNTAX_ERROR", 1006, problems)
	}
	r = &reading{scans: scansOf(text, parsed.Query()), unstable: unstable.MatchString(text)}
	if err := find(r.scans); err != nil {
		return nil, nil, err
	}
	r.signature = signature(catalog)
	checked, problems := parsed.Check(catalog, nil)
	if problems.Err() != nil && strings.Contains(text, pathColumn) {
		// The hidden column is not part of a star; so it is offered only where the statement does not go without it.
		for name, r := range relations {
			catalog[name] = slices.Concat(r.columns, r.partitions, []sql.Column{{Name: pathColumn, Type: "varchar"}})
		}
		checked, problems = parsed.Check(catalog, nil)
	}
	if problems.Err() != nil {
		code := "SYNTAX_ERROR"
		switch {
		case strings.Contains(problems.Error(), "column"):
			code = "COLUMN_NOT_FOUND"
		case strings.Contains(problems.Error(), "type"):
			code = "TYPE_MISMATCH"
		}
		return nil, nil, problem(code, 1006, problems)
	}
	bound, err := checked.Bind(nil)
	if err != nil {
		return nil, nil, problem("SYNTAX_ERROR", 1006, err)
	}
	r.checked = checked
	for _, name := range checked.Types() {
		t, err := sql.ParseType(name)
		if err != nil {
			return nil, nil, fmt.Errorf("the type %s of a result: %w", name, err)
		}
		r.types = append(r.types, t)
	}
	holes := map[string]string{}
	for i, name := range slices.Sorted(maps.Keys(relations)) {
		holes[name] = hole(i)
	}
	r.text = bound.Text(sql.DuckDB, holes)
	s.athena.answers.keepReading(key, r)
	return r, relations, nil
}

// prune keeps the files for which the conditions on partition columns and "$path" hold. A condition that cannot be decided
// from these alone does not prune.
func (s *Server) prune(ctx context.Context, r *relation, files []file, conditions []condition) ([]file, error) {
	partition := map[string]bool{pathColumn: true}
	for _, c := range r.partitions {
		partition[c.Name] = true
	}
	var texts []string
	own := append(append([]sql.Column{{Name: "__n", Type: "bigint"}}, r.partitions...), sql.Column{Name: pathColumn, Type: "varchar"})
	byPath := false
	catalog := sql.Catalog{"parts": own}
	var usable []condition
	for _, c := range conditions {
		ok := true
		for _, ref := range c.refs {
			ok = ok && partition[ref.column]
		}
		onPath := slices.ContainsFunc(c.refs, func(ref reference) bool { return ref.column == pathColumn })
		if !ok {
			continue
		}
		parsed, bad := sql.Parse("SELECT __n FROM parts WHERE ("+c.text()+")", nil)
		if bad.Err() != nil {
			continue
		}
		if _, bad := parsed.Check(catalog, nil); bad.Err() != nil {
			continue
		}
		byPath = byPath || onPath
		texts = append(texts, "("+c.text()+")")
		usable = append(usable, c)
	}
	for _, k := range r.partitions {
		if strings.EqualFold(r.table.definition.Parameters["projection."+k.Name+".type"], "injected") &&
			!slices.ContainsFunc(usable, func(c condition) bool { return c.injected(k.Name) }) {
			return nil, athenaError(2, 1103, "CONSTRAINT_VIOLATION: For the injected projected partition column %s, the WHERE clause must "+
				"contain only static equality conditions, and at least one such condition must be present.", k.Name)
		}
	}
	if len(texts) == 0 || len(files) == 0 {
		return files, nil
	}
	groups, members := map[string]int{}, [][]file{}
	var rows []string
	for _, f := range files {
		key := strings.Join(f.values, "\x00")
		if byPath {
			key = f.path()
		}
		n, there := groups[key]
		if !there {
			n = len(members)
			groups[key] = n
			members = append(members, nil)
			cells := []string{fmt.Sprint(n)}
			for i, v := range f.values {
				t, err := sql.ParseType(r.partitions[i].Type)
				if err != nil {
					return nil, err
				}
				cells = append(cells, "CAST("+partitionText(v)+" AS "+sql.DuckType(t)+")")
			}
			cells = append(cells, quoteText(f.path()))
			rows = append(rows, "("+strings.Join(cells, ", ")+")")
		}
		members[n] = append(members[n], f)
	}
	parsed, bad := sql.Parse("SELECT __n FROM parts WHERE "+strings.Join(texts, " AND ")+" ORDER BY __n", nil)
	if bad.Err() != nil {
		return nil, bad
	}
	checked, bad := parsed.Check(catalog, nil)
	if bad.Err() != nil {
		return nil, bad
	}
	bound, err := checked.Bind(nil)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(own))
	for i, c := range own {
		names[i] = sql.Name(c.Name)
	}
	db, err := s.database()
	if err != nil {
		return nil, err
	}
	found, err := db.QueryContext(ctx, bound.Text(sql.DuckDB, map[string]string{"parts": "(SELECT * FROM (VALUES " + strings.Join(rows, ", ") +
		") AS v(" + strings.Join(names, ", ") + "))"}))
	if err != nil {
		return nil, fmt.Errorf("find partitions: %w", err)
	}
	defer found.Close()
	var out []file
	for found.Next() {
		var n int
		if err := found.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, members[n]...)
	}
	return out, found.Err()
}

// nullPartition is how Hive writes a partition column that is NULL.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

func partitionText(v string) string {
	if v == nullPartition {
		return "NULL"
	}
	return quoteText(v)
}

// stand makes the relation that DuckDB reads in place of a table.
func (s *Server) stand(ctx context.Context, p *plan, r *relation, files []file, id string) (string, error) {
	types, err := duckColumns(r.columns)
	if err != nil {
		return "", err
	}
	partTypes, err := duckColumns(r.partitions)
	if err != nil {
		return "", err
	}
	var columns []string
	for i, c := range r.columns {
		columns = append(columns, "CAST(r."+sql.Name(c.Name)+" AS "+types[i]+") AS "+sql.Name(c.Name))
	}
	if len(files) == 0 {
		columns = nil
		for i, c := range r.columns {
			columns = append(columns, "CAST(NULL AS "+types[i]+") AS "+sql.Name(c.Name))
		}
		for i, c := range r.partitions {
			columns = append(columns, "CAST(NULL AS "+partTypes[i]+") AS "+sql.Name(c.Name))
		}
		return "(SELECT " + strings.Join(append(columns, "CAST(NULL AS VARCHAR) AS "+sql.Name(pathColumn)), ", ") + " WHERE false)", nil
	}
	for i, c := range r.partitions {
		columns = append(columns, fmt.Sprintf("CAST(f.p%d AS %s) AS %s", i, partTypes[i], sql.Name(c.Name)))
	}
	columns = append(columns, "f.path AS "+sql.Name(pathColumn))
	from, on := "", ""
	keys := make([]string, len(files))
	if r.parquet {
		var names []string
		for i, f := range files {
			pf, err := s.parquet(ctx, f)
			if err != nil {
				return "", err
			}
			names, keys[i] = append(names, quoteText(pf.name)), quoteText(pf.name)
		}
		from, on = "read_parquet(["+strings.Join(names, ", ")+"], filename = true, hive_partitioning = false, union_by_name = true)",
			"r.filename = f.object"
	} else {
		raw, err := s.records(ctx, r.columns, files)
		if err != nil {
			return "", err
		}
		for i, f := range files {
			keys[i] = fmt.Sprint(raw.objects[f.object])
		}
		from, on = raw.name, "r."+objectColumn+" = f.object"
	}
	list := fmt.Sprintf("files_%s_%d", strings.ReplaceAll(id, "-", ""), len(p.tables))
	var rows []string
	for i, f := range files {
		cells := []string{keys[i], quoteText(f.path())}
		for _, v := range f.values {
			cells = append(cells, partitionText(v))
		}
		rows = append(rows, "("+strings.Join(cells, ", ")+")")
	}
	names := []string{"object", "path"}
	for i := range r.partitions {
		names = append(names, fmt.Sprintf("p%d", i))
	}
	db, err := s.database()
	if err != nil {
		return "", err
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE "+list+" AS SELECT * FROM (VALUES "+strings.Join(rows, ", ")+") AS v("+
		strings.Join(names, ", ")+")"); err != nil {
		return "", fmt.Errorf("list the files of %s: %w", r.table.name, err)
	}
	p.tables = append(p.tables, list)
	return "(SELECT " + strings.Join(columns, ", ") + " FROM " + from + " AS r JOIN " + list + " AS f ON " + on + ")", nil
}

// drop removes what a plan made in the database.
func (s *Server) drop(p *plan) {
	db, err := s.database()
	if err != nil || p == nil {
		return
	}
	for _, t := range p.tables {
		db.ExecContext(s.life, "DROP TABLE IF EXISTS "+t) // the server may be closing
	}
}
