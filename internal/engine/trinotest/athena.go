// Package trinotest puts a real Trino where a fake AWS has no Athena that executes SQL, or has one of our own making.
//
// Athena's engine is a Trino with changes of its own, behind an API. Athena here answers that API's calls on queries and runs
// the statements, as the program sends them, on a Trino whose Hive connector reads tables of a Glue over files in an S3.
// All other calls go on to the AWS that stands behind. What is not Athena's stays said: see Rewrite.
package trinotest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/sql"
)

// Athena stands before an AWS and answers for its Athena.
type Athena struct {
	t       testing.TB
	http    *httptest.Server
	trino   *client
	catalog string
	env     func(string) string
	glue    *glue.Client
	groups  *athena.Client
	s3      *s3.Client

	mu      sync.Mutex
	tables  map[string]string // reference in a statement -> what stands for it
	queries map[string]*query
	tokens  map[string]string
	ran     []string
}

// query is an execution.
type query struct {
	id, sql, group, output, file string
	state, reason                string
	at, ended                    time.Time
	scanned                      int64
	columns                      []column
	rows                         [][]*string
	cancel                       context.CancelFunc
	kind                         string // SELECT, CREATE or EXPLAIN
}

var catalogs atomic.Int64

// Address is the Trino to use. Without one the test is skipped, or fails where one is required. The Hive connector must be
// there: internal/engine/trino/testdata/server/run.sh fetches it.
func Address(t testing.TB) string {
	t.Helper()
	address := os.Getenv("TRINO_URL")
	if address != "" && os.Getenv("TRINO_HIVE") == "1" {
		return address
	}
	if os.Getenv("REQUIRE_TRINO") == "1" {
		t.Fatal("REQUIRE_TRINO=1, and there is no Trino with the Hive connector (TRINO_URL, TRINO_HIVE=1)")
	}
	t.Skip("skipped: needs a real Trino with the Hive connector: make conformance")
	return ""
}

// New stands before the AWS that env reaches, and makes a catalog in the Trino at address that reads that AWS's Glue and S3.
func New(t testing.TB, address string, env func(string) string) *Athena {
	t.Helper()
	to, err := url.Parse(env("AWS_ENDPOINT_URL"))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := awsconfig.Load(context.Background(), awsconfig.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	a := &Athena{t: t, env: env, tables: map[string]string{}, queries: map[string]*query{}, tokens: map[string]string{},
		catalog: fmt.Sprintf("lake_%d_%d", os.Getpid(), catalogs.Add(1)), glue: glue.NewFromConfig(cfg), groups: athena.NewFromConfig(cfg),
		s3: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })}
	a.trino = &client{base: strings.TrimSuffix(address, "/"), catalog: a.catalog}
	settings := map[string]string{
		"hive.metastore": "glue", "hive.metastore.glue.region": cfg.Region, "hive.metastore.glue.endpoint-url": to.String(),
		"hive.metastore.glue.aws-access-key": env("AWS_ACCESS_KEY_ID"), "hive.metastore.glue.aws-secret-key": env("AWS_SECRET_ACCESS_KEY"),
		"fs.hadoop.enabled": "false", "fs.native-s3.enabled": "true", "s3.endpoint": to.String(), "s3.region": cfg.Region,
		"s3.aws-access-key": env("AWS_ACCESS_KEY_ID"), "s3.aws-secret-key": env("AWS_SECRET_ACCESS_KEY"), "s3.path-style-access": "true",
		"hive.partition-projection-enabled": "true", "hive.non-managed-table-writes-enabled": "true", "hive.compression-codec": "ZSTD",
		"hive.recursive-directories":              "true", // as Athena reads the place of a table without partitions
		"hive.metastore.glue.partitions-segments": "1",    // not every fake of Glue knows segments
		"hive.collect-column-statistics-on-write": "false", "hive.table-statistics-enabled": "false",
	}
	var list []string
	value := sql.Literals{Dialect: sql.Trino}
	for k, v := range settings {
		list = append(list, sql.Name(k)+" = "+value.Of(v))
	}
	if value.Err != nil {
		t.Fatal(value.Err)
	}
	slices.Sort(list)
	if _, err := a.trino.run(context.Background(), "CREATE CATALOG "+a.catalog+" USING hive WITH ("+strings.Join(list, ", ")+")"); err != nil {
		t.Fatalf("make a catalog in Trino: %v", err)
	}
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	a.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonAthena.")
		do := map[string]func([]byte) (any, error){"StartQueryExecution": a.start, "GetQueryExecution": a.get, "BatchGetQueryExecution": a.batch,
			"StopQueryExecution": a.stop, "GetQueryResults": a.results}[operation]
		if !ours || do == nil {
			pass.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		out, err := do(body)
		if err != nil {
			w.Header().Set("X-Amzn-Errortype", "InvalidRequestException")
			w.WriteHeader(http.StatusBadRequest)
			out = map[string]string{"__type": "InvalidRequestException", "message": err.Error()}
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(func() {
		a.http.Close()
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, q := range a.queries {
			q.cancel()
		}
		if _, err := a.trino.run(context.Background(), "DROP CATALOG "+a.catalog); err != nil {
			t.Errorf("drop the catalog in Trino: %v", err)
		}
	})
	return a
}

// Env is the environment of a program that shall ask this Athena, and the AWS behind it for all else.
func (a *Athena) Env(name string) string {
	if name == "AWS_ENDPOINT_URL" {
		return a.http.URL
	}
	return a.env(name)
}

// Statements are those that were run, as they came.
func (a *Athena) Statements() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.ran)
}

