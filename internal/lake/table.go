package lake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/infra"
	"trailscribe/internal/sql"
)

// How Athena reads CloudTrail's files, as AWS documents it since November 2022 ("Query AWS CloudTrail logs", Athena user
// guide). The input format cuts {"Records":[…]} into rows; the SerDe fills the columns.
const (
	inputFormat  = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
	outputFormat = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
	serde        = "org.apache.hive.hcatalog.data.JsonSerDe"
	// oldSerde is what AWS documented before. It works, and cannot be relied on for requestParameters and the like.
	oldSerde = "com.amazon.emr.hive.serde.CloudTrailSerde"
)

// table is the table over the log files.
type table struct{ *Lake }

func (t *table) Component() string { return "table" }
func (t *table) Ref() string       { return "table " + t.Database + "." + t.Table }

// columns are those of the record, in Hive's words.
func columns() ([]types.Column, error) {
	var out []types.Column
	for _, c := range cloudtrail.Columns() {
		typ, err := sql.ParseType(c.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		hive, ok := typ.Hive()
		if !ok {
			return nil, fmt.Errorf("column %s: no table of Hive holds the type %s", c.Name, typ)
		}
		out = append(out, types.Column{Name: aws.String(c.Name), Type: aws.String(hive)})
	}
	return out, nil
}

func partitionKeys() []types.Column {
	var out []types.Column
	for _, n := range []string{accountColumn, regionColumn, dayColumn} {
		out = append(out, types.Column{Name: aws.String(n), Type: aws.String("string")}) // strings are pruned in the catalog
	}
	return out
}

// values are what the enum of a column should list, given what it lists now. What the configuration writes is exact. What
// was found is only ever added: an account whose logs have expired does no harm, one that is left out loses its events.
func values(written, found, now []string) []string {
	if len(written) > 0 {
		return sorted(written)
	}
	return sorted(slices.Concat(found, now))
}

// wantedAccounts, wantedRegions and wantedFirst are what the projection should say, given what it says now.
func (l *Lake) wantedAccounts(now map[string]string) []string {
	return values(l.Accounts, l.Found.Accounts(), enum(now, accountColumn))
}

func (l *Lake) wantedRegions(now map[string]string) []string {
	return values(l.Regions, l.Found.Regions(), enum(now, regionColumn))
}

func (l *Lake) wantedFirst(now map[string]string) time.Time {
	if !l.FirstDay.IsZero() {
		return l.FirstDay
	}
	first, _, _ := strings.Cut(now["projection."+dayColumn+".range"], ",")
	if t, err := time.Parse(dayFormat, first); err == nil && (l.Found.First.IsZero() || t.Before(l.Found.First)) {
		return t
	}
	return l.Found.First
}

// enum are the values that a projection lists.
func enum(parameters map[string]string, column string) []string {
	if parameters["projection."+column+".type"] != "enum" || parameters["projection."+column+".values"] == "" {
		return nil
	}
	var out []string
	for _, v := range strings.Split(parameters["projection."+column+".values"], ",") {
		out = append(out, strings.TrimSpace(v)) // white space would be part of the value: written back without it
	}
	return out
}

// ErrNoLogs says that neither the configuration nor the bucket tells which accounts and regions the table is for.
var ErrNoLogs = errors.New("no log files were found, and the configuration does not say which accounts, regions and first day to expect")

// parameters are the table's own parameters, given those it has now.
func (l *Lake) parameters(now map[string]string) (map[string]string, error) {
	accounts, regions, first := l.wantedAccounts(now), l.wantedRegions(now), l.wantedFirst(now)
	if len(accounts) == 0 || len(regions) == 0 || first.IsZero() {
		return nil, fmt.Errorf("%s: %w", l.location(), ErrNoLogs)
	}
	p := map[string]string{
		"EXTERNAL":           "TRUE",
		"classification":     "cloudtrail",
		"projection.enabled": "true",
		// No white space after commas: it would be part of the value, and find nothing.
		"projection." + regionColumn + ".type":       "enum",
		"projection." + regionColumn + ".values":     strings.Join(regions, ","),
		"projection." + dayColumn + ".type":          "date",
		"projection." + dayColumn + ".format":        "yyyy/MM/dd",
		"projection." + dayColumn + ".range":         first.Format(dayFormat) + ",NOW", // NOW is UTC, when the query runs
		"projection." + dayColumn + ".interval":      "1",
		"projection." + dayColumn + ".interval.unit": "DAYS",
		"storage.location.template":                  l.template(),
		Mark:                                         MarkValue,
	}
	if len(accounts) > InjectOver {
		p["projection."+accountColumn+".type"] = "injected"
	} else {
		p["projection."+accountColumn+".type"] = "enum"
		p["projection."+accountColumn+".values"] = strings.Join(accounts, ",")
	}
	return p, nil
}

// managed reports whether a parameter is ours to add and to remove. Others, of crawlers and people, stay as they are.
func managed(name string) bool {
	return strings.HasPrefix(name, "projection.") || name == "storage.location.template" || name == Mark
}

// input is the table as it should be, made from the one that is there: what others added stays.
func (l *Lake) input(now *types.Table) (*types.TableInput, error) {
	in := &types.TableInput{}
	had := map[string]string{}
	if now != nil {
		in, had = tableInput(now), now.Parameters
	}
	parameters, err := l.parameters(had)
	if err != nil {
		return nil, err
	}
	in.Name = aws.String(l.Table)
	in.TableType = aws.String("EXTERNAL_TABLE")
	if in.Description == nil {
		in.Description = aws.String("CloudTrail log files of " + l.location() + ", kept by Trailscribe")
	}
	in.Parameters = maps.Clone(had)
	if in.Parameters == nil {
		in.Parameters = map[string]string{}
	}
	maps.DeleteFunc(in.Parameters, func(k, _ string) bool { return managed(k) })
	maps.Copy(in.Parameters, parameters)
	in.PartitionKeys = partitionKeys()
	sd := in.StorageDescriptor
	if sd == nil {
		sd = &types.StorageDescriptor{}
		in.StorageDescriptor = sd
	}
	if sd.Columns, err = mergeColumns(sd.Columns); err != nil {
		return nil, err
	}
	sd.Location = aws.String(l.location())
	sd.InputFormat, sd.OutputFormat = aws.String(inputFormat), aws.String(outputFormat)
	if sd.SerdeInfo == nil || aws.ToString(sd.SerdeInfo.SerializationLibrary) != serde {
		sd.SerdeInfo = &types.SerDeInfo{SerializationLibrary: aws.String(serde), Parameters: map[string]string{"serialization.format": "1"}}
	}
	if sd.BucketColumns == nil {
		sd.BucketColumns = []string{} // without it SHOW CREATE TABLE fails
	}
	return in, nil
}

// mergeColumns keeps the order and the further columns of a table, corrects types that lack something, adds what is missing.
func mergeColumns(now []types.Column) ([]types.Column, error) {
	want, err := columns()
	if err != nil {
		return nil, err
	}
	out := slices.Clone(now)
	for _, w := range want {
		i := slices.IndexFunc(out, func(c types.Column) bool { return strings.EqualFold(aws.ToString(c.Name), *w.Name) })
		if i < 0 {
			out = append(out, w)
		} else if _, ok := columnCovers(out[i], w); !ok {
			out[i].Type = w.Type
		}
	}
	return out, nil
}

// columnCovers compares two columns; see covers.
func columnCovers(have, want types.Column) (why string, ok bool) {
	w, err := sql.ParseHiveType(aws.ToString(want.Type))
	if err != nil {
		return err.Error(), false
	}
	h, err := sql.ParseHiveType(aws.ToString(have.Type))
	if err != nil {
		return err.Error(), false
	}
	return covers(h, w)
}

// tableInput is the part of a table that can be written back. Glue replaces the whole of it with each update, so everything
// that is there must be in it.
func tableInput(t *types.Table) *types.TableInput {
	in := &types.TableInput{
		Name: t.Name, Description: t.Description, Owner: t.Owner, LastAccessTime: t.LastAccessTime, LastAnalyzedTime: t.LastAnalyzedTime,
		Retention: t.Retention, PartitionKeys: t.PartitionKeys, Parameters: maps.Clone(t.Parameters), TableType: t.TableType,
		TargetTable: t.TargetTable, ViewOriginalText: t.ViewOriginalText, ViewExpandedText: t.ViewExpandedText,
	}
	if in.PartitionKeys == nil {
		in.PartitionKeys = []types.Column{}
	}
	if t.StorageDescriptor != nil {
		sd := *t.StorageDescriptor
		sd.Columns = slices.Clone(sd.Columns)
		in.StorageDescriptor = &sd
	}
	return in
}

// read gives the table, nil where there is none.
func (l *Lake) read(ctx context.Context) (*types.Table, error) {
	out, err := l.catalog.GetTable(ctx, &glue.GetTableInput{DatabaseName: &l.Database, Name: &l.Table})
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if out.Table == nil {
		return nil, errors.New("the catalog answered without a table")
	}
	return out.Table, nil
}

func missing(err error) bool {
	var e *types.EntityNotFoundException
	return errors.As(err, &e)
}

func (t *table) Read(ctx context.Context) (infra.State, error) {
	now, err := t.read(ctx)
	if err != nil || now == nil {
		return infra.State{}, err
	}
	return infra.State{Exists: true, Ours: now.Parameters[Mark] == MarkValue, Fields: facts(now), Data: now}, nil
}

// facts of a table: all that Diff looks at, and the version.
func facts(t *types.Table) map[string]string {
	f := map[string]string{"version": aws.ToString(t.VersionId), "type": aws.ToString(t.TableType)}
	for k, v := range t.Parameters {
		f["parameter "+k] = v
	}
	for i, c := range t.PartitionKeys {
		f[fmt.Sprintf("partition %d", i)] = aws.ToString(c.Name) + " " + aws.ToString(c.Type)
	}
	if sd := t.StorageDescriptor; sd != nil {
		f["location"], f["input format"], f["output format"] = aws.ToString(sd.Location), aws.ToString(sd.InputFormat),
			aws.ToString(sd.OutputFormat)
		if sd.SerdeInfo != nil {
			f["serde"] = aws.ToString(sd.SerdeInfo.SerializationLibrary)
		}
		for _, c := range sd.Columns {
			f["column "+aws.ToString(c.Name)] = aws.ToString(c.Type)
		}
	}
	return f
}

func (t *table) Apply(ctx context.Context, s infra.State) error {
	now, _ := s.Data.(*types.Table)
	in, err := t.input(now)
	if err != nil {
		return err
	}
	switch {
	case now == nil:
		_, err = t.catalog.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &t.Database, TableInput: in})
		var exists *types.AlreadyExistsException
		if errors.As(err, &exists) {
			return fmt.Errorf("%w: somebody made a table of that name: %w", infra.ErrMoved, err)
		}
	case samePartitions(now.PartitionKeys):
		_, err = t.catalog.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: &t.Database, Name: &t.Table, TableInput: in,
			VersionId: now.VersionId})
		var raced *types.ConcurrentModificationException
		if errors.As(err, &raced) {
			return fmt.Errorf("%w: %w", infra.ErrMoved, err)
		}
	default:
		// Partition columns cannot be changed in place. The table is ours (Diff refuses others) and holds no data.
		if err := t.Destroy(ctx, s); err != nil {
			return err
		}
		_, err = t.catalog.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: &t.Database, TableInput: in})
	}
	return err
}

// Destroy removes the table from the catalog. The log files stay: an external table is only a description.
func (t *table) Destroy(ctx context.Context, _ infra.State) error {
	_, err := t.catalog.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: &t.Database, Name: &t.Table})
	if missing(err) {
		return nil
	}
	return err
}

func samePartitions(have []types.Column) bool {
	return slices.EqualFunc(have, partitionKeys(), func(a, b types.Column) bool {
		return strings.EqualFold(aws.ToString(a.Name), *b.Name) && strings.EqualFold(aws.ToString(a.Type), *b.Type)
	})
}
