package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	athenatypes "github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
)

// otherwise are the answers in which our fake and moto differ, with the reason why the fake's is kept. A step that is not here
// must end with the same error code and the same set of fields.
var otherwise = map[string]string{
	"workgroup missing": "moto answers 200 with null; botocore's model has InvalidRequestException, and AWS answers " +
		"'WorkGroup x is not found.'",
	"workgroup shown": "moto leaves out the effective engine version where one was selected; whether metrics are on by " +
		"default is documented nowhere, and the program always says it",
	"workgroup deleted twice":           "moto deletes a workgroup that does not exist without a word",
	"table shown":                       "moto leaves out CreatedBy, UpdateTime and SortColumns, which Glue fills in",
	"table with a version that is past": "moto does not look at VersionId; the model has ConcurrentModificationException for it",
	"versions":                          "moto counts from 1, Glue from 0",
	"objects deleted":                   "moto lists what was deleted although it was asked to be quiet",
}

// The same calls to our fake AWS and to moto have the same outcome: error code, or fields of the answer. Our tests stand on
// the fake; this is what others believe that AWS does.
func TestMotoFakeAnswersAlike(t *testing.T) {
	m := newMoto(t, "{}\n")
	fake, err := awsfake.New(awsfake.Options{Account: m.account})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	fake.CreateBucket(trailBucket)
	// moto itself, not its mended answers
	plain := func(name string) string {
		if name == "AWS_ENDPOINT_URL" {
			return m.address
		}
		return m.env(name)
	}
	steps, theirs := outcomes(t, plain)
	_, ours := outcomes(t, fake.Getenv)
	met := map[string]bool{}
	for _, name := range steps {
		if theirs[name] == ours[name] {
			continue
		}
		if why := otherwise[name]; why != "" {
			met[name] = true
			t.Logf("%s: differs, kept: %s\nfake %s\nmoto %s", name, why, ours[name], theirs[name])
			continue
		}
		t.Errorf("%s:\nfake %s\nmoto %s", name, ours[name], theirs[name])
	}
	for name := range otherwise {
		if !met[name] {
			t.Errorf("%s: is listed as a difference and is none", name)
		}
	}
	t.Logf("%d calls, %d alike", len(steps), len(steps)-len(met))
}

