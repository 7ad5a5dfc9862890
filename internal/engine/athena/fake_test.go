package athena

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	s3source "trailscribe/internal/source/s3"
)

// world is a fake AWS with a bucket of logs, a table over it and a workgroup.
type world struct {
	t      testing.TB
	fake   *awsfake.Server
	cfg    aws.Config
	athena *athena.Client
	glue   *glue.Client
	s3     *s3.Client

	logs, database string // bucket and database of this world: several can share a fake
}

var worlds atomic.Int64

// hive is a type of Trino in Hive's words.
var hiveWords = strings.NewReplacer("row(", "struct<", "array(", "array<", "map(varchar, varchar)", "map<string,string>", ")", ">",
	"varchar", "string", ", ", ",", " ", ":")

func newWorld(t testing.TB, o awsfake.Options) *world {
	t.Helper()
	return worldOf(t, newFake(t, o))
}

func newFake(t testing.TB, o awsfake.Options) *awsfake.Server {
	t.Helper()
	fake, err := awsfake.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return fake
}

func worldOf(t testing.TB, fake *awsfake.Server) *world {
	t.Helper()
	cfg, err := awsconfig.Load(context.Background(), awsconfig.Options{Env: fake.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	n := worlds.Add(1)
	w := &world{t: t, fake: fake, cfg: cfg, logs: fmt.Sprintf("logs-%d", n), database: fmt.Sprintf("trail_%d", n), athena: NewClient(cfg),
		glue: glue.NewFromConfig(cfg), s3: s3source.NewClient(cfg)}
	fake.CreateBucket(w.logs)
	fake.CreateBucket("results")
	if _, err := w.glue.CreateDatabase(t.Context(),
		&glue.CreateDatabaseInput{DatabaseInput: &gluetypes.DatabaseInput{Name: &w.database}}); err != nil {
		t.Fatal(err)
	}
	return w
}

// table makes the table over the logs: partitioned by account, region and day, or not at all.
func (w *world) table(laid bool, change ...func(*gluetypes.TableInput)) {
	w.t.Helper()
	in := &gluetypes.TableInput{Name: aws.String("cloudtrail"), TableType: aws.String("EXTERNAL_TABLE"), PartitionKeys: []gluetypes.Column{},
		Parameters: map[string]string{},
		StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://" + w.logs + "/"),
			InputFormat:  aws.String("com.amazon.emr.cloudtrail.CloudTrailInputFormat"),
			OutputFormat: aws.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerdeInfo:    &gluetypes.SerDeInfo{SerializationLibrary: aws.String("org.apache.hive.hcatalog.data.JsonSerDe")}}}
	if laid {
		for _, n := range []string{"account", "region", "day"} {
			in.PartitionKeys = append(in.PartitionKeys, gluetypes.Column{Name: aws.String(n), Type: aws.String("string")})
		}
		in.StorageDescriptor.Location = aws.String("s3://" + w.logs + "/AWSLogs/")
		in.Parameters = map[string]string{
			"projection.enabled": "true", "storage.location.template": "s3://" + w.logs + "/AWSLogs/${account}/CloudTrail/${region}/${day}",
			"projection.account.type": "injected", "projection.region.type": "enum", "projection.region.values": "eu-west-1,us-east-1,eu-central-1",
			"projection.day.type": "date", "projection.day.format": "yyyy/MM/dd", "projection.day.range": "2020/01/01,NOW+3650DAYS",
			"projection.day.interval": "1", "projection.day.interval.unit": "DAYS",
		}
	}
	for _, c := range cloudtrail.Columns() {
		in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns, gluetypes.Column{Name: aws.String(c.Name),
			Type: aws.String(hiveWords.Replace(c.Type))})
	}
	for _, f := range change {
		f(in)
	}
	if _, err := w.glue.CreateTable(w.t.Context(), &glue.CreateTableInput{DatabaseName: &w.database, TableInput: in}); err != nil {
		w.t.Fatal(err)
	}
}

// workgroup makes a workgroup whose settings hold for all who use it.
func (w *world) workgroup(name string, enforced bool) {
	w.t.Helper()
	if _, err := w.athena.CreateWorkGroup(w.t.Context(), &athena.CreateWorkGroupInput{Name: &name,
		Configuration: &types.WorkGroupConfiguration{
			EnforceWorkGroupConfiguration: &enforced,
			ResultConfiguration:           &types.ResultConfiguration{OutputLocation: aws.String("s3://results/enforced/")}}}); err != nil {
		w.t.Fatal(err)
	}
}

// fill copies a source into the bucket.
func (w *world) fill(s source.Source) {
	w.t.Helper()
	for o, err := range s.List(w.t.Context(), "") {
		if err != nil {
			w.t.Fatal(err)
		}
		body, _, err := s.Open(w.t.Context(), o.Key)
		if err != nil {
			w.t.Fatal(err)
		}
		data, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			w.t.Fatal(err)
		}
		w.fake.Put(w.logs, o.Key, data, "")
	}
	enginetest.Follow(s, func(key string, body []byte) { w.fake.Put(w.logs, key, body, "") }, w.remove)
}

// remove takes a log file out of the bucket.
func (w *world) remove(key string) {
	w.t.Helper()
	if _, err := w.s3.DeleteObject(w.t.Context(), &s3.DeleteObjectInput{Bucket: &w.logs, Key: &key}); err != nil {
		w.t.Fatal(err)
	}
}

// fast is waiting for a fake.
var fast = Timing{PollFirst: 2 * time.Millisecond, PollMost: 20 * time.Millisecond, SlotFirst: 5 * time.Millisecond,
	SlotMost: 50 * time.Millisecond, RetryFirst: 5 * time.Millisecond, StartGap: time.Microsecond, ErrorBudget: 2 * time.Second}

func (w *world) engine(d *relation.Definition, change func(*Options)) *Engine {
	w.t.Helper()
	src, err := s3source.New(s3source.Options{Client: w.s3, Bucket: w.logs})
	if err != nil {
		w.t.Fatal(err)
	}
	o := Options{Definition: d, Source: src, Athena: w.athena, Glue: w.glue, S3: w.s3, Region: w.fake.Region(), Workgroup: "primary",
		Database: w.database, Table: "cloudtrail",
		Output: "s3://results/out", Timing: fast, Concurrency: 4, Warn: func(s string) { w.t.Log(s) }}
	if change != nil {
		change(&o)
	}
	e, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := fmt.Fprint(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The contract of every engine, over a table that is not partitioned by days, because the suite's log files are anywhere.
func TestContract(t *testing.T) {
	for _, mode := range []string{Staged, Direct} {
		t.Run(mode, func(t *testing.T) {
			fake := newFake(t, awsfake.Options{})
			enginetest.Run(t, func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine {
				w := worldOf(t, fake)
				w.table(false)
				w.fill(s)
				return w.engine(d, func(o *Options) { o.Mode, o.PartitionFrom = mode, 1 })
			})
		})
	}
}
