package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/demo"
	"trailscribe/internal/run"
	"trailscribe/internal/source"
	"trailscribe/internal/source/dir"
)

// cloud is a fake AWS with a month of sample logs, the table over them and a workgroup, and the same logs in a folder.
type cloud struct {
	t      testing.TB
	fake   *awsfake.Server
	dir    string
	bytes  int64           // of the log files of the month
	areas  map[string]bool // regions that have logs
	since  string          // first day of the logs as it stands in their keys; "" all
	forged int             // log files that forge made
	athena *athena.Client
	glue   *glue.Client
}

var hiveWords = strings.NewReplacer("row(", "struct<", "array(", "array<", "map(varchar, varchar)", "map<string,string>", ")", ">",
	"varchar", "string", ", ", ",", " ", ":")

// newCloud has October and two weeks of history, of two accounts in two regions: every log file costs each statement that reads
// the logs.
func newCloud(t testing.TB, events int) *cloud {
	t.Helper()
	return newCloudOf(t, "", demo.Options{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"eu-central-1", "us-east-1"},
		From: time.Date(2026, 9, 17, 0, 0, 0, 0, time.UTC), Events: events,
	})
}

// newCloudOf has the logs of the options, and in the bucket only those from a day such as 2026/10/01.
func newCloudOf(t testing.TB, since string, o demo.Options) *cloud {
	t.Helper()
	fake, err := awsfake.New(awsfake.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	cfg, err := awsconfig.Load(t.Context(), awsconfig.Options{Env: fake.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t, fake: fake, dir: t.TempDir(), areas: map[string]bool{}, since: since, athena: athena.NewFromConfig(cfg),
		glue: glue.NewFromConfig(cfg)}
	logs, err := dir.New(dir.Options{Root: filepath.Join(c.dir, "logs"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	o.Seed = 7
	if _, err := demo.Generate(t.Context(), o, logs); err != nil {
		t.Fatal(err)
	}
	// A report of the folder is held against one of Athena, which verifies no digests: one log file that they list is not there.
	digests, err := filepath.Glob(filepath.Join(c.dir, "logs", "AWSLogs", "*", cloudtrail.FolderDigest))
	for _, name := range digests {
		err = errors.Join(err, os.RemoveAll(name))
	}
	if err != nil || len(digests) == 0 {
		t.Fatal(digests, err)
	}
	fake.CreateBucket("logs")
	fake.CreateBucket("results")
	for o, err := range logs.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		c.put(logs, o)
	}
	c.table()
	enforced := true
	if _, err := c.athena.CreateWorkGroup(t.Context(), &athena.CreateWorkGroupInput{Name: aws.String("trailscribe"),
		Configuration: &types.WorkGroupConfiguration{
			EnforceWorkGroupConfiguration: &enforced,
			ResultConfiguration:           &types.ResultConfiguration{OutputLocation: aws.String("s3://results/out/")}}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "trailscribe.yaml"),
		[]byte("engine: athena\nathena: {logs: \"s3://logs\", concurrency: 4, region: "+fake.Region()+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cloud) put(from source.Source, o source.Object) {
	if k := cloudtrail.ParseKey(o.Key); k.Day.Format("2006/01/02") < c.since {
		return
	}
	body, _, err := from.Open(c.t.Context(), o.Key)
	if err != nil {
		c.t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.fake.Put("logs", o.Key, data, "")
	c.bytes += int64(len(data))
	if k := cloudtrail.ParseKey(o.Key); k.Region != "" {
		c.areas[k.Region] = true
	}
}

func (c *cloud) table() {
	c.t.Helper()
	in := &gluetypes.TableInput{Name: aws.String("cloudtrail"), TableType: aws.String("EXTERNAL_TABLE"),
		Parameters: map[string]string{
			"projection.enabled": "true", "storage.location.template": "s3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}",
			"projection.account.type": "injected", "projection.region.type": "enum",
			"projection.region.values": strings.Join(slices.Sorted(maps.Keys(c.areas)), ","),
			"projection.day.type":      "date", "projection.day.format": "yyyy/MM/dd", "projection.day.range": "2020/01/01,2030/01/01",
			"projection.day.interval": "1", "projection.day.interval.unit": "DAYS"},
		StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://logs/AWSLogs/"),
			InputFormat:  aws.String("com.amazon.emr.cloudtrail.CloudTrailInputFormat"),
			OutputFormat: aws.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerdeInfo:    &gluetypes.SerDeInfo{SerializationLibrary: aws.String("org.apache.hive.hcatalog.data.JsonSerDe")}}}
	for _, n := range []string{"account", "region", "day"} {
		in.PartitionKeys = append(in.PartitionKeys, gluetypes.Column{Name: aws.String(n), Type: aws.String("string")})
	}
	for _, x := range cloudtrail.Columns() {
		in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns, gluetypes.Column{Name: aws.String(x.Name),
			Type: aws.String(hiveWords.Replace(x.Type))})
	}
	if _, err := c.glue.CreateDatabase(c.t.Context(),
		&glue.CreateDatabaseInput{DatabaseInput: &gluetypes.DatabaseInput{Name: aws.String("trailscribe")}}); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.glue.CreateTable(c.t.Context(), &glue.CreateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: in}); err != nil {
		c.t.Fatal(err)
	}
}

// run is the program with the fake's environment and nothing of this machine's.
func (c *cloud) run(ctx context.Context, args ...string) (code int, out, said string) {
	c.t.Helper()
	var o, e bytes.Buffer
	args = append(args, "--config", filepath.Join(c.dir, "trailscribe.yaml"), "--cache", filepath.Join(c.dir, "cache"))
	code = MainIn(ctx, c.dir, args, strings.NewReader(""), &o, &e, c.fake.Getenv)
	return code, o.String(), e.String()
}

// report runs a report and gives its record.
func (c *cloud) report(ctx context.Context, id, out string, args ...string) (*run.Record, string) {
	c.t.Helper()
	code, said, failed := c.run(ctx, append([]string{"report", "run", id, "--period", "2026-10", "--format", "json", "--out",
		filepath.Join(c.dir, out)}, args...)...)
	if code != exitDone && code != exitIncomplete {
		c.t.Fatalf("exit code %d\n%s\n%s", code, said, failed)
	}
	found, err := filepath.Glob(filepath.Join(c.dir, out, id+"*", "2026-10", "r*", "record.json"))
	if err != nil || len(found) == 0 {
		c.t.Fatalf("no record: %v\n%s", err, failed)
	}
	data, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		c.t.Fatal(err)
	}
	var r run.Record
	if err := json.Unmarshal(data, &r); err != nil {
		c.t.Fatal(err)
	}
	return &r, failed
}

// sameAnswers compares what two engines answered: every row of every query, by its hash, and what the rows rest on.
func sameAnswers(t *testing.T, local, remote *run.Record) {
	t.Helper()
	if len(local.Queries) == 0 || len(local.Queries) != len(remote.Queries) {
		t.Fatalf("%d and %d queries", len(local.Queries), len(remote.Queries))
	}
	rows := int64(0)
	for i, l := range local.Queries {
		r := remote.Queries[i]
		rows += l.Rows
		if l.ID != r.ID || l.Rows != r.Rows || l.SHA256 != r.SHA256 || l.Verdict.Outcome != r.Verdict.Outcome ||
			l.ExceptionsSHA256 != r.ExceptionsSHA256 {
			t.Errorf("%s: duckdb %d rows %.8s %s, athena %d rows %.8s %s: %s", l.ID, l.Rows, l.SHA256, l.Verdict.Outcome, r.Rows, r.SHA256,
				r.Verdict.Outcome, r.Verdict.Reason)
		}
		if (l.Population == nil) != (r.Population == nil) || l.Population != nil && *l.Population != *r.Population {
			t.Errorf("%s: the populations differ", l.ID)
		}
	}
	if rows == 0 {
		t.Error("no query gave a row")
	}
	figure := func(name string, l, r *int64) {
		if l == nil || r == nil || *l != *r {
			t.Errorf("%s: %v and %v", name, text(l), text(r))
		}
	}
	l, r := local.Inputs, remote.Inputs
	figure("read", l.Read, r.Read)
	figure("bytes", l.Bytes, r.Bytes)
	figure("records", l.Records, r.Records)
	figure("events", l.Events, r.Events)
	figure("undated", l.Undated, r.Undated)
	figure("outside", l.Outside, r.Outside)
	figure("conflicting", l.Conflicting, r.Conflicting)
	if fmt.Sprint(l.Conflicts) != fmt.Sprint(r.Conflicts) {
		t.Errorf("copies that differ: %v and %v", l.Conflicts, r.Conflicts)
	}
	if !l.First.Equal(r.First) || !l.Last.Equal(r.Last) || fmt.Sprint(l.Cells) != fmt.Sprint(r.Cells) {
		t.Errorf("first, last or cells differ: %v %v, %v %v, %d and %d cells", l.First, l.Last, r.First, r.Last, len(l.Cells), len(r.Cells))
	}
}

func text(n *int64) string {
	if n == nil {
		return "not observable"
	}
	return fmt.Sprint(*n)
}

// Athena and the embedded engine give the same rows for every query of a report, staged and direct; nothing is left behind.
func TestAthenaAnswersAsDuckDB(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 1500)
	for _, id := range []string{"monthly-security"} { // the others: TestPartitionsAnswerAsDuckDB
		local, _ := c.report(t.Context(), id, "local", "--engine", "duckdb", "--source", "logs")
		c.fake.ResetMeter()
		remote, said := c.report(t.Context(), id, "staged", "--mode", "staged")
		sameAnswers(t, local, remote)
		if remote.Engine.Name != "athena" || !strings.Contains(said, "billed: staged") {
			t.Errorf("engine %+v, said %s", remote.Engine, said)
		}
		m := c.fake.Meter()
		_, rows, _ := c.run(t.Context(), "report", "run", id, "--period", "2026-10", "--estimate", "--output", "csv")
		asked := int64(strings.Count(rows, "\n")) - 2 // but the head and the sum
		if most := int64(len(local.Queries)) + 3; asked > most || asked < int64(len(local.Queries)) {
			t.Errorf("%s: %d statements for %d queries: their populations are to be counted together", id, asked, len(local.Queries))
		}
		if m.Executions != asked+2 { // one that stages, one that counts
			t.Errorf("%s: %d executions for %d statements", id, m.Executions, asked)
		}
		c.clean()
	}
	local, _ := c.report(t.Context(), "s3-activity", "local", "--engine", "duckdb", "--source", "logs")
	remote, _ := c.report(t.Context(), "s3-activity", "direct", "--mode", "direct")
	sameAnswers(t, local, remote)
}

// clean tells that no staged table and none of its files is left.
func (c *cloud) clean() {
	c.t.Helper()
	left, err := c.glue.GetTables(c.t.Context(), &glue.GetTablesInput{DatabaseName: aws.String("trailscribe")})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, x := range left.TableList {
		if *x.Name != "cloudtrail" {
			c.t.Errorf("the table %s was left behind", *x.Name)
		}
	}
	for _, key := range c.fake.Keys("results", "") {
		if strings.Contains(key, "/tables/") || strings.Contains(key, "staging") {
			c.t.Errorf("the file %s was left behind", key)
		}
	}
}

// A run that was stopped when Athena had answered everything is finished by a listing of the bucket: no query is paid for
// again. If a log file came meanwhile, the period is staged anew.
func TestAnsweredRunAtAthenaIsPaidOnce(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 1000)
	args := []string{"report", "run", "s3-activity", "--period", "2026-10", "--format", "json", "--mode", "staged", "--out", "out", "--config",
		"trailscribe.yaml"}
	stop := func() {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		said := &stopping{at: "judging", stop: cancel}
		if code := MainIn(ctx, c.dir, args, strings.NewReader(""), io.Discard, said, c.fake.Getenv); code != exitStopped {
			t.Fatalf("exit code %d\n%s", code, said)
		}
		c.clean()
	}
	finish := func() (started []string) {
		t.Helper()
		before := len(c.fake.Executions())
		if code, out, said := c.run(t.Context(), args[:len(args)-2]...); code != exitDone && code != exitIncomplete {
			t.Fatalf("exit code %d\n%s%s", code, out, said)
		}
		c.clean()
		for _, x := range c.fake.Executions()[before:] {
			started = append(started, x.SQL)
		}
		return started
	}
	stop()
	if started := finish(); len(started) > 0 {
		t.Errorf("%d queries for a run that had all its answers, the first: %.200s", len(started), started[0])
	}
	args[len(args)-3] = "other"
	stop()
	key := c.fake.Keys("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/")[0]
	body, _ := c.fake.Object("logs", key)
	c.fake.Put("logs", strings.Replace(key, ".json", "x.json", 1), body, "")
	if started := finish(); !slices.ContainsFunc(started, func(sql string) bool { return strings.HasPrefix(sql, "CREATE TABLE") }) {
		t.Errorf("a log file came, and the report rests on the state before: %d queries", len(started))
	}
}
