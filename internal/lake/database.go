package lake

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/infra"
)

// database is the Glue database that holds the table and staged copies. One that is there is used as it is.
type database struct{ *Lake }

func (d *database) Component() string { return "database" }
func (d *database) Ref() string       { return "database " + d.Database }

func (d *database) Read(ctx context.Context) (infra.State, error) {
	out, err := d.catalog.GetDatabase(ctx, &glue.GetDatabaseInput{Name: &d.Database})
	if missing(err) {
		return infra.State{}, nil
	}
	if err != nil {
		return infra.State{}, err
	}
	if out.Database == nil {
		return infra.State{}, errors.New("the catalog answered without a database")
	}
	return infra.State{Exists: true, Ours: out.Database.Parameters[Mark] == MarkValue,
		Fields: map[string]string{"mark": out.Database.Parameters[Mark]}}, nil
}

func (d *database) Diff(s infra.State) []infra.Change {
	if s.Exists {
		return nil
	}
	return []infra.Change{{Op: infra.Add, Ref: d.Ref(), Reason: "it is not there"}}
}

func (d *database) Apply(ctx context.Context, _ infra.State) error {
	_, err := d.catalog.CreateDatabase(ctx, &glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{
		Name: &d.Database, Description: aws.String("Made and kept by Trailscribe"), Parameters: map[string]string{Mark: MarkValue}}})
	var exists *types.AlreadyExistsException
	if errors.As(err, &exists) {
		return fmt.Errorf("%w: %w", infra.ErrMoved, err)
	}
	return err
}

// Holds names a table in the database that is not the one kept here.
func (d *database) Holds(ctx context.Context, _ infra.State) (string, error) {
	in := &glue.GetTablesInput{DatabaseName: &d.Database}
	for {
		page := *in
		out, err := d.catalog.GetTables(ctx, &page)
		if missing(err) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		for _, t := range out.TableList {
			if n := aws.ToString(t.Name); n != d.Table || t.Parameters[Mark] != MarkValue {
				return "it still holds the table " + n + ", which this command does not remove", nil
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return "", nil
		}
		in.NextToken = out.NextToken
	}
}

// Destroy removes the database if nothing is in it. Glue itself would remove the tables of others with it.
func (d *database) Destroy(ctx context.Context, _ infra.State) error {
	in := &glue.GetTablesInput{DatabaseName: &d.Database}
	for {
		out, err := d.catalog.GetTables(ctx, in)
		if missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(out.TableList) > 0 {
			return fmt.Errorf("it still holds the table %s, which this command does not remove", aws.ToString(out.TableList[0].Name))
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	_, err := d.catalog.DeleteDatabase(ctx, &glue.DeleteDatabaseInput{Name: &d.Database})
	if missing(err) {
		return nil
	}
	return err
}
