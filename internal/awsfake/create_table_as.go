package awsfake

import (
	"encoding/json"
	"slices"
	"strings"
)

// createTableAs writes the rows as Parquet and makes the table. In a workgroup that enforces its place the files are in
// tables/<query id> below it.
func (s *Server) createTableAs(x *execution, p *plan) error {
	st := x.statement
	t, db, own := s.resolve(strings.Join(st.table, "."), x.database)
	if t != nil {
		s.answer(x, nil, nil, 0)
		return nil // IF NOT EXISTS
	}
	for key := range st.options {
		if !slices.Contains([]string{"format", "external_location", "write_compression",
			"parquet_compression", "table_type", "is_external"}, key) {
			return athenaError(2, 1006, "INVALID_TABLE_PROPERTY: line 1:1: Catalog 'awsdatacatalog' table property '%s' does not exist", key)
		}
	}
	if f := strings.ToUpper(st.options["format"]); f != "PARQUET" && f != "" {
		return athenaError(2, 1004, "NOT_SUPPORTED: the fake writes PARQUET, not %s", f)
	}
	place := st.options["external_location"]
	if place == "" {
		if x.managed {
			return athenaError(2, 1008, "INVALID_TABLE_PROPERTY: with managed query results a CTAS query needs an 'external_location'")
		}
		place = x.output + "tables/" + x.id
	}
	place = strings.TrimSuffix(place, "/") + "/"
	if err := s.free(place, "HIVE_PATH_ALREADY_EXISTS: Target directory for table '"+db+"."+own+"' already exists: "+place+
		". You may need to manually clean the data at location '"+place+
		"' before retrying. Athena will not delete data in your account."); err != nil {
		return err
	}
	columns, keys, err := split2(p, st.list["partitioned_by"])
	if err != nil {
		return err
	}
	written, err := s.write(x, p, place, keys, st.options["write_compression"]+st.options["parquet_compression"], st.noData, tooManyPartitions)
	if err != nil {
		return err
	}
	input := map[string]json.RawMessage{
		"Name": raw(own), "TableType": raw("EXTERNAL_TABLE"), "PartitionKeys": raw(append([]glueColumn{}, keys...)),
		"Parameters": raw(map[string]string{"EXTERNAL": "TRUE", "has_encrypted_data": "false", "parquet.compression": "GZIP",
			"classification": "parquet"}),
		"StorageDescriptor": raw(storageOf(columns, place)),
	}
	s.glue.mu.Lock()
	defer s.glue.mu.Unlock()
	made, fail := s.glue.add(db, input, s.o.Now())
	if fail != nil {
		return athenaError(2, 1004, "TABLE_ALREADY_EXISTS: %s", fail.message)
	}
	made.register(written, columns, place)
	return s.wrote(x, written)
}

// leave puts down what a CREATE TABLE AS that fails had written till then: Athena does not take it away.
func (s *Server) leave(x *execution) {
	if x.statement.kind != "CREATE_TABLE_AS_SELECT" {
		return
	}
	place := x.statement.options["external_location"]
	if place == "" && !x.managed {
		place = x.output + "tables/" + x.id
	}
	if _, _, ok := splitS3(place); ok {
		_ = s.store(strings.TrimSuffix(place, "/")+"/half_written", []byte("PAR1")) // into a bucket that is not there nothing was written
	}
}

func storageOf(columns []glueColumn, place string) map[string]any {
	return map[string]any{"Columns": append([]glueColumn{}, columns...), "Location": place, "InputFormat": parquetInput,
		"OutputFormat": parquetOutput,
		"SerdeInfo":    map[string]any{"SerializationLibrary": parquetSerde, "Parameters": map[string]string{"serialization.format": "1"}}}
}

// register adds the partitions of written files to a table; the caller holds the lock.
func (t *table) register(w *writing, columns []glueColumn, place string) {
	for _, f := range w.files {
		if len(f.values) == 0 || t.partition(f.values) >= 0 {
			continue
		}
		where := place + f.folder + "/"
		t.partitions = append(t.partitions, partition{f.values, map[string]json.RawMessage{"Values": raw(f.values),
			"StorageDescriptor": raw(storageOf(columns, where))}, where})
	}
}

// split2 tells the columns of a result from those it is partitioned by, which must be the last.
func split2(p *plan, by []string) (columns, keys []glueColumn, err error) {
	seen := map[string]bool{}
	for i, c := range p.checked.Columns() {
		name := strings.ToLower(c.Name)
		if name == "" || strings.HasPrefix(name, "_col") {
			return nil, nil, athenaError(2, 1006, "COLUMN_NAME_NOT_SPECIFIED: line 1:1: Column name not specified at position %d", i+1)
		}
		if seen[name] {
			return nil, nil, athenaError(2, 1006, "DUPLICATE_COLUMN_NAME: line 1:1: Column name '%s' specified more than once", name)
		}
		seen[name] = true
		h, ok := p.types[i].Hive()
		if !ok {
			return nil, nil, athenaError(2, 1004, "NOT_SUPPORTED: Unsupported Hive type: %s (column %s)", p.types[i], name)
		}
		columns = append(columns, glueColumn{name, h})
	}
	n := len(columns) - len(by)
	if n <= 0 {
		return nil, nil, athenaError(2, 1006, "INVALID_TABLE_PROPERTY: Table contains only partition columns")
	}
	for i, k := range by {
		if columns[n+i].Name != k {
			return nil, nil, athenaError(2, 1006, "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the "+
				"same order as the table properties: %v", by)
		}
	}
	return columns[:n], columns[n:], nil
}

// free refuses a place that holds objects already.
func (s *Server) free(place, message string) error {
	name, prefix, ok := splitS3(place)
	if !ok {
		return athenaError(2, 1109, "INVALID_TABLE_PROPERTY: %s is not a valid S3 location", place)
	}
	s.s3.mu.RLock()
	defer s.s3.mu.RUnlock()
	b := s.s3.buckets[name]
	if b == nil {
		return athenaError(2, 1306, "HIVE_WRITER_OPEN_ERROR: The specified bucket %s does not exist", name)
	}
	if len(b.keys(prefix)) > 0 {
		return athenaError(2, 1008, "%s", message)
	}
	return nil
}

// Athena writes at most so many partitions in one statement.
const (
	mostPartitions    = 100
	tooManyPartitions = "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets"
)

// writing is what a statement wrote.
type writing struct {
	rows  int64
	files []writtenFile
}

type writtenFile struct {
	url, folder string
	values      []string
	bytes       int
}
