package awsfake

import (
	"encoding/json"
	"slices"
)

type partitionCall struct {
	DatabaseName, TableName, NextToken string
	PartitionValues                    []string
	PartitionInput                     map[string]json.RawMessage
	PartitionInputList                 []map[string]json.RawMessage
	PartitionsToDelete                 []struct{ Values []string }
	PartitionsToGet                    []struct{ Values []string }
	Segment                            struct{ SegmentNumber, TotalSegments int }
	MaxResults                         int
}

func (t *table) addPartition(input map[string]json.RawMessage) *failure {
	var values []string
	var sd storage
	json.Unmarshal(input["Values"], &values)
	json.Unmarshal(input["StorageDescriptor"], &sd)
	if len(values) != len(t.definition.PartitionKeys) {
		return refuse("InvalidInputException", "The number of partition keys do not match the number of partition values")
	}
	if t.partition(values) >= 0 {
		return refuse("AlreadyExistsException", "Partition already exists.")
	}
	t.partitions = append(t.partitions, partition{values, input, sd.Location})
	return nil
}

func (t *table) partition(values []string) int {
	return slices.IndexFunc(t.partitions, func(p partition) bool { return slices.Equal(p.values, values) })
}

func (t *table) partitionShown(p partition) map[string]any {
	out := map[string]any{}
	for k, v := range p.input {
		out[k] = v
	}
	out["DatabaseName"], out["TableName"], out["Values"] = t.database, t.name, p.values
	if p.input["StorageDescriptor"] != nil {
		out["StorageDescriptor"] = filled(p.input["StorageDescriptor"])
	}
	return out
}

func (c *call) createPartition(in partitionCall) (empty, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return empty{}, err
	}
	return empty{}, t.addPartition(in.PartitionInput)
}

func (c *call) batchCreatePartition(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	errors := []any{}
	for _, p := range in.PartitionInputList {
		if err := t.addPartition(p); err != nil {
			errors = append(errors, map[string]any{"PartitionValues": p["Values"], "ErrorDetail": map[string]any{"ErrorCode": err.code,
				"ErrorMessage": err.message}})
		}
	}
	return map[string]any{"Errors": errors}, nil
}

func (c *call) getPartition(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	i := t.partition(in.PartitionValues)
	if i < 0 {
		return nil, missing("Cannot find partition.")
	}
	return map[string]any{"Partition": t.partitionShown(t.partitions[i])}, nil
}

func (c *call) batchGetPartition(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	list := []any{} // those that do not exist are in neither list, as at AWS
	for _, p := range in.PartitionsToGet {
		if i := t.partition(p.Values); i >= 0 {
			list = append(list, t.partitionShown(t.partitions[i]))
		}
	}
	return map[string]any{"Partitions": list, "UnprocessedKeys": []any{}}, nil
}

// getPartitions knows no expressions.
func (c *call) getPartitions(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	all := t.partitions
	if in.Segment.TotalSegments > 1 { // parts of the list that a client asks for at once
		all = nil
		for i, p := range t.partitions {
			if i%in.Segment.TotalSegments == in.Segment.SegmentNumber {
				all = append(all, p)
			}
		}
	}
	some, next, err := page(all, in.NextToken, in.MaxResults, c.most(1000))
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, p := range some {
		list = append(list, t.partitionShown(p))
	}
	out := map[string]any{"Partitions": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func (c *call) deletePartition(in partitionCall) (empty, *failure) {
	in.PartitionsToDelete = []struct{ Values []string }{{in.PartitionValues}}
	out, err := c.batchDeletePartition(in)
	if err == nil && len(out["Errors"].([]any)) > 0 {
		err = missing("Cannot find partition.")
	}
	return empty{}, err
}

func (c *call) batchDeletePartition(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.table(in.DatabaseName, in.TableName)
	if err != nil {
		return nil, err
	}
	errors := []any{}
	for _, p := range in.PartitionsToDelete {
		i := t.partition(p.Values)
		if i < 0 {
			errors = append(errors, map[string]any{"PartitionValues": p.Values, "ErrorDetail": map[string]any{"ErrorCode": "EntityNotFoundException",
				"ErrorMessage": "Cannot find partition."}})
			continue
		}
		t.partitions = slices.Delete(t.partitions, i, i+1)
	}
	return map[string]any{"Errors": errors}, nil
}

// getStatistics gives those of no column: nobody has computed any.
func (c *call) getStatistics(in partitionCall) (map[string]any, *failure) {
	g := &c.Server.glue
	g.mu.RLock()
	defer g.mu.RUnlock()
	if _, err := g.table(in.DatabaseName, in.TableName); err != nil {
		return nil, err
	}
	return map[string]any{"ColumnStatisticsList": []any{}, "Errors": []any{}}, nil
}
