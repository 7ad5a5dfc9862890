package lake

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/awsconfig"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// memory is a bucket and a catalog in memory, of the calls that these tests need; the rest is held by the command's tests
// against the fake AWS. Pages hold two entries, and every second page is empty without being the last.
type memory struct {
	Buckets
	Catalog
	keys     map[string]int64 // size
	classes  map[string]s3types.ObjectStorageClass
	listed   int
	versions []gluetypes.Table // of the one table, the last is current
	race     bool              // somebody writes between reading and writing
}

func (m *memory) put(key string, size int64) {
	if m.keys == nil {
		m.keys = map[string]int64{}
	}
	m.keys[key] = size
}

func (m *memory) log(account, region, day, name string) string {
	key := "AWSLogs/" + account + "/CloudTrail/" + region + "/" + day + "/" + name
	m.put(key, 100)
	return key
}

func (m *memory) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	m.listed++
	prefix, delimiter := aws.ToString(in.Prefix), aws.ToString(in.Delimiter)
	var names []string
	for _, k := range slices.Sorted(maps.Keys(m.keys)) {
		rest, ok := strings.CutPrefix(k, prefix)
		if !ok {
			continue
		}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			k = prefix + rest[:i+1]
		}
		if len(names) == 0 || names[len(names)-1] != k {
			names = append(names, k)
		}
	}
	at, _ := strconv.Atoi(strings.TrimPrefix(aws.ToString(in.ContinuationToken), "token "))
	out := &s3.ListObjectsV2Output{}
	if at%2 == 0 { // an odd token is an empty page
		for _, n := range names[min(at, len(names)):min(at+2, len(names))] {
			if strings.HasSuffix(n, "/") && delimiter != "" {
				out.CommonPrefixes = append(out.CommonPrefixes, s3types.CommonPrefix{Prefix: aws.String(n)})
			} else {
				out.Contents = append(out.Contents, s3types.Object{Key: aws.String(n), Size: aws.Int64(m.keys[n]), StorageClass: m.classes[n]})
			}
		}
	}
	if at+1 < len(names) {
		out.IsTruncated, out.NextContinuationToken = aws.Bool(true), aws.String("token "+strconv.Itoa(at+1))
	}
	return out, nil
}

func (m *memory) GetTable(context.Context, *glue.GetTableInput, ...func(*glue.Options)) (*glue.GetTableOutput, error) {
	if len(m.versions) == 0 {
		return nil, &gluetypes.EntityNotFoundException{}
	}
	t := m.versions[len(m.versions)-1]
	return &glue.GetTableOutput{Table: &t}, nil
}

func (m *memory) write(in *gluetypes.TableInput) {
	m.versions = append(m.versions, gluetypes.Table{Name: in.Name, Description: in.Description, Owner: in.Owner, Retention: in.Retention,
		TableType:  in.TableType,
		Parameters: in.Parameters, PartitionKeys: in.PartitionKeys, StorageDescriptor: in.StorageDescriptor,
		VersionId: aws.String(strconv.Itoa(len(m.versions)))})
}

func (m *memory) CreateTable(_ context.Context, in *glue.CreateTableInput, _ ...func(*glue.Options)) (*glue.CreateTableOutput, error) {
	if len(m.versions) > 0 {
		return nil, &gluetypes.AlreadyExistsException{}
	}
	m.write(in.TableInput)
	return &glue.CreateTableOutput{}, nil
}

func (m *memory) UpdateTable(_ context.Context, in *glue.UpdateTableInput, _ ...func(*glue.Options)) (*glue.UpdateTableOutput, error) {
	if m.race || aws.ToString(in.VersionId) != strconv.Itoa(len(m.versions)-1) {
		return nil, &gluetypes.ConcurrentModificationException{}
	}
	m.write(in.TableInput)
	return &glue.UpdateTableOutput{}, nil
}

func (m *memory) DeleteTable(context.Context, *glue.DeleteTableInput, ...func(*glue.Options)) (*glue.DeleteTableOutput, error) {
	m.versions = nil
	return &glue.DeleteTableOutput{}, nil
}

func (m *memory) GetTableVersions(_ context.Context, in *glue.GetTableVersionsInput,
	_ ...func(*glue.Options)) (*glue.GetTableVersionsOutput, error) {
	at, _ := strconv.Atoi(aws.ToString(in.NextToken))
	out := &glue.GetTableVersionsOutput{TableVersions: []gluetypes.TableVersion{{Table: &m.versions[at], VersionId: m.versions[at].VersionId}}}
	if at+1 < len(m.versions) {
		out.NextToken = aws.String(strconv.Itoa(at + 1))
	}
	return out, nil
}

// named are settings with everything written in them.
func named() Settings {
	return Settings{Partition: "aws", Region: "eu-central-1", Account: "111122223333", Database: "trailscribe", Table: "cloudtrail",
		Workgroup: "trailscribe",
		Logs:      awsconfig.Place{Bucket: "logs"}, Accounts: []string{"111122223333"}, Regions: []string{"us-east-1", "eu-central-1"},
		FirstDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func open(t *testing.T, s Settings, f Found, m *memory) *Lake {
	t.Helper()
	l, err := New(s, f, m, nil, m)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
