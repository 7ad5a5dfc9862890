package awsfake

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/cloudtrail"
)

// logFile is a log file with so many records, made from short events.
func logFile(t testing.TB, events ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, `{"Records":[`)
	for i, e := range events {
		full, err := cloudtrail.Complete([]byte(e), i, time.Date(2026, 7, 1, 12, 0, i, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			fmt.Fprint(z, ",")
		}
		z.Write(full)
	}
	fmt.Fprint(z, `]}`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hive is a type of Trino in Hive's words, as a table of CloudTrail needs it.
func hive(t testing.TB, column cloudtrail.Column) string {
	t.Helper()
	r := strings.NewReplacer("row(", "struct<", "array(", "array<", "map(varchar, varchar)", "map<string,string>", ")", ">", "varchar",
		"string", ", ", ",", " ", ":")
	return r.Replace(column.Type)
}

// logs puts a table cloudtrail over s3://logs/AWSLogs, and three files of two accounts and two days.
func (p *place) logs(t testing.TB, change ...func(*gluetypes.TableInput)) {
	t.Helper()
	put := func(account, region, day string, body []byte) {
		p.Put("logs", fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_x.json.gz", account, region, day, account, region), body, "")
	}
	put("111122223333", "us-east-1", "2026/07/01",
		logFile(t, `{"userAgent":"cli","eventName":"CreateUser","eventSource":"iam.amazonaws.com","errorCode":"AccessDenied","requestParameters":{"userName":"a\"b","n":[1,2]}}`, `{"eventName":"ListUsers","eventSource":"iam.amazonaws.com","userAgent":""}`))
	put("111122223333", "us-east-1", "2026/07/02", logFile(t, `{"eventName":"ConsoleLogin","sourceIPAddress":"192.0.2.1"}`))
	put("444455556666", "eu-central-1", "2026/07/01",
		logFile(t, `{"eventName":"GetObject","resources":[{"ARN":"arn:aws:s3:::b/k","type":"AWS::S3::Object"},{"ARN":null}]}`))
	p.Put("logs", "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/07/01/digest.json.gz", []byte("no log"), "")
	p.Put("logs", "AWSLogs/444455556666/CloudTrail/eu-central-1/2026/07/02/cold.json.gz", logFile(t, `{"eventName":"Cold"}`), "GLACIER")
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/02/_hidden", []byte("x"), "")
	p.CreateBucket("results")
	in := &gluetypes.TableInput{Name: aws.String("cloudtrail"), TableType: aws.String("EXTERNAL_TABLE"),
		PartitionKeys: []gluetypes.Column{{Name: aws.String("account"), Type: aws.String("string")},
			{Name: aws.String("region"), Type: aws.String("string")}, {Name: aws.String("day"), Type: aws.String("string")}},
		Parameters: map[string]string{
			"projection.enabled": "true", "storage.location.template": "s3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}",
			"projection.account.type": "enum", "projection.account.values": "111122223333,444455556666", "projection.region.type": "enum",
			"projection.region.values": "us-east-1,eu-central-1",
			"projection.day.type":      "date", "projection.day.format": "yyyy/MM/dd", "projection.day.range": "2026/01/01,NOW",
			"projection.day.interval": "1", "projection.day.interval.unit": "DAYS"},
		StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://logs/AWSLogs/"), InputFormat: aws.String(cloudTrailInput),
			OutputFormat: aws.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerdeInfo:    &gluetypes.SerDeInfo{SerializationLibrary: aws.String("org.apache.hive.hcatalog.data.JsonSerDe")}}}
	for _, c := range cloudtrail.Columns() {
		in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns, gluetypes.Column{Name: aws.String(c.Name),
			Type: aws.String(hive(t, c))})
	}
	for _, f := range change {
		f(in)
	}
	if _, err := p.glue.CreateTable(context.Background(), &glue.CreateTableInput{DatabaseName: aws.String("default"),
		TableInput: in}); err != nil {
		t.Fatal(err)
	}
}

func (p *place) begin(t testing.TB, query string, change ...func(*athena.StartQueryExecutionInput)) (string, error) {
	t.Helper()
	in := &athena.StartQueryExecutionInput{QueryString: aws.String(query),
		ResultConfiguration: &types.ResultConfiguration{OutputLocation: aws.String("s3://results/out/")}}
	for _, f := range change {
		f(in)
	}
	out, err := p.athena.StartQueryExecution(context.Background(), in)
	if err != nil {
		return "", err
	}
	return *out.QueryExecutionId, nil
}

func (p *place) wait(t testing.TB, id string) *types.QueryExecution {
	t.Helper()
	for range 2000 {
		out, err := p.athena.GetQueryExecution(context.Background(), &athena.GetQueryExecutionInput{QueryExecutionId: aws.String(id)})
		if err != nil {
			t.Fatal(err)
		}
		switch out.QueryExecution.Status.State {
		case succeeded, failed, cancelled:
			return out.QueryExecution
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the query does not end")
	return nil
}

// ask runs a query to its end; NULL is shown as ∅.
func (p *place) ask(t testing.TB, query string, change ...func(*athena.StartQueryExecutionInput)) ([][]string, *types.QueryExecution) {
	t.Helper()
	id, err := p.begin(t, query, change...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	x := p.wait(t, id)
	if x.Status.State != succeeded {
		return nil, x
	}
	var rows [][]string
	pages := athena.NewGetQueryResultsPaginator(p.athena, &athena.GetQueryResultsInput{QueryExecutionId: aws.String(id)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.ResultSet.Rows {
			var row []string
			for _, d := range r.Data {
				if d.VarCharValue == nil {
					row = append(row, "∅")
				} else {
					row = append(row, *d.VarCharValue)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, x
}

func reason(x *types.QueryExecution) string {
	if x.Status.StateChangeReason == nil {
		return ""
	}
	return *x.Status.StateChangeReason
}

func TestSelect(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	for _, c := range []struct{ sql, want string }{
		{"SELECT eventname, errorcode, useragent, requestparameters FROM cloudtrail WHERE day = '2026/07/01' AND account = '111122223333' " +
			"ORDER BY 1",
			`[["eventname","errorcode","useragent","requestparameters"],["CreateUser","AccessDenied","cli","{\"userName\":\"a\\\"b\",\"n\":[1,2]}"],["ListUsers","∅","","∅"]]`},
		{`SELECT count(*) AS n, count(DISTINCT account) AS a, min(day) AS d FROM "default"."cloudtrail"`,
			`[["n","a","d"],["4","2","2026/07/01"]]`},
		{`SELECT "$path" AS p FROM awsdatacatalog.default.cloudtrail WHERE eventname = 'ConsoleLogin'`,
			`[["p"],["s3://logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/02/111122223333_CloudTrail_us-east-1_x.json.gz"]]`},
		{"SELECT useridentity.type AS t, resources AS r FROM cloudtrail WHERE eventname = 'GetObject'",
			`[["t","r"],["IAMUser","[{arn=arn:aws:s3:::b/k, accountid=null, type=AWS::S3::Object}, {arn=null, accountid=null, type=null}]"]]`},
		{"SELECT 1.50 AS d, 1e10 AS f, true AS b, DATE '2026-01-02' AS x, TIMESTAMP '2026-01-02 03:04:05.600' AS t, CAST(NULL AS varchar) " +
			"AS n, '' AS e, ARRAY[1, NULL] AS a, CAST(3 AS integer) AS i",
			`[["d","f","b","x","t","n","e","a","i"],["1.50","1.0E10","true","2026-01-02","2026-01-02 03:04:05.600","∅","","[1, null]","3"]]`},
		{"SELECT eventname FROM cloudtrail WHERE false", `[["eventname"]]`},
		{"WITH x AS (SELECT account AS acc, day FROM cloudtrail) SELECT acc, count(*) AS n FROM x WHERE day BETWEEN '2026/07/01' AND " +
			"'2026/07/01' GROUP BY 1 ORDER BY 1", `[["acc","n"],["111122223333","2"],["444455556666","1"]]`},
	} {
		rows, x := p.ask(t, c.sql)
		b, _ := json.Marshal(rows)
		if string(b) != c.want && strings.ReplaceAll(string(b), `\u003c`, "<") != c.want {
			t.Errorf("%s\n got %s %s\nwant %s", c.sql, b, reason(x), c.want)
		}
	}
}

// TestResultsObject holds the file's form: what GetQueryResults says as nil and "" must be told apart in it too.
func TestResultsObject(t *testing.T) {
	p := start(t, Options{})
	p.CreateBucket("results")
	_, x := p.ask(t, "SELECT * FROM (VALUES ('a\"b', CAST(NULL AS varchar)), ('', 'x\ny,z')) AS v(one, two) ORDER BY one DESC")
	body, ok := p.Object("results", "out/"+*x.QueryExecutionId+".csv")
	if want := "\"one\",\"two\"\n\"a\"\"b\",\n\"\",\"x\ny,z\"\n"; !ok || string(body) != want {
		t.Errorf("got %q", body)
	}
	if *x.ResultConfiguration.OutputLocation != "s3://results/out/"+*x.QueryExecutionId+".csv" || x.StatementType != "DML" ||
		*x.SubstatementType != "SELECT" {
		t.Errorf("%+v", x)
	}
	if _, ok := p.Object("results", "out/"+*x.QueryExecutionId+".csv.metadata"); !ok {
		t.Error("no metadata")
	}
}

// TestScanned: log files count whole, those of other partitions not at all, also where the condition stands outside.
func TestScanned(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	size := map[string]int64{}
	for _, k := range p.Keys("logs", "AWSLogs/") {
		b, _ := p.Object("logs", k)
		size[k] = int64(len(b))
	}
	a1 := size["AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/01/111122223333_CloudTrail_us-east-1_x.json.gz"]
	a2 := size["AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/02/111122223333_CloudTrail_us-east-1_x.json.gz"]
	b1 := size["AWSLogs/444455556666/CloudTrail/eu-central-1/2026/07/01/444455556666_CloudTrail_eu-central-1_x.json.gz"]
	for _, c := range []struct {
		sql  string
		want int64
	}{
		{"SELECT count(*) AS n FROM cloudtrail", a1 + a2 + b1},
		{"SELECT count(*) AS n FROM cloudtrail WHERE eventtime > '2026-07-02'", a1 + a2 + b1},
		{"SELECT count(*) AS n FROM cloudtrail c WHERE c.day = '2026/07/02' AND eventname <> 'x'", a2},
		{"SELECT count(*) AS n FROM cloudtrail WHERE ((false AND day IS NULL) OR day BETWEEN '2026/07/01' AND '2026/07/01') AND " +
			"(cardinality(ARRAY['444455556666']) = 0 OR contains(ARRAY['444455556666'], account))", b1},
		{"SELECT count(*) AS n FROM (SELECT *, lower(eventname) AS l FROM (SELECT eventname, account AS acc, day FROM cloudtrail)) WHERE " +
			"acc = '111122223333' AND day > '2026/07/01'", a2},
		{"WITH x AS (SELECT * FROM cloudtrail WHERE account = '444455556666') SELECT count(*) AS n FROM x a JOIN x b ON a.eventid = b.eventid",
			2 * b1},
		{"SELECT n FROM (SELECT day, row_number() OVER (ORDER BY eventid) AS n FROM cloudtrail) WHERE day = '2026/07/02'", a1 + a2 + b1},
		{"SELECT count(*) AS n FROM cloudtrail WHERE day = '2026-07-01'", 0}, // another form of the day: no rows, no error
		{"SELECT 1 AS n", 0},
	} {
		_, x := p.ask(t, c.sql)
		if x.Status.State != succeeded || *x.Statistics.DataScannedInBytes != c.want {
			t.Errorf("%s: %d bytes, want %d (%s)", c.sql, *x.Statistics.DataScannedInBytes, c.want, reason(x))
		}
	}
	if m := p.Meter(); m.Executions != 9 || m.Billed != 9*10<<20 {
		t.Errorf("%+v", m)
	}
}

func TestCreateTableAs(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	rows, x := p.ask(t, `CREATE TABLE "default"."staged" WITH (format = 'PARQUET', write_compression = 'SNAPPY', external_location = 's3://results/staged/', partitioned_by = ARRAY['day', 'k']) AS
		SELECT eventname, eventid, useridentity, resources, from_iso8601_timestamp(eventtime) AT TIME ZONE 'UTC' IS NOT NULL AS dated, 1.25 AS d, TIMESTAMP '2026-07-01 00:00:00.000' AS t, day, CASE WHEN eventname = 'GetObject' THEN 'a/b=c' END AS k FROM cloudtrail`)
	if x.Status.State != succeeded || len(rows) != 0 {
		t.Fatalf("%s %v", reason(x), rows)
	}
	keys := p.Keys("results", "staged/")
	if len(keys) != 3 {
		t.Errorf("%q", keys)
	}
	table, err := p.glue.GetTable(context.Background(), &glue.GetTableInput{DatabaseName: aws.String("default"), Name: aws.String("staged")})
	if err != nil {
		t.Fatal(err)
	}
	cols := table.Table.StorageDescriptor.Columns
	if *table.Table.StorageDescriptor.Location != "s3://results/staged/" || *cols[5].Type != "decimal(3,2)" || *cols[6].Type != "timestamp" ||
		!strings.HasPrefix(*cols[2].Type, "struct<type:string,") || *table.Table.PartitionKeys[1].Name != "k" {
		t.Errorf("%+v", table.Table)
	}
	rows, x = p.ask(t, "SELECT day, k, count(*) AS n, min(useridentity.type) AS u, max(d) AS d, max(t) AS t FROM staged GROUP BY 1, 2 "+
		"ORDER BY 1, 2")
	want := [][]string{{"day", "k", "n", "u", "d", "t"}, {"2026/07/01", "a/b=c", "1", "IAMUser", "1.25", "2026-07-01 00:00:00.000"},
		{"2026/07/01", "∅", "2", "IAMUser", "1.25", "2026-07-01 00:00:00.000"}, {"2026/07/02", "∅", "1", "IAMUser", "1.25",
			"2026-07-01 00:00:00.000"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("%s %s", diff, reason(x))
	}
	_, narrow := p.ask(t, "SELECT eventname FROM staged")
	_, wide := p.ask(t, "SELECT eventname, eventid, useridentity FROM staged")
	_, none := p.ask(t, "SELECT count(*) AS n FROM staged WHERE day = '2026/07/09'")
	if n, w, z := *narrow.Statistics.DataScannedInBytes, *wide.Statistics.DataScannedInBytes, *none.Statistics.DataScannedInBytes; n <= 0 ||
		w < 3*n || z != 0 {
		t.Errorf("%d bytes of one column, %d of three, %d of no partition", n, w, z)
	}
	for _, c := range []struct{ sql, want string }{
		{"CREATE TABLE staged AS SELECT 1 AS a", "TABLE_ALREADY_EXISTS"},
		{"CREATE TABLE other WITH (external_location = 's3://results/staged') AS SELECT 1 AS a", "HIVE_PATH_ALREADY_EXISTS"},
		{"CREATE TABLE none.x AS SELECT 1 AS a", "SCHEMA_NOT_FOUND"},
		{"CREATE TABLE x AS SELECT 1", "COLUMN_NAME_NOT_SPECIFIED"},
		{"CREATE TABLE x AS SELECT CAST('1' AS json) AS j", "Unsupported Hive type: json"},
		{"CREATE TABLE x AS SELECT NULL AS j", "Unsupported Hive type"},
		{"CREATE TABLE x WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b", "HIVE_COLUMN_ORDER_MISMATCH"},
		{"CREATE TABLE x WITH (partitioned_by = ARRAY['n']) AS SELECT 1 AS a, n FROM UNNEST(sequence(1, 101)) AS u(n)",
			"HIVE_TOO_MANY_OPEN_PARTITIONS"},
		{"CREATE TABLE x AS SELECT nothing FROM cloudtrail", "COLUMN_NOT_FOUND"},
		{"CREATE TABLE x AS SELECT a FROM nowhere", "TABLE_NOT_FOUND"},
	} {
		if _, x := p.ask(t, c.sql); x.Status.State != failed || !strings.Contains(reason(x), c.want) || x.Status.AthenaError == nil ||
			*x.Status.AthenaError.ErrorCategory != 2 {
			t.Errorf("%s: %s %s", c.sql, x.Status.State, reason(x))
		}
	}
	if _, x := p.ask(t, "CREATE TABLE hundred WITH (partitioned_by = ARRAY['n']) AS SELECT 1 AS a, n "+
		"FROM UNNEST(sequence(1, 100)) AS u(n)"); x.Status.State != succeeded {
		t.Error(reason(x))
	}
	if _, x := p.ask(t, "INSERT INTO staged SELECT eventname, eventid, useridentity, resources, true, 2.00, TIMESTAMP '2026-07-01 "+
		"00:00:00.000', '2026/08/01', 'new' FROM cloudtrail WHERE eventname = 'ListUsers'"); x.Status.State != succeeded {
		t.Error(reason(x))
	}
	if rows, _ := p.ask(t, "SELECT d, k FROM staged WHERE day = '2026/08/01'"); len(rows) != 2 || rows[1][0] != "2.00" {
		t.Errorf("%v", rows)
	}
	if _, x := p.ask(t, "CREATE TABLE empty AS SELECT eventname FROM cloudtrail WHERE false"); x.Status.State != succeeded {
		t.Error(reason(x))
	}
	if rows, x := p.ask(t, "SELECT count(*) AS n FROM empty"); len(rows) != 2 || rows[1][0] != "0" {
		t.Errorf("%v %s", rows, reason(x))
	}
	for _, sql := range []string{"DROP TABLE staged", "DROP TABLE IF EXISTS `default`.`staged`", "DROP TABLE IF EXISTS nothing"} {
		if _, x := p.ask(t, sql); x.Status.State != succeeded || x.StatementType != "DDL" {
			t.Error(sql, reason(x))
		}
	}
	if _, x := p.ask(t, "DROP TABLE staged"); x.Status.State != failed {
		t.Error("a table was dropped twice")
	}
	if len(p.Keys("results", "staged/")) == 0 {
		t.Error("DROP TABLE took the files")
	}
	_, x = p.ask(t, "UNLOAD (SELECT eventname FROM cloudtrail) "+
		"TO 's3://results/unloaded/' WITH (format = 'PARQUET', compression = 'zstd')")
	if x.Status.State != succeeded || len(p.Keys("results", "unloaded/")) != 1 {
		t.Error(reason(x), p.Keys("results", "unloaded/"))
	}
	if _, x := p.ask(t, "UNLOAD (SELECT 1 AS a) TO 's3://results/unloaded' WITH (format = 'PARQUET')"); x.Status.State != failed {
		t.Error("UNLOAD wrote into a place with files")
	}
}

// TestOddTexts: what attackers write into a log comes through as it is, into results and into Parquet.
func TestOddTexts(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/08/01/x.json.gz",
		logFile(t, `{"userAgent":"a\u0000b\u202e\"',;\n\t\\ 😀 é","errorMessage":"=cmd()|%s' OR 1=1 --","eventName":"Odd","requestParameters":{"k\u0000":"v"}}`), "")
	want := [][]string{{"useragent", "errormessage", "requestparameters"}, {"a\x00b\u202e\"',;\n\t\\ 😀 é", "=cmd()|%s' OR 1=1 --",
		`{"k\u0000":"v"}`}}
	rows, x := p.ask(t, "SELECT useragent, errormessage, requestparameters FROM cloudtrail WHERE day = '2026/08/01'")
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("%s %s", diff, reason(x))
	}
	if _, x := p.ask(t, "CREATE TABLE odd WITH (partitioned_by = ARRAY['p']) AS SELECT useragent, errormessage, requestparameters, "+
		"useragent AS p FROM cloudtrail WHERE day = '2026/08/01'"); x.Status.State != succeeded {
		t.Fatal(reason(x))
	}
	rows, x = p.ask(t, "SELECT useragent, errormessage, requestparameters FROM odd WHERE p = useragent")
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("%s %s", diff, reason(x))
	}
}

func TestRefusedStarts(t *testing.T) {
	p := start(t, Options{})
	p.CreateBucket("results")
	for sql, want := range map[string]string{
		"SELEC 1": "mismatched input 'SELEC'", "": "validation error", "DROP TABLE \"default\".\"x\"": "mismatched input",
		"CREATE TABLE `x` AS SELECT 1 AS a":            "mismatched input",
		strings.Repeat(" ", longestQuery) + "SELECT 1": "validation error", "ALTER TABLE x ADD PARTITION (day='1')": "mismatched input 'ALTER'",
	} {
		if _, err := p.begin(t, sql); awsconfig.Code(err) != "InvalidRequestException" || !strings.Contains(err.Error(), want) {
			if sql != "" || err == nil {
				t.Errorf("%.40s: %v", sql, err)
			}
		}
	}
	none := func(in *athena.StartQueryExecutionInput) { in.ResultConfiguration = nil }
	if _, err := p.begin(t, "SELECT 1 AS a", none); err == nil || !strings.Contains(err.Error(), "No output location provided") {
		t.Error(err)
	}
	if _, x := p.ask(t, "SELECT"); x == nil || x.Status.State != failed || *x.Status.AthenaError.ErrorType != 1006 {
		t.Errorf("%+v", x)
	}
}

func TestIdempotency(t *testing.T) {
	p := start(t, Options{})
	p.CreateBucket("results")
	token := func(in *athena.StartQueryExecutionInput) { in.ClientRequestToken = aws.String(strings.Repeat("t", 32)) }
	a, err1 := p.begin(t, "SELECT 1 AS a", token)
	b, err2 := p.begin(t, "SELECT 1 AS a", token)
	if err1 != nil || err2 != nil || a != b {
		t.Errorf("%s %s %v %v", a, b, err1, err2)
	}
	if _, err := p.begin(t, "SELECT 2 AS a", token); err == nil || !strings.Contains(err.Error(), "Idempotent parameters do not match") {
		t.Error(err)
	}
	remove := p.Inject(Fault{Kind: ServerErrorDone, Call: "athena:StartQueryExecution", Times: 1})
	again := func(in *athena.StartQueryExecutionInput) { in.ClientRequestToken = aws.String(strings.Repeat("u", 64)) }
	if _, err := p.begin(t, "SELECT 3 AS a", again); awsconfig.Code(err) != "InternalServerException" {
		t.Error(err)
	}
	remove()
	if _, err := p.begin(t, "SELECT 3 AS a", again); err != nil {
		t.Error(err)
	}
	if m := p.Meter(); m.Executions != 2 {
		t.Errorf("%d executions were billed", m.Executions)
	}
}

func TestWorkgroups(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.logs(t)
	create := func(name string, c *types.WorkGroupConfiguration) error {
		_, err := p.athena.CreateWorkGroup(ctx, &athena.CreateWorkGroupInput{Name: aws.String(name), Configuration: c,
			Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
		return err
	}
	err := create("w", &types.WorkGroupConfiguration{BytesScannedCutoffPerQuery: aws.Int64(1000)})
	if awsconfig.Code(err) != "InvalidRequestException" {
		t.Error(err)
	}
	if err := create("w", &types.WorkGroupConfiguration{BytesScannedCutoffPerQuery: aws.Int64(leastCutoff),
		EnforceWorkGroupConfiguration: aws.Bool(true),
		ResultConfiguration:           &types.ResultConfiguration{OutputLocation: aws.String("s3://results/group")}}); err != nil {
		t.Fatal(err)
	}
	in := func(in *athena.StartQueryExecutionInput) { in.WorkGroup = aws.String("w") }
	_, x := p.ask(t, "SELECT count(*) AS n FROM cloudtrail", in)
	if !strings.HasPrefix(*x.ResultConfiguration.OutputLocation, "s3://results/group/") {
		t.Errorf("the workgroup's place was not enforced: %s", *x.ResultConfiguration.OutputLocation)
	}
	if _, x := p.ask(t, "CREATE TABLE t WITH (external_location = 's3://results/own/') AS SELECT 1 AS a", in); !strings.Contains(reason(x),
		"external_location") {
		t.Error(reason(x))
	}
	if _, x := p.ask(t, "CREATE TABLE t AS SELECT 1 AS a", in); x.Status.State != succeeded ||
		len(p.Keys("results", "group/tables/"+*x.QueryExecutionId+"/")) != 1 {
		t.Error(reason(x), p.Keys("results", "group/"))
	}
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/03/big.json.gz",
		append([]byte(`{"Records":[]}`), bytes.Repeat([]byte(" "), leastCutoff)...), "")
	before := p.Meter().Billed
	if _, x := p.ask(t, "SELECT count(*) AS n FROM cloudtrail", in); x.Status.State != cancelled ||
		!strings.Contains(reason(x), "limit was exceeded") || p.Meter().Billed == before {
		t.Errorf("%s %s", x.Status.State, reason(x))
	}
	if _, err := p.athena.UpdateWorkGroup(ctx, &athena.UpdateWorkGroupInput{WorkGroup: aws.String("w"),
		ConfigurationUpdates: &types.WorkGroupConfigurationUpdates{RemoveBytesScannedCutoffPerQuery: aws.Bool(true),
			EnforceWorkGroupConfiguration: aws.Bool(false),
			ResultConfigurationUpdates: &types.ResultConfigurationUpdates{
				EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionOption: types.EncryptionOptionSseS3}}}}); err != nil {
		t.Fatal(err)
	}
	g, err := p.athena.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: aws.String("w")})
	if err != nil {
		t.Fatal(err)
	}
	c := g.WorkGroup.Configuration
	if c.BytesScannedCutoffPerQuery != nil || *c.EnforceWorkGroupConfiguration ||
		*c.ResultConfiguration.OutputLocation != "s3://results/group" || c.ResultConfiguration.EncryptionConfiguration == nil ||
		*c.EngineVersion.EffectiveEngineVersion != "Athena engine version 3" {
		t.Errorf("%+v %+v", c, c.ResultConfiguration)
	}
	managed := &types.ManagedQueryResultsConfiguration{Enabled: true}
	if err := create("m", &types.WorkGroupConfiguration{ManagedQueryResultsConfiguration: managed}); err != nil {
		t.Fatal(err)
	}
	rows, x := p.ask(t, "SELECT 1 AS a", func(in *athena.StartQueryExecutionInput) {
		in.WorkGroup, in.ResultConfiguration = aws.String("m"),
			nil
	})
	if len(rows) != 2 || x.ResultConfiguration != nil || !x.ManagedQueryResultsConfiguration.Enabled {
		t.Errorf("%v %+v", rows, x.ResultConfiguration)
	}
	if _, err := p.athena.DeleteWorkGroup(ctx,
		&athena.DeleteWorkGroupInput{WorkGroup: aws.String("w")}); awsconfig.Code(err) != "InvalidRequestException" {
		t.Error(err)
	}
	if _, err := p.athena.DeleteWorkGroup(ctx, &athena.DeleteWorkGroupInput{WorkGroup: aws.String("w"),
		RecursiveDeleteOption: aws.Bool(true)}); err != nil {
		t.Error(err)
	}
	list, err := p.athena.ListWorkGroups(ctx, nil)
	if err != nil || len(list.WorkGroups) != 2 {
		t.Errorf("%+v %v", list, err)
	}
	tags, err := p.athena.ListTagsForResource(ctx,
		&athena.ListTagsForResourceInput{ResourceARN: aws.String("arn:aws:athena:eu-central-1:111122223333:workgroup/m")})
	if err != nil || len(tags.Tags) != 1 {
		t.Errorf("%+v %v", tags, err)
	}
}
