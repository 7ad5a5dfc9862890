package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// folders is an ability of a source: the names directly below a prefix, without listing what is in them.
type folders interface {
	Folders(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// file is a log file as the listing has it.
type file struct {
	key            string
	size           int64
	state          string
	reason         unread.Reason
	account, place string // of the key; place is the region
	day            string
	loose, events  bool   // events: it is in the folder whose files count as deliveries
	version        string // changes when its content does, or whether it can be read
}

// scan is the log files of a scope, found by listing the bucket, not by asking the table.
type scan struct {
	files    []file // in key order
	accounts []string
	digest   string // changes when a file comes, goes, changes, or can or cannot be read any more
	bytes    int64  // of the files that are read
	history  int64  // of these, what events does not need
	late     int64  // of these, what both events and history need
	beside   int64  // of log files outside the scope that each query reads too, where no partition bounds its days
}

// window is the days, accounts and regions whose files a scope rests on.
func window(s engine.Scope) (span, error) {
	first, last, err := s.Days()
	if err == nil && !s.From.Before(s.To) {
		err = fmt.Errorf("the period from %s to %s is empty", s.From, s.To)
	}
	return span{first, last, s.Accounts, s.Regions}, engine.RefuseScope(err)
}

// listings is how many pages of a bucket are asked for at once.
const listings = 8

// fresh is how old the listing of an estimate may be when the run that it was made for begins.
const fresh = 2 * time.Minute

// listed is a listing that waits for its session.
type listed struct {
	scan  *scan
	table string // its state
	at    time.Time
}

// keep hands a listing on to the session that follows: a bucket of millions of files is not listed twice.
func (e *Engine) keep(t *table, s engine.Scope, found *scan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listed[scopeKey(s)] = listed{found, t.state, time.Now()}
}

// waiting is the listing just made for an estimate or a state, nil where there is none. With take it is given once: a
// second session looks for itself.
func (e *Engine) waiting(t *table, s engine.Scope, take bool) *scan {
	e.mu.Lock()
	defer e.mu.Unlock()
	l, ok := e.listed[scopeKey(s)]
	if take {
		delete(e.listed, scopeKey(s))
	}
	if ok && l.table == t.state && time.Since(l.at) < fresh {
		return l.scan
	}
	return nil
}

// take is the listing of a session.
func (e *Engine) take(ctx context.Context, t *table, s engine.Scope, w span) (*scan, error) {
	if found := e.waiting(t, s, true); found != nil {
		return found, nil
	}
	return e.list(ctx, t, s, w)
}

// list finds the log files of a scope. It asks the bucket for the prefixes of the scope's accounts, regions and months only,
// where the table is partitioned by them.
func (e *Engine) list(ctx context.Context, t *table, s engine.Scope, w span) (*scan, error) {
	prefixes, accounts, err := e.prefixes(ctx, t, w)
	if err != nil {
		return nil, fault(ctx, "list "+e.o.Source.Name(), err)
	}
	var mu sync.Mutex
	found := &scan{accounts: accounts}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(listings)
	for _, p := range prefixes {
		g.Go(func() error {
			var files []file
			var beside int64
			for o, err := range e.o.Source.List(gctx, p) {
				if err != nil {
					return err
				}
				if f, ok := t.classify(o, w); ok {
					f.version = o.ETag + " " + f.state
					files = append(files, f)
				} else if t.unbounded() && strings.HasPrefix(o.Key, t.layout.base) {
					beside += o.Size // no partition keeps Athena from reading it, and from billing that
				}
			}
			mu.Lock()
			defer mu.Unlock()
			found.files = append(found.files, files...)
			found.beside += beside
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fault(ctx, "list "+e.o.Source.Name(), err)
	}
	slices.SortFunc(found.files, func(a, b file) int { return strings.Compare(a.key, b.key) })
	found.files = slices.CompactFunc(found.files, func(a, b file) bool { return a.key == b.key }) // of prefixes that overlap
	sum := sha256.New()
	for _, f := range found.files {
		fmt.Fprintf(sum, "%q %d %q\n", f.key, f.size, f.version)
	}
	found.digest = hex.EncodeToString(sum.Sum(nil))
	first, last := relation.FirstDay(s.From).Format("2006/01/02"), relation.LastDay(s.From, s.LateDays).Format("2006/01/02")
	for _, f := range found.files {
		if f.state != engine.FileRead {
			continue
		}
		found.bytes += f.size
		if s.HistoryDays > 0 && f.day != "" && f.day < first {
			found.history += f.size
		} else if s.HistoryDays > 0 && f.day <= last {
			found.late += f.size
		}
	}
	return found, nil
}

// prefixes are those to list, and the accounts found on the way.
func (e *Engine) prefixes(ctx context.Context, t *table, w span) (out, accounts []string, err error) {
	l := t.layout
	f, ok := e.o.Source.(folders)
	if l.root == "" || !ok {
		return []string{l.base}, w.accounts, nil
	}
	below := func(prefix string) (names []string, err error) {
		for n, err := range f.Folders(ctx, prefix) {
			if err != nil {
				return nil, err
			}
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(n, prefix), "/"))
		}
		return names, nil
	}
	switch { // of a table of one account or region too: what is next to it is named as not read
	case len(w.accounts) > 0:
		accounts = w.accounts
	case len(e.o.Accounts) > 0:
		accounts = e.o.Accounts
	default:
		if accounts, err = below(l.root); err != nil {
			return nil, nil, err
		}
		accounts = slices.DeleteFunc(accounts, func(a string) bool { return !twelve.MatchString(a) })
	}
	var mu sync.Mutex
	var places []string
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(listings)
	for _, account := range accounts {
		g.Go(func() error {
			root := l.root + account + "/CloudTrail/"
			regions := w.regions
			if len(regions) == 0 {
				var err error
				if regions, err = below(root); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range regions {
				places = append(places, root+r+"/")
			}
			return nil
		})
	}
	err = g.Wait()
	if !l.known {
		out = append(out, l.base) // all below it, in whatever form
		places = slices.DeleteFunc(places, func(p string) bool { return strings.HasPrefix(p, l.base) })
	}
	for _, p := range places {
		for _, t := range w.times(len(places)) {
			out = append(out, p+t)
		}
	}
	slices.Sort(out)
	return out, accounts, err
}

// times are the folders of a span: its months, or its days where there are few places. Pages of one prefix can only be asked
// for one after the other, so that a busy region's month would be listed alone at the end.
func (w span) times(places int) (out []string) {
	layout := "2006/01/"
	if days := int(w.last.Sub(w.first).Hours()/24) + 1; days <= 3 || places*days <= 32*listings {
		layout = "2006/01/02/"
	}
	for d := w.first; !d.After(w.last); d = d.AddDate(0, 0, 1) {
		if p := d.Format(layout); len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// beyond reports whether a log file belongs to another account or region than the one that the table's place is fixed to.
func (t *table) beyond(of, fixed string) bool { return fixed != "" && of != "" && of != fixed }

// leastGzip is the least size of a gzip file with {"Records":[]} in it: a header of 10 bytes, 14 characters in the fixed code, 8 bytes at
// the end. Something smaller is the gzip of nothing, or was cut off.
const leastGzip = 34

// classify says whether an object is of the scope, and whether Athena reads it. What Athena passes over without a word is
// named here: hidden names, and objects in Glacier.
func (t *table) classify(o source.Object, w span) (file, bool) {
	k := cloudtrail.ParseKey(o.Key)
	if k.Loose() { // Athena reads every file of a table's place, whatever its name says
		k.Account, k.Region, k.Day = "", "", time.Time{}
	}
	f := file{key: o.Key, size: o.Size, state: engine.FileRead, loose: k.Loose(), account: k.Account, place: k.Region,
		events: k.Folder == cloudtrail.FolderLogs}
	if t.layout.known && (!f.events || !strings.HasPrefix(o.Key, t.layout.base)) {
		return f, false
	}
	if !k.Day.IsZero() {
		f.day = k.Day.Format("2006/01/02")
		if k.Day.Before(w.first) || k.Day.After(w.last) {
			return f, false
		}
	}
	if k.Account != "" && len(w.accounts) > 0 && !slices.Contains(w.accounts, k.Account) || k.Region != "" && len(w.regions) > 0 &&
		!slices.Contains(w.regions, k.Region) {
		return f, false
	}
	name := path.Base(o.Key)
	switch {
	case strings.HasPrefix(name, "_") || strings.HasPrefix(name, "."):
		f.state, f.reason = engine.FileSkipped, unread.Because(unread.Hidden)
	case !k.Loose() && !strings.HasPrefix(k.Folder, cloudtrail.FolderLogs):
		f.state, f.reason = engine.FileSkipped, unread.Because(unread.OtherPlace, k.Folder)
	case k.Folder == cloudtrail.FolderDigest || k.Folder == cloudtrail.FolderInsight:
		f.state, f.reason = engine.FileSkipped, unread.Because(unread.OtherPlace, k.Folder)
	case o.Class == "GLACIER" || o.Class == "DEEP_ARCHIVE":
		f.state, f.reason = engine.FileRefused, unread.Because(unread.Archived, o.Class)
	case o.Size == 0: // Athena reads it as a file without records; as on a folder, it is a log file that was emptied
		f.state, f.reason = engine.FileRefused, unread.Because(unread.Empty)
	case strings.HasSuffix(name, ".gz") && o.Size < leastGzip:
		f.state, f.reason = engine.FileRefused, unread.Because(unread.Empty)
	case t.beyond(k.Account, t.layout.fixedAccount):
		f.state, f.reason = engine.FileRefused, unread.Because(unread.TableAccount, k.Account)
	case t.beyond(k.Region, t.layout.fixedRegion):
		f.state, f.reason = engine.FileRefused, unread.Because(unread.TableRegion, k.Account, k.Region)
	}
	return f, true
}
