package awsfake

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

type workgroup struct {
	name, description, state string
	made                     time.Time
	tags                     map[string]string
	configuration            map[string]json.RawMessage
}

// leastCutoff is the least BytesScannedCutoffPerQuery.
const leastCutoff = 10_000_000

// defaults are what Athena fills in.
func defaults(in map[string]json.RawMessage) map[string]json.RawMessage {
	out := map[string]json.RawMessage{"EnforceWorkGroupConfiguration": raw(in != nil), "PublishCloudWatchMetricsEnabled": raw(in != nil),
		"RequesterPaysEnabled": raw(false), "ResultConfiguration": raw(map[string]any{})}
	maps.Copy(out, in)
	out["EngineVersion"] = engineVersion(out["EngineVersion"])
	return out
}

func engineVersion(in json.RawMessage) json.RawMessage {
	var v struct{ SelectedEngineVersion string }
	if len(in) > 0 {
		json.Unmarshal(in, &v)
	}
	if v.SelectedEngineVersion == "" {
		v.SelectedEngineVersion = "AUTO"
	}
	return raw(map[string]string{"SelectedEngineVersion": v.SelectedEngineVersion, "EffectiveEngineVersion": "Athena engine version 3"})
}

func (g *workgroup) truth(name string) bool {
	var b bool
	json.Unmarshal(g.configuration[name], &b)
	return b
}

func (g *workgroup) results() map[string]json.RawMessage {
	var r map[string]json.RawMessage
	json.Unmarshal(g.configuration["ResultConfiguration"], &r)
	return r
}

func (g *workgroup) managed() bool {
	var m struct{ Enabled bool }
	json.Unmarshal(g.configuration["ManagedQueryResultsConfiguration"], &m)
	return m.Enabled
}

func (g *workgroup) cutoff() int64 {
	var n int64
	json.Unmarshal(g.configuration["BytesScannedCutoffPerQuery"], &n)
	return n
}

func (g *workgroup) check() *failure {
	switch {
	case g.configuration["BytesScannedCutoffPerQuery"] != nil && g.cutoff() < leastCutoff:
		return invalidRequest("BytesScannedCutoffPerQuery must be at least %d", leastCutoff)
	case g.managed() && text(g.results()["OutputLocation"]) != "":
		return invalidRequest("A workgroup with managed query results cannot have an output location")
	}
	return nil
}

func (g *workgroup) shown() map[string]any {
	return map[string]any{"Name": g.name, "State": g.state, "Description": g.description, "CreationTime": seconds(g.made),
		"Configuration": g.configuration}
}

type groupInput struct {
	Name, WorkGroup, Description, State string
	Configuration                       map[string]json.RawMessage
	ConfigurationUpdates                map[string]json.RawMessage
	Tags                                []tag
	TagKeys                             []string
	RecursiveDeleteOption               bool
	NextToken, ResourceARN              string
	MaxResults                          int
}

type tag struct{ Key, Value string }

func (a *athenaState) group(name string) (*workgroup, *failure) {
	if g := a.workgroups[name]; g != nil {
		return g, nil
	}
	return nil, invalidRequest("WorkGroup %s is not found.", name)
}

func (c *call) createWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	if in.Name == "" || len(in.Name) > 128 {
		return nil, invalidRequest("a workgroup needs a name of at most 128 characters")
	}
	if a.workgroups[in.Name] != nil {
		return nil, invalidRequest("WorkGroup is already created")
	}
	if in.Configuration == nil {
		in.Configuration = map[string]json.RawMessage{}
	}
	g := &workgroup{name: in.Name, description: in.Description, state: "ENABLED", made: c.o.Now(), tags: map[string]string{},
		configuration: defaults(in.Configuration)}
	if fail := g.check(); fail != nil {
		return nil, fail
	}
	for _, t := range in.Tags {
		g.tags[t.Key] = t.Value
	}
	a.workgroups[in.Name] = g
	return map[string]any{}, nil
}

func (c *call) getWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	g, err := a.group(in.WorkGroup)
	if err != nil {
		return nil, err
	}
	return map[string]any{"WorkGroup": g.shown()}, nil
}

// updateWorkGroup changes what is given and leaves the rest.
func (c *call) updateWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	old, err := a.group(in.WorkGroup)
	if err != nil {
		return nil, err
	}
	g := *old
	g.configuration = maps.Clone(old.configuration)
	if in.Description != "" {
		g.description = in.Description
	}
	if in.State != "" {
		g.state = in.State
	}
	for k, v := range in.ConfigurationUpdates {
		switch {
		case k == "ResultConfigurationUpdates":
			r := g.results()
			if r == nil {
				r = map[string]json.RawMessage{}
			}
			merge(r, v)
			g.configuration["ResultConfiguration"] = raw(r)
		case k == "ManagedQueryResultsConfigurationUpdates":
			r := map[string]json.RawMessage{}
			json.Unmarshal(g.configuration["ManagedQueryResultsConfiguration"], &r)
			merge(r, v)
			g.configuration["ManagedQueryResultsConfiguration"] = raw(r)
		case k == "EngineVersion":
			g.configuration[k] = engineVersion(v)
		case strings.HasPrefix(k, "Remove"):
			if string(v) == "true" {
				delete(g.configuration, strings.TrimPrefix(k, "Remove"))
			}
		default:
			g.configuration[k] = v
		}
	}
	if fail := g.check(); fail != nil {
		return nil, fail
	}
	*old = g
	return map[string]any{}, nil
}

