package awsfake

import (
	"slices"
	"strconv"
)

// versions are all of a table, the newest first.
func (t *table) versions() []tableVersion {
	out := append([]tableVersion{{t.version, t.input, t.update}}, t.old...)
	slices.SortFunc(out, func(a, b tableVersion) int { return b.version - a.version })
	return out
}

func (t *table) versionShown(v tableVersion, account string) map[string]any {
	past := *t
	past.version, past.input, past.update = v.version, v.input, v.update
	return map[string]any{"VersionId": strconv.Itoa(v.version), "Table": past.shown(account)}
}

func (c *call) getTableVersion(in tableCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	for _, v := range t.versions() {
		if in.VersionId == "" || in.VersionId == strconv.Itoa(v.version) {
			return map[string]any{"TableVersion": t.versionShown(v, c.o.Account)}, nil
		}
	}
	return nil, missing("Version %s not found.", in.VersionId)
}

func (c *call) getTableVersions(in tableCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	versions, next, err := page(t.versions(), in.NextToken, in.MaxResults, c.most(100))
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, v := range versions {
		list = append(list, t.versionShown(v, c.o.Account))
	}
	out := map[string]any{"TableVersions": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (c *call) deleteTableVersion(in tableCall) (empty, *failure) {
	in.VersionIds = []string{in.VersionId}
	out, err := c.batchDeleteTableVersion(in)
	if err == nil && len(out["Errors"].([]any)) > 0 {
		err = missing("Version %s not found.", in.VersionId)
	}
	return empty{}, err
}

func (c *call) batchDeleteTableVersion(in tableCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	errors := []any{}
	for _, id := range in.VersionIds {
		n := len(t.old)
		t.old = slices.DeleteFunc(t.old, func(v tableVersion) bool { return strconv.Itoa(v.version) == id })
		if len(t.old) == n {
			errors = append(errors, map[string]any{"TableName": t.name, "VersionId": id,
				"ErrorDetail": map[string]any{"ErrorCode": "EntityNotFoundException", "ErrorMessage": "Version not found."}})
		}
	}
	return map[string]any{"Errors": errors}, nil
}
