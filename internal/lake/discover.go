package lake

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"
)

// Pair is an account and a region that has a folder of log files.
type Pair struct{ Account, Region string }

// Found is what the bucket of a trail holds, by its folders.
type Found struct {
	Pairs         []Pair    // sorted
	First         time.Time // earliest delivery day of all; zero: no log files
	Outside       []string  // accounts with logs next to the organization's folder, which its table does not read
	Organizations []string  // organizations with a folder, where the settings name none
}

// Accounts are the accounts found, sorted.
func (f Found) Accounts() []string {
	seen := map[string]bool{}
	for _, p := range f.Pairs {
		seen[p.Account] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Regions are the regions found, sorted.
func (f Found) Regions() []string {
	seen := map[string]bool{}
	for _, p := range f.Pairs {
		seen[p.Region] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// listings at once: S3 takes 5,500 a second for a prefix, shared with everybody.
const listings = 16

// Discover lists the folders of the bucket, page by page: accounts, their regions, and the earliest day. It costs one listing
// for an account and for each of its regions, and a few more.
func Discover(ctx context.Context, b Lister, s Settings) (Found, error) {
	f := Found{}
	if err := s.Check(); err != nil {
		return f, err
	}
	top := s.Logs.Key() + "AWSLogs/"
	names, err := folders(ctx, b, s.Logs.Bucket, top)
	if err != nil {
		return f, err
	}
	var beside []string
	for _, n := range names {
		switch {
		case organization.MatchString(n) && s.Organization == "":
			f.Organizations = append(f.Organizations, n)
		case account.MatchString(n):
			beside = append(beside, n)
		}
	}
	accounts := beside
	if s.Organization != "" {
		if accounts, err = folders(ctx, b, s.Logs.Bucket, s.root()); err != nil {
			return f, err
		}
		accounts = slices.DeleteFunc(accounts, func(n string) bool { return !account.MatchString(n) })
		outside, err := pairs(ctx, b, s.Logs.Bucket, top, beside)
		if err != nil {
			return f, err
		}
		f.Outside = Found{Pairs: outside}.Accounts()
	}
	if f.Pairs, err = pairs(ctx, b, s.Logs.Bucket, s.root(), accounts); err != nil {
		return f, err
	}
	f.First, err = earliest(ctx, b, s, f.Pairs)
	return f, err
}

// pairs are the regions of some accounts.
func pairs(ctx context.Context, b Lister, bucket, root string, accounts []string) ([]Pair, error) {
	var mu sync.Mutex
	var all []Pair
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(listings)
	for _, a := range accounts {
		g.Go(func() error {
			names, err := folders(ctx, b, bucket, root+a+"/CloudTrail/")
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, n := range names {
				if region.MatchString(n) {
					all = append(all, Pair{a, n})
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(x, y Pair) int { return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Region, y.Region)) })
	return all, nil
}

var levels = []*regexp.Regexp{regexp.MustCompile(`^[0-9]{4}$`), regexp.MustCompile(`^(0[1-9]|1[0-2])$`),
	regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])$`)}

// earliest goes down by year, month and day, each time only where the earliest one is.
func earliest(ctx context.Context, b Lister, s Settings, all []Pair) (time.Time, error) {
	var prefixes []string
	for _, p := range all {
		prefixes = append(prefixes, s.root()+p.Account+"/CloudTrail/"+p.Region+"/")
	}
	var date []string
	for _, level := range levels {
		var mu sync.Mutex
		least, next := "", []string{}
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(listings)
		for _, prefix := range prefixes {
			g.Go(func() error {
				names, err := folders(ctx, b, s.Logs.Bucket, prefix)
				if err != nil {
					return err
				}
				names = slices.DeleteFunc(names, func(n string) bool { return !level.MatchString(n) })
				if len(names) == 0 {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				n := slices.Min(names)
				if least == "" || n < least {
					least, next = n, nil
				}
				if n == least {
					next = append(next, prefix+n+"/")
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return time.Time{}, err
		}
		if least == "" {
			return time.Time{}, nil
		}
		date, prefixes = append(date, least), next
	}
	t, err := time.Parse(dayFormat, strings.Join(date, "/"))
	if err != nil {
		return time.Time{}, fmt.Errorf("the bucket %s has log files in a folder of the day %q, which does not exist", s.Logs.Bucket,
			strings.Join(date, "/"))
	}
	return t, nil
}

// folders are the names one level below a prefix, all pages of them.
func folders(ctx context.Context, b Lister, bucket, prefix string) ([]string, error) {
	var names []string
	for page, err := range pages(ctx, b, bucket, prefix, "/") {
		if err != nil {
			return nil, err
		}
		for _, p := range page.CommonPrefixes {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), prefix), "/"))
		}
	}
	return names, nil
}

// pages lists a prefix. A page may be empty and not the last: only IsTruncated ends it.
func pages(ctx context.Context, b Lister, bucket, prefix, delimiter string) iter.Seq2[*s3.ListObjectsV2Output, error] {
	return func(yield func(*s3.ListObjectsV2Output, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
		if delimiter != "" {
			in.Delimiter = &delimiter
		}
		for {
			out, err := b.ListObjectsV2(ctx, in)
			if err != nil {
				yield(nil, fmt.Errorf("listing s3://%s/%s: %w", bucket, prefix, err))
				return
			}
			if !yield(out, nil) || !aws.ToBool(out.IsTruncated) {
				return
			}
			if aws.ToString(out.NextContinuationToken) == "" {
				yield(nil, fmt.Errorf("listing s3://%s/%s: S3 says there is more, and not where", bucket, prefix))
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}