// merge lays the fields of an update over a configuration; Remove… takes a field away.
func merge(into map[string]json.RawMessage, update json.RawMessage) {
	var fields map[string]json.RawMessage
	json.Unmarshal(update, &fields)
	for k, v := range fields {
		if field, remove := strings.CutPrefix(k, "Remove"); remove {
			if string(v) == "true" {
				delete(into, field)
			}
			continue
		}
		into[k] = v
	}
}

func (c *call) deleteWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	g, err := a.group(in.WorkGroup)
	if err != nil {
		return nil, err
	}
	if g.name == "primary" {
		return nil, invalidRequest("The primary workgroup cannot be deleted")
	}
	used := false
	for _, x := range a.executions {
		used = used || x.groupName == g.name
	}
	for _, q := range a.named {
		used = used || q.WorkGroup == g.name
	}
	if used && !in.RecursiveDeleteOption {
		return nil, invalidRequest("WorkGroup %s is not empty", g.name)
	}
	maps.DeleteFunc(a.named, func(_ string, q *namedQuery) bool { return q.WorkGroup == g.name })
	delete(a.workgroups, g.name)
	return map[string]any{}, nil
}

func (c *call) listWorkGroups(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	names, next, err := page(slices.Sorted(maps.Keys(a.workgroups)), in.NextToken, in.MaxResults, c.most(50))
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, n := range names {
		g := a.workgroups[n]
		list = append(list, map[string]any{"Name": g.name, "State": g.state, "Description": g.description, "CreationTime": seconds(g.made)})
	}
	out := map[string]any{"WorkGroups": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (a *athenaState) byARN(arn string) (*workgroup, *failure) {
	_, name, _ := strings.Cut(arn, ":workgroup/")
	if g := a.workgroups[name]; g != nil {
		return g, nil
	}
	return nil, refuse("ResourceNotFoundException", "the resource %s does not exist", arn)
}

func (c *call) tagWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	g, err := a.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		g.tags[t.Key] = t.Value
	}
	return map[string]any{}, nil
}

func (c *call) untagWorkGroup(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	g, err := a.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(g.tags, k)
	}
	return map[string]any{}, nil
}

func (c *call) listTags(in groupInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	g, err := a.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := []tag{}
	for _, k := range slices.Sorted(maps.Keys(g.tags)) {
		tags = append(tags, tag{k, g.tags[k]})
	}
	return map[string]any{"Tags": tags}, nil
}

// namedQuery is a saved query.
type namedQuery struct {
	Name, Description, Database, QueryString, NamedQueryId, WorkGroup string
}

type namedInput struct {
	namedQuery
	ClientRequestToken, NextToken string
	NamedQueryIds                 []string
	MaxResults                    int
}

func (c *call) createNamedQuery(in namedInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	q := in.namedQuery
	if q.WorkGroup == "" {
		q.WorkGroup = "primary"
	}
	if _, err := a.group(q.WorkGroup); err != nil {
		return nil, err
	}
	q.NamedQueryId = newID()
	a.named[q.NamedQueryId] = &q
	return map[string]any{"NamedQueryId": q.NamedQueryId}, nil
}

func (c *call) getNamedQuery(in namedInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.named[in.NamedQueryId]
	if q == nil {
		return nil, invalidRequest("NamedQuery %s is not found.", in.NamedQueryId)
	}
	return map[string]any{"NamedQuery": *q}, nil
}

func (c *call) batchGetNamedQuery(in namedInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	found, not := []any{}, []any{}
	for _, id := range in.NamedQueryIds {
		if q := a.named[id]; q != nil {
			found = append(found, *q)
		} else {
			not = append(not, map[string]string{"NamedQueryId": id, "ErrorCode": "INVALID_INPUT"})
		}
	}
	return map[string]any{"NamedQueries": found, "UnprocessedNamedQueryIds": not}, nil
}

func (c *call) listNamedQueries(in namedInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	group := in.WorkGroup
	if group == "" {
		group = "primary"
	}
	var ids []string
	for id, q := range a.named {
		if q.WorkGroup == group {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	ids, next, err := page(ids, in.NextToken, in.MaxResults, c.most(50))
	if err != nil {
		return nil, err
	}
	out := map[string]any{"NamedQueryIds": append([]string{}, ids...)}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (c *call) deleteNamedQuery(in namedInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.named[in.NamedQueryId] == nil {
		return nil, invalidRequest("NamedQuery %s is not found.", in.NamedQueryId)
	}
	delete(a.named, in.NamedQueryId)
	return map[string]any{}, nil
}

type metadataInput struct{ CatalogName, DatabaseName, TableName string }

// getTableMetadata answers MetadataException for everything that is missing, as Athena does.
func (c *call) getTableMetadata(in metadataInput) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, refuse("MetadataException", "%s (Service: AmazonDataCatalog; Error Code: EntityNotFoundException)", err.message)
	}
	var columns []glueColumn
	if t.definition.StorageDescriptor != nil {
		columns = t.definition.StorageDescriptor.Columns
	}
	return map[string]any{"TableMetadata": map[string]any{"Name": t.name, "TableType": t.definition.TableType,
		"CreateTime": seconds(t.created), "Parameters": t.definition.Parameters,
		"Columns": append([]glueColumn{}, columns...), "PartitionKeys": append([]glueColumn{}, t.definition.PartitionKeys...)}}, nil
}
