package awsfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// glueState is the catalog.
type glueState struct {
	mu        sync.RWMutex
	databases map[string]*database
	tags      map[string]map[string]string // by ARN
}

type database struct {
	Name       string
	CreateTime time.Time
	input      map[string]json.RawMessage
	tables     map[string]*table
}

var glueOperations = map[string]func(*call) (any, *failure){
	"CreateDatabase": operation((*call).createDatabase), "GetDatabase": operation((*call).getDatabase),
	"GetDatabases":   operation((*call).getDatabases),
	"UpdateDatabase": operation((*call).updateDatabase), "DeleteDatabase": operation((*call).deleteDatabase),
	"CreateTable": operation((*call).createTable), "GetTable": operation((*call).getTable), "GetTables": operation((*call).getTables),
	"UpdateTable": operation((*call).updateTable), "DeleteTable": operation((*call).deleteTable),
	"BatchDeleteTable": operation((*call).batchDeleteTable),
	"GetTableVersion":  operation((*call).getTableVersion), "GetTableVersions": operation((*call).getTableVersions),
	"DeleteTableVersion": operation((*call).deleteTableVersion), "BatchDeleteTableVersion": operation((*call).batchDeleteTableVersion),
	"CreatePartition": operation((*call).createPartition), "BatchCreatePartition": operation((*call).batchCreatePartition),
	"GetPartition": operation((*call).getPartition), "GetPartitions": operation((*call).getPartitions),
	"BatchGetPartition": operation((*call).batchGetPartition),
	"DeletePartition":   operation((*call).deletePartition), "BatchDeletePartition": operation((*call).batchDeletePartition),
	"GetColumnStatisticsForTable": operation((*call).getStatistics), "GetColumnStatisticsForPartition": operation((*call).getStatistics),
	"GetTags": operation((*call).getTags), "TagResource": operation((*call).tagResource), "UntagResource": operation((*call).untagResource),
}

type empty struct{}

func missing(format string, args ...any) *failure {
	return refuse("EntityNotFoundException", format, args...)
}

// page cuts a list into the part that an answer holds, and says where the next begins.
func page[T any](list []T, token string, limit, most int) ([]T, string, *failure) {
	from := 0
	if token != "" {
		n, err := strconv.Atoi(token)
		if err != nil || n < 0 || n > len(list) {
			return nil, "", refuse("InvalidInputException", "the token %q is not valid", token)
		}
		from = n
	}
	if limit <= 0 || limit > most {
		limit = most
	}
	to := min(from+limit, len(list))
	next := ""
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], next, nil
}

func (s *Server) most(n int) int {
	if s.o.PageSize > 0 {
		return min(n, s.o.PageSize)
	}
	return n
}

func (g *glueState) database(name string) (*database, *failure) {
	if d := g.databases[strings.ToLower(name)]; d != nil {
		return d, nil
	}
	return nil, missing("Database %s not found.", strings.ToLower(name))
}

type databaseInput struct {
	DatabaseInput map[string]json.RawMessage
	Name          string
	Tags          map[string]string
}

func nameOf(input map[string]json.RawMessage) string {
	var name string
	json.Unmarshal(input["Name"], &name)
	return strings.ToLower(name)
}

func (c *call) createDatabase(in databaseInput) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	name := nameOf(in.DatabaseInput)
	if name == "" {
		return empty{}, refuse("InvalidInputException", "a database needs a name")
	}
	if g.databases[name] != nil {
		return empty{}, refuse("AlreadyExistsException", "Database already exists.")
	}
	g.databases[name] = &database{Name: name, CreateTime: c.o.Now(), input: in.DatabaseInput, tables: map[string]*table{}}
	if len(in.Tags) > 0 {
		g.tag("arn:"+c.partition()+":glue:"+c.o.Region+":"+c.o.Account+":database/"+name, in.Tags)
	}
	return empty{}, nil
}

func (d *database) shown(account string) map[string]any {
	out := map[string]any{}
	for k, v := range d.input {
		out[k] = v
	}
	out["Name"], out["CreateTime"], out["CatalogId"] = d.Name, seconds(d.CreateTime), account
	return out
}

func (c *call) getDatabase(in databaseInput) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	d, err := g.database(in.Name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Database": d.shown(c.o.Account)}, nil
}

type pageInput struct {
	DatabaseName, NextToken string
	TableName, Expression   string
	MaxResults              int
}

func (c *call) getDatabases(in pageInput) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	var names []string
	for name := range g.databases {
		names = append(names, name)
	}
	slices.Sort(names)
	names, next, err := page(names, in.NextToken, in.MaxResults, c.most(100))
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, name := range names {
		list = append(list, g.databases[name].shown(c.o.Account))
	}
	out := map[string]any{"DatabaseList": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (c *call) updateDatabase(in databaseInput) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	d, err := g.database(in.Name)
	if err != nil {
		return empty{}, err
	}
	d.input = in.DatabaseInput
	return empty{}, nil
}

// deleteDatabase deletes the tables with it, as Glue does.
func (c *call) deleteDatabase(in databaseInput) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	d, err := g.database(in.Name)
	if err != nil {
		return empty{}, err
	}
	delete(g.databases, d.Name)
	return empty{}, nil
}

type tagInput struct {
	ResourceArn  string
	TagsToAdd    map[string]string
	TagsToRemove []string
}

func (g *glueState) tag(arn string, tags map[string]string) {
	if g.tags == nil {
		g.tags = map[string]map[string]string{}
	}
	if g.tags[arn] == nil {
		g.tags[arn] = map[string]string{}
	}
	for k, v := range tags {
		g.tags[arn][k] = v
	}
}

func (c *call) getTags(in tagInput) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	tags := map[string]string{}
	for k, v := range g.tags[in.ResourceArn] {
		tags[k] = v
	}
	return map[string]any{"Tags": tags}, nil
}

func (c *call) tagResource(in tagInput) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tag(in.ResourceArn, in.TagsToAdd)
	return empty{}, nil
}

func (c *call) untagResource(in tagInput) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range in.TagsToRemove {
		delete(g.tags[in.ResourceArn], k)
	}
	return empty{}, nil
}
