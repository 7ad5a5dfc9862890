// Package lake is the Athena database, table, workgroup and results bucket as resources; what the bucket of a trail holds; and
// the proof that the table sees it.
//
// A table over a wrong place, an account missing in a list, a day before the range: Athena answers all of these with zero rows
// and no error. So everything that could make rows disappear is compared, listed or counted here.
package lake

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/infra"
)

// Catalog is what is asked of Glue; *glue.Client is one.
type Catalog interface {
	GetDatabase(context.Context, *glue.GetDatabaseInput, ...func(*glue.Options)) (*glue.GetDatabaseOutput, error)
	CreateDatabase(context.Context, *glue.CreateDatabaseInput, ...func(*glue.Options)) (*glue.CreateDatabaseOutput, error)
	DeleteDatabase(context.Context, *glue.DeleteDatabaseInput, ...func(*glue.Options)) (*glue.DeleteDatabaseOutput, error)
	GetTables(context.Context, *glue.GetTablesInput, ...func(*glue.Options)) (*glue.GetTablesOutput, error)
	GetTable(context.Context, *glue.GetTableInput, ...func(*glue.Options)) (*glue.GetTableOutput, error)
	CreateTable(context.Context, *glue.CreateTableInput, ...func(*glue.Options)) (*glue.CreateTableOutput, error)
	UpdateTable(context.Context, *glue.UpdateTableInput, ...func(*glue.Options)) (*glue.UpdateTableOutput, error)
	DeleteTable(context.Context, *glue.DeleteTableInput, ...func(*glue.Options)) (*glue.DeleteTableOutput, error)
	GetTableVersions(context.Context, *glue.GetTableVersionsInput, ...func(*glue.Options)) (*glue.GetTableVersionsOutput, error)
}

// Workgroups is what is asked of Athena; *athena.Client is one.
type Workgroups interface {
	GetWorkGroup(context.Context, *athena.GetWorkGroupInput, ...func(*athena.Options)) (*athena.GetWorkGroupOutput, error)
	CreateWorkGroup(context.Context, *athena.CreateWorkGroupInput, ...func(*athena.Options)) (*athena.CreateWorkGroupOutput, error)
	UpdateWorkGroup(context.Context, *athena.UpdateWorkGroupInput, ...func(*athena.Options)) (*athena.UpdateWorkGroupOutput, error)
	DeleteWorkGroup(context.Context, *athena.DeleteWorkGroupInput, ...func(*athena.Options)) (*athena.DeleteWorkGroupOutput, error)
	ListTagsForResource(context.Context, *athena.ListTagsForResourceInput, ...func(*athena.Options)) (*athena.ListTagsForResourceOutput, error)
	TagResource(context.Context, *athena.TagResourceInput, ...func(*athena.Options)) (*athena.TagResourceOutput, error)
}

// Lister lists a bucket page by page; *s3.Client is one.
type Lister interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Buckets is what is asked of S3; *s3.Client is one. Objects are listed and never read, written or removed.
type Buckets interface {
	Lister
	HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error)
	CreateBucket(context.Context, *s3.CreateBucketInput, ...func(*s3.Options)) (*s3.CreateBucketOutput, error)
	DeleteBucket(context.Context, *s3.DeleteBucketInput, ...func(*s3.Options)) (*s3.DeleteBucketOutput, error)
	PutPublicAccessBlock(context.Context, *s3.PutPublicAccessBlockInput, ...func(*s3.Options)) (*s3.PutPublicAccessBlockOutput, error)
	GetBucketTagging(context.Context, *s3.GetBucketTaggingInput, ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error)
	PutBucketTagging(context.Context, *s3.PutBucketTaggingInput, ...func(*s3.Options)) (*s3.PutBucketTaggingOutput, error)
	GetBucketLifecycleConfiguration(context.Context, *s3.GetBucketLifecycleConfigurationInput,
		...func(*s3.Options)) (*s3.GetBucketLifecycleConfigurationOutput, error)
	PutBucketLifecycleConfiguration(context.Context, *s3.PutBucketLifecycleConfigurationInput,
		...func(*s3.Options)) (*s3.PutBucketLifecycleConfigurationOutput, error)
}

// The mark of what this program made: a parameter of databases and tables, a tag of workgroups and buckets.
const (
	Mark      = "trailscribe:managed"
	MarkValue = "true"
)

