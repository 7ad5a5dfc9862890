package integrity

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

// group is the files of one account and region below one folder AWSLogs. Groups are verified apart, so memory holds the names of few
// groups at a time.
type group struct {
	account, region, root string // root ends with the account and a slash; "": only loose files
	loose                 []source.Object
}

// foldered is an ability of sources that list folders without what is in them.
type foldered interface {
	Folders(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// discover finds the groups that are asked for, sorted.
func (c *check) discover(ctx context.Context) ([]*group, error) {
	found := map[[3]string]*group{}
	add := func(account, region, root string) *group {
		k := [3]string{account, region, root}
		if found[k] == nil {
			found[k] = &group{account: account, region: region, root: root}
		}
		return found[k]
	}
	if f, ok := c.o.Source.(foldered); ok {
		if err := byFolder(ctx, f, func(account, region, root string) { add(account, region, root) }); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 { // loose files, or a source without folders
		if err := c.byFile(ctx, add); err != nil {
			return nil, err
		}
	}
	out := make([]*group, 0, len(found))
	for k, g := range found {
		if !c.wanted(g.account, g.region) {
			continue
		}
		if k[2] == "" && c.join(found, g) {
			continue
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.region, b.region), strings.Compare(a.root, b.root))
	})
	for _, g := range out {
		slices.SortFunc(g.loose, func(a, b source.Object) int { return strings.Compare(a.Key, b.Key) })
	}
	return out, nil
}

// join gives loose files to the one folder of their account and region, if there is one: digests are then next to its logs or the
// other way round.
func (c *check) join(found map[[3]string]*group, loose *group) bool {
	var home *group
	for k, g := range found {
		if k[2] != "" && g.account == loose.account && g.region == loose.region {
			if home != nil {
				return false
			}
			home = g
		}
	}
	if home != nil {
		home.loose = loose.loose
	}
	return home != nil
}

func (c *check) wanted(account, region string) bool {
	return (len(c.r.Accounts) == 0 || slices.Contains(c.r.Accounts, account)) &&
		(len(c.r.Regions) == 0 || slices.Contains(c.r.Regions, region))
}

// byFolder walks AWSLogs/[organisation/]account/CloudTrail[-Digest]/region.
func byFolder(ctx context.Context, f foldered, add func(account, region, root string)) error {
	var walk func(prefix string, depth int) error
	walk = func(prefix string, depth int) error {
		for root, err := range f.Folders(ctx, prefix) {
			if err != nil {
				return fmt.Errorf("looking for accounts in %q: %w", prefix, err)
			}
			segment := strings.TrimSuffix(root[len(prefix):], "/")
			if strings.HasPrefix(segment, "o-") && depth == 0 {
				if err := walk(root, 1); err != nil {
					return err
				}
				continue
			}
			for _, folder := range []string{cloudtrail.FolderDigest, cloudtrail.FolderLogs} {
				for p, err := range f.Folders(ctx, root+folder+"/") {
					if err != nil {
						return fmt.Errorf("looking for regions in %q: %w", root+folder, err)
					}
					// what is not an account or a region is not a key of a trail either
					if k := cloudtrail.ParseKey(p + "2026/01/01/x"); !k.Day.IsZero() {
						add(k.Account, k.Region, root)
					}
				}
			}
		}
		return nil
	}
	return walk("AWSLogs/", 0)
}

func (c *check) byFile(ctx context.Context, add func(account, region, root string) *group) error {
	for o, err := range c.o.Source.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("listing the files of %s: %w", c.o.Source.Name(), err)
		}
		n, ok := nameOf(o.Key)
		if !ok {
			continue
		}
		if cloudtrail.ParseKey(o.Key).Loose() {
			if c.wanted(n.account, n.region) {
				g := add(n.account, n.region, "")
				g.loose = append(g.loose, o)
			}
			continue
		}
		add(n.account, n.region, rootOf(o.Key))
	}
	return nil
}

// rootOf is the key up to its account: folder, region, year, month, day and file follow.
func rootOf(key string) string {
	end := len(key)
	for range 6 {
		end = strings.LastIndexByte(key[:end], '/')
	}
	return key[:end+1]
}

// list yields the objects of a group's folder that may have been delivered in the range, and loose ones.
func (c *check) list(ctx context.Context, g *group, folder string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, o := range g.loose {
			if n, ok := nameOf(o.Key); ok && n.digest == (folder == cloudtrail.FolderDigest) && !yield(o, nil) {
				return
			}
		}
		if g.root == "" {
			return
		}
		base := g.root + folder + "/" + g.region + "/"
		for _, p := range c.months() {
			for o, err := range c.o.Source.List(ctx, base+p) {
				if err != nil {
					yield(o, fmt.Errorf("listing %q: %w", base+p, err))
					return
				}
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

// months are the folders of the months that the range touches, with a day around it, because names are of delivery and windows are not
// cut at midnight.
func (c *check) months() []string {
	if c.r.From.IsZero() || c.limit.IsZero() {
		return []string{""}
	}
	from, to := c.r.From.AddDate(0, 0, -1).UTC(), c.limit.AddDate(0, 0, 1).UTC()
	var out []string
	for m := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); m.Before(to); m = m.AddDate(0, 1, 0) {
		out = append(out, m.Format("2006/01/"))
	}
	return out
}
