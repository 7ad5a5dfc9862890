package awsfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// table is a table of the catalog. input is what was put, so that it is given back as it came.
type table struct {
	name, database  string
	input           map[string]json.RawMessage
	definition      tableInput
	version         int
	created, update time.Time
	old             []tableVersion
	partitions      []partition
}

type tableVersion struct {
	version int
	input   map[string]json.RawMessage
	update  time.Time
}

// tableInput is what the fake itself reads of a TableInput.
type tableInput struct {
	Name              string
	TableType         string
	Parameters        map[string]string
	PartitionKeys     []glueColumn
	StorageDescriptor *storage
}

type glueColumn struct{ Name, Type string }

type storage struct {
	Columns                             []glueColumn
	Location, InputFormat, OutputFormat string
	Compressed                          bool `json:",omitempty"`
	SerdeInfo                           *struct{ SerializationLibrary string }
}

// partition is a registered partition.
type partition struct {
	values []string
	input  map[string]json.RawMessage
	place  string // location, "" of the table
}

var tableName = regexp.MustCompile(`^[^\x00-\x1f/\\]{1,255}$`)

func parseTable(input map[string]json.RawMessage) (tableInput, *failure) {
	b, err := json.Marshal(input)
	var t tableInput
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil {
		return t, refuse("InvalidInputException", "the table cannot be read: %v", err)
	}
	t.Name = strings.ToLower(t.Name)
	if !tableName.MatchString(t.Name) {
		return t, refuse("InvalidInputException", "%q is not a name of a table", t.Name)
	}
	for k, v := range t.Parameters {
		if len(k) > 255 || len(v) > 512000 {
			return t, refuse("ValidationException", "the parameter %.40s is too long", k)
		}
	}
	seen := map[string]bool{}
	var columns []glueColumn
	if t.StorageDescriptor != nil {
		columns = t.StorageDescriptor.Columns
	}
	for _, col := range slices.Concat(columns, t.PartitionKeys) {
		name := strings.ToLower(col.Name)
		if seen[name] || name == "" {
			return t, refuse("InvalidInputException", "the column %q stands there twice or has no name", col.Name)
		}
		seen[name] = true
		if len(col.Type) > 131072 {
			return t, refuse("ValidationException", "the type of column %s is too long", col.Name)
		}
	}
	return t, nil
}

func (t *table) shown(account string) map[string]any {
	out := map[string]any{}
	for k, v := range t.input {
		out[k] = v
	}
	out["Name"], out["DatabaseName"], out["CatalogId"], out["VersionId"] = t.name, t.database, account, strconv.Itoa(t.version)
	out["CreateTime"], out["UpdateTime"] = seconds(t.created), seconds(t.update)
	out["CreatedBy"], out["IsRegisteredWithLakeFormation"] = "fake", false
	if t.input["StorageDescriptor"] != nil {
		out["StorageDescriptor"] = filled(t.input["StorageDescriptor"])
	}
	if out["Retention"] == nil {
		out["Retention"] = 0
	}
	return out
}

// filled is a StorageDescriptor as Glue gives it back: with figures and switches that the caller left out. Trino's client of
// Glue cannot do without the number of buckets. BucketColumns stays out, for which SHOW CREATE TABLE fails at Athena.
func filled(input json.RawMessage) any {
	var sd map[string]json.RawMessage
	if err := json.Unmarshal(input, &sd); err != nil || sd == nil {
		return input
	}
	for name, value := range map[string]any{"Compressed": false, "NumberOfBuckets": 0, "SortColumns": []any{},
		"StoredAsSubDirectories": false} {
		if x := sd[name]; x == nil || string(x) == "null" {
			sd[name] = raw(value)
		}
	}
	return sd
}

func (g *glueState) table(db, name string) (*table, *failure) {
	d, err := g.database(db)
	if err != nil {
		return nil, err
	}
	if t := d.tables[strings.ToLower(name)]; t != nil {
		return t, nil
	}
	return nil, missing("Table %s not found.", strings.ToLower(name))
}

// add puts a table into the catalog.
func (g *glueState) add(db string, input map[string]json.RawMessage, now time.Time) (*table, *failure) {
	d, err := g.database(db)
	if err != nil {
		return nil, err
	}
	def, err := parseTable(input)
	if err != nil {
		return nil, err
	}
	if d.tables[def.Name] != nil {
		return nil, refuse("AlreadyExistsException", "Table already exists.")
	}
	if d.tables == nil {
		d.tables = map[string]*table{}
	}
	t := &table{name: def.Name, database: d.Name, input: input, definition: def, created: now, update: now}
	d.tables[def.Name] = t
	return t, nil
}

type tableCall struct {
	DatabaseName, Name, TableName, VersionId string
	TableInput                               map[string]json.RawMessage
	SkipArchive                              bool
	TablesToDelete, VersionIds               []string
	NextToken                                string
	MaxResults                               int
}

func (c *call) createTable(in tableCall) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	_, err := g.add(in.DatabaseName, in.TableInput, c.o.Now())
	return empty{}, err
}

func (c *call) getTable(in tableCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.Name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": t.shown(c.o.Account)}, nil
}

func (c *call) getTables(in pageInput) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	d, err := g.database(in.DatabaseName)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(d.tables))
	if in.Expression != "" {
		pattern, e := regexp.Compile("^(?:" + in.Expression + ")$")
		if e != nil {
			return nil, refuse("InvalidInputException", "the expression %q is not valid", in.Expression)
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !pattern.MatchString(n) })
	}
	names, next, err := page(names, in.NextToken, in.MaxResults, c.most(100))
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, n := range names {
		list = append(list, d.tables[n].shown(c.o.Account))
	}
	out := map[string]any{"TableList": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// updateTable replaces the whole definition; the old one is kept as a version unless SkipArchive is set. A VersionId that
// is not the newest means that somebody was faster.
func (c *call) updateTable(in tableCall) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	def, err := parseTable(in.TableInput)
	if err != nil {
		return empty{}, err
	}
	t, err := g.table(in.DatabaseName, def.Name)
	if err != nil {
		return empty{}, err
	}
	if in.VersionId != "" && in.VersionId != strconv.Itoa(t.version) {
		return empty{}, refuse("ConcurrentModificationException", "Update table failed due to concurrent modifications.")
	}
	if !in.SkipArchive {
		t.old = append(t.old, tableVersion{t.version, t.input, t.update})
	}
	t.version++
	t.input, t.definition, t.update = in.TableInput, def, c.o.Now()
	return empty{}, nil
}

func (c *call) deleteTable(in tableCall) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.table(in.DatabaseName, in.Name)
	if err != nil {
		return empty{}, err
	}
	delete(g.databases[t.database].tables, t.name)
	return empty{}, nil
}

func (c *call) batchDeleteTable(in tableCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	errors := []any{}
	for _, name := range in.TablesToDelete {
		t, err := g.table(in.DatabaseName, name)
		if err != nil {
			errors = append(errors, map[string]any{"TableName": name, "ErrorDetail": map[string]any{"ErrorCode": err.code,
				"ErrorMessage": err.message}})
			continue
		}
		delete(g.databases[t.database].tables, t.name)
	}
	return map[string]any{"Errors": errors}, nil
}

// raw is a value as the JSON of an input.
func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("awsfake: %v", err))
	}
	return b
}
