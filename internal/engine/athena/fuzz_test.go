package athena

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/result"
)

// FuzzValue: a cell of Athena is refused, or is of the Go type of its column's kind.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"", "x", "1", "-0", "1.50", "1e5", "NaN", "Infinity", "true", "TRUE", "2026-10-01", "2026-10-01 01:02:03.123",
		"2026-10-01 01:02:03.123 Europe/Berlin", "2026-10-01 01:02:03 +14:00", "2026-10-01 x Local", "0000-00-00 ../x y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for k := result.Text; k <= result.Date; k++ {
			v, err := value(k, &s)
			if err != nil {
				continue
			}
			line, ok := result.AppendCell(nil, k, v)
			if !ok {
				t.Fatalf("%q of kind %v becomes %#v, which a result cannot hold", s, k, v)
			}
			if !json.Valid(line) {
				t.Fatalf("%q of kind %v becomes %s", s, k, line)
			}
		}
	})
}

// sameAnswer is an HTTP client that gets the same answer to everything.
type sameAnswer struct {
	status int
	body   string
}

// Do answers.
func (a sameAnswer) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// FuzzPage: whatever an answer with results holds, it is an error or rows of as many cells as the statement has columns.
func FuzzPage(f *testing.F) {
	f.Add(200, `{"ResultSet":{"ResultSetMetadata":{"ColumnInfo":[{"Name":"a","Type":"varchar"},{"Name":"n","Type":"bigint"}]},"Rows":[{"Data":[{"VarCharValue":"a"},{"VarCharValue":"n"}]},{"Data":[{"VarCharValue":"x"},{"VarCharValue":"1"}]},{"Data":[{},{}]}]}}`)
	f.Add(200, `{"ResultSet":{"ResultSetMetadata":{"ColumnInfo":[null,null]},"Rows":[null,{"Data":null},{"Data":[null]}]}}`)
	f.Add(200, `{"ResultSet":{"Rows":[]},"NextToken":"x"}`)
	f.Add(400, `{"__type":"InvalidRequestException","Message":"m"}`)
	f.Add(500, "<html>")
	cols := []result.Column{{Name: "a", Kind: result.Text}, {Name: "n", Kind: result.Int}}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			status = 200
		}
		client := athena.New(athena.Options{Region: "eu-central-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: sameAnswer{status, body},
			Retryer: aws.NopRetryer{}})
		e := &Engine{o: Options{Athena: client, Timing: Timing{PollFirst: time.Nanosecond}}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		first, err := e.page(ctx, "id", nil)
		if err != nil {
			return
		}
		if status/100 > 3 {
			t.Fatalf("%d is no error", status)
		}
		r := &rows{ctx: ctx, e: e, id: "id", x: &execution{}, cols: cols, first: first}
		n := 0
		for row, err := range r.All() {
			if err != nil {
				return
			}
			if len(row) != len(cols) {
				t.Fatalf("a row of %d cells", len(row))
			}
			if n++; n > 10_000 {
				return // the answer says that the next page is the same again
			}
		}
	})
}

// FuzzTable: whatever the catalog says of a table, it is refused or can be read with columns of ours only.
func FuzzTable(f *testing.F) {
	const good = `{"StorageDescriptor":{"Columns":[{"Name":"eventtime","Type":"string"},{"Name":"eventname","Type":"string"},{"Name":"eventsource","Type":"string"},{"Name":"useridentity","Type":"struct<type:string,arn:string>"}],` +
		`"Location":"s3://b/AWSLogs/"},"PartitionKeys":[{"Name":"account","Type":"string"},{"Name":"region","Type":"string"},{"Name":"day","Type":"string"}],` +
		`"Parameters":{"projection.enabled":"true","storage.location.template":"s3://b/AWSLogs/${account}/CloudTrail/${region}/${day}"}}`
	f.Add(good, "s3://b/")
	f.Add(strings.Replace(good, "${day}", "${year}/${month}/${day}", 1), "s3://b/")
	f.Add(strings.Replace(good, `"string"`, `"struct<a:array<map<string,int>>>"`, 3), "s3://b/AWSLogs/o-abc/")
	f.Add(`{"StorageDescriptor":{"Columns":[{},{"Name":"x\"y","Type":"int"}]},"PartitionKeys":[{}]}`, "")
	f.Fuzz(func(t *testing.T, text, source string) {
		var g types.Table
		if json.Unmarshal([]byte(text), &g) != nil {
			return
		}
		table, lacks, err := readTable(&g, source)
		if err != nil {
			return
		}
		if len(table.columns) == 0 || table.state == "" {
			t.Fatalf("%+v, lacks %q", table, lacks)
		}
		for _, c := range table.columns {
			if quotes := strings.Count(c, `"`); quotes%2 != 0 {
				t.Fatalf("a column is %s", c)
			}
		}
	})
}
