package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
)

// guarded is a proxy before the fake AWS that lets pass only what a policy allows, as IAM does, and notes what was used.
type guarded struct {
	t     *testing.T
	cloud *cloud
	proxy *httptest.Server

	mu     sync.Mutex
	policy []policyStatement
	used   map[string]bool
	denied []string
}

type policyStatement struct {
	Sid, Effect      string
	Action, Resource []string
	Condition        map[string]map[string]any
}

// permissions are the actions and resources of a call, as AWS documents them ("Actions, resources, and condition keys").
func permissions(r *http.Request, body []byte, account, region string) (all [][2]string) {
	name, _ := awsfake.Operation(r, body)
	service, operation, _ := strings.Cut(name, ":")
	arn := func(s string) string { return "arn:aws:" + service + ":" + region + ":" + account + ":" + s }
	switch service {
	case "sts": // GetCallerIdentity needs no permission
		return nil
	case "glue":
		var in struct{ DatabaseName, Name, TableName string }
		var input struct {
			DatabaseInput, TableInput struct{ Name string }
		}
		json.Unmarshal(body, &in)
		json.Unmarshal(body, &input)
		db, table := in.DatabaseName, in.Name+in.TableName+input.TableInput.Name
		if db == "" {
			db, table = in.Name+input.DatabaseInput.Name, ""
		}
		if operation == "UpdateTable" {
			table = input.TableInput.Name
		}
		all = append(all, [2]string{name, arn("catalog")}, [2]string{name, arn("database/" + db)})
		switch {
		case operation == "DeleteDatabase":
			all = append(all, [2]string{name, arn("table/" + db + "/any")}, [2]string{name, arn("userDefinedFunction/" + db + "/any")})
		case operation == "GetTables":
			all = append(all, [2]string{name, arn("table/" + db + "/any")})
		case table != "":
			all = append(all, [2]string{name, arn("table/" + db + "/" + table)})
		}
		return all
	case "athena":
		var in struct{ WorkGroup, Name, ResourceARN string }
		json.Unmarshal(body, &in)
		group := in.WorkGroup + in.Name
		if group == "" {
			group = "audit" // of the query that is named
		}
		if in.ResourceARN != "" {
			return [][2]string{{name, in.ResourceARN}}
		}
		return [][2]string{{name, arn("workgroup/" + group)}}
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	action := map[string]string{"ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
		"GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
		"PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
		"CreateMultipartUpload": "PutObject", "UploadPart": "PutObject",
		"CompleteMultipartUpload": "PutObject", "ListParts": "ListMultipartUploadParts",
		"ListMultipartUploads": "ListBucketMultipartUploads"}[operation]
	if action == "" {
		action = operation
	}
	if operation == "DeleteObjects" {
		var in struct {
			Object []struct{ Key string }
		}
		xml.Unmarshal(body, &in)
		for _, o := range in.Object {
			all = append(all, [2]string{"s3:DeleteObject", "arn:aws:s3:::" + bucket + "/" + o.Key})
		}
		return all
	}
	place := "arn:aws:s3:::" + bucket
	if key != "" {
		place += "/" + key
	}
	return [][2]string{{"s3:" + action, place}}
}

// allows evaluates as IAM does: a Deny that fits wins, else an Allow that fits is needed. The program's own calls are not made
// by way of a service, so a statement with a condition on that does not hold for them.
func (g *guarded) allows(action, resource string) bool {
	allowed := false
	for _, s := range g.policy {
		fits := slices.Contains(s.Action, action) && slices.ContainsFunc(s.Resource, func(p string) bool { return matches(p, resource) })
		if fits && s.Effect == "Deny" {
			return false
		}
		if fits && s.Condition["ForAnyValue:StringEquals"]["aws:CalledVia"] == nil {
			allowed = true
		}
	}
	return allowed
}

// matches is IAM's * over everything, slashes too.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for i, p := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(text, p)
		}
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return text == ""
}

