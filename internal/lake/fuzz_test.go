package lake

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/infra"
)

// FuzzTable: whatever stands in the catalog under the name of the table, the plan says what changes, and what would be written is ours:
// columns and partitions of the program, and no parameter lost that is not.
func FuzzTable(f *testing.F) {
	l, err := New(named(), Found{}, nil, nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	in, err := l.input(nil)
	if err != nil {
		f.Fatal(err)
	}
	own, err := json.Marshal(types.Table{Name: in.Name, TableType: in.TableType, Parameters: in.Parameters, PartitionKeys: in.PartitionKeys,
		StorageDescriptor: in.StorageDescriptor})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(own))
	f.Add(strings.Replace(string(own), `"PartitionKeys":[`, `"PartitionKeys":[{"Name":null},`, 1))
	f.Add(`{"StorageDescriptor":{"Columns":[{"Name":"eventTime","Type":"struct<"},{}],"Location":"s3a://x//","SerdeInfo":{}},"Parameters":{"projection.account.values":"1,,2","projection.day.range":"x,NOW"}}`)
	f.Add(`{"StorageDescriptor":null,"PartitionKeys":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var now types.Table
		if json.Unmarshal([]byte(text), &now) != nil {
			return
		}
		for _, ours := range []bool{true, false} {
			changes := (&table{l}).Diff(infra.State{Exists: true, Ours: ours, Fields: facts(&now), Data: &now})
			for _, c := range changes {
				if c.Op == "" || c.Ref == "" {
					t.Fatalf("%+v", c)
				}
				if !ours && c.Blocked == "" {
					t.Fatalf("the table of somebody else would be changed: %+v", c)
				}
			}
		}
		l.Inspect(&now)
		if _, err := l.Export("ddl", &now); err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
		next, err := l.input(&now)
		if err != nil {
			return
		}
		if aws.ToString(next.Name) != l.Table || len(next.StorageDescriptor.Columns) < len(in.StorageDescriptor.Columns) ||
			len(next.PartitionKeys) != len(in.PartitionKeys) {
			t.Fatalf("%+v", next)
		}
		for k, v := range now.Parameters {
			if _, ours := in.Parameters[k]; !ours && !managed(k) && next.Parameters[k] != v {
				t.Fatalf("the parameter %q is lost", k)
			}
		}
	})
}