// Settings are the names and places of one lake.
type Settings struct {
	Partition, Region, Account string // Account: whose catalog and workgroup it is

	Database, Table, Workgroup string
	Logs                       awsconfig.Place // what holds AWSLogs/
	Output                     awsconfig.Place // of results; zero: Athena keeps them itself (managed query results)
	Staging                    awsconfig.Place // of staged copies; zero: below Output

	Organization string   // o-…; "": a trail of a single account
	Accounts     []string // written in the configuration; empty: those found
	Regions      []string // the same
	FirstDay     time.Time

	ScanLimit int64 // most bytes that one query may read; see LeastScanLimit
	Expiry    int   // days after which results expire in a bucket that this program made; 0: never
	Existing  bool  // database and table are somebody else's and are left as they are
	Adopt     bool  // take over what is there and was not made by this program
}

// LeastScanLimit is the smallest that Athena takes (BytesScannedCutoffPerQuery, Athena API reference).
const LeastScanLimit = 10_000_000

// DefaultScanLimit holds where no cost guard is configured: two terabytes, about ten dollars.
const DefaultScanLimit = 2_000_000_000_000

// InjectOver is the number of accounts over which the table does not list them but wants them named in each query. Athena's
// guide advises "a few dozen" values of an enum; hundreds work, and only a metadata limit of about 1 MB is documented.
const InjectOver = 500

var (
	nameOfTable  = regexp.MustCompile(`^[a-z0-9_]{1,128}$`)
	nameOfGroup  = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,128}$`)
	account      = regexp.MustCompile(`^[0-9]{12}$`)
	region       = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$`)
	organization = regexp.MustCompile(`^o-[a-z0-9]{1,32}$`)
)

// Lake is a checked configuration and what was found in the bucket.
type Lake struct {
	Settings
	Found Found

	catalog Catalog
	groups  Workgroups
	buckets Buckets
}

// New checks the settings. Each problem names what to write instead.
func New(s Settings, f Found, c Catalog, w Workgroups, b Buckets) (*Lake, error) {
	for _, n := range []struct {
		what, name string
		pattern    *regexp.Regexp
	}{{"database", s.Database, nameOfTable}, {"table", s.Table, nameOfTable}, {"workgroup", s.Workgroup, nameOfGroup}} {
		if !n.pattern.MatchString(n.name) {
			return nil, fmt.Errorf("the %s %q is not a name that AWS keeps as it is: use lower-case letters, digits and _", n.what, n.name)
		}
	}
	if s.Workgroup == "primary" {
		return nil, errors.New("the workgroup primary belongs to the account and is used by others; name another")
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	if s.ScanLimit == 0 {
		s.ScanLimit = DefaultScanLimit
	}
	s.ScanLimit = max(s.ScanLimit, LeastScanLimit)
	s.Accounts, s.Regions = sorted(s.Accounts), sorted(s.Regions)
	return &Lake{Settings: s, Found: f, catalog: c, groups: w, buckets: b}, nil
}

// Check checks the places and lists; Discover needs no more.
func (s Settings) Check() error {
	if s.Logs.Bucket == "" {
		return errors.New("no place of logs is set: write logs: s3://bucket/prefix under athena:")
	}
	if slices.Contains(strings.Split(s.Logs.Prefix, "/"), "AWSLogs") {
		return fmt.Errorf("logs is %s: write what stands before AWSLogs; account, region and day follow from there", s.Logs)
	}
	if s.Organization != "" && !organization.MatchString(s.Organization) {
		return fmt.Errorf("the organization %q is not an id such as o-exampleorg1", s.Organization)
	}
	for _, a := range s.Accounts {
		if !account.MatchString(a) {
			return fmt.Errorf("the account %q is not twelve digits", a)
		}
	}
	for _, r := range s.Regions {
		if !region.MatchString(r) {
			return fmt.Errorf("the region %q is not a code such as eu-central-1", r)
		}
	}
	logs := awsconfig.Place{Bucket: s.Logs.Bucket, Prefix: s.Logs.Key() + "AWSLogs"}
	for what, p := range map[string]awsconfig.Place{"output": s.Output, "staging": s.Staging} {
		if p.Bucket != "" && (logs.Holds(p) || p.Holds(logs)) {
			return fmt.Errorf("%s is %s, which is among the logs at %s: results must never be there", what, p, logs)
		}
	}
	return nil
}

// Resources are the parts of the lake in the order of making.
func (l *Lake) Resources() []infra.Resource {
	var rs []infra.Resource
	if l.Output.Bucket != "" {
		rs = append(rs, &results{l})
	}
	return append(rs, &workgroup{l}, &database{l}, &table{l})
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}
