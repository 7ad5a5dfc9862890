package integrity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

// listed is a log file of the place.
type listed struct {
	key        string
	at         time.Time // minute of delivery
	modified   time.Time
	archived   string // storage class that must be restored before it can be read
	referenced bool
}

// pending reports whether the digest that will list the file may not be there yet.
func (l *listed) pending(newest time.Time) bool {
	return !newest.IsZero() && !l.at.Add(time.Minute).Before(newest) && l.at.Before(newest.Add(grace))
}

// newest is the end of the newest valid digest.
func (v *verified) newest() (t time.Time) {
	for _, d := range v.digests {
		if d.class == Valid && d.end.After(t) {
			t = d.end
		}
	}
	return t
}

// outside reports whether a log file was delivered outside the range, which a digest of its window's edge may list.
func (v *verified) outside(r reference) bool {
	n, ok := nameOf(r.object)
	return ok && !n.at.IsZero() && (!v.r.From.IsZero() && n.at.Add(time.Minute).Before(v.r.From) || !v.limit.IsZero() && !n.at.Before(v.limit))
}

// listing is a digest's entry and the digest that has it.
type listing struct {
	reference
	by *digest
}

// logs checks every log file that a digest lists, and finds those that none lists.
func (v *verified) logs(ctx context.Context) error {
	var work []listing
	first := map[string]*digest{}
	// Valid ones first: what any other digest lists besides is looked at for what it is worth.
	list := slices.Clone(v.digests)
	slices.SortStableFunc(list, func(a, b *digest) int { return cmp.Compare(valid(b), valid(a)) })
	for _, d := range list {
		for _, r := range d.logs {
			if v.extra(d) || v.outside(r) {
				continue
			}
			if other := first[r.object]; other != nil && d.class != Valid {
				continue
			} else if other != nil {
				v.found(Finding{Class: DuplicateReference, Kind: KindLog, Key: r.object, From: d.start, To: d.end, Logs: 1,
					Says: fmt.Sprintf("it is listed in %s and in %s", other.key, d.key)})
				continue
			}
			first[r.object] = d
			work = append(work, listing{r, d})
		}
	}
	var mu sync.Mutex
	err := v.each(ctx, len(work), func(i int) error {
		f, events, late, err := v.log(ctx, work[i])
		v.told()
		mu.Lock()
		defer mu.Unlock()
		v.out.Logs.count(f.Class)
		if f.Says != "" {
			v.found(f)
		}
		if late {
			if v.late.Logs++; v.late.Key == "" || f.Key < v.late.Key {
				v.late.Class, v.late.Kind, v.late.Key = Notice, KindLog, f.Key
				v.late.Says = "written more than a day after its digest, with the content that CloudTrail signed: somebody copied it back"
			}
		}
		if len(events) > 0 {
			v.mu.Lock()
			v.events = append(v.events, events...)
			v.mu.Unlock()
		}
		return err
	})
	if err != nil {
		return err
	}
	v.unreferenced()
	return nil
}

func valid(d *digest) int {
	if d.class == Valid {
		return 1
	}
	return 0
}

func (v *verified) listLogs(ctx context.Context) (map[string][]*listed, error) {
	byName := map[string][]*listed{}
	for o, err := range v.list(ctx, v.g, cloudtrail.FolderLogs) {
		if err != nil {
			return nil, err
		}
		n, ok := nameOf(o.Key)
		if !ok || n.digest || strings.HasSuffix(o.Key, "/") {
			continue
		}
		l := &listed{key: o.Key, at: n.at, modified: o.Modified}
		if o.Class == "GLACIER" || o.Class == "DEEP_ARCHIVE" {
			l.archived = o.Class
		}
		base := path.Base(o.Key)
		byName[base] = append(byName[base], l)
	}
	return byName, nil
}

// matches reports whether the file at key is where the digest says that it delivered the log.
func (v *verified) matches(r reference, key string) bool {
	if v.isBucket(r.bucket) {
		if v.o.Prefix != "" {
			key = v.o.Prefix + "/" + key
		}
		return key == r.object
	}
	return isCopy(key, r.object)
}

