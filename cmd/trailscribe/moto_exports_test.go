package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// python runs a program of testdata/moto, and gives its exit code.
func python(t *testing.T, script string, args ...string) (out, said string, code int) {
	t.Helper()
	interpreter := os.Getenv("CONFORMANCE_PYTHON")
	if interpreter == "" {
		if os.Getenv("REQUIRE_MOTO") == "1" {
			t.Fatal("REQUIRE_MOTO=1, and CONFORMANCE_PYTHON names no Python with what cmd/trailscribe/testdata/moto/run.sh fetches")
		}
		t.Skip("skipped: needs others' readers of what is exported: make conformance")
	}
	cmd := exec.Command(interpreter, append([]string{filepath.Join("testdata", "moto", script)}, args...)...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// made is what 'infra apply' left in Glue and Athena, in the words of testdata/moto/exports.py.
func (m *moto) made() map[string]any {
	m.t.Helper()
	ctx := m.t.Context()
	db, err := m.glue().GetDatabase(ctx, &glue.GetDatabaseInput{Name: aws.String("trailscribe")})
	if err != nil {
		m.t.Fatal(err)
	}
	group, err := m.athena().GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: aws.String("trailscribe")})
	if err != nil {
		m.t.Fatal(err)
	}
	tags, err := m.athena().ListTagsForResource(ctx, &athena.ListTagsForResourceInput{ResourceARN: aws.String("arn:aws:athena:eu-central-1:" +
		m.account + ":workgroup/trailscribe")})
	if err != nil {
		m.t.Fatal(err)
	}
	marks := map[string]string{}
	for _, x := range tags.Tags {
		marks[*x.Key] = *x.Value
	}
	t := m.table()
	list := func(cs []gluetypes.Column) (out [][2]string) {
		for _, c := range cs {
			out = append(out, [2]string{*c.Name, *c.Type})
		}
		return out
	}
	sd := t.StorageDescriptor
	return map[string]any{
		"database": map[string]any{"Name": db.Database.Name, "Description": db.Database.Description, "Parameters": db.Database.Parameters},
		"table": map[string]any{"Database": t.DatabaseName, "Name": t.Name, "TableType": t.TableType, "Description": t.Description,
			"Parameters": t.Parameters, "PartitionKeys": list(t.PartitionKeys), "Columns": list(sd.Columns),
			"Location": sd.Location, "InputFormat": sd.InputFormat, "OutputFormat": sd.OutputFormat, "SerDe": sd.SerdeInfo.SerializationLibrary,
			"SerDeParameters": sd.SerdeInfo.Parameters},
		"workgroup": map[string]any{"Name": group.WorkGroup.Name, "Description": group.WorkGroup.Description,
			"Configuration": group.WorkGroup.Configuration, "Tags": marks},
	}
}

// leavesOf are the values of JSON by their path. What is null or an empty list says nothing.
func leavesOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	out := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"/"+k, x)
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprintf("%s/%d", path, i), x)
			}
		case nil:
		case float64:
			out[path] = fmt.Sprintf("%.0f", v)
		default:
			out[path] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return out
}

// What is exported for other tools, read by programs of others, is field by field what 'infra apply' makes.
func TestMotoExports(t *testing.T) {
	for name, config := range map[string]string{
		"own results":     simpleConfig,
		"managed results": "athena:\n  logs: s3://trail-logs/audit\n",
		"organization":    "athena:\n  logs: s3://trail-logs/audit\n  organization: o-exampleorg1\n  output: s3://results-of-audit/it's%here\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := newMoto(t, config)
			for _, root := range []string{"audit/AWSLogs/", "audit/AWSLogs/o-exampleorg1/"} {
				for _, a := range []string{"111122223333", "000000000042"} {
					m.put(logKey(root, a, "us-east-1", "2024/02/29", 1), logFile(t, a, "us-east-1", "2024/02/29", 1))
				}
			}
			python(t, "exports.py") // ends the test where there is none
			if strings.Contains(config, "it's") {
				// a prefix that would have to be quoted in each of the languages is refused, so none can be broken by it
				m.want(exitUsage, "infra export sql", "does not belong into a table's place")
				m.configure(strings.Replace(config, "it's%here", "with%7Bsigns", 1))
			}
			m.want(exitDone, "infra apply --yes --prove 0")
			made, err := json.Marshal(m.made())
			if err != nil {
				t.Fatal(err)
			}
			want := leavesOf(t, made)
			for _, target := range []string{"cloudformation", "terraform", "sql"} {
				out, _ := m.want(exitDone, "infra export "+target)
				file := filepath.Join(m.dir, "exported."+target)
				if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
				args := []string{target, file}
				if target == "terraform" {
					args = append(args, os.Getenv("CONFORMANCE_BINDINGS"))
				}
				read, said, code := python(t, "exports.py", args...)
				if code != 0 {
					t.Fatalf("%s: %s", target, said)
				}
				got := leavesOf(t, []byte(read))
				n := 0
				for _, path := range slices.Sorted(maps.Keys(want)) {
					switch {
					case target == "sql" && strings.HasPrefix(path, "/workgroup/"): // SQL has no word for it
					// moto's own defaults
					case got[path] == "" && strings.HasPrefix(path, "/workgroup/Configuration/") && slices.Contains([]string{"false", "AUTO"}, want[path]):
					case got[path] == want[path]:
						n++
					default:
						t.Errorf("%s: %s is %q, 'infra apply' makes %q", target, path, got[path], want[path])
					}
				}
				for path, x := range got {
					if _, ok := want[path]; !ok {
						t.Errorf("%s: %s is %q, 'infra apply' makes none", target, path, x)
					}
				}
				t.Logf("%s: %d fields are those of 'infra apply'", target, n)
			}
			t.Log("SKIPPED: deploying the CloudFormation template: moto's CloudFormation knows neither AWS::Glue::Table nor AWS::Athena::WorkGroup")
			t.Log("SKIPPED: 'terraform validate': it needs the AWS provider from Terraform's registry; Terraform's own loader and fmt read the " +
				"file, the arguments are held against the provider's schema")
		})
	}
}