// outcomes makes each call once, in order.
func outcomes(t *testing.T, env func(string) string) (order []string, got map[string]string) {
	t.Helper()
	cfg, err := awsconfig.Load(t.Context(), awsconfig.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	g, a, who := glue.NewFromConfig(cfg), athena.NewFromConfig(cfg), sts.NewFromConfig(cfg)
	b := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle, o.RetryMaxAttempts = true, 1 })
	ctx := t.Context()
	got = map[string]string{}
	step := func(name string, out any, err error) {
		order = append(order, name)
		if err != nil {
			got[name] = "error " + awsconfig.Code(err)
			return
		}
		got[name] = strings.Join(fields(t, out), " ")
	}
	db, table, group, bucket := aws.String("d1"), aws.String("t1"), aws.String("w1"), aws.String("bucket-of-results")
	input := func(n string) *gluetypes.TableInput {
		return &gluetypes.TableInput{Name: table, TableType: aws.String("EXTERNAL_TABLE"), Parameters: map[string]string{"a": n},
			PartitionKeys: []gluetypes.Column{{Name: aws.String("day"), Type: aws.String("string")}},
			StorageDescriptor: &gluetypes.StorageDescriptor{Location: aws.String("s3://x/y/"),
				Columns:   []gluetypes.Column{{Name: aws.String("c"), Type: aws.String("string")}},
				SerdeInfo: &gluetypes.SerDeInfo{SerializationLibrary: aws.String("s")}}}
	}
	must := func(v any, err error) (any, error) { return v, err }

	out, err := must(g.GetDatabase(ctx, &glue.GetDatabaseInput{Name: db}))
	step("database missing", out, err)
	out, err = must(g.GetTable(ctx, &glue.GetTableInput{DatabaseName: db, Name: table}))
	step("table of a missing database", out, err)
	out, err = must(g.GetTables(ctx, &glue.GetTablesInput{DatabaseName: db}))
	step("tables of a missing database", out, err)
	create := &glue.CreateDatabaseInput{DatabaseInput: &gluetypes.DatabaseInput{Name: db, Description: aws.String("d"),
		Parameters: map[string]string{"k": "v"}}}
	out, err = must(g.CreateDatabase(ctx, create))
	step("database made", out, err)
	out, err = must(g.CreateDatabase(ctx, create))
	step("database again", out, err)
	out, err = must(g.GetDatabase(ctx, &glue.GetDatabaseInput{Name: db}))
	step("database shown", out, err)
	out, err = must(g.GetTable(ctx, &glue.GetTableInput{DatabaseName: db, Name: table}))
	step("table missing", out, err)
	out, err = must(g.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: db, TableInput: input("0")}))
	step("table missing, updated", out, err)
	out, err = must(g.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: db, TableInput: input("1")}))
	step("table made", out, err)
	out, err = must(g.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: db, TableInput: input("1")}))
	step("table again", out, err)
	shown, err := g.GetTable(ctx, &glue.GetTableInput{DatabaseName: db, Name: table})
	step("table shown", shown, err)
	out, err = must(g.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: db, TableInput: input("2"), VersionId: shown.Table.VersionId}))
	step("table updated", out, err)
	out, err = must(g.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: db, TableInput: input("3"), VersionId: shown.Table.VersionId}))
	step("table with a version that is past", out, err)
	versions, err := g.GetTableVersions(ctx, &glue.GetTableVersionsInput{DatabaseName: db, TableName: table})
	if err == nil { // the outcome is which versions there are and what they hold, not how each is shown
		var list []string
		for _, v := range versions.TableVersions {
			list = append(list, aws.ToString(v.VersionId)+"="+v.Table.Parameters["a"])
		}
		slices.Sort(list)
		got["versions"] = strings.Join(list[:min(2, len(list))], " ")
	}
	order = append(order, "versions")
	out, err = must(g.GetTables(ctx, &glue.GetTablesInput{DatabaseName: db, Expression: aws.String("nothing.*")}))
	step("tables of a pattern that fits none", out, err)
	out, err = must(g.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: db, Name: table}))
	step("table deleted", out, err)
	out, err = must(g.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: db, Name: table}))
	step("table deleted twice", out, err)
	out, err = must(g.GetTableVersions(ctx, &glue.GetTableVersionsInput{DatabaseName: db, TableName: table}))
	step("versions of a missing table", out, err)
	out, err = must(g.DeleteDatabase(ctx, &glue.DeleteDatabaseInput{Name: db}))
	step("database deleted", out, err)
	out, err = must(g.DeleteDatabase(ctx, &glue.DeleteDatabaseInput{Name: db}))
	step("database deleted twice", out, err)

	out, err = must(a.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: group}))
	step("workgroup missing", out, err)
	made := &athena.CreateWorkGroupInput{Name: group, Description: aws.String("d"),
		Tags: []athenatypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
		Configuration: &athenatypes.WorkGroupConfiguration{EnforceWorkGroupConfiguration: aws.Bool(true),
			EngineVersion:       &athenatypes.EngineVersion{SelectedEngineVersion: aws.String("Athena engine version 3")},
			ResultConfiguration: &athenatypes.ResultConfiguration{OutputLocation: aws.String("s3://trail-logs/results/")}}}
	out, err = must(a.CreateWorkGroup(ctx, made))
	step("workgroup made", out, err)
	out, err = must(a.CreateWorkGroup(ctx, made))
	step("workgroup again", out, err)
	out, err = must(a.GetWorkGroup(ctx, &athena.GetWorkGroupInput{WorkGroup: group}))
	step("workgroup shown", out, err)
	arn := aws.String("arn:aws:athena:eu-central-1:123456789012:workgroup/w1")
	out, err = must(a.ListTagsForResource(ctx, &athena.ListTagsForResourceInput{ResourceARN: arn}))
	step("tags of a workgroup", out, err)
	out, err = must(a.TagResource(ctx, &athena.TagResourceInput{ResourceARN: arn,
		Tags: []athenatypes.Tag{{Key: aws.String("l"), Value: aws.String("w")}}}))
	step("workgroup tagged", out, err)
	out, err = must(a.DeleteWorkGroup(ctx, &athena.DeleteWorkGroupInput{WorkGroup: group, RecursiveDeleteOption: aws.Bool(true)}))
	step("workgroup deleted", out, err)
	out, err = must(a.DeleteWorkGroup(ctx, &athena.DeleteWorkGroupInput{WorkGroup: group}))
	step("workgroup deleted twice", out, err)

	out, err = must(b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket}))
	step("bucket missing", out, err)
	out, err = must(b.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket}))
	step("objects of a missing bucket", out, err)
	out, err = must(b.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket}))
	step("tags of a missing bucket", out, err)
	where := &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}
	out, err = must(b.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: where}))
	step("bucket made", out, err)
	out, err = must(b.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: where}))
	step("bucket again", out, err)
	head, err := b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: bucket})
	step("bucket shown", map[string]any{"region": aws.ToString(head.BucketRegion)}, err)
	out, err = must(b.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: bucket}))
	step("bucket's place", out, err)
	out, err = must(b.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket}))
	step("bucket without tags", out, err)
	out, err = must(b.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: bucket,
		Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: aws.String("trailscribe:managed"), Value: aws.String("true")}}}}))
	step("bucket tagged", out, err)
	out, err = must(b.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: bucket}))
	step("tags of a bucket", out, err)
	out, err = must(b.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket}))
	step("bucket without a lifecycle", out, err)
	out, err = must(b.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: bucket,
		LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{{ID: aws.String("r"),
			Status: s3types.ExpirationStatusEnabled,
			Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("p/")}, Expiration: &s3types.LifecycleExpiration{Days: aws.Int32(30)}}}}}))
	step("lifecycle put", out, err)
	out, err = must(b.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket}))
	step("lifecycle shown", out, err)
	yes := aws.Bool(true)
	out, err = must(b.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: bucket,
		PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{BlockPublicAcls: yes, BlockPublicPolicy: yes,
			IgnorePublicAcls: yes, RestrictPublicBuckets: yes}}))
	step("bucket closed", out, err)
	out, err = must(b.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("nothing")}))
	step("object missing", out, err)
	out, err = must(b.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("nothing")}))
	step("object missing, looked at", out, err)
	for i := range 5 {
		if _, err := b.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String(fmt.Sprintf("a%d/b c+ü", i)),
			Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := b.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(2), Delimiter: aws.String("/")})
	step("first page of folders", page, err)
	page, err = b.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(2), Delimiter: aws.String("/"),
		ContinuationToken: page.NextContinuationToken})
	step("second page of folders", page, err)
	page, err = b.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("a1/")})
	step("objects below a prefix", page, err)
	out, err = must(b.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: aws.String("zzz/")}))
	step("objects below nothing", out, err)
	out, err = must(b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
	step("bucket that is not empty, deleted", out, err)
	gone := []s3types.ObjectIdentifier{{Key: aws.String("not there")}}
	for i := range 5 {
		gone = append(gone, s3types.ObjectIdentifier{Key: aws.String(fmt.Sprintf("a%d/b c+ü", i))})
	}
	out, err = must(b.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3types.Delete{Objects: gone, Quiet: yes}}))
	step("objects deleted", out, err)
	out, err = must(b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
	step("bucket deleted", out, err)
	out, err = must(b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
	step("bucket deleted twice", out, err)

	out, err = must(who.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	step("who", out, err)
	return order, got
}

// fields are the names of what an answer holds, where it holds something; lists by their first element. Texts in which keys and
// folders stand are told with their value.
func fields(t *testing.T, out any) []string {
	t.Helper()
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var all []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				if k != "ResultMetadata" && k != "Body" {
					walk(path+"."+k, v[k])
				}
			}
		case []any:
			all = append(all, fmt.Sprintf("%s[%d]", path, len(v)))
			if len(v) > 0 {
				walk(path+"[0]", v[0])
			}
		case nil:
		case string:
			for _, end := range []string{".Key", ".Prefix", ".Value", ".region", ".LocationConstraint", ".State", ".SelectedEngineVersion"} {
				if strings.HasSuffix(path, end) {
					path += "=" + v
				}
			}
			if v != "" {
				all = append(all, path)
			}
		case bool, float64:
			all = append(all, fmt.Sprintf("%s=%v", path, v))
		}
	}
	walk("", v)
	drop := []string{".CreateTime", ".LastModified", ".VersionId", ".ETag", ".ChecksumType", ".ChecksumAlgorithm"}
	return slices.DeleteFunc(all, func(s string) bool {
		return slices.ContainsFunc(drop, func(d string) bool { return strings.HasSuffix(s, d) })
	})
}
