package lake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/awsconfig"
)

// Roles that Policy knows.
var Roles = []string{"reader", "operator", "ci"}

// stagedTables is how staged copies are called; the engine makes and drops them next to the table.
const stagedTables = "trailscribe_run_*"

// statement is one of a policy; the order of its fields is how people write them.
type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]any `json:",omitempty"`
}

// Policy is the least that a role needs, with the names and the partition of this configuration:
//
//	reader    runs reports and queries
//	operator  plans, applies and destroys; runs the control count
//	ci        plans and looks, changes nothing and reads no event
//
// Log files are read only by way of Athena (aws:CalledVia); the bucket is listed by the program itself, to find accounts and
// to estimate cost. keys are ARNs of KMS keys of logs and results, which the program cannot know; none: no KMS statements.
func (l *Lake) Policy(role string, keys []string) (string, error) {
	if !slices.Contains(Roles, role) {
		return "", fmt.Errorf("there is no role %q; there are %s", role, strings.Join(Roles, ", "))
	}
	var all []statement
	add := func(sid string, actions, resources []string, conditions ...map[string]map[string]any) {
		s := statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
		if len(conditions) > 0 {
			s.Condition = conditions[0]
		}
		all = append(all, s)
	}
	queries, changes := role != "ci", role == "operator"
	group := []string{l.arn("athena", "workgroup/"+l.Workgroup)}
	catalog, db := l.arn("glue", "catalog"), l.arn("glue", "database/"+l.Database)
	table := l.arn("glue", "table/"+l.Database+"/"+l.Table)
	logs := l.bucket(l.Logs.Bucket)

	look := []string{"athena:GetWorkGroup"}
	if role != "reader" {
		look = append(look, "athena:ListTagsForResource")
	}
	add("SeeWorkgroup", look, group)
	if queries {
		add("RunQueries", []string{"athena:StartQueryExecution", "athena:StopQueryExecution", "athena:BatchGetQueryExecution",
			"athena:GetQueryResults"}, group)
	}
	if changes {
		add("KeepWorkgroup", []string{"athena:CreateWorkGroup", "athena:UpdateWorkGroup", "athena:DeleteWorkGroup", "athena:TagResource"}, group)
	}
	// Athena asks for the database default whatever a query names ("Fine-grained access to databases and tables").
	add("SeeCatalog", []string{"glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetTableVersions", "glue:GetPartition",
		"glue:GetPartitions", "glue:BatchGetPartition"},
		[]string{catalog, l.arn("glue", "database/default"), db, table, l.arn("glue", "table/"+l.Database+"/*")})
	if queries {
		// Athena registers the partitions of a staged copy with the caller's permissions.
		add("StageCopies", []string{"glue:CreateTable", "glue:BatchCreatePartition", "glue:DeleteTable"},
			[]string{catalog, db, l.arn("glue", "table/"+l.Database+"/"+stagedTables)})
	}
	if changes {
		// Removing a database needs the permission on everything below it, also when nothing is there.
		add("KeepDatabase", []string{"glue:CreateDatabase", "glue:DeleteDatabase"},
			[]string{catalog, db, l.arn("glue", "table/"+l.Database+"/*"), l.arn("glue", "userDefinedFunction/"+l.Database+"/*")})
		add("KeepTable", []string{"glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"}, []string{catalog, db, table})
	}
	add("ListLogs", []string{"s3:ListBucket", "s3:GetBucketLocation"}, []string{logs})
	if queries {
		add("ReadLogsByAthena", []string{"s3:GetObject"}, []string{logs + "/" + l.root() + "*"},
			map[string]map[string]any{"ForAnyValue:StringEquals": {"aws:CalledVia": []string{"athena.amazonaws.com"}}})
	}
	l.results(role, add)
	if queries && len(keys) > 0 {
		add("UseKeys", []string{"kms:Decrypt", "kms:GenerateDataKey"}, keys,
			map[string]map[string]any{"StringLike": {"kms:ViaService": []string{"s3." + l.Region + ".amazonaws.com*",
				"athena." + l.Region + ".amazonaws.com*"}}})
	}
	if queries { // the last line of defence: whatever else the caller may do, not to the logs
		all = append(all, statement{Sid: "NeverTouchLogs", Effect: "Deny", Action: []string{"s3:DeleteObject", "s3:DeleteObjectVersion",
			"s3:PutObject", "s3:PutObjectAcl"}, Resource: []string{logs + "/" + l.Logs.Key() + "AWSLogs/*"}})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", all}); err != nil {
		return "", fmt.Errorf("writing the policy: %w", err)
	}
	return b.String(), nil
}

// results are what a role needs where results and staged copies go. Athena uses the caller's own permissions there.
func (l *Lake) results(role string, add func(sid string, actions, resources []string, conditions ...map[string]map[string]any)) {
	var buckets, objects []string
	for _, p := range []awsconfig.Place{l.Output, l.Staging} {
		if p.Bucket == "" || p != l.Output && l.Output.Bucket != "" && l.Output.Holds(p) {
			continue
		}
		buckets = append(buckets, l.bucket(p.Bucket))
		objects = append(objects, l.bucket(p.Bucket)+"/"+p.Key()+"*")
	}
	if len(buckets) == 0 { // managed query results: Athena keeps them
		return
	}
	queries := role != "ci"
	see := []string{"s3:GetBucketLocation", "s3:ListBucket"}
	if queries {
		see = append(see, "s3:ListBucketMultipartUploads")
	}
	if role != "reader" {
		see = append(see, "s3:GetBucketTagging", "s3:GetLifecycleConfiguration")
	}
	add("SeeResults", see, sorted(buckets))
	if queries {
		add("WriteResults", []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload",
			"s3:ListMultipartUploadParts"}, sorted(objects))
	}
	// a bucket that holds logs is not this program's to keep
	if role == "operator" && l.Output.Bucket != "" && l.Output.Bucket != l.Logs.Bucket {
		add("KeepResultsBucket", []string{"s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketTagging", "s3:PutBucketPublicAccessBlock",
			"s3:PutLifecycleConfiguration"}, []string{l.bucket(l.Output.Bucket)})
	}
}

func (l *Lake) arn(service, resource string) string {
	return "arn:" + l.Partition + ":" + service + ":" + l.Region + ":" + l.Account + ":" + resource
}

func (l *Lake) bucket(name string) string { return "arn:" + l.Partition + ":s3:::" + name }