// log checks one log file. A finding without words is only counted.
func (v *verified) log(ctx context.Context, r listing) (f Finding, events []placed, late bool, err error) {
	f = Finding{Class: Valid, Kind: KindLog, Key: r.object, From: r.by.start, To: r.by.end, Logs: 1}
	if r.bad != "" {
		f.Class, f.Says = r.bad, r.says
		return f, nil, false, nil
	}
	if v.o.Bucket != "" && !v.isBucket(r.bucket) && !slices.Contains(v.o.Copied, r.bucket) {
		f.Class, f.Says = Unverifiable, "it was delivered to the bucket "+r.bucket+", which is not the one that is verified"
		return f, nil, false, nil
	}
	var at *listed
	elsewhere := ""
	for _, l := range v.byName[path.Base(r.object)] {
		if v.matches(r.reference, l.key) {
			at = l
		} else {
			elsewhere = l.key
		}
	}
	key, ok := "", false
	if at != nil {
		key = at.key
	} else if key, ok = sibling(r.by.key, r.by.object, r.object); !ok {
		return v.missing(f, r, elsewhere), nil, false, nil
	}
	f.Key = key
	if at != nil && at.archived != "" {
		f.Class, f.Says = Unverifiable, "it is in the storage class "+at.archived+" and must be restored before it can be read"
		return f, nil, false, nil
	}
	var b body
	known, ok := v.known(key)
	if ok && known == r.hash {
		b.sum = known
	} else {
		err = v.read(ctx, key, func(in io.Reader, o source.Object) (err error) {
			b, err = decode(in, v.o.Limits.Log, nil)
			return err
		})
	}
	switch {
	case ctx.Err() != nil:
		return f, nil, false, ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return v.missing(f, r, elsewhere), nil, false, nil
	case err != nil:
		f.Class, f.Says = Unverifiable, "it could not be read: "+err.Error()
		return f, nil, false, nil
	case b.class != "":
		f.Class, f.Says = b.class, b.says
	case b.sum != r.hash:
		f.Class, f.Says = Modified, "its content is not what CloudTrail signed"
		f.Expected, f.Found = fmt.Sprintf("%x", r.hash), fmt.Sprintf("%x", b.sum)
	case ok && known != r.hash:
		f.Class, f.Says = Modified, "its content is what CloudTrail signed now, and was not when it was read before"
		f.Expected, f.Found = fmt.Sprintf("%x", r.hash), fmt.Sprintf("%x", known)
	}
	if r.by.class != Valid {
		if f.Class == Valid {
			f.Class = Unverifiable // told with the digest
		} else {
			f.Says += "; the digest that lists it is not valid itself"
		}
		return f, nil, false, nil
	}
	if f.Class == Valid && b.watch {
		events = v.trailEvents(ctx, key)
	}
	late = f.Class == Valid && v.isBucket(r.bucket) && at != nil && at.modified.After(r.by.end.Add(24*time.Hour))
	return f, events, late, nil
}

func (v *verified) known(key string) ([32]byte, bool) {
	if v.o.Known == nil {
		return [32]byte{}, false
	}
	return v.o.Known.SHA256(key)
}

func (v *verified) missing(f Finding, r listing, elsewhere string) Finding {
	f.Class, f.Key, f.Says = Missing, r.object, "it is not there; "+r.by.key+" lists it"
	f.Expected = fmt.Sprintf("%x", r.hash)
	if elsewhere != "" {
		f.Class, f.Says, f.Found = Moved, "it is not where "+r.by.key+" says it was delivered", elsewhere
	}
	if r.by.class != Valid {
		f.Says += ", which is not valid itself"
	}
	// Whoever copied whole days has not the logs of the last hour before them.
	if n, ok := nameOf(r.object); ok && v.r.From.IsZero() && f.Class == Missing && !v.oldest.IsZero() && n.at.Before(v.oldest) {
		f.Class, f.Says = Unverifiable, "it is of a day before the oldest digest that is here; give a period to leave it out"
	}
	return f
}

// unreferenced are log files in no digest. In a time that valid digests cover CloudTrail did not deliver them; after the newest digest
// the next one will have them; elsewhere nothing can be said, and they are counted with the time.
func (v *verified) unreferenced() {
	newest, covered := v.newest(), v.out.Covered
	in := func(t time.Time, w Window) bool { return !t.Add(time.Minute).Before(w.From) && t.Before(w.To) }
	for _, list := range v.byName {
		for _, l := range list {
			if l.referenced || !v.r.From.IsZero() && l.at.Before(v.r.From) || !v.limit.IsZero() && !l.at.Before(v.limit) {
				continue
			}
			whole := slices.ContainsFunc(covered, func(w Window) bool { return !l.at.Before(w.From) && !l.at.Add(time.Minute).After(w.To) })
			switch {
			case whole:
				v.out.Logs.Failed++
				v.found(Finding{Class: UnreferencedLog, Kind: KindLog, Key: l.key, From: l.at, To: l.at.Add(time.Minute), Logs: 1,
					Says: "no digest lists it, though digests cover the time of its name: CloudTrail may not have delivered it"})
				continue
			case l.pending(newest):
				v.out.Logs.Pending++
			default:
				v.out.Logs.Unverifiable++
			}
			for i := range v.out.Findings {
				if f := &v.out.Findings[i]; f.Kind == KindTime && in(l.at, Window{f.From, f.To}) {
					f.Logs++
					break
				}
			}
		}
	}
}

// trailEvents are the calls of a verified log file that start, stop, change or delete a trail.
func (v *verified) trailEvents(ctx context.Context, key string) (out []placed) {
	_ = v.read(ctx, key, func(r io.Reader, _ source.Object) error { // it was read before; without it only the events are not told
		out = nil
		for rec, err := range cloudtrail.Read(r, cloudtrail.Limits{}).Records() {
			if err != nil {
				return err
			}
			text := func(path string) string { s, _ := rec.Text(path); return s }
			name := text("eventname")
			at, ok := rec.Time()
			if text("eventsource") != "cloudtrail.amazonaws.com" || !ok || text("errorcode") != "" ||
				!slices.ContainsFunc(watched, func(w []byte) bool { return string(w) == `"`+name+`"` }) {
				continue
			}
			out = append(out, placed{Event{at, name, text("useridentity.arn"), text("requestparameters"), key}, v.g.account, v.g.root})
		}
		return nil
	})
	return out
}
