package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/infra"
)

// Version is a state of the table that the catalog has kept: it keeps one with each update.
type Version struct {
	ID      string
	Current bool
	Table   *types.Table
}

// Versions are those of the table, the newest first.
func (l *Lake) Versions(ctx context.Context) ([]Version, error) {
	now, err := l.read(ctx)
	if err != nil || now == nil {
		return nil, err
	}
	var all []Version
	in := &glue.GetTableVersionsInput{DatabaseName: &l.Database, TableName: &l.Table}
	for {
		out, err := l.catalog.GetTableVersions(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("reading the versions of the table: %w", err)
		}
		for _, v := range out.TableVersions {
			if v.Table != nil {
				id := aws.ToString(v.VersionId)
				all = append(all, Version{ID: id, Current: id == aws.ToString(now.VersionId), Table: v.Table})
			}
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	slices.SortFunc(all, func(a, b Version) int { return versionNumber(b.ID) - versionNumber(a.ID) })
	return all, nil
}

func versionNumber(id string) int { n, _ := strconv.Atoi(id); return n }

// Rollback writes an earlier version of the table back; "previous" is the one before the current. The version it replaces is
// kept, so that this can be undone in the same way. It gives the number that was written back.
func (l *Lake) Rollback(ctx context.Context, id string) (string, error) {
	all, err := l.Versions(ctx)
	if err != nil {
		return "", err
	}
	current := slices.IndexFunc(all, func(v Version) bool { return v.Current })
	if current < 0 {
		return "", fmt.Errorf("the table %s.%s has no version to go back from", l.Database, l.Table)
	}
	if all[current].Table.Parameters[Mark] != MarkValue {
		return "", fmt.Errorf("the table %s.%s was not made by Trailscribe", l.Database, l.Table)
	}
	to := slices.IndexFunc(all, func(v Version) bool { return v.ID == id })
	if id == "previous" {
		to = current + 1
	}
	if to < 0 || to >= len(all) {
		return "", fmt.Errorf("the table %s.%s has no version %s to go back to", l.Database, l.Table, id)
	}
	if to == current {
		return "", fmt.Errorf("version %s is the current one", id)
	}
	_, err = l.catalog.UpdateTable(ctx, &glue.UpdateTableInput{DatabaseName: &l.Database, Name: &l.Table,
		TableInput: tableInput(all[to].Table), VersionId: aws.String(all[current].ID)})
	var raced *types.ConcurrentModificationException
	if errors.As(err, &raced) {
		return "", fmt.Errorf("%w: %w", infra.ErrMoved, err)
	}
	if err != nil {
		return "", fmt.Errorf("writing version %s of the table back: %w", all[to].ID, err)
	}
	return all[to].ID, nil
}
