package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	athenatypes "github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/demo"
	"trailscribe/internal/engine/trinotest"
	"trailscribe/internal/lake"
	"trailscribe/internal/run"
	"trailscribe/internal/source/dir"
)

// moto is an AWS that others wrote: the Python project moto, as a server. It knows the control plane and runs no SQL, so it is
// a second opinion on every call but those that read rows. cmd/trailscribe/testdata/moto/run.sh starts it.
//
// The program reaches it through a proxy that notes the calls and mends what moto does otherwise than AWS; see gaps.
type moto struct {
	t       testing.TB
	proxy   *httptest.Server
	address string // of moto itself
	dir     string
	account string              // of the credentials
	ask     func(string) string // environment of the program

	mu    sync.Mutex
	calls []apiCall
	gaps  map[string]bool // that were met
}

// apiCall is one request as AWS names it, with what it sent.
type apiCall struct {
	name string // glue:GetTable
	sent string
	key  string // access key that signed it
}

// gaps are what moto does otherwise than AWS, with the reason why we believe AWS's side. Each is printed when it was met.
var gaps = map[string]string{
	"StorageDescriptor": "moto gives a table back as it was put; Glue fills in figures that were left out, and Trino cannot do without " +
		"NumberOfBuckets",
	"GetColumnStatistics": "moto does not know the call; Glue answers with no statistics where none were computed",
	"GetWorkGroup": "of a workgroup that does not exist moto answers 200 with null; botocore's model has InvalidRequestException " +
		"for it, and AWS answers 'WorkGroup x is not found.'",
}

func newMoto(t testing.TB, configuration string) *moto {
	t.Helper()
	address := os.Getenv("TRAILSCRIBE_MOTO")
	if address == "" {
		if os.Getenv("REQUIRE_MOTO") == "1" {
			t.Fatal("REQUIRE_MOTO=1, and TRAILSCRIBE_MOTO names no moto")
		}
		t.Skip("skipped: needs the program moto as a second opinion on AWS's API: make conformance")
	}
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	m := &moto{t: t, address: address, dir: t.TempDir(), account: "123456789012", gaps: map[string]bool{}}
	m.post(address+"/moto-api/reset", "")
	behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }, ModifyResponse: m.mend,
		ErrorLog: nil}
	m.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.note(r)
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(m.proxy.Close)
	t.Cleanup(func() {
		for name := range m.gaps {
			t.Logf("gap of moto, mended on the way: %s: %s", name, gaps[name])
		}
	})
	m.ask = m.env
	m.configure(configuration)
	m.bucket(trailBucket)
	return m
}

func (m *moto) post(address, body string) {
	m.t.Helper()
	r, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode/100 != 2 {
		m.t.Fatalf("%s: %s", address, r.Status)
	}
}

func (m *moto) configure(text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, "trailscribe.yaml"), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// note keeps what is asked.
func (m *moto) note(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	name, key := awsfake.Operation(r, body)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, apiCall{name, string(body), key})
}

// mend makes of moto's answer what AWS answers, where the two are known to differ.
func (m *moto) mend(r *http.Response) error {
	operation := r.Request.Header.Get("X-Amz-Target")
	if !strings.HasPrefix(operation, "AWSGlue.Get") && operation != "AmazonAthena.GetWorkGroup" {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	gap := ""
	switch {
	case operation == "AmazonAthena.GetWorkGroup" && strings.Contains(string(body), `"WorkGroup": null`):
		gap, r.StatusCode, body = "GetWorkGroup", http.StatusBadRequest,
			[]byte(`{"__type":"InvalidRequestException","Message":"WorkGroup is not found."}`)
	case strings.HasPrefix(operation, "AWSGlue.GetColumnStatistics") && r.StatusCode >= 500:
		gap, r.StatusCode, body = "GetColumnStatistics", http.StatusOK, []byte(`{"ColumnStatisticsList":[],"Errors":[]}`)
	case strings.HasPrefix(operation, "AWSGlue.Get") && r.StatusCode == http.StatusOK:
		var answer any
		if err := json.Unmarshal(body, &answer); err == nil && fill(answer) {
			gap = "StorageDescriptor"
			if body, err = json.Marshal(answer); err != nil {
				return err
			}
		}
	}
	if gap != "" {
		m.mu.Lock()
		m.gaps[gap] = true
		m.mu.Unlock()
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return nil
}

// fill adds what Glue adds to each StorageDescriptor, and reports whether there was one that lacked it.
func fill(v any) (filled bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			filled = fill(x) || filled
		}
	case map[string]any:
		for k, x := range v {
			if sd, ok := x.(map[string]any); ok && k == "StorageDescriptor" && sd["NumberOfBuckets"] == nil {
				sd["NumberOfBuckets"], filled = 0, true
			}
			filled = fill(x) || filled
		}
	}
	return filled
}

