package trinotest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/sql"
)

// Lay makes a table of log files readable for Trino. AWS's own input format, which cuts {"Records":[…]} into rows, exists only
// at AWS. In its place a second table reads a file as one row with an array of records, and UNNEST gives the rows; place,
// partitions and projection are those of the first table, word for word.
func (a *Athena) Lay(database, table string) {
	a.t.Helper()
	ctx := context.Background()
	found, err := a.glue.GetTable(ctx, &glue.GetTableInput{DatabaseName: &database, Name: &table})
	if err != nil {
		a.t.Fatal(err)
	}
	in := found.Table
	var fields []string
	for _, c := range in.StorageDescriptor.Columns {
		fields = append(fields, aws.ToString(c.Name)+":"+aws.ToString(c.Type))
	}
	files := table + "_files"
	sd := *in.StorageDescriptor
	sd.Columns = []types.Column{{Name: aws.String("records"), Type: aws.String("array<struct<" + strings.Join(fields, ",") + ">>")}}
	sd.InputFormat, sd.NumberOfBuckets = aws.String("org.apache.hadoop.mapred.TextInputFormat"), -1
	sd.SerdeInfo = &types.SerDeInfo{SerializationLibrary: aws.String("org.openx.data.jsonserde.JsonSerDe")}
	parameters := maps.Clone(in.Parameters)
	delete(parameters, "classification")
	_, err = a.glue.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: &database, Name: &files})
	if _, err2 := a.glue.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &database,
		TableInput: &types.TableInput{Name: &files, TableType: in.TableType, Parameters: parameters, PartitionKeys: in.PartitionKeys,
			StorageDescriptor: &sd}}); err2 != nil {
		a.t.Fatal(err, err2)
	}
	columns := []string{"r.*"}
	for _, c := range in.PartitionKeys {
		columns = append(columns, sql.Name(aws.ToString(c.Name)))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tables[sql.Name(database)+"."+sql.Name(table)] = "(SELECT " + strings.Join(append(columns, `"$path"`), ", ") + " FROM " +
		sql.Name(database) + "." + sql.Name(files) + " CROSS JOIN UNNEST(records) AS r)"
}

// staged is how the program makes tables: the name, the properties, the statement.
var staged = regexp.MustCompile(`(?s)^CREATE TABLE ("[a-z0-9_]+"\."[a-z0-9_]+") WITH \(([^()]*)\) AS\s(.*)$`)

// codec is a property that only Athena has; the catalog is set up to write so.
var codec = regexp.MustCompile(`(^|, )write_compression = 'ZSTD'(, |$)`)

// rewrite is a statement as Trino takes it. Only what is Athena's alone changes, and nothing inside the SELECT but the name of
// the table over the log files:
//
//   - the table is what Lay says;
//   - write_compression is not a property of Trino's, the catalog's own setting says the same;
//   - where Athena itself chooses the place of a table, Trino is told the place that Athena chooses.
func (a *Athena) rewrite(q *query) (string, error) {
	text := q.sql
	for _, name := range slices.Sorted(maps.Keys(a.tables)) {
		text = strings.ReplaceAll(text, name, a.tables[name])
	}
	head, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch strings.ToUpper(head) {
	case "CREATE":
		q.kind = "CREATE"
		m := staged.FindStringSubmatch(text)
		if m == nil {
			return "", fmt.Errorf("no CREATE TABLE of the form the program writes: %.200s", text)
		}
		with := codec.ReplaceAllStringFunc(m[2], func(s string) string {
			if strings.HasPrefix(s, ", ") && strings.HasSuffix(s, ", ") {
				return ", "
			}
			return ""
		})
		if !strings.Contains(with, "external_location") {
			place, err := sql.Literal(sql.Trino, q.output+"tables/"+q.id+"/")
			if err != nil {
				return "", err
			}
			with += ", external_location = " + place
		}
		return "CREATE TABLE " + m[1] + " WITH (" + with + ") AS\n" + m[3], nil
	case "EXPLAIN":
		q.kind = "EXPLAIN"
	default:
		q.kind = "SELECT"
	}
	return text, nil
}
