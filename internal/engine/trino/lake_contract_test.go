package trino

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/athena"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/engine/trinotest"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	s3source "trailscribe/internal/source/s3"
)

var hiveWords = strings.NewReplacer("row(", "struct<", "array(", "array<", "map(varchar, varchar)", "map<string,string>", ")", ">",
	"varchar", "string", ", ", ",", " ", ":")

// The contract of every engine, by the Athena engine on a real Trino over raw log files that are anywhere.
func TestLakeContract(t *testing.T) {
	address := trinotest.Address(t)
	fake, err := awsfake.New(awsfake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	fake.CreateBucket("results")
	a := trinotest.New(t, address, fake.Getenv)
	cfg, err := awsconfig.Load(t.Context(), awsconfig.Options{Env: a.Env})
	if err != nil {
		t.Fatal(err)
	}
	catalog, n := glue.NewFromConfig(cfg), atomic.Int64{}
	enginetest.Run(t, func(t testing.TB, d *relation.Definition, s source.Source) engine.Engine {
		t.Helper()
		name := fmt.Sprintf("logs_%d", n.Add(1))
		bucket := strings.ReplaceAll(name, "_", "-")
		fake.CreateBucket(bucket)
		for o, err := range s.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			body, _, err := s.Open(t.Context(), o.Key)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(body)
			body.Close()
			if err != nil {
				t.Fatal(err)
			}
			fake.Put(bucket, o.Key, data, "")
		}
		enginetest.Follow(s, func(key string, body []byte) { fake.Put(bucket, key, body, "") }, func(key string) {
			if _, err := s3source.NewClient(cfg).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
				t.Fatal(err)
			}
		})
		in := &gluetypes.TableInput{Name: aws.String("cloudtrail"), TableType: aws.String("EXTERNAL_TABLE"), PartitionKeys: []gluetypes.Column{},
			Parameters: map[string]string{}, StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://" + bucket + "/"),
				InputFormat:  aws.String("com.amazon.emr.cloudtrail.CloudTrailInputFormat"),
				OutputFormat: aws.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
				SerdeInfo:    &gluetypes.SerDeInfo{SerializationLibrary: aws.String("org.apache.hive.hcatalog.data.JsonSerDe")}}}
		for _, c := range cloudtrail.Columns() {
			in.StorageDescriptor.Columns = append(in.StorageDescriptor.Columns, gluetypes.Column{Name: aws.String(c.Name),
				Type: aws.String(hiveWords.Replace(c.Type))})
		}
		if _, err := catalog.CreateDatabase(t.Context(),
			&glue.CreateDatabaseInput{DatabaseInput: &gluetypes.DatabaseInput{Name: &name}}); err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: &name, TableInput: in}); err != nil {
			t.Fatal(err)
		}
		a.Lay(name, "cloudtrail")
		src, err := s3source.New(s3source.Options{Client: s3source.NewClient(cfg), Bucket: bucket})
		if err != nil {
			t.Fatal(err)
		}
		e, err := athena.New(athena.Options{Definition: d, Source: src, Athena: athena.NewClient(cfg), Glue: catalog, S3: s3source.NewClient(cfg),
			Region: cfg.Region, Workgroup: "primary", Database: name, Table: "cloudtrail",
			Output: "s3://results/out", Mode: athena.Staged, PartitionFrom: 1, Timing: athena.TimingFor(true), Concurrency: 2,
			Warn: func(s string) { t.Log(s) }})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}