// take gives the calls since the last time.
func (m *moto) take() []apiCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.calls
	m.calls = nil
	return out
}

func (m *moto) env(name string) string {
	return map[string]string{"AWS_ENDPOINT_URL": m.proxy.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_REGION":      "eu-central-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true"}[name]
}

func (m *moto) aws() aws.Config {
	m.t.Helper()
	cfg, err := awsconfig.Load(m.t.Context(), awsconfig.Options{Env: m.env})
	if err != nil {
		m.t.Fatal(err)
	}
	return cfg
}

func (m *moto) s3() *s3.Client {
	return s3.NewFromConfig(m.aws(), func(o *s3.Options) { o.UsePathStyle = true })
}
func (m *moto) glue() *glue.Client     { return glue.NewFromConfig(m.aws()) }
func (m *moto) athena() *athena.Client { return athena.NewFromConfig(m.aws()) }

func (m *moto) bucket(name string) {
	m.t.Helper()
	_, err := m.s3().CreateBucket(m.t.Context(),
		&s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}})
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *moto) put(key string, body []byte) {
	m.t.Helper()
	if _, err := m.s3().PutObject(m.t.Context(), &s3.PutObjectInput{Bucket: aws.String(trailBucket), Key: &key,
		Body: bytes.NewReader(body)}); err != nil {
		m.t.Fatal(err)
	}
}

// want runs the program and holds its exit code and what it says; a text behind ! must not be said.
func (m *moto) want(code int, args string, says ...string) (out, errOut string) {
	m.t.Helper()
	var o, e bytes.Buffer
	got := MainIn(context.Background(), m.dir, strings.Fields(args), strings.NewReader(""), &o, &e, m.ask)
	out, errOut = o.String(), e.String()
	if got != code {
		m.t.Fatalf("%s: exit code %d, want %d\n%s%s", args, got, code, out, errOut)
	}
	said := strings.Join(strings.Fields(out+errOut), " ") // columns of a table are as wide as what stands in them
	for _, s := range says {
		if no, ok := strings.CutPrefix(s, "!"); ok == strings.Contains(said, strings.Join(strings.Fields(no), " ")) {
			m.t.Errorf("%s: %q\n%s%s", args, s, out, errOut)
		}
	}
	return out, errOut
}

func (m *moto) table() *gluetypes.Table {
	m.t.Helper()
	out, err := m.glue().GetTable(m.t.Context(), &glue.GetTableInput{DatabaseName: aws.String("trailscribe"), Name: aws.String("cloudtrail")})
	if err != nil {
		m.t.Fatal(err)
	}
	return out.Table
}

// From nothing to everything and back, each component, with an AWS that others wrote.
func TestMotoInfra(t *testing.T) {
	m := newMoto(t, simpleConfig)
	for _, a := range []string{"111122223333", "222233334444"} {
		for _, r := range []string{"us-east-1", "eu-west-1"} {
			m.put(logKey("audit/AWSLogs/", a, r, "2024/02/29", 1), logFile(t, a, r, "2024/02/29", 1))
		}
	}
	m.want(exitMismatch, "infra status", "missing  results bucket results-of-audit", "missing  workgroup trailscribe",
		"missing  database trailscribe", "missing  table trailscribe.cloudtrail")
	m.want(exitDone, "infra plan", "+       table trailscribe.cloudtrail", "2024/02/29,NOW", "111122223333,222233334444",
		"eu-west-1,us-east-1")
	m.want(exitChanges, "infra plan --detailed-exitcode")
	for _, c := range []string{"results", "workgroup", "database", "table"} {
		m.want(exitChanges, "infra plan --detailed-exitcode --component "+c)
		m.want(exitDone, "infra apply --yes --prove 0 --component "+c, ": done")
		m.want(exitDone, "infra plan --detailed-exitcode --component "+c, "0 to add, 0 to change, 0 to remove")
	}
	m.want(exitDone, "infra plan --detailed-exitcode")
	m.want(exitDone, "infra status", "ok      workgroup trailscribe", "ok      table trailscribe.cloudtrail",
		"log files of 2 accounts in 2 regions, the first of 2024-02-29")
	for _, target := range []string{"terraform", "cloudformation", "sql"} {
		m.want(exitDone, "infra export "+target, "111122223333,222233334444")
	}
	m.want(exitDone, "infra destroy --confirm trailscribe", "table trailscribe.cloudtrail: removed", "database trailscribe: removed",
		"workgroup trailscribe: removed", "results bucket results-of-audit: removed")
	m.want(exitMismatch, "infra status", "missing  results bucket results-of-audit", "missing  workgroup trailscribe",
		"missing  database trailscribe", "missing  table trailscribe.cloudtrail")
	if n := m.count(); n != 4 {
		t.Errorf("%d log files are left of 4", n)
	}
}