// A reader that complains is heard: otherwise the test above proves little.
func TestMotoExportsThatAreWrong(t *testing.T) {
	m := newMoto(t, simpleConfig)
	m.put(logKey("audit/AWSLogs/", "111122223333", "us-east-1", "2024/02/29", 1), logFile(t, "111122223333", "us-east-1", "2024/02/29", 1))
	for _, x := range []struct{ target, old, wrong, says string }{
		{"cloudformation", `"TableType"`, `"TabelType"`, "cfn-lint"},
		{"cloudformation", `"SelectedEngineVersion"`, `"SelectedEngine"`, "cfn-lint"},
		{"terraform", "ser_de_info", "serde_info", "has no argument serde_info"},
		{"terraform", `"aws_glue_catalog_database" "trailscribe"`, `"aws_glue_catalog_database"`, "All resource blocks must have 2 labels"},
		{"terraform", "\n  name        = ", "\n  name = ", "terraform fmt"},
		{"sql", "PARTITIONED BY (", "PARTITIONED BY ((", ""},
	} {
		out, _ := m.want(exitDone, "infra export "+x.target)
		if !strings.Contains(out, x.old) {
			t.Fatalf("%s: %q does not stand there", x.target, x.old)
		}
		file := filepath.Join(m.dir, "wrong."+x.target)
		if err := os.WriteFile(file, []byte(strings.Replace(out, x.old, x.wrong, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{x.target, file}
		if x.target == "terraform" {
			args = append(args, os.Getenv("CONFORMANCE_BINDINGS"))
		}
		if _, said, code := python(t, "exports.py", args...); code == 0 || !strings.Contains(said, x.says) {
			t.Errorf("%s with %q for %q: exit code %d: %s", x.target, x.wrong, x.old, code, said)
		}
	}
}

// The policies that 'infra iam' prints name actions and condition keys that exist, on resources that fit them, in each partition.
func TestMotoPolicies(t *testing.T) {
	m := newMoto(t, "{}\n")
	var files []string
	n := 0
	for _, config := range []string{
		simpleConfig + "  staging: s3://staged-copies/x\n", "athena:\n  logs: s3://trail-logs\n  region: cn-north-1\n",
		"athena:\n  logs: s3://trail-logs\n  region: us-gov-west-1\n  output: s3://results-of-audit\n",
	} {
		m.configure(config)
		for _, role := range []string{"reader", "operator", "ci"} {
			for _, key := range []string{"", " --kms-key arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"} {
				out, _ := m.want(exitDone, "infra iam "+role+" --account 111122223333"+key)
				n++
				file := filepath.Join(m.dir, fmt.Sprintf("policy-%d.json", n))
				if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
					t.Fatal(err)
				}
				files = append(files, file)
			}
		}
	}
	if _, said, code := python(t, "policy.py", files...); code != 0 {
		t.Error(said)
	}
	data, err := os.ReadFile(files[2])
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ old, wrong, says string }{
		{"athena:TagResource", "athena:TagResources", "UNKNOWN_ACTION"}, {"aws:CalledVia", "aws:CalledBy", "UNKNOWN_CONDITION_FOR_ACTION"},
		{":workgroup/", ":group/", "RESOURCE_MISMATCH"},
	} {
		if err := os.WriteFile(files[2], bytes.ReplaceAll(data, []byte(x.old), []byte(x.wrong)), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, said, code := python(t, "policy.py", files[2]); code == 0 || !strings.Contains(said, x.says) {
			t.Errorf("%s: exit code %d: %s", x.wrong, code, said)
		}
	}
}
