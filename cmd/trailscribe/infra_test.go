package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	s3source "trailscribe/internal/source/s3"
)

// account is a fake AWS with a trail's bucket, and a folder with a configuration.
type account struct {
	t   *testing.T
	aws *awsfake.Server
	dir string
}

const trailBucket = "trail-logs"

func newAccount(t *testing.T, configuration string) *account {
	t.Helper()
	server, err := awsfake.New(awsfake.Options{PageSize: 2}) // every listing has several pages
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.CreateBucket(trailBucket)
	c := &account{t: t, aws: server, dir: t.TempDir()}
	c.configure(configuration)
	return c
}

func (c *account) configure(text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "trailscribe.yaml"), []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// log puts a log file with n records.
func (c *account) log(root, account, region, day string, n int) {
	c.t.Helper()
	c.aws.Put(trailBucket, logKey(root, account, region, day, n), logFile(c.t, account, region, day, n), "")
}

func logKey(root, account, region, day string, n int) string {
	return fmt.Sprintf("%s%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%sT1000Z_%016d.json.gz", root, account, region, day, account, region,
		strings.ReplaceAll(day, "/", ""), n)
}

// logFile is a log file with n records.
func logFile(t testing.TB, account, region, day string, n int) []byte {
	t.Helper()
	var records []string
	for i := range n {
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.11","eventTime":"%sT10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":%q,"recipientAccountId":%q,"eventID":"%s-%s-%s-%d"}`,
			strings.ReplaceAll(day, "/", "-"), region, account, account, region, day, i))
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(`{"Records":[` + strings.Join(records, ",") + `]}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run is one command; it returns what was printed and the exit code.
func (c *account) run(in string, args ...string) (out, errOut string, code int) {
	c.t.Helper()
	var o, e bytes.Buffer
	code = MainIn(context.Background(), c.dir, args, strings.NewReader(in), &o, &e, c.aws.Getenv)
	if strings.Contains(e.String(), "goroutine ") {
		c.t.Fatalf("a panic reached the user:\n%s", e.String())
	}
	return o.String(), e.String(), code
}

// want runs a command and holds its exit code and what it says.
func (c *account) want(code int, args string, says ...string) (out, errOut string) {
	c.t.Helper()
	out, errOut, got := c.run("", strings.Fields(args)...)
	if got != code {
		c.t.Fatalf("%s: exit code %d, want %d\n%s%s", args, got, code, out, errOut)
	}
	for _, s := range says {
		if no, ok := strings.CutPrefix(s, "!"); ok {
			if strings.Contains(out+errOut, no) {
				c.t.Errorf("%s: says %q\n%s%s", args, no, out, errOut)
			}
		} else if !strings.Contains(out+errOut, s) {
			c.t.Errorf("%s: does not say %q\n%s%s", args, s, out, errOut)
		}
	}
	return out, errOut
}

func (c *account) glue() *glue.Client {
	c.t.Helper()
	cfg, err := awsconfig.Load(c.t.Context(), awsconfig.Options{Env: c.aws.Getenv})
	if err != nil {
		c.t.Fatal(err)
	}
	return glue.NewFromConfig(cfg)
}

func (c *account) athena() *athena.Client {
	c.t.Helper()
	cfg, err := awsconfig.Load(c.t.Context(), awsconfig.Options{Env: c.aws.Getenv})
	if err != nil {
		c.t.Fatal(err)
	}
	return athena.NewFromConfig(cfg)
}

func (c *account) table() *gluetypes.Table {
	c.t.Helper()
	out, err := c.glue().GetTable(c.t.Context(), &glue.GetTableInput{DatabaseName: aws.String("trailscribe"), Name: aws.String("cloudtrail")})
	if err != nil {
		c.t.Fatal(err)
	}
	return out.Table
}

// change writes the table back as somebody else would.
func (c *account) change(f func(in *gluetypes.TableInput)) {
	c.t.Helper()
	t := c.table()
	in := &gluetypes.TableInput{Name: t.Name, TableType: t.TableType, Parameters: t.Parameters, PartitionKeys: t.PartitionKeys,
		StorageDescriptor: t.StorageDescriptor, Description: t.Description}
	f(in)
	if _, err := c.glue().UpdateTable(c.t.Context(), &glue.UpdateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: in}); err != nil {
		c.t.Fatal(err)
	}
}

const simpleConfig = "athena:\n  logs: s3://trail-logs/audit\n  output: s3://results-of-audit/athena\n"

// From nothing to a table that sees its files, and back to nothing; the logs stay.
func TestInfraFromNothingAndBack(t *testing.T) {
	t.Parallel()
	c := newAccount(t, simpleConfig)
	for _, a := range []string{"111122223333", "222233334444", "333344445555"} {
		for _, r := range []string{"us-east-1", "eu-central-1", "eu-west-1"} {
			c.log("audit/AWSLogs/", a, r, "2024/02/29", 2)
			c.log("audit/AWSLogs/", a, r, "2026/10/05", 3)
		}
	}
	logs := strings.Join(c.aws.Keys(trailBucket, ""), "\n")

	c.want(exitMismatch, "infra status", "missing  results bucket results-of-audit", "missing  table trailscribe.cloudtrail")
	c.want(exitDone, "infra plan", "+       table trailscribe.cloudtrail",
		"s3://trail-logs/audit/AWSLogs/${account}/CloudTrail/${region}/${day}/", "2024/02/29,NOW", "111122223333,222233334444,333344445555",
		"eu-central-1,eu-west-1,us-east-1")
	c.want(exitChanges, "infra plan --detailed-exitcode")
	c.want(exitUsage, "infra apply", "not confirmed", "--yes")
	if got := c.aws.Keys("results-of-audit", ""); len(got) != 0 {
		t.Fatal(got)
	}
	c.want(exitDone, "infra apply --yes", "table trailscribe.cloudtrail: done", "111122223333 in ",
		"on 2026-10-05: the bucket has 1 log file, the table gives 3 records from 1 of them")
	c.want(exitDone, "infra plan --detailed-exitcode", "0 to add, 0 to change, 0 to remove")
	_, errOut := c.want(exitDone, "infra apply --yes --prove 0")
	if strings.Contains(errOut, "done") {
		t.Error("a second apply changed something:", errOut)
	}
	c.want(exitDone, "infra status --prove 9", "ok      workgroup trailscribe", "proven  control count", "!results never expire",
		"!interrupted writes", "log files of 3 accounts in 3 regions, the first of 2024-02-29", "versions of the table: 0 (current)")

	// What Glue holds is what Athena's guides ask for.
	table := c.table()
	p := table.Parameters
	for k, want := range map[string]string{
		"projection.enabled": "true", "projection.account.type": "enum", "projection.region.values": "eu-central-1,eu-west-1,us-east-1",
		"projection.day.type":   "date",
		"projection.day.format": "yyyy/MM/dd", "projection.day.range": "2024/02/29,NOW", "projection.day.interval": "1",
		"projection.day.interval.unit": "DAYS",
		"storage.location.template":    "s3://trail-logs/audit/AWSLogs/${account}/CloudTrail/${region}/${day}/",
	} {
		if p[k] != want {
			t.Errorf("%s is %q, want %q", k, p[k], want)
		}
	}
	if table.StorageDescriptor.BucketColumns == nil || aws.ToString(table.TableType) != "EXTERNAL_TABLE" {
		t.Error("SHOW CREATE TABLE would fail")
	}
	group, err := c.athena().GetWorkGroup(t.Context(), &athena.GetWorkGroupInput{WorkGroup: aws.String("trailscribe")})
	if err != nil {
		t.Fatal(err)
	}
	g := group.WorkGroup.Configuration
	if !aws.ToBool(g.EnforceWorkGroupConfiguration) || aws.ToInt64(g.BytesScannedCutoffPerQuery) != 2_000_000_000_000 ||
		aws.ToString(g.ResultConfiguration.OutputLocation) != "s3://results-of-audit/athena/" ||
		g.ResultConfiguration.EncryptionConfiguration == nil || aws.ToString(g.EngineVersion.SelectedEngineVersion) != "Athena engine version 3" {
		t.Errorf("%+v", g)
	}

	c.want(exitUsage, "infra destroy", "type the name of the database", "not confirmed")
	c.want(exitUsage, "infra destroy --confirm trailscribes", "nothing was removed")
	if _, errOut, code := c.run("trailscribe\n", "infra", "destroy", "--component", "table"); code != exitDone ||
		!strings.Contains(errOut, "table trailscribe.cloudtrail: removed") {
		t.Error(code, errOut)
	}
	// The control count left a result: the bucket is not ours to empty.
	c.want(exitDone, "infra destroy --confirm trailscribe", "database trailscribe: removed", "workgroup trailscribe: removed",
		"results bucket results-of-audit stays: it still holds results")
	if got := strings.Join(c.aws.Keys(trailBucket, ""), "\n"); got != logs {
		t.Errorf("the logs changed:\n%s\nwere\n%s", got, logs)
	}
}

// Results expire in a bucket that infra made; rules of others stay, and a bucket of others is left alone.
func TestInfraResultsExpire(t *testing.T) {
	t.Parallel()
	c := newAccount(t, simpleConfig)
	c.log("audit/AWSLogs/", "111122223333", "us-east-1", "2026/10/05", 1)
	c.want(exitDone, "infra plan", "results expire", "after 30 days")
	c.want(exitDone, "infra apply --yes --prove 0")
	rules := func() string {
		out, err := c.s3().GetBucketLifecycleConfiguration(t.Context(),
			&s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("results-of-audit")})
		if err != nil {
			return err.Error()
		}
		var all []string
		for _, r := range out.Rules {
			line := aws.ToString(r.ID) + " " + aws.ToString(r.Filter.Prefix)
			if r.Expiration != nil {
				line += fmt.Sprintf(" expire %d", aws.ToInt32(r.Expiration.Days))
			}
			if r.AbortIncompleteMultipartUpload != nil {
				line += fmt.Sprintf(" abort %d", aws.ToInt32(r.AbortIncompleteMultipartUpload.DaysAfterInitiation))
			}
			all = append(all, line)
		}
		return strings.Join(all, "; ")
	}
	if got := rules(); got != "trailscribe-results athena/ expire 30 abort 1" {
		t.Error(got)
	}
	// Somebody else adds a rule and changes ours.
	_, err := c.s3().PutBucketLifecycleConfiguration(t.Context(),
		&s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String("results-of-audit"),
			LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{
				{ID: aws.String("trailscribe-results"), Status: s3types.ExpirationStatusEnabled,
					Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("athena/")}, Expiration: &s3types.LifecycleExpiration{Days: aws.Int32(7)}},
				{ID: aws.String("other"), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("x/")},
					Expiration: &s3types.LifecycleExpiration{Days: aws.Int32(1)}}}}})
	if err != nil {
		t.Fatal(err)
	}
	c.want(exitChanges, "infra plan --detailed-exitcode", "~       results bucket results-of-audit", "after 7 days", "after 30 days")
	c.want(exitDone, "infra apply --yes --prove 0", "results bucket results-of-audit: done", "!workgroup trailscribe: done")
	if got := rules(); got != "other x/ expire 1; trailscribe-results athena/ expire 30 abort 1" {
		t.Error(got)
	}
	c.configure(simpleConfig + "  results_days: 0\n")
	c.want(exitChanges, "infra plan --detailed-exitcode", "never")
	c.want(exitDone, "infra apply --yes --prove 0")
	if got := rules(); got != "other x/ expire 1; trailscribe-results athena/ abort 1" {
		t.Error(got)
	}
	c.want(exitDone, "infra plan --detailed-exitcode")

	c.aws.CreateBucket("of-others")
	c.configure("athena:\n  logs: s3://trail-logs/audit\n  output: s3://of-others\n  workgroup: w2\n  database: d2\n")
	c.want(exitDone, "infra apply --yes --prove 0", "!of-others: done")
	c.want(exitDone, "infra status", "results never expire")
	c.configure("athena:\n  logs: s3://trail-logs/audit\n  output: s3://forever\n  workgroup: w3\n  database: d3\n  results_days: 0\n")
	c.want(exitDone, "infra apply --yes --prove 0", "forever: done")
	c.want(exitDone, "infra plan --detailed-exitcode")
}

func (c *account) s3() *s3.Client {
	c.t.Helper()
	cfg, err := awsconfig.Load(c.t.Context(), awsconfig.Options{Env: c.aws.Getenv})
	if err != nil {
		c.t.Fatal(err)
	}
	return s3source.NewClient(cfg)
}

func TestInfraDriftKeepsWhatOthersAdded(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra apply --yes", "from 1 of them")
	c.change(func(in *gluetypes.TableInput) {
		in.Parameters["crawler"] = "kept"
		in.Parameters["projection.account.values"] = "111122223333, 444455556666"
		in.Parameters["projection.old.type"] = "enum"
		in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns[2:], gluetypes.Column{Name: aws.String("own"),
			Type: aws.String("string")})
		for i, col := range in.StorageDescriptor.Columns {
			switch *col.Name {
			case "resources":
				// wider, in other letters: no drift
				in.StorageDescriptor.Columns[i].Type = aws.String("array<struct<ARN: string, accountId: string, type: string, more: string>>")
			case "tlsdetails":
				in.StorageDescriptor.Columns[i].Type = aws.String("struct<tlsversion:string>")
			}
		}
	})
	out, _ := c.want(exitDone, "infra plan --output json")
	var got []struct{ Change, Field, Old, New, Reason string }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, g := range got {
		said = append(said, g.Change+" "+g.Field)
	}
	if want := "+ column eventversion|+ column useridentity|~ column tlsdetails" +
		"|~ projection.account.values|- projection.old.type"; strings.Join(said, "|") != want {
		t.Errorf("%s\nwant %s", strings.Join(said, "|"), want)
	}
	c.want(exitMismatch, "infra status", "has white space, which is part of it")
	c.want(exitDone, "infra apply --yes", "from 1 of them")
	table := c.table()
	if p := table.Parameters; p["crawler"] != "kept" || p["projection.account.values"] != "111122223333,444455556666" ||
		p["projection.old.type"] != "" {
		t.Errorf("%v", p)
	}
	names := map[string]string{}
	for _, col := range table.StorageDescriptor.Columns {
		names[*col.Name] = *col.Type
	}
	if names["own"] != "string" || !strings.Contains(names["resources"], "more") || !strings.Contains(names["tlsdetails"], "ciphersuite") {
		t.Errorf("%v", names)
	}
	c.want(exitDone, "infra plan --detailed-exitcode")

	// A way back, and forth again.
	c.want(exitDone, "infra apply --rollback previous --yes", "as it was in version 1")
	if c.table().Parameters["projection.old.type"] != "enum" {
		t.Error("the earlier version was not written back")
	}
	c.want(exitError, "infra apply --rollback 77 --yes", "no version 77")
	c.want(exitDone, "infra apply --rollback 2 --yes")
	c.want(exitDone, "infra plan --detailed-exitcode")

	// A new account delivers: status names it, apply adds it, and nothing else changes.
	c.log("AWSLogs/", "555566667777", "ap-south-1", "2026/10/06", 4)
	c.want(exitMismatch, "infra status", "the account 555566667777 has log files and is not in the table",
		"the region ap-south-1 has log files")
	c.want(exitDone, "infra plan", "adds 555566667777", "adds ap-south-1", "0 to add, 2 to change, 0 to remove")
	c.want(exitDone, "infra apply --yes --prove 9",
		"555566667777 in ap-south-1 on 2026-10-06: the bucket has 1 log file, the table gives 4 records")
}

func TestInfraSavedPlan(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra plan --out plan.json", "saved to plan.json")
	c.want(exitDone, "infra apply --plan plan.json --yes")
	c.want(exitError, "infra apply --plan plan.json --yes", "it has changed since the plan was made")

	c.change(func(in *gluetypes.TableInput) { in.Parameters["projection.day.range"] = "2026/01/01,2026/06/30" })
	c.want(exitMismatch, "infra status", "its days end on 2026-06-30")
	c.want(exitDone, "infra plan --out plan.json --component table", "2026/01/01,NOW")
	c.change(func(in *gluetypes.TableInput) { in.Parameters["projection.day.range"] = "2025/01/01,2026/06/30" })
	c.want(exitError, "infra apply --plan plan.json --yes", "it has changed since the plan was made")
	if got := c.table().Parameters["projection.day.range"]; got != "2025/01/01,2026/06/30" {
		t.Error("a refused plan changed the table:", got)
	}
	c.want(exitDone, "infra plan --out plan.json --component table")
	c.configure("athena:\n  logs: s3://trail-logs\n  first_day: 2020-01-01\n")
	c.want(exitError, "infra apply --plan plan.json --yes", "the configuration asks for other changes now")
	c.want(exitUsage, "infra apply --plan trailscribe.yaml --yes", "not a plan of this program")
	c.want(exitUsage, "infra plan --component tabel", `no component "tabel"`)
}

// What others made is not touched, unless it is taken over by name.
func TestInfraLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra apply --yes --prove 0")
	c.change(func(in *gluetypes.TableInput) {
		delete(in.Parameters, "trailscribe:managed")
		in.Parameters["projection.account.values"] = "999988887777"
	})
	c.want(exitError, "infra plan", "NOT POSSIBLE", "--adopt")
	c.want(exitError, "infra apply --yes", "cannot be made")
	c.want(exitDone, "infra destroy --confirm trailscribe --component table",
		"table trailscribe.cloudtrail stays: it was not made by Trailscribe")
	if got := c.table().Parameters["projection.account.values"]; got != "999988887777" {
		t.Error(got)
	}
	// Used as it is, status says what it cannot see.
	c.want(exitMismatch, "infra status --catalog existing", "the account 111122223333 has log files and is not in the table")
	c.want(exitMismatch, "infra status --catalog existing --prove 1", "the table gives 0 records from 0 of them", "blind")
	c.want(exitDone, "infra plan --catalog existing", "!table trailscribe.cloudtrail")
	c.want(exitDone, "infra apply --yes --adopt", "from 1 of them")
	if got := c.table().Parameters["projection.account.values"]; got != "111122223333,999988887777" {
		t.Error(got)
	}
	// A database with a table of others is kept.
	if _, err := c.glue().CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: &gluetypes.TableInput{Name: aws.String("others"), PartitionKeys: []gluetypes.Column{}}}); err != nil {
		t.Fatal(err)
	}
	c.want(exitDone, "infra destroy --confirm trailscribe", "database trailscribe stays: it still holds the table others")
}

func TestInfraStatusNamesStagedTables(t *testing.T) {
	t.Parallel()
	c := newAccount(t, simpleConfig)
	c.log("audit/AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra apply --yes --prove 0")
	if _, err := c.glue().CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: aws.String("trailscribe"),
		TableInput: &gluetypes.TableInput{Name: aws.String("trailscribe_run_0123456789abcdef_01234567"), PartitionKeys: []gluetypes.Column{},
			StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://results-of-audit/athena/tables/x")}}}); err != nil {
		t.Fatal(err)
	}
	c.want(exitDone, "infra status", "staged table trailscribe_run_0123456789abcdef_01234567",
		"s3://results-of-audit/athena/tables/x: of a run that still goes on")
	c.want(exitDone, "infra destroy --confirm trailscribe",
		"database trailscribe stays: it still holds the table trailscribe_run_0123456789abcdef_01234567")
}

func TestInfraOrganization(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs/p/q\n")
	c.log("p/q/AWSLogs/o-exampleorg1/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.log("p/q/AWSLogs/o-exampleorg1/", "000011112222", "us-east-1", "2026/10/05", 2)
	c.want(exitMismatch, "infra status", "set organization: o-exampleorg1")
	c.want(exitError, "infra plan", "no log files were found")
	c.want(exitError, "infra apply --yes", "no log files were found")
	c.configure("athena:\n  logs: s3://trail-logs/p/q\n  organization: o-exampleorg1\n")
	c.log("p/q/AWSLogs/", "111122223333", "eu-central-1", "2025/01/01", 5)
	c.want(exitDone, "infra apply --yes", "000011112222 in us-east-1 on 2026-10-05: the bucket has 1 log file, the table gives 2 records")
	c.want(exitDone, "infra status", "the account 111122223333 also has log files next to the organization's folder")
	c.configure("athena:\n  logs: s3://trail-logs/p/q/AWSLogs\n")
	c.want(exitUsage, "infra plan", "write what stands before AWSLogs")
	c.configure("athena:\n  logs: s3://trail-logs/p\n  output: s3://trail-logs/p/AWSLogs/results\n")
	c.want(exitUsage, "infra plan", "results must never be there")
	c.configure("{}\n")
	c.want(exitUsage, "infra plan", "write logs: s3://bucket/prefix under athena:")
}

func TestInfraErrorsOfAWS(t *testing.T) {
	t.Parallel()
	c := newAccount(t, "athena:\n  logs: s3://trail-logs\n")
	c.log("AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	for call, fault := range map[string]awsfake.Kind{"sts:GetCallerIdentity": awsfake.Expired, "s3:ListObjectsV2": awsfake.Denied,
		"glue:GetTable": awsfake.Denied, "athena:GetWorkGroup": awsfake.Denied} {
		remove := c.aws.Inject(awsfake.Fault{Kind: fault, Call: call})
		_, errOut := c.want(exitError, "infra plan", "error: ")
		if strings.Contains(errOut, "operation error") || strings.Contains(errOut, "RequestID") {
			t.Errorf("%s: the SDK's own words reach the user: %s", call, errOut)
		}
		remove()
	}
	// A reply that is lost after the work is done: the next apply goes on from what is there.
	remove := c.aws.Inject(awsfake.Fault{Kind: awsfake.LostReplyDone, Call: "glue:CreateTable", Times: 1})
	_, _, code := c.run("", "infra", "apply", "--yes", "--prove", "0")
	remove()
	c.want(exitDone, "infra apply --yes", "from 1 of them")
	if code != exitDone && code != exitError {
		t.Error(code)
	}
	c.want(exitDone, "infra plan --detailed-exitcode")
}

func TestInfraExportAndPolicies(t *testing.T) {
	t.Parallel()
	c := newAccount(t, simpleConfig)
	c.log("audit/AWSLogs/", "111122223333", "eu-central-1", "2026/10/05", 1)
	c.want(exitDone, "infra export terraform",
		`"storage.location.template"    = "s3://trail-logs/audit/AWSLogs/$${account}/CloudTrail/$${region}/$${day}/"`, "aws_athena_workgroup")
	c.want(exitDone, "infra export sql", "PARTITIONED BY", "'projection.region.values' = 'eu-central-1'",
		"ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'")
	out, _ := c.want(exitDone, "infra export cloudformation")
	if !json.Valid([]byte(out)) {
		t.Error(out)
	}
	c.want(exitUsage, "infra export pulumi", "pulumi")

	c.configure("athena:\n  logs: s3://trail-logs/audit\n  output: s3://results-of-audit\n  region: cn-north-1\n  workgroup: w1\n  " +
		"database: d1\n  table: t1\n")
	calls := c.aws.Meter().Calls
	for _, role := range []string{"reader", "operator", "ci"} {
		out, _ := c.want(exitDone, "infra iam "+role+" --account 111122223333", "arn:aws-cn:glue:cn-north-1:111122223333:table/d1/t1",
			"arn:aws-cn:athena:cn-north-1:111122223333:workgroup/w1", "!arn:aws:")
		if !json.Valid([]byte(out)) {
			t.Error(out)
		}
		for _, action := range []string{"glue:UpdateTable", "athena:DeleteWorkGroup", "s3:CreateBucket"} {
			if has := strings.Contains(out, action); has != (role == "operator") {
				t.Errorf("%s has %s: %t", role, action, has)
			}
		}
		if has := strings.Contains(out, "athena:StartQueryExecution"); has != (role != "ci") {
			t.Errorf("%s runs queries: %t", role, has)
		}
	}
	if after := c.aws.Meter().Calls; len(after) != len(calls) {
		t.Errorf("with --account AWS was asked: %v", after)
	}
	c.want(exitUsage, "infra iam admin", "admin")
}