func (m *moto) count() (n int) {
	pages := s3.NewListObjectsV2Paginator(m.s3(), &s3.ListObjectsV2Input{Bucket: aws.String(trailBucket)})
	for pages.HasMorePages() {
		p, err := pages.NextPage(m.t.Context())
		if err != nil {
			m.t.Fatal(err)
		}
		n += len(p.Contents)
	}
	return n
}

// planned are the changes of a plan as JSON: what, and to which field.
func planned(t testing.TB, out string) (said []string) {
	t.Helper()
	var got []struct{ Change, Field string }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	for _, g := range got {
		said = append(said, g.Change+" "+g.Field)
	}
	return said
}

// What a second client changed is shown field by field and put right; what it added stays.
func TestMotoDrift(t *testing.T) {
	m := newMoto(t, "athena:\n  logs: s3://trail-logs\n")
	m.put(logKey("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1), logFile(t, "111122223333", "eu-central-1", "2026/10/05", 1))
	m.want(exitDone, "infra apply --yes --prove 0")
	made := m.table()
	in := &gluetypes.TableInput{Name: made.Name, TableType: made.TableType, Parameters: maps.Clone(made.Parameters),
		PartitionKeys: made.PartitionKeys, StorageDescriptor: made.StorageDescriptor, Description: made.Description}
	in.Parameters["crawler"] = "kept"
	in.Parameters["projection.account.values"] = "111122223333,444455556666"
	in.Parameters["projection.old.type"] = "enum"
	in.Parameters["projection.day.range"] = "2026/10/01,2026/10/31"
	columns := len(made.StorageDescriptor.Columns)
	in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns[2:], gluetypes.Column{Name: aws.String("own"),
		Type: aws.String("string")})
	if _, err := m.glue().UpdateTable(t.Context(), &glue.UpdateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: in}); err != nil {
		t.Fatal(err)
	}
	out, _ := m.want(exitDone, "infra plan --output json --component table")
	if got, want := strings.Join(planned(t, out), "|"),
		"+ column eventversion|+ column useridentity|~ projection.day.range|- projection.old.type"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	m.want(exitChanges, "infra plan --detailed-exitcode")
	m.want(exitDone, "infra plan --out plan.json", "saved to plan.json")
	m.want(exitDone, "infra apply --plan plan.json --yes --prove 0")
	m.want(exitError, "infra apply --plan plan.json --yes --prove 0", "it has changed since the plan was made")
	now := m.table()
	if p := now.Parameters; p["crawler"] != "kept" || p["projection.account.values"] != "111122223333,444455556666" ||
		p["projection.old.type"] != "" || !strings.HasSuffix(p["projection.day.range"], ",NOW") {
		t.Errorf("%v", p)
	}
	own := false
	for _, c := range now.StorageDescriptor.Columns {
		own = own || *c.Name == "own"
	}
	if !own || len(now.StorageDescriptor.Columns) != columns+1 {
		t.Errorf("%d columns, own %t", len(now.StorageDescriptor.Columns), own)
	}
	m.want(exitDone, "infra plan --detailed-exitcode")

	// The way back, and forth again.
	m.want(exitDone, "infra apply --rollback previous --yes", "as it was in version")
	if m.table().Parameters["projection.old.type"] != "enum" {
		t.Error("the earlier version was not written back")
	}
	m.want(exitDone, "infra apply --yes --prove 0 --component table")
	m.want(exitError, "infra apply --rollback 77 --yes", "no version 77")

	// Another workgroup of that name. moto keeps the tags of the one that was deleted, which AWS does not.
	if _, err := m.athena().UntagResource(t.Context(), &athena.UntagResourceInput{ResourceARN: aws.String("arn:aws:athena:eu-central-1:" +
		m.account + ":workgroup/trailscribe"), TagKeys: []string{lake.Mark}}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.athena().DeleteWorkGroup(t.Context(), &athena.DeleteWorkGroupInput{WorkGroup: aws.String("trailscribe")}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.athena().CreateWorkGroup(t.Context(), &athena.CreateWorkGroupInput{Name: aws.String("trailscribe"),
		Configuration: &athenatypes.WorkGroupConfiguration{BytesScannedCutoffPerQuery: aws.Int64(20_000_000)}}); err != nil {
		t.Fatal(err)
	}
	m.want(exitDone, "infra plan", "~       workgroup trailscribe", "20000000", "--adopt")
	m.want(exitError, "infra apply --yes --prove 0 --component workgroup", "cannot be made")
	t.Log("SKIPPED on moto: changing a workgroup: moto has no UpdateWorkGroup; the fake has it")

	// A database of ours with a table of others stays; a table that lost the mark stays too.
	if _, err := m.glue().CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: &gluetypes.TableInput{Name: aws.String("others"), PartitionKeys: []gluetypes.Column{}}}); err != nil {
		t.Fatal(err)
	}
	m.want(exitDone, "infra destroy --confirm trailscribe", "table trailscribe.cloudtrail: removed", "it still holds the table others")
	m.want(exitDone, "infra destroy --confirm trailscribe --component workgroup",
		"workgroup trailscribe stays: it was not made by Trailscribe")
}

