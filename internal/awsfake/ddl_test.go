package awsfake

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/infra"
	"trailscribe/internal/lake"
)

// TestDDL reads the statement of the Athena user guide's CloudTrail page, and one with everything else in it.
func TestDDL(t *testing.T) {
	p := start(t, Options{})
	p.CreateBucket("results")
	for _, c := range []struct{ sql, want string }{
		{"CREATE DATABASE audit COMMENT 'It\\'s ours' LOCATION 's3://b/d/' WITH DBPROPERTIES ('a' = 'b')", ""},
		{"CREATE DATABASE audit", "already exists"},
		{"CREATE SCHEMA IF NOT EXISTS audit;", ""},
		{"CREATE EXTERNAL TABLE audit.t (\n eventVersion STRING COMMENT 'x, y) z',\n userIdentity STRUCT< type: STRING, onBehalfOf: " +
			"STRUCT<userId: STRING>>,\n resources array<struct<arn:string,accountid:string>>, `timestamp` decimal(10, 2)) COMMENT 'logs' " +
			"PARTITIONED BY (`day` string, n int) ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' WITH SERDEPROPERTIES " +
			"('serialization.format'='1') STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' OUTPUTFORMAT 'o' LOCATION " +
			"'s3://b/x/' TBLPROPERTIES ('k'='a\\\\b')", ""},
		{"CREATE EXTERNAL TABLE audit.t (a string) LOCATION 's3://b/x/'", "already exists"},
		{"CREATE EXTERNAL TABLE IF NOT EXISTS audit.t (a string) LOCATION 's3://b/x/'", ""},
		{"CREATE EXTERNAL TABLE nowhere.t (a string) LOCATION 's3://b/x/'", "not found"},
	} {
		_, x := p.ask(t, c.sql)
		if got := reason(x); c.want == "" && got != "" || !strings.Contains(got, c.want) || x.StatementType != "DDL" {
			t.Errorf("%.60s: %s", c.sql, got)
		}
	}
	out, err := p.glue.GetTable(context.Background(), &glue.GetTableInput{DatabaseName: aws.String("audit"), Name: aws.String("t")})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(out.Table)
	for _, want := range []string{`"Name":"eventversion"`, `"Comment":"x, y) z"`,
		`struct\u003ctype:string,onbehalfof:struct\u003cuserid:string\u003e\u003e`,
		`array\u003cstruct\u003carn:string,accountid:string\u003e\u003e`, `"decimal(10,2)"`, `"k":"a\\b"`, `"comment":"logs"`,
		`"Location":"s3://b/x/"`, `"Name":"n"`, `CloudTrailInputFormat`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
	for _, sql := range []string{`CREATE EXTERNAL TABLE "audit"."t" (a string) LOCATION 's3://b/'`,
		"CREATE EXTERNAL TABLE t (a strange) LOCATION 's3://b/'", "CREATE EXTERNAL TABLE t (a string) LOCATION '/tmp'",
		"CREATE EXTERNAL TABLE t (a string)", "CREATE EXTERNAL TABLE t (a string LOCATION 's3://b/'", "CREATE DATABASE x; DROP TABLE y"} {
		if _, err := p.begin(t, sql); err == nil {
			t.Errorf("%s was taken", sql)
		}
	}
	if m := p.Meter(); m.Billed != 0 {
		t.Errorf("DDL is free: %+v", m)
	}
}

// TestExportedDDL: what 'infra export sql' writes makes exactly the database and the table that 'infra apply' wants.
func TestExportedDDL(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.CreateBucket("results")
	day := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	l, err := lake.New(lake.Settings{Partition: "aws", Region: p.Region(), Account: p.Account(), Database: "trailscribe", Table: "cloudtrail",
		Workgroup: "trailscribe", Logs: awsconfig.Place{Bucket: "logs", Prefix: "it's a prefix"},
		Output: awsconfig.Place{Bucket: "results"}, Accounts: []string{"111122223333"}, Regions: []string{"us-east-1"}, FirstDay: day},
		lake.Found{First: day}, p.glue, p.athena, p.s3)
	if err != nil {
		t.Fatal(err)
	}
	resources, err := infra.Pick(l.Resources(), []string{"database", "table"})
	if err != nil {
		t.Fatal(err)
	}
	if plan, err := infra.New(ctx, "test", resources); err != nil || len(plan.Changes()) == 0 {
		t.Fatalf("nothing is there and nothing is to be made: %v", err)
	}
	text, err := l.Export("sql", nil)
	if err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, x := p.ask(t, statement); x.Status.State != succeeded {
			t.Fatalf("%s\n%s", statement, reason(x))
		}
	}
	plan, err := infra.New(ctx, "test", resources)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan.Changes() {
		t.Errorf("after the exported statements something is still to be changed: %+v", c)
	}
}