func newGuarded(t *testing.T, c *cloud) *guarded {
	t.Helper()
	g := &guarded{t: t, cloud: c}
	to, err := url.Parse(c.fake.URL())
	if err != nil {
		t.Fatal(err)
	}
	behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	g.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		for _, p := range permissions(r, body, c.fake.Account(), c.fake.Region()) {
			g.mu.Lock()
			ok := g.allows(p[0], p[1])
			if g.used[p[0]] = true; !ok {
				g.denied = append(g.denied, p[0]+" on "+p[1])
			}
			g.mu.Unlock()
			if ok {
				continue
			}
			if strings.HasPrefix(p[0], "s3:") {
				w.WriteHeader(http.StatusForbidden)
				io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
				return
			}
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"AccessDeniedException","message":"not allowed: `+p[0]+`"}`)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(g.proxy.Close)
	return g
}

func (g *guarded) env(name string) string {
	if name == "AWS_ENDPOINT_URL" {
		return g.proxy.URL
	}
	return g.cloud.fake.Getenv(name)
}

// as takes the policy of a role; what was used before is forgotten.
func (g *guarded) as(role string) {
	g.t.Helper()
	var o, e bytes.Buffer
	if code := MainIn(g.t.Context(), g.cloud.dir, []string{"infra", "iam", role, "--account", g.cloud.fake.Account()}, strings.NewReader(""),
		&o, &e, g.cloud.fake.Getenv); code != exitDone {
		g.t.Fatal(e.String())
	}
	var p struct{ Statement []policyStatement }
	if err := json.Unmarshal(o.Bytes(), &p); err != nil {
		g.t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.policy, g.used, g.denied = p.Statement, map[string]bool{}, nil
}

func (g *guarded) run(code int, args string) string {
	g.t.Helper()
	var o, e bytes.Buffer
	if got := MainIn(g.t.Context(), g.cloud.dir, strings.Fields(args), strings.NewReader(""), &o, &e, g.env); got != code {
		g.t.Fatalf("%s: exit code %d, want %d; denied %v\n%s%s", args, got, code, g.denied, o.String(), e.String())
	}
	return o.String() + e.String()
}

// byAthena are the actions of the policies that the program itself does not use, and why they are there.
var byAthena = map[string]string{
	"athena:StopQueryExecution":     "on an interrupt",
	"athena:UpdateWorkGroup":        "where a setting has drifted",
	"athena:TagResource":            "to take over a workgroup with --adopt, and its mark when it is made",
	"glue:UpdateTable":              "where the table has drifted",
	"glue:GetPartition":             "Athena with the caller's permissions: the staged copy has partitions",
	"glue:GetPartitions":            "Athena with the caller's permissions: the staged copy has partitions",
	"glue:BatchGetPartition":        "Athena with the caller's permissions: the staged copy has partitions",
	"glue:BatchCreatePartition":     "Athena with the caller's permissions: a staged copy has partitions",
	"glue:GetDatabase":              "Athena with the caller's permissions, for every query",
	"glue:CreateTable":              "Athena with the caller's permissions: staging",
	"s3:GetBucketLocation":          "Athena with the caller's permissions: where results go",
	"s3:PutObject":                  "Athena with the caller's permissions: it writes results and staged copies",
	"s3:GetObject":                  "Athena with the caller's permissions: log files; results of more than a page",
	"s3:DeleteObject":               "files of staged copies",
	"s3:ListBucketMultipartUploads": "Athena with the caller's permissions: it writes in parts",
	"s3:AbortMultipartUpload":       "Athena with the caller's permissions: it writes in parts",
	"s3:ListMultipartUploadParts":   "Athena with the caller's permissions: it writes in parts",
	"glue:GetTableVersions":         "infra status and the way back",
	"s3:DeleteBucket":               "infra destroy, where the bucket is empty",
}

// Each role can do what it is for with exactly what 'infra iam' prints for it, and is given nothing without a reason.
func TestPoliciesAreEnoughAndNoMore(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 600)
	g := newGuarded(t, c)
	write := func(text string) { (&account{t: t, dir: c.dir}).configure(text) }
	reasons := map[string]bool{}
	settle := func(role string) {
		t.Helper()
		if len(g.denied) > 0 {
			t.Errorf("%s: denied: %v", role, slices.Compact(slices.Sorted(slices.Values(g.denied))))
		}
		for _, s := range g.policy {
			for _, a := range s.Action {
				switch {
				case s.Effect == "Deny" || g.used[a]:
				case byAthena[a] == "":
					t.Errorf("%s: %s (%s) is allowed, was not used and has no reason", role, a, s.Sid)
				default:
					reasons[a] = true
				}
			}
		}
		t.Logf("%s: used %s", role, strings.Join(slices.Sorted(maps.Keys(g.used)), " "))
	}

	// Another database than the one that newCloud made.
	const config = "engine: athena\nathena: {logs: \"s3://logs\", output: \"s3://results-of-audit/out\", database: audit, workgroup: " +
		"audit, concurrency: 4, region: "
	write(config + c.fake.Region() + "}\n")
	g.as("operator")
	g.run(exitDone, "infra apply --yes --prove 2")
	g.run(exitDone, "infra plan --detailed-exitcode")
	g.run(exitDone, "infra status --prove 1")
	g.run(exitDone, "infra destroy --component table --confirm audit")
	g.run(exitDone, "infra destroy --component database --confirm audit")
	g.run(exitDone, "infra destroy --component workgroup --confirm audit")
	g.run(exitDone, "infra apply --yes --prove 0")
	settle("operator")

	g.as("ci")
	g.run(exitDone, "infra plan --detailed-exitcode")
	g.run(exitDone, "infra status")
	settle("ci")
	g.run(exitError, "infra status --prove 1") // ci reads no event

	g.as("reader")
	for _, mode := range []string{"staged", "direct"} {
		g.run(exitDone, "report run s3-activity --period 2026-10 --format json --out "+filepath.Join(c.dir, mode)+" --cache "+filepath.Join(c.dir,
			"cache")+" --mode "+mode)
	}
	settle("reader")
	if !g.used["glue:DeleteTable"] || !g.used["s3:DeleteObject"] {
		t.Error("the staged copy was not removed by the reader")
	}
	g.run(exitError, "infra destroy --confirm audit")

	g.as("operator")
	cfg, err := awsconfig.Load(t.Context(), awsconfig.Options{Env: c.fake.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	store := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	g.run(exitDone, "infra destroy --confirm audit") // the bucket still holds results
	for _, key := range c.fake.Keys("results-of-audit", "") {
		if _, err := store.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("results-of-audit"), Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
	g.run(exitDone, "infra destroy --confirm audit")
	if len(g.denied) > 0 {
		t.Error(g.denied)
	}
	for a := range byAthena {
		if !reasons[a] {
			t.Errorf("%s has a reason and needs none: every role that has it used it", a)
		}
	}

	// In the bucket of the logs nobody may remove the bucket or set what expires.
	write("athena: {logs: \"s3://logs\", output: \"s3://logs/results\", region: " + c.fake.Region() + "}\n")
	g.as("operator")
	for _, a := range []string{"s3:DeleteBucket", "s3:PutLifecycleConfiguration", "s3:PutBucketPublicAccessBlock", "s3:DeleteObject"} {
		if g.allows(a, "arn:aws:s3:::logs") || g.allows(a, "arn:aws:s3:::logs/AWSLogs/x") {
			t.Errorf("the operator may %s in the bucket of the logs", a)
		}
	}
}