// A bucket of more accounts than one page of a listing holds, and one folder with more files than that.
func TestMotoPages(t *testing.T) {
	m := newMoto(t, "athena:\n  logs: s3://trail-logs\n")
	g, client := errgroup.Group{}, m.s3()
	g.SetLimit(4)
	body := logFile(t, "000000000000", "us-east-1", "2026/10/05", 1)
	put := func(key string) {
		g.Go(func() error {
			_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(trailBucket), Key: &key, Body: bytes.NewReader(body)})
			return err
		})
	}
	const accounts, files = 1003, 1007
	for i := range accounts {
		put(logKey("AWSLogs/o-exampleorg1/", fmt.Sprintf("%012d", i), "us-east-1", "2026/10/05", 1))
	}
	for i := range files {
		put(logKey("AWSLogs/o-exampleorg1/", "000000000007", "us-east-1", "2026/10/06", i))
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	m.configure("athena:\n  logs: s3://trail-logs\n  organization: o-exampleorg1\n  accounts: [\"000000000007\"]\n")
	m.want(exitDone, "infra apply --yes --prove 0", "table trailscribe.cloudtrail: done")
	m.want(exitMismatch, "infra status", fmt.Sprintf("log files of %d accounts in 1 region, the first of 2026-10-05", accounts),
		"the account 000000001002 has log files and is not in the table")
	out, _ := m.want(exitDone, "report run cis-aws --engine athena --period 2026-10-06 --estimate --output json")
	var modes []struct {
		Statement string
		Staged    int64
		Direct    int64
	}
	if err := json.Unmarshal([]byte(out), &modes); err != nil || len(modes) == 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log("SKIPPED on moto: running a report at Athena: moto executes no SQL, it hands out results that a test has put there")
}

