package integrity

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

// verified is a place while it is verified.
type verified struct {
	*check
	g       *group
	digests []*digest            // sorted by end and key
	byName  map[string][]*listed // log files by the last part of their key
	out     Place
	oldest  time.Time // midnight of the day of the oldest digest
	late    Finding   // log files written again long after their digest
}

// place verifies one account and region.
func (c *check) place(ctx context.Context, g *group) (Place, error) {
	v := &verified{check: c, g: g, out: Place{Account: g.account, Region: g.region, Root: g.root}}
	if err := v.load(ctx); err != nil {
		return v.out, err
	}
	v.link()
	if err := v.authenticate(ctx); err != nil {
		return v.out, err
	}
	v.chain()
	if err := v.logs(ctx); err != nil {
		return v.out, err
	}
	v.tell()
	return v.out, nil
}

// load reads the digests of the range, and those that end shortly after it: they hold signatures of the last ones.
func (v *verified) load(ctx context.Context) error {
	for o, err := range v.list(ctx, v.g, cloudtrail.FolderDigest) {
		if err != nil {
			return err
		}
		n, ok := nameOf(o.Key)
		if !ok || !n.digest || strings.HasSuffix(o.Key, "/") {
			continue
		}
		if !n.at.IsZero() && digestName.MatchString(o.Key[strings.LastIndexByte(o.Key, '/')+1:]) &&
			(!v.r.From.IsZero() && !n.at.After(v.r.From) || !v.limit.IsZero() && n.at.After(v.limit.Add(grace))) {
			continue
		}
		v.digests = append(v.digests, &digest{key: o.Key, name: n, backfill: n.backfill, modified: o.Modified})
	}
	err := v.each(ctx, len(v.digests), func(i int) error { return v.digest(ctx, v.digests[i]) })
	if err != nil {
		return err
	}
	slices.SortFunc(v.digests, func(a, b *digest) int { return cmp.Or(a.end.Compare(b.end), strings.Compare(a.key, b.key)) })
	if v.byName, err = v.listLogs(ctx); err != nil {
		return err
	}
	for _, d := range v.digests {
		if day := d.end.Truncate(24 * time.Hour); d.parsed && (v.oldest.IsZero() || day.Before(v.oldest)) {
			v.oldest = day
		}
		for _, r := range d.logs {
			for _, l := range v.byName[path.Base(r.object)] {
				l.referenced = l.referenced || v.matches(r, l.key)
			}
		}
	}
	return nil
}

// digest reads one digest file.
func (v *verified) digest(ctx context.Context, d *digest) error {
	var text bytes.Buffer
	var b body
	err := v.read(ctx, d.key, func(r io.Reader, o source.Object) (err error) {
		text.Reset()
		d.metaSignature, d.metaAlg = o.Meta["signature"], o.Meta["signature-algorithm"]
		d.generated = o.Meta["backfill-generation-timestamp"]
		b, err = decode(r, v.o.Limits.Digest, &text)
		return err
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.told()
	if err != nil {
		d.class, d.says = Unverifiable, "it could not be read: "+err.Error()
		return nil
	}
	d.hash = b.sum
	if d.class, d.says = b.class, b.says; d.class == Malformed || d.class == NotGzip && text.Len() == 0 {
		return nil
	}
	if err := d.parse(text.Bytes()); err != nil && d.class == "" {
		var m errMalformed
		errors.As(err, &m)
		d.class, d.says = Malformed, m.says
	}
	if d.parsed {
		v.located(d)
	}
	return nil
}

// located holds the place that the digest was signed for against the one it is in.
func (v *verified) located(d *digest) {
	if d.class != "" {
		return
	}
	said, is := "s3://"+d.bucket+"/"+d.object, v.o.Source.Name()+" "+d.key
	if v.isBucket(d.bucket) {
		full := d.key
		if v.o.Prefix != "" {
			full = v.o.Prefix + "/" + d.key
		}
		if d.object == full {
			return
		}
		is = "s3://" + v.o.Bucket + "/" + full
	} else if v.o.Bucket != "" && !slices.Contains(v.o.Copied, d.bucket) {
		d.class, d.says = Moved, fmt.Sprintf("it was delivered to the bucket %s; if this is a copy of that, say so with --original-bucket",
			d.bucket)
		return
	} else if cloudtrail.ParseKey(d.key).Loose() && d.account != "" && d.account != v.g.account {
		d.class, d.says = Moved, fmt.Sprintf("its name is of account %s, and it was signed for account %s", v.g.account, d.account)
		return
	} else if isCopy(d.key, d.object) {
		return
	}
	d.class, d.says = Moved, fmt.Sprintf("it was delivered as %s and is at %s", said, is)
}

// isBucket reports whether the source is this bucket itself and not a copy.
func (v *verified) isBucket(bucket string) bool { return v.o.Bucket != "" && v.o.Bucket == bucket }

// extra is a digest that begins after the range.
func (v *verified) extra(d *digest) bool {
	return !v.limit.IsZero() && d.parsed && !d.start.Before(v.limit)
}

// authenticate finds out which digests are CloudTrail's.
func (v *verified) authenticate(ctx context.Context) error {
	var from, to = v.r.From, v.limit
	for _, d := range v.digests {
		if !d.parsed {
			continue
		}
		a, b := d.times()
		if from.IsZero() || a.Before(from) {
			from = a
		}
		if b.After(to) {
			to = b
		}
	}
	var keys []Key
	var err error
	if len(v.digests) > 0 && v.o.Keys != nil {
		keys, err = v.o.Keys.Keys(ctx, v.g.region, from, to)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, d := range slices.Backward(v.digests) {
		d.authenticate(keys, err, v.isBucket(d.bucket))
		// The next one is signed over this one's hash, so that vouches for it as well.
		if d.class == Unverifiable && d.parsed && d.next != nil && d.next.class == Valid && d.next.prevHash == fmt.Sprintf("%x", d.hash) {
			d.class, d.says, d.signedByOther = Valid, "", true
		}
	}
	return nil
}

// tell puts what was found of digests into the place.
func (v *verified) tell() {
	trails, copies := map[string]bool{}, map[string]bool{}
	borrowed := Finding{Class: Notice, Kind: KindDigest}
	for _, d := range v.digests {
		if v.extra(d) {
			continue
		}
		v.out.Digests.count(d.class)
		if d.name.trail != "" {
			trails[d.name.trail] = true
		}
		if d.parsed && !v.isBucket(d.bucket) {
			copies[d.bucket] = true
		}
		if d.class == Valid {
			if d.signedByOther {
				borrowed.Logs++
			}
			continue
		}
		v.found(Finding{Class: d.class, Kind: KindDigest, Key: d.key, Says: d.says, From: d.start, To: d.end, Logs: int64(len(d.logs))})
	}
	if n := borrowed.Logs; n > 0 {
		borrowed.Logs = 0
		borrowed.Says = fmt.Sprintf("%d of the digests are verified with what the next digest holds of them; their metadata is not here", n)
		v.found(borrowed)
	}
	if v.late.Logs > 0 {
		v.found(v.late)
	}
	v.out.Trails, v.out.CopyOf = names(trails), names(copies)
	slices.SortStableFunc(v.out.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), a.From.Compare(b.From), strings.Compare(a.Key, b.Key),
			strings.Compare(string(a.Class), string(b.Class)))
	})
}

func (v *verified) found(f Finding) { v.out.Findings = append(v.out.Findings, f) }

func names(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