type startInput struct {
	QueryString, ClientRequestToken, WorkGroup string
	ResultConfiguration                        struct{ OutputLocation string }
}

func (a *Athena) start(body []byte) (any, error) {
	var in startInput
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	output := in.ResultConfiguration.OutputLocation
	if in.WorkGroup != "" {
		g, err := a.groups.GetWorkGroup(context.Background(), &athena.GetWorkGroupInput{WorkGroup: &in.WorkGroup})
		if err != nil || g.WorkGroup == nil {
			return nil, fmt.Errorf("WorkGroup %s is not found.", in.WorkGroup)
		}
		if c := g.WorkGroup.Configuration; c != nil && c.ResultConfiguration != nil &&
			(aws.ToBool(c.EnforceWorkGroupConfiguration) || output == "") {
			output = aws.ToString(c.ResultConfiguration.OutputLocation)
		}
	}
	if output == "" {
		return nil, fmt.Errorf("No output location provided.")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if id := a.tokens[in.ClientRequestToken]; id != "" {
		return map[string]string{"QueryExecutionId": id}, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := len(a.queries) + 1
	q := &query{id: fmt.Sprintf("%08x-0000-4000-8000-%012x", os.Getpid(), n), sql: in.QueryString, group: in.WorkGroup,
		output: strings.TrimSuffix(output, "/") + "/", state: "RUNNING", at: time.Now(), cancel: cancel}
	a.tokens[in.ClientRequestToken], a.queries[q.id], a.ran = q.id, q, append(a.ran, q.sql)
	statement, err := a.rewrite(q)
	if err != nil {
		cancel()
		return nil, err
	}
	go a.run(ctx, q, statement)
	return map[string]string{"QueryExecutionId": q.id}, nil
}

// run asks Trino and keeps the rows, in Athena's way also as an object.
func (a *Athena) run(ctx context.Context, q *query, statement string) {
	got, err := a.trino.run(ctx, statement)
	if err == nil && q.kind == "SELECT" {
		q.file = q.output + q.id + ".csv"
		err = a.write(q.file, csvOf(got))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	q.ended = time.Now()
	switch {
	case q.state == "CANCELLED":
	case err != nil:
		q.state, q.reason = "FAILED", err.Error()
	default:
		q.state, q.columns, q.rows, q.scanned = "SUCCEEDED", got.columns, got.rows, got.scanned
	}
}

func (a *Athena) write(place string, body []byte) error {
	bucket, key, _ := awsconfig.Object(place)
	_, err := a.s3.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)})
	return err
}