// sample writes sample logs from September 2026 on into the folder logs and into the bucket, and gives the number of files.
func (m *moto) sample(prefix string, events int, to time.Time) (n int) {
	m.t.Helper()
	logs, err := dir.New(dir.Options{Root: filepath.Join(m.dir, "logs"), Create: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer logs.Close()
	from := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	if _, err := demo.Generate(m.t.Context(), demo.Options{Seed: 7, From: from, To: to, Events: events}, logs); err != nil {
		m.t.Fatal(err)
	}
	for o, err := range logs.List(m.t.Context(), "") {
		if err != nil {
			m.t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(m.dir, "logs", filepath.FromSlash(o.Key)))
		if err != nil {
			m.t.Fatal(err)
		}
		m.put(prefix+o.Key, data)
		n++
	}
	return n
}

// record runs a report and gives what it keeps.
func (m *moto) record(id, period, out, args string) *run.Record {
	m.t.Helper()
	m.want(exitDone, "report run "+id+" --period "+period+" --format json --cache cache-"+out+" --out "+out+" "+args)
	found, err := filepath.Glob(filepath.Join(m.dir, out, id+"*", "*", "r*", "record.json"))
	if err != nil || len(found) != 1 {
		m.t.Fatalf("%v: %v", err, found)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		m.t.Fatal(err)
	}
	r := &run.Record{}
	if err := json.Unmarshal(data, r); err != nil {
		m.t.Fatal(err)
	}
	return r
}

// A report over the objects of a bucket is that over the files of a folder.
func TestMotoReportFromBucket(t *testing.T) {
	m := newMoto(t, "{}\n")
	if n := m.sample("trail/", 3000, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)); n <= 1000 {
		t.Fatalf("%d objects fit on one page of a listing", n)
	}
	sameAnswers(t, m.record("monthly-security", "2026-10", "local", "--engine duckdb --source logs"),
		m.record("monthly-security", "2026-10", "bucket", "--engine duckdb --source s3://trail-logs/trail"))
}

// A role of another account is taken for every call, with its external id.
func TestMotoRole(t *testing.T) {
	const other = "444455556666"
	m := newMoto(t, "athena:\n  logs: s3://trail-logs\n  role: arn:aws:iam::"+other+":role/audit/reader\n  external_id: agreed-upon\n")
	m.put(logKey("AWSLogs/", other, "eu-central-1", "2026/10/05", 1), logFile(t, other, "eu-central-1", "2026/10/05", 1))
	m.take()
	m.want(exitDone, "infra apply --yes --prove 0", "account "+other+", region eu-central-1", "table trailscribe.cloudtrail: done")
	roles := 0
	for _, c := range m.take() {
		if c.name == "sts:AssumeRole" {
			roles++
			if sent, err := url.ParseQuery(c.sent); err != nil || sent.Get("ExternalId") != "agreed-upon" || sent.Get("RoleSessionName") == "" {
				t.Errorf("%v %v", err, sent)
			}
		} else if c.key == m.env("AWS_ACCESS_KEY_ID") {
			t.Errorf("%s was asked without the role", c.name)
		}
	}
	if roles == 0 {
		t.Error("no role was taken")
	}
	// The table is the other account's, not that of the credentials.
	if _, err := m.glue().GetTable(t.Context(), &glue.GetTableInput{DatabaseName: aws.String("trailscribe"),
		Name: aws.String("cloudtrail")}); awsconfig.Code(err) != "EntityNotFoundException" {
		t.Errorf("%v", err)
	}
	m.want(exitDone, "infra plan --detailed-exitcode")
}

// The control count's calls of Athena, with an answer that moto was given.
func TestMotoCount(t *testing.T) {
	m := newMoto(t, simpleConfig)
	m.put(logKey("audit/AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1), logFile(t, "111122223333", "eu-central-1", "2026/10/05",
		1))
	answer := func(rows, files string) {
		m.post(os.Getenv("TRAILSCRIBE_MOTO")+"/moto-api/static/athena/query-results",
			`{"account_id":"`+m.account+`","region":"eu-central-1","results":[{"rows":[{"Data":[{"VarCharValue":"rows"},{"VarCharValue":"files"}]},{"Data":[{"VarCharValue":"`+
				rows+`"},{"VarCharValue":"`+files+`"}]}],"column_info":[{"Name":"rows","Type":"bigint"},{"Name":"files","Type":"bigint"}]}]}`)
	}
	answer("2", "1")
	m.want(exitDone, "infra apply --yes --prove 1", "the bucket has 1 log file, the table gives 2 records from 1 of them")
	answer("0", "0")
	m.want(exitMismatch, "infra status --prove 1", "the table gives 0 records from 0 of them", "blind")
}

// The program from nothing to reports by Athena, with nothing of ours behind it but a translation of Athena's calls: the bucket
// and the catalog are moto's, and a real Trino reads them by the table that infra made, with Athena's partition projection.
func TestMotoTrino(t *testing.T) {
	address := trinotest.Address(t)
	m := newMoto(t, "athena:\n  logs: s3://trail-logs\n  output: s3://results-of-audit/athena\n")
	// moto hands out some hundred objects a second, and each is read several times
	m.sample("", 1500, time.Date(2026, 10, 9, 0, 0, 0, 0, time.UTC))
	a := trinotest.New(t, address, m.env)
	m.ask = a.Env
	m.want(exitDone, "infra apply --yes --prove 0")
	a.Lay("trailscribe", "cloudtrail")
	m.want(exitDone, "infra status --prove 3", "proven  control count", "!blind")
	for _, id := range []string{"monthly-security", "cis-aws"} {
		sameAnswers(t, m.record(id, "2026-10-01..2026-10-07", "local", "--engine duckdb --source logs"),
			m.record(id, "2026-10-01..2026-10-07", "staged", "--engine athena --mode staged"))
	}
	sameAnswers(t, m.record("s3-activity", "2026-10-01..2026-10-07", "local", "--engine duckdb --source logs"),
		m.record("s3-activity", "2026-10-01..2026-10-07", "direct", "--engine athena --mode direct"))
	m.want(exitDone, "infra status", "!trailscribe_run_") // the staged tables are gone
	staged := 0
	for _, s := range a.Statements() {
		if strings.HasPrefix(s, "CREATE TABLE") {
			staged++
		}
	}
	if staged != 2 {
		t.Errorf("%d statements staged", staged)
	}
}
