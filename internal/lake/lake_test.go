package lake

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/infra"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestSettingsRefuse(t *testing.T) {
	for want, change := range map[string]func(*Settings){
		"logs: s3://bucket/prefix":        func(s *Settings) { s.Logs = awsconfig.Place{} },
		"what stands before AWSLogs":      func(s *Settings) { s.Logs.Prefix = "a/AWSLogs/o-x" },
		"not an id such as o-exampleorg1": func(s *Settings) { s.Organization = "o-UPPER" },
		"not twelve digits":               func(s *Settings) { s.Accounts = []string{"1111 2222 33"} },
		"not a code such as eu-central-1": func(s *Settings) { s.Regions = []string{"eu-central-1,us-east-1"} },
		"must never be there":             func(s *Settings) { s.Output = awsconfig.Place{Bucket: "logs", Prefix: "AWSLogs/results"} },
		"staging is":                      func(s *Settings) { s.Staging = awsconfig.Place{Bucket: "logs", Prefix: ""} },
		"the database":                    func(s *Settings) { s.Database = "my-db" },
		"the table":                       func(s *Settings) { s.Table = `x"; drop` },
		"the workgroup":                   func(s *Settings) { s.Workgroup = "a b" },
		"belongs to the account":          func(s *Settings) { s.Workgroup = "primary" },
	} {
		s := named()
		change(&s)
		if _, err := New(s, Found{}, nil, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	s := named()
	s.Output = awsconfig.Place{Bucket: "logs", Prefix: "athena"} // next to the logs is allowed
	if _, err := New(s, Found{}, nil, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestTemplate(t *testing.T) {
	s := named()
	for _, c := range []struct{ prefix, organization, want string }{
		{"", "", "s3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}/"},
		{"a/b", "", "s3://logs/a/b/AWSLogs/${account}/CloudTrail/${region}/${day}/"},
		{"", "o-exampleorg1", "s3://logs/AWSLogs/o-exampleorg1/${account}/CloudTrail/${region}/${day}/"},
		{"a", "o-exampleorg1", "s3://logs/a/AWSLogs/o-exampleorg1/${account}/CloudTrail/${region}/${day}/"},
	} {
		s.Logs.Prefix, s.Organization = c.prefix, c.organization
		got := s.template()
		if got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		for _, k := range partitionKeys() {
			if strings.Count(got, "${"+*k.Name+"}") != 1 {
				t.Errorf("%s does not hold %s", got, *k.Name)
			}
		}
		// A real key is where the template says.
		key := cloudtrail.ParseKey(s.partition("111122223333", "us-east-1", day("2026-10-05")) + "f.json.gz")
		if key.Account != "111122223333" || key.Region != "us-east-1" || key.Org != c.organization || !key.Day.Equal(day("2026-10-05")) {
			t.Errorf("%+v", key)
		}
	}
}

func TestParameters(t *testing.T) {
	l := open(t, named(), Found{}, nil)
	p, err := l.parameters(nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"projection.account.values": "111122223333", "projection.region.values": "eu-central-1,us-east-1",
		"projection.day.range": "2026/01/01,NOW", "projection.day.format": "yyyy/MM/dd"} {
		if p[k] != want {
			t.Errorf("%s is %q, want %q", k, p[k], want)
		}
	}
	for k, v := range p {
		if strings.HasSuffix(k, ".values") && strings.ContainsAny(v, " \t\n") {
			t.Errorf("%s has white space: %q", k, v)
		}
	}
	// Very many accounts: each query names them, no list is kept.
	s := named()
	for i := range InjectOver + 1 {
		s.Accounts = append(s.Accounts, fmt.Sprintf("%012d", i))
	}
	if p, err = open(t, s, Found{}, nil).parameters(nil); err != nil || p["projection.account.type"] != "injected" {
		t.Error(p, err)
	}
	if _, has := p["projection.account.values"]; has {
		t.Error("an injected column lists values")
	}
	// Found values are added to those that are there, written ones replace them; an earlier first day stays.
	s = named()
	s.Accounts, s.Regions, s.FirstDay = nil, nil, time.Time{}
	f := Found{Pairs: []Pair{{"222233334444", "eu-west-1"}}, First: day("2026-03-04")}
	had := map[string]string{"projection.account.type": "enum", "projection.account.values": "111122223333",
		"projection.day.range": "2026/02/01,NOW"}
	p, err = open(t, s, f, nil).parameters(had)
	if err != nil || p["projection.account.values"] != "111122223333,222233334444" || p["projection.region.values"] != "eu-west-1" ||
		p["projection.day.range"] != "2026/02/01,NOW" {
		t.Error(p, err)
	}
	had["projection.day.range"] = "2026/05/01,NOW"
	if p, _ = open(t, s, f, nil).parameters(had); p["projection.day.range"] != "2026/03/04,NOW" {
		t.Error(p)
	}
	if p, _ = open(t, named(), f, nil).parameters(had); p["projection.account.values"] != "111122223333" {
		t.Error(p)
	}
	if _, err = open(t, s, Found{}, nil).parameters(nil); !errors.Is(err, ErrNoLogs) {
		t.Error(err)
	}
}

func TestColumnTypes(t *testing.T) {
	cols, err := columns()
	if err != nil || len(cols) != len(cloudtrail.Columns()) {
		t.Fatal(len(cols), err)
	}
	for _, c := range cols {
		if strings.ContainsAny(*c.Type, " ()") || strings.Contains(*c.Type, "varchar") || strings.Contains(*c.Type, "row") ||
			len(*c.Type) > 131072 {
			t.Errorf("%s %s is not a type of Hive", *c.Name, *c.Type)
		}
	}
	for _, c := range []struct{ have, want, why string }{
		{"string", "string", ""},
		{"STRING", "string", ""},
		{"struct< A : string , b: array < string > >", "struct<b:array<string>>", ""},
		{"struct<b:string,a:string>", "struct<a:string,b:string>", ""},
		{"struct<a:string>", "struct<a:string,b:string>", "no field b"},
		{"struct<a:struct<x:int>>", "struct<a:struct<x:string>>", "a: x: int instead of string"},
		{"map<string,string>", "struct<federatedprovider:string,attributes:map<string,string>>",
			"map<string,string> instead of struct<federatedprovider:string,attributes:map<string,string>>"},
		{"array<struct<a:string>>", "array<struct<a:string,b:string>>", "no field b"},
		{"boolean", "string", "boolean instead of string"},
		{"decimal(10,2)", "decimal(10,2)", ""},
		{"decimal(10,2)", "decimal(10,3)", "decimal(10,2) instead of decimal(10,3)"},
		{"varchar(20)", "string", "varchar(20) instead of string"},
		{"struct<a:string", "string", `the Hive type "struct<a:string": a comma or > is missing`},
		{"struct<a>", "string", "a field without a name"},
		{"", "string", "a type name is missing"},
		{strings.Repeat("array<", 60) + "string" + strings.Repeat(">", 60), "string", "nested too deeply"},
	} {
		why, ok := columnCovers(types.Column{Type: &c.have}, types.Column{Type: &c.want})
		if ok != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s for %s: %t %q, want %q", c.have, c.want, ok, why, c.why)
		}
	}
}

func TestDiscover(t *testing.T) {
	m := &memory{}
	for _, a := range []string{"000011112222", "111122223333", "222233334444", "333344445555", "444455556666"} {
		m.log(a, "eu-central-1", "2025/11/30", "a")
		m.log(a, "us-east-1", "2026/01/02", "b")
	}
	m.log("333344445555", "ap-southeast-2", "2024/12/31", "c")
	m.put("AWSLogs/333344445555/CloudTrail/ap-southeast-2/README/x", 1)
	m.put("AWSLogs/333344445555/CloudTrail/Templates/x", 1)
	m.put("AWSLogs/333344445555/CloudTrail-Digest/sa-east-1/2020/01/01/d", 1) // digests are not log files
	m.put("AWSLogs/555566667777/Config/us-east-1/2019/1/1/x", 1)
	m.put("AWSLogs/o-exampleorg1/999988887777/CloudTrail/us-east-1/2023/05/06/o", 1)
	m.put("other/x", 1)
	s := named()
	f, err := Discover(t.Context(), m, s)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(f.Accounts(), " "); got != "000011112222 111122223333 222233334444 333344445555 444455556666" {
		t.Error(got)
	}
	if got := strings.Join(f.Regions(), " "); got != "ap-southeast-2 eu-central-1 us-east-1" || len(f.Pairs) != 11 {
		t.Error(got, f.Pairs)
	}
	if !f.First.Equal(day("2024-12-31")) || strings.Join(f.Organizations, " ") != "o-exampleorg1" {
		t.Error(f.First, f.Organizations)
	}
	s.Organization = "o-exampleorg1"
	if f, err = Discover(t.Context(), m, s); err != nil || len(f.Pairs) != 1 || f.Pairs[0] != (Pair{"999988887777", "us-east-1"}) ||
		!f.First.Equal(day("2023-05-06")) || len(f.Outside) != 5 || f.Organizations != nil {
		t.Errorf("%+v %v", f, err)
	}
	if f, err = Discover(t.Context(), &memory{}, s); err != nil || len(f.Pairs) != 0 || !f.First.IsZero() {
		t.Errorf("%+v %v", f, err)
	}
	trouble := errors.New("trouble")
	if _, err = Discover(t.Context(), failing{trouble}, s); !errors.Is(err, trouble) ||
		!strings.Contains(err.Error(), "listing s3://logs/AWSLogs/") {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return nil, f.err
}

// TestApplyRaces: what somebody else does between the plan and the change is found out by the catalog's version.
func TestApplyRaces(t *testing.T) {
	m := &memory{}
	l := open(t, named(), Found{}, m)
	tb := &table{l}
	s, err := tb.Read(t.Context())
	if err != nil || s.Exists {
		t.Fatal(s, err)
	}
	if err := tb.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := tb.Apply(t.Context(), s); !errors.Is(err, infra.ErrMoved) {
		t.Error(err)
	}
	if s, err = tb.Read(t.Context()); err != nil || !s.Ours || len(tb.Diff(s)) != 0 {
		t.Fatal(s.Ours, tb.Diff(s), err)
	}
	m.race = true
	if err := tb.Apply(t.Context(), s); !errors.Is(err, infra.ErrMoved) {
		t.Error(err)
	}
	if _, err := l.Rollback(t.Context(), "previous"); err == nil || !strings.Contains(err.Error(), "no version previous") {
		t.Error(err)
	}
}

func TestPartitionColumnsAreReplaced(t *testing.T) {
	m := &memory{}
	l := open(t, named(), Found{}, m)
	tb := &table{l}
	if err := tb.Apply(t.Context(), infra.State{}); err != nil {
		t.Fatal(err)
	}
	m.versions[0].PartitionKeys = []types.Column{{Name: aws.String("dt"), Type: aws.String("string")}}
	s, _ := tb.Read(t.Context())
	if c := tb.Diff(s); len(c) != 1 || c[0].Field != "partition columns" || c[0].Blocked != "" {
		t.Fatalf("%+v", c)
	}
	if err := tb.Apply(t.Context(), s); err != nil || !samePartitions(m.versions[0].PartitionKeys) {
		t.Error(err, m.versions)
	}
	m.versions[0].PartitionKeys = nil
	delete(m.versions[0].Parameters, Mark)
	l.Adopt = true // even then: somebody else's table is not removed
	s, _ = tb.Read(t.Context())
	for _, c := range tb.Diff(s) {
		if c.Field == "partition columns" && c.Blocked == "" {
			t.Errorf("%+v", c)
		}
	}
}

// TestInspect holds each trap that makes Athena answer with nothing, or fail.
func TestInspect(t *testing.T) {
	l := open(t, named(), Found{Pairs: []Pair{{"111122223333", "eu-central-1"}}, First: day("2026-01-01")}, nil)
	in := func(change func(*types.Table)) *types.Table {
		made, err := l.input(nil)
		if err != nil {
			t.Fatal(err)
		}
		tb := &types.Table{Parameters: made.Parameters, PartitionKeys: made.PartitionKeys, StorageDescriptor: made.StorageDescriptor}
		change(tb)
		return tb
	}
	if got := l.Inspect(in(func(*types.Table) {})); len(got) != 0 {
		t.Fatalf("our own table: %+v", got)
	}
	set := func(k, v string) func(*types.Table) { return func(tb *types.Table) { tb.Parameters[k] = v } }
	for _, c := range []struct {
		weight, want string
		change       func(*types.Table)
	}{
		{Wrong, "white space", set("projection.region.values", "eu-central-1, us-east-1")},
		{Wrong, "empty value", set("projection.region.values", "eu-central-1,,us-east-1")},
		{Wrong, "no ${region}", set("storage.location.template", "s3://logs/AWSLogs/${account}/CloudTrail/eu-central-1/${day}/")},
		{Wrong, "${when}, which is not a partition column",
			set("storage.location.template", "s3://logs/AWSLogs/${account}/CloudTrail/${region}/${when}/")},
		{Wrong, "has // in it", set("storage.location.template", "s3://logs/AWSLogs//${account}/CloudTrail/${region}/${day}/")},
		{Notice, "does not end with /", set("storage.location.template", "s3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}")},
		{Wrong, "not the logs at", set("storage.location.template", "s3://elsewhere/AWSLogs/${account}/CloudTrail/${region}/${day}/")},
		{Wrong, "no projection", func(tb *types.Table) { delete(tb.Parameters, "projection.day.type") }},
		{Wrong, "not written as its format", set("projection.day.range", "2026-01-01,NOW")},
		{Wrong, "days end on 2026-06-30", set("projection.day.range", "2026/01/01,2026/06/30")},
		{Notice, "days begin on 2026-02-01", set("projection.day.range", "2026/02/01,NOW")},
		{Wrong, "the account 111122223333 has log files", set("projection.account.values", "444455556666")},
		{Wrong, "the region eu-central-1 has log files", set("projection.region.values", "us-east-1")},
		{Notice, "every query must name values", set("projection.account.type", "injected")},
		{Notice, "added by hand", set("projection.enabled", "false")},
		{Notice, "no partitions", func(tb *types.Table) { tb.PartitionKeys = nil }},
		{Notice, "CloudTrailSerde", func(tb *types.Table) { tb.StorageDescriptor.SerdeInfo.SerializationLibrary = aws.String(oldSerde) }},
		{Wrong, "cuts a log file into records", func(tb *types.Table) {
			tb.StorageDescriptor.InputFormat = aws.String("org.apache.hadoop.mapred.TextInputFormat")
		}},
		{Notice, "lacks the columns eventversion", func(tb *types.Table) { tb.StorageDescriptor.Columns = tb.StorageDescriptor.Columns[1:] }},
		{Wrong, "no column useridentity", func(tb *types.Table) { tb.StorageDescriptor.Columns = tb.StorageDescriptor.Columns[2:] }},
		{Notice, "useridentity (string instead of struct<…>)",
			func(tb *types.Table) { tb.StorageDescriptor.Columns[1].Type = aws.String("string") }},
		{Wrong, "does not say what columns", func(tb *types.Table) { tb.StorageDescriptor = nil }},
	} {
		found := false
		for _, r := range l.Inspect(in(c.change)) {
			found = found || r.Weight == c.weight && strings.Contains(r.Text, c.want)
		}
		if !found {
			t.Errorf("no %s remark %q in %+v", c.weight, c.want, l.Inspect(in(c.change)))
		}
	}
	// A table made as AWS's page shows it: one account, one region, its day called timestamp.
	old := in(func(tb *types.Table) {
		tb.PartitionKeys = []types.Column{{Name: aws.String("timestamp"), Type: aws.String("string")}}
		tb.Parameters = map[string]string{"projection.enabled": "true", "projection.timestamp.type": "date",
			"projection.timestamp.format": "yyyy/MM/dd", "projection.timestamp.range": "2020/01/01,NOW",
			"storage.location.template": "s3://logs/AWSLogs/111122223333/CloudTrail/eu-central-1/${timestamp}"}
	})
	for _, r := range l.Inspect(old) {
		if r.Weight == Wrong {
			t.Errorf("a working table is called wrong: %+v", r)
		}
	}
	if q, err := CountSQL("d", "t", old, Partition{Account: "111122223333", Region: "eu-central-1", Day: day("2026-10-05")}); err != nil ||
		!strings.HasSuffix(q, `FROM "d"."t" WHERE "timestamp" = '2026/10/05'`) {
		t.Error(q, err)
	}
	if q, err := CountSQL("d", "t", old, Partition{Account: "111122223333", Region: "us-east-1", Day: day("2026-10-05")}); err == nil ||
		!strings.Contains(err.Error(), "reads only eu-central-1") {
		t.Error(q, err)
	}
}

// counts answers from a list: what the table sees.
type counts struct {
	seen  int64
	asked []Partition
}

func (c *counts) Count(_ context.Context, p Partition) (int64, int64, error) {
	c.asked = append(c.asked, p)
	return 10 * c.seen, c.seen, nil
}

func TestProve(t *testing.T) {
	m := &memory{}
	m.log("111122223333", "eu-central-1", "2026/10/05", "a.json.gz")
	m.put(m.log("111122223333", "us-east-1", "2026/10/05", "b.json.gz"), 5000) // as new, and larger
	m.log("111122223333", "us-east-1", "2026/10/04", "c.json.gz")
	m.log("111122223333", "eu-central-1", "2026/10/07", "today.json.gz")
	m.put(m.log("111122223333", "eu-central-1", "2026/10/06", "empty.json.gz"), 0)
	m.log("222233334444", "eu-central-1", "2026/10/07", "only-today.json.gz")
	m.log("222233334444", "eu-central-1", "2026/10/06", "_hidden")
	f, err := Discover(t.Context(), m, named())
	if err != nil {
		t.Fatal(err)
	}
	s := named()
	s.Accounts = nil
	l := open(t, s, f, m)
	c := &counts{seen: 1}
	got, err := l.Prove(t.Context(), c, day("2026-10-07"), 5)
	if err != nil || len(got) != 2 || len(c.asked) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	if p := got[0]; p.Region != "eu-central-1" || !p.Day.Equal(day("2026-10-05")) || p.Listed != 1 || p.Bytes != 100 || p.Blind() {
		t.Errorf("%+v", p)
	}
	if p := got[1]; p.Account != "222233334444" || !p.Day.Equal(day("2026-10-07")) || p.Listed != 1 {
		t.Errorf("%+v", p)
	}
	if got, err = l.Prove(t.Context(), &counts{}, day("2026-10-07"), 1); err != nil || len(got) != 1 || !got[0].Blind() {
		t.Errorf("%+v %v", got, err)
	}
	// Zero rows where there is nothing to see prove nothing.
	if _, err = open(t, s, Found{}, &memory{}).Prove(t.Context(), &counts{}, day("2026-10-07"), 1); !errors.Is(err, ErrNothingToProve) {
		t.Error(err)
	}
	if got := strings.Join(spread([]string{"a", "b", "c", "d", "e", "f"}, 3), ""); got != "ace" {
		t.Error(got)
	}
}

// TestExports holds what is printed for others, byte for byte.
func TestExports(t *testing.T) {
	managed := named()
	managed.Logs.Prefix, managed.Organization = "audit", "o-exampleorg1"
	bucket := named()
	bucket.Output, bucket.Staging = awsconfig.Place{Bucket: "results", Prefix: "athena"},
		awsconfig.Place{Bucket: "elsewhere", Prefix: "staging"}
	bucket.Partition, bucket.Region, bucket.ScanLimit = "aws-us-gov", "us-gov-west-1", 1
	for name, s := range map[string]Settings{"managed": managed, "bucket": bucket} {
		l := open(t, s, Found{}, nil)
		for _, target := range Targets {
			text, err := l.Export(target, nil)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+target, text)
		}
		for _, role := range Roles {
			text, err := l.Policy(role, []string{"arn:aws:kms:eu-central-1:111122223333:key/1"})
			if err != nil || !json.Valid([]byte(text)) {
				t.Fatal(text, err)
			}
			golden(t, name+"."+role+".json", text)
		}
	}
	l := open(t, named(), Found{}, nil)
	if _, err := l.Export("pulumi", nil); err == nil {
		t.Error("an unknown target is exported")
	}
	if _, err := l.Policy("root", nil); err == nil {
		t.Error("an unknown role has a policy")
	}
	if got := hcl(`a"b${c}%{d}`); got != `"a\"b$${c}%%{d}"` {
		t.Error(got)
	}
	if got := hiveText(`it's \ here`); got != `'it\'s \\ here'` {
		t.Error(got)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// Nobody but an operator changes anything of the Athena setup, nobody at all writes to the logs.
func TestPolicies(t *testing.T) {
	s := named()
	s.Output = awsconfig.Place{Bucket: "results", Prefix: "athena"}
	l := open(t, s, Found{}, nil)
	for _, role := range Roles {
		text, err := l.Policy(role, nil)
		if err != nil {
			t.Fatal(err)
		}
		var p struct{ Statement []statement }
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "kms:") {
			t.Errorf("%s has keys that nobody named", role)
		}
		for _, st := range p.Statement {
			for _, r := range st.Resource {
				if r == "*" {
					t.Errorf("%s %s is allowed everywhere", role, st.Sid)
				}
			}
			for _, a := range st.Action {
				if strings.Contains(a, "*") {
					t.Errorf("%s may %s", role, a)
				}
				onLogs := strings.HasPrefix(st.Resource[0], "arn:aws:s3:::logs")
				if st.Effect == "Allow" && onLogs && a != "s3:ListBucket" && a != "s3:GetBucketLocation" &&
					(a != "s3:GetObject" || st.Condition == nil) {
					t.Errorf("%s may %s on the logs", role, a)
				}
			}
		}
	}
}