func (a *Athena) find(id string) (*query, error) {
	if q := a.queries[id]; q != nil {
		return q, nil
	}
	return nil, fmt.Errorf("QueryExecution %s was not found", id)
}

func (a *Athena) get(body []byte) (any, error) {
	var in struct{ QueryExecutionId string }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	q, err := a.find(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	return map[string]any{"QueryExecution": q.shape()}, nil
}

func (a *Athena) batch(body []byte) (any, error) {
	var in struct{ QueryExecutionIds []string }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	all := []any{}
	missing := []any{}
	for _, id := range in.QueryExecutionIds {
		if q, err := a.find(id); err == nil {
			all = append(all, q.shape())
		} else {
			missing = append(missing, map[string]string{"QueryExecutionId": id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": err.Error()})
		}
	}
	return map[string]any{"QueryExecutions": all, "UnprocessedQueryExecutionIds": missing}, nil
}

func (q *query) shape() map[string]any {
	status := map[string]any{"State": q.state, "SubmissionDateTime": seconds(q.at)}
	if !q.ended.IsZero() {
		status["CompletionDateTime"] = seconds(q.ended)
	}
	if q.state == "FAILED" {
		status["StateChangeReason"] = q.reason
		status["AthenaError"] = map[string]any{"ErrorCategory": 2, "ErrorType": 1001, "Retryable": false, "ErrorMessage": q.reason}
	}
	place := q.file
	if place == "" {
		place = q.output + q.id
	}
	return map[string]any{"QueryExecutionId": q.id, "Query": q.sql, "WorkGroup": q.group, "Status": status,
		"ResultConfiguration": map[string]string{"OutputLocation": place},
		"StatementType":       map[bool]string{true: "DDL", false: "DML"}[q.kind == "CREATE"],
		"EngineVersion": map[string]string{"SelectedEngineVersion": "Athena engine version 3",
			"EffectiveEngineVersion": "Athena engine version 3"},
		"Statistics": map[string]any{"DataScannedInBytes": q.scanned, "TotalExecutionTimeInMillis": q.ended.Sub(q.at).Milliseconds()}}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (a *Athena) stop(body []byte) (any, error) {
	var in struct{ QueryExecutionId string }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	q, err := a.find(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	if q.state == "RUNNING" {
		q.state = "CANCELLED"
	}
	q.cancel()
	return map[string]any{}, nil
}

func (a *Athena) results(body []byte) (any, error) {
	var in struct {
		QueryExecutionId, NextToken string
		MaxResults                  int
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	q, err := a.find(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	if q.state != "SUCCEEDED" {
		return nil, fmt.Errorf("Query has not yet finished. Current state: %s", q.state)
	}
	rows := q.rows
	if q.kind == "SELECT" {
		header := make([]*string, len(q.columns))
		for i := range header {
			header[i] = &q.columns[i].Name
		}
		rows = slices.Concat([][]*string{header}, rows)
	}
	from, _ := strconv.Atoi(in.NextToken) // "" is the beginning
	most := in.MaxResults
	if most <= 0 || most > 1000 {
		most = 1000
	}
	to := min(from+most, len(rows))
	type datum struct {
		VarCharValue *string `json:",omitempty"`
	}
	list := []any{}
	for _, r := range rows[min(from, to):to] {
		data := make([]datum, len(r))
		for i, s := range r {
			data[i].VarCharValue = s
		}
		list = append(list, map[string]any{"Data": data})
	}
	info := []any{}
	for _, c := range q.columns {
		name, _, _ := strings.Cut(c.Type, "(")
		info = append(info, map[string]any{"CatalogName": "hive", "Name": c.Name, "Label": c.Name, "Type": name})
	}
	out := map[string]any{"ResultSet": map[string]any{"Rows": list, "ResultSetMetadata": map[string]any{"ColumnInfo": info}}}
	if to < len(rows) {
		out["NextToken"] = strconv.Itoa(to)
	}
	return out, nil
}
