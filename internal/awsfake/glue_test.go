package awsfake

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"trailscribe/internal/awsconfig"
)

func TestCatalog(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	if _, err := p.glue.GetDatabase(ctx, &glue.GetDatabaseInput{Name: aws.String("d")}); awsconfig.Code(err) != "EntityNotFoundException" {
		t.Error(err)
	}
	if _, err := p.glue.CreateDatabase(ctx, &glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{Name: aws.String("D"),
		Description: aws.String("x"), Parameters: map[string]string{"a": "b"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.glue.CreateDatabase(ctx,
		&glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{Name: aws.String("d")}}); awsconfig.Code(err) != "AlreadyExistsException" {
		t.Error(err)
	}
	db, err := p.glue.GetDatabase(ctx, &glue.GetDatabaseInput{Name: aws.String("d")})
	if err != nil || *db.Database.Name != "d" || db.Database.Parameters["a"] != "b" {
		t.Fatal(db, err)
	}
	in := &types.TableInput{Name: aws.String("T"), TableType: aws.String("EXTERNAL_TABLE"),
		Parameters:    map[string]string{"projection.enabled": "true", "other.tool": "1"},
		PartitionKeys: []types.Column{{Name: aws.String("day"), Type: aws.String("string")}},
		StorageDescriptor: &types.StorageDescriptor{Location: aws.String("s3://b/x/"),
			Columns:   []types.Column{{Name: aws.String("c"), Type: aws.String("struct<a:string>"), Comment: aws.String("kept")}},
			SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String("s"), Parameters: map[string]string{"p": "q"}}, BucketColumns: []string{}}}
	if _, err := p.glue.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: aws.String("none"),
		TableInput: in}); awsconfig.Code(err) != "EntityNotFoundException" {
		t.Error(err)
	}
	for i, want := range []string{"", "AlreadyExistsException"} {
		if _, err := p.glue.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: aws.String("d"), TableInput: in}); awsconfig.Code(err) != want {
			t.Error(i, err)
		}
	}
	get := func() *types.Table {
		out, err := p.glue.GetTable(ctx, &glue.GetTableInput{DatabaseName: aws.String("d"), Name: aws.String("t")})
		if err != nil {
			t.Fatal(err)
		}
		return out.Table
	}
	got := get()
	if diff := cmp.Diff(in.StorageDescriptor, got.StorageDescriptor, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(types.StorageDescriptor{},
		types.Column{}, types.SerDeInfo{})); diff != "" {
		t.Errorf("the table does not come back as it was made: %s", diff)
	}
	if *got.Name != "t" || *got.VersionId != "0" || got.Parameters["other.tool"] != "1" {
		t.Errorf("%+v", got)
	}
	in.Parameters = map[string]string{"new": "1"}
	update := func(version *string, skip bool) error {
		_, err := p.glue.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: aws.String("d"), TableInput: in, VersionId: version,
			SkipArchive: aws.Bool(skip)})
		return err
	}
	if err := update(got.VersionId, false); err != nil {
		t.Fatal(err)
	}
	if err := update(got.VersionId, false); awsconfig.Code(err) != "ConcurrentModificationException" {
		t.Errorf("a stale update: %v", err)
	}
	if err := update(nil, true); err != nil {
		t.Fatal(err)
	}
	if got := get(); *got.VersionId != "2" || got.Parameters["other.tool"] != "" {
		t.Errorf("%+v", got)
	}
	versions, err := p.glue.GetTableVersions(ctx, &glue.GetTableVersionsInput{DatabaseName: aws.String("d"), TableName: aws.String("t")})
	if err != nil || len(versions.TableVersions) != 2 || *versions.TableVersions[1].VersionId != "0" ||
		versions.TableVersions[1].Table.Parameters["other.tool"] != "1" {
		t.Errorf("%+v %v", versions, err)
	}
	if _, err := p.glue.CreatePartition(ctx, &glue.CreatePartitionInput{DatabaseName: aws.String("d"), TableName: aws.String("t"),
		PartitionInput: &types.PartitionInput{Values: []string{"1"},
			StorageDescriptor: &types.StorageDescriptor{Location: aws.String("s3://b/x/day=1/")}}}); err != nil {
		t.Error(err)
	}
	parts, err := p.glue.GetPartitions(ctx, &glue.GetPartitionsInput{DatabaseName: aws.String("d"), TableName: aws.String("t")})
	if err != nil || len(parts.Partitions) != 1 || *parts.Partitions[0].StorageDescriptor.Location != "s3://b/x/day=1/" {
		t.Errorf("%+v %v", parts, err)
	}
	if _, err := p.glue.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: aws.String("d"), Name: aws.String("t")}); err != nil {
		t.Error(err)
	}
	if _, err := p.glue.DeleteTable(ctx, &glue.DeleteTableInput{DatabaseName: aws.String("d"),
		Name: aws.String("t")}); awsconfig.Code(err) != "EntityNotFoundException" {
		t.Error(err)
	}
}

func TestCatalogPages(t *testing.T) {
	p, ctx := start(t, Options{PageSize: 2}), context.Background()
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		if _, err := p.glue.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: aws.String("default"),
			TableInput: &types.TableInput{Name: aws.String(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	pages := glue.NewGetTablesPaginator(p.glue, &glue.GetTablesInput{DatabaseName: aws.String("default"), Expression: aws.String("[a-d]")})
	names, n := "", 0
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n++
		for _, x := range out.TableList {
			names += *x.Name
		}
	}
	if names != "abcd" || n != 2 {
		t.Errorf("%s in %d pages", names, n)
	}
}
