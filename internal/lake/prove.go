package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/sql"
)

// Prober asks the table: how many rows, from how many files, one partition gives. The Athena driver's place; cmd hands it in.
type Prober interface {
	Count(ctx context.Context, p Partition) (rows, files int64, err error)
}

// Partition is one folder of log files.
type Partition struct {
	Account, Region string
	Day             time.Time
	Key             string // of the folder
}

// Proof compares what a folder holds with what the table gives for it.
type Proof struct {
	Partition
	Listed     int64 // log files in the bucket
	Bytes      int64
	Rows, Seen int64 // rows of the table, and from how many files
}

// Blind tells that the table does not see files that are there.
func (p Proof) Blind() bool { return p.Listed > 0 && p.Seen == 0 }

// ErrNotCountable says that the table's place does not say where one day of an account is, or that it leaves that account or region out.
var ErrNotCountable = errors.New("it was not counted")

// ErrNothingToProve says that the bucket has no log files: zero rows then mean nothing, and are not taken for an answer.
var ErrNothingToProve = errors.New("there are no log files to count: nothing is proven")

// Prove counts a few partitions, one for each of at most n accounts: the newest day before today that has log files,
// in the region where they are smallest. today is left out because files still arrive in it, unless there is nothing else.
func (l *Lake) Prove(ctx context.Context, p Prober, today time.Time, accounts int) ([]Proof, error) {
	if len(l.Found.Pairs) == 0 {
		return nil, fmt.Errorf("%s: %w", l.location(), ErrNothingToProve)
	}
	var out []Proof
	var passed error // over what cannot be counted
	for _, a := range spread(l.Found.Accounts(), accounts) {
		if len(l.Accounts) > 0 && !slices.Contains(l.Accounts, a) {
			continue // said by Inspect
		}
		best := Proof{}
		for _, pair := range l.Found.Pairs {
			if pair.Account != a || len(l.Regions) > 0 && !slices.Contains(l.Regions, pair.Region) {
				continue
			}
			got, err := l.newest(ctx, pair, today)
			if err != nil {
				return out, err
			}
			if got.Listed > 0 && (best.Listed == 0 || got.Day.After(best.Day) || got.Day.Equal(best.Day) && got.Bytes < best.Bytes) {
				best = got
			}
		}
		if best.Listed == 0 {
			continue
		}
		var err error
		best.Rows, best.Seen, err = p.Count(ctx, best.Partition)
		if errors.Is(err, ErrNotCountable) {
			passed = errors.Join(passed, err)
			continue
		}
		if err != nil {
			return out, fmt.Errorf("counting %s of %s in %s: %w", best.Day.Format(time.DateOnly), best.Account, best.Region, err)
		}
		out = append(out, best)
	}
	if len(out) == 0 && passed == nil {
		return nil, fmt.Errorf("%s: %w", l.location(), ErrNothingToProve)
	}
	return out, passed
}

// spread takes n of a list, from its whole length.
func spread(list []string, n int) []string {
	if n <= 0 || len(list) <= n {
		return list
	}
	out := make([]string, n)
	for i := range n {
		out[i] = list[i*len(list)/n]
	}
	return out
}

// newest is the last day of a pair that has log files, before today where there is one.
func (l *Lake) newest(ctx context.Context, pair Pair, today time.Time) (Proof, error) {
	base := l.root() + pair.Account + "/CloudTrail/" + pair.Region + "/"
	until := today.UTC().Format(dayFormat)
	var last Proof
	days := 0
	for day, err := range l.backward(ctx, base, nil) {
		if err != nil {
			return last, err
		}
		d, err := time.Parse(dayFormat, day)
		if err != nil {
			continue
		}
		if days++; days > 40 { // folders without files: markers that somebody made
			break
		}
		p := Proof{Partition: Partition{Account: pair.Account, Region: pair.Region, Day: d, Key: l.partition(pair.Account, pair.Region, d)}}
		for page, err := range pages(ctx, l.buckets, l.Logs.Bucket, p.Key, "") {
			if err != nil {
				return last, err
			}
			for _, o := range page.Contents {
				if k := cloudtrail.ParseKey(aws.ToString(o.Key)); k.Folder == cloudtrail.FolderLogs && readable(string(o.StorageClass)) &&
					aws.ToInt64(o.Size) > 0 && !hidden(k.Name) {
					p.Listed++
					p.Bytes += aws.ToInt64(o.Size)
				}
			}
		}
		if p.Listed > 0 && (last.Listed == 0 || day < until) {
			last = p
		}
		if last.Listed > 0 && last.Day.Format(dayFormat) < until {
			break
		}
	}
	return last, nil
}

// readable: Athena passes over objects in the archive classes without a word ("Considerations and limitations").
func readable(class string) bool {
	return class != "GLACIER" && class != "DEEP_ARCHIVE"
}

// hidden: Athena passes over names that begin so.
func hidden(key string) bool {
	name := key[strings.LastIndexByte(key, '/')+1:]
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
}

// backward gives the days below a prefix as yyyy/MM/dd, the newest first.
func (l *Lake) backward(ctx context.Context, prefix string, above []string) func(func(string, error) bool) {
	return func(yield func(string, error) bool) {
		l.descend(ctx, prefix, above, yield)
	}
}

func (l *Lake) descend(ctx context.Context, prefix string, above []string, yield func(string, error) bool) bool {
	if len(above) == len(levels) {
		return yield(strings.Join(above, "/"), nil)
	}
	names, err := folders(ctx, l.buckets, l.Logs.Bucket, prefix)
	if err != nil {
		yield("", err)
		return false
	}
	slices.Sort(names)
	for _, n := range slices.Backward(names) {
		if levels[len(above)].MatchString(n) && !l.descend(ctx, prefix+n+"/", append(slices.Clone(above), n), yield) {
			return false
		}
	}
	return true
}

// CountSQL is the statement that counts one partition of a table: rows, and files they came from.
func CountSQL(database, name string, t *types.Table, p Partition) (string, error) {
	if t == nil {
		return "", fmt.Errorf("the table %s.%s is not there", database, name)
	}
	template := t.Parameters["storage.location.template"]
	_, rest, ok := strings.Cut(template, "/AWSLogs/")
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	if len(parts) > 0 && organization.MatchString(parts[0]) {
		parts = parts[1:]
	}
	if !ok || len(parts) != 4 && len(parts) != 6 {
		return "", fmt.Errorf("the table %s.%s does not say where a day of an account is, so one cannot be counted by itself: %w", database,
			name, ErrNotCountable)
	}
	values := []string{p.Account, cloudtrail.FolderLogs, p.Region}
	if len(parts) == 4 {
		values = append(values, p.Day.Format(dayFormat))
	} else {
		values = append(values, strings.Split(p.Day.Format(dayFormat), "/")...)
	}
	var where []string
	value := sql.Literals{Dialect: sql.Trino}
	for i, part := range parts {
		m := placeholder.FindStringSubmatch(part)
		switch {
		case m == nil && part != values[i]:
			return "", fmt.Errorf("the table %s.%s reads only %s, not %s: %w", database, name, part, values[i], ErrNotCountable)
		case m != nil && m[0] != part || m != nil && strings.Contains(m[1], `"`):
			return "", fmt.Errorf("the place %q of the table %s.%s is not understood: %w", template, database, name, ErrNotCountable)
		case m != nil:
			where = append(where, sql.Name(m[1])+" = "+value.Of(values[i]))
		}
	}
	q := `SELECT count(*) AS "records", count(DISTINCT "$path") AS "files" FROM ` + sql.Name(database) + "." + sql.Name(name)
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	return q, value.Err
}
