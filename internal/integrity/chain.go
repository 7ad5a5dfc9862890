package integrity

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// link finds the predecessor of each digest among those that are there.
func (v *verified) link() {
	at := map[string]*digest{}
	for _, d := range v.digests {
		if d.parsed {
			at[d.bucket+"/"+d.object] = d
		}
	}
	for _, d := range v.digests {
		if !d.parsed || d.first || d.prevObject == "" {
			continue
		}
		p := at[d.prevBucket+"/"+d.prevObject]
		if p == nil || p == d {
			continue
		}
		// Of two that name one predecessor the one counts that was made from it.
		if p.next == nil || d.prevHash == fmt.Sprintf("%x", p.hash) {
			p.next = d
		}
	}
}

// chain follows each trail's digests and finds what is missing between them, then the times that no valid digest covers.
func (v *verified) chain() {
	at := map[string]*digest{}
	for _, d := range v.digests {
		if d.parsed {
			at[d.bucket+"/"+d.object] = d
		}
	}
	// A digest that its successor was not signed over was put in its place. Newest first: what is said by a digest that was itself
	// exchanged proves nothing.
	for _, d := range slices.Backward(v.digests) {
		n := d.next
		if d.class != Valid || n == nil || n.class != Valid {
			continue
		}
		if have := fmt.Sprintf("%x", d.hash); n.prevHash != have {
			d.class, d.says = ChainMismatch, fmt.Sprintf("the next digest, %s, was made from another file in its place", n.key)
			d.says += fmt.Sprintf(" (SHA-256 %s, not %s)", n.prevHash, have)
		} else if d.metaSignature != "" && !strings.EqualFold(n.prevSignature, d.metaSignature) {
			d.class, d.says = ChainMismatch, fmt.Sprintf("the next digest, %s, has another signature of it than its metadata", n.key)
		}
	}
	begins := map[string][]*digest{} // by trail
	for _, d := range v.digests {
		if d.class != Valid {
			continue
		}
		if d.prevBucket == d.bucket && d.prevObject == d.object {
			d.class, d.says = ChainMismatch, "it names itself as the digest before it"
			continue
		}
		if !d.first && at[d.prevBucket+"/"+d.prevObject] == nil {
			v.absentPredecessor(d)
		}
		if !d.backfill {
			begins[d.name.trail] = append(begins[d.name.trail], d)
		}
	}
	v.cover(begins)
}

// absentPredecessor says what it means that the digest before a valid one is not there.
func (v *verified) absentPredecessor(d *digest) {
	n, _ := nameOf(d.prevObject)
	f := Finding{Class: Missing, Kind: KindDigest, Key: d.prevObject, From: n.at, To: d.start,
		Says: fmt.Sprintf("%s was signed as the one after it", d.key)}
	if key, ok := sibling(d.key, d.object, d.prevObject); ok && slices.ContainsFunc(v.digests, func(x *digest) bool { return x.key == key }) {
		return // what is there in its place has a finding of its own
	}
	oldest := !slices.ContainsFunc(v.digests, func(x *digest) bool {
		return x.parsed && x.name.trail == d.name.trail && x.backfill == d.backfill && x.start.Before(d.start)
	})
	switch {
	case v.o.Bucket != "" && d.prevBucket != v.o.Bucket && !slices.Contains(v.o.Copied, d.prevBucket):
		f.Class = Unverifiable
		f.Says = fmt.Sprintf("the chain goes on before %s in the bucket %s: verify that one, too", day(d.start), d.prevBucket)
	case v.r.From.IsZero() && oldest:
		f.Class, f.Says = Notice, "the chain began before the oldest digest that is here"
	case !v.r.From.IsZero() && !d.start.After(v.r.From), !n.at.IsZero() && !n.at.After(v.r.From):
		return // before the range
	case v.extra(d) && !n.at.Add(-time.Hour).Before(v.limit):
		return // its window, of about an hour, is after the range
	}
	if f.Class == Missing {
		v.out.Digests.Failed++
	}
	v.found(f)
}

// cover finds the times that valid digests cover, and says of the rest why they do not.
func (v *verified) cover(byTrail map[string][]*digest) {
	type restart struct {
		at   time.Time
		says string
	}
	var restarts []restart
	var windows []Window
	trails := make([]string, 0, len(byTrail))
	for t := range byTrail {
		trails = append(trails, t)
	}
	slices.Sort(trails)
	for _, t := range trails {
		list := byTrail[t]
		slices.SortStableFunc(list, func(a, b *digest) int { return a.start.Compare(b.start) })
		var end time.Time
		for i, d := range list {
			windows = append(windows, Window{d.start, d.end})
			if i > 0 && !v.extra(d) {
				switch {
				case d.start.Before(end):
					restarts = append(restarts, restart{d.start, "the windows of two digests overlap: " + list[i-1].key + " and " + d.key})
				case d.first:
					restarts = append(restarts, restart{d.start, "the chain begins anew with " + d.key +
						": logging or validation was off, or the trail was made again"})
				case d.start.After(end) && d.prevObject == list[i-1].object:
					restarts = append(restarts, restart{d.start, "the window of " + d.key + " does not begin where the one before it ends"})
				}
			}
			if d.end.After(end) {
				end = d.end
			}
		}
	}
	asked := v.asked(windows)
	v.out.Covered = clip(union(windows), asked.From, v.limit)
	said := map[int]bool{}
	uncovered := minus(asked, v.out.Covered)
	if len(uncovered) == 0 && len(v.out.Covered) == 0 { // nothing was asked for that is over, and nothing is there
		uncovered = []Window{{v.r.From, v.r.To}}
	}
	for _, w := range uncovered {
		f := Finding{Class: ChainGap, Kind: KindTime, From: w.From, To: w.To, Says: "no valid digest covers it"}
		switch {
		case len(v.digests) == 0:
			f.Class, f.Says = NoDigests, "there is no digest file"
		case len(v.out.Covered) == 0:
			f.Class, f.Says = NoDigests, "none of the digest files is valid"
		case !w.From.After(asked.From):
			f.Class, f.Says = HeadUncovered, "it is before the first valid digest"
		case !w.To.Before(asked.To):
			f.Class, f.Says = TailUncovered, "it is after the last valid digest"
		}
		for i, r := range restarts {
			if !r.at.Before(w.From) && !r.at.After(w.To) {
				f.Says, said[i] = r.says, true
			}
		}
		v.found(f)
	}
	for i, r := range restarts {
		if !said[i] {
			v.found(Finding{Class: ChainGap, Kind: KindTime, From: r.at, To: r.at, Says: r.says})
		}
	}
}

// asked is the time that must be covered. Where nothing was asked for it is what the digests cover and the log files in no digest need.
func (v *verified) asked(windows []Window) Window {
	w := Window{v.r.From, v.r.To}
	newest := v.newest()
	for _, list := range v.byName {
		for _, l := range list {
			if !l.referenced && (newest.IsZero() || !l.pending(newest)) {
				windows = append(windows, Window{l.at, l.at.Add(time.Minute)})
			}
		}
	}
	for _, x := range windows {
		if v.r.From.IsZero() && (w.From.IsZero() || x.From.Before(w.From)) {
			w.From = x.From
		}
		if v.r.To.IsZero() && x.To.After(w.To) {
			w.To = x.To
		}
	}
	if last := v.r.Now.Add(-grace); !v.r.Now.IsZero() && w.To.After(last) && !v.r.To.IsZero() {
		w.To = last
	}
	if w.To.Before(w.From) {
		w.To = w.From
	}
	return w
}

// union merges windows that touch.
func union(list []Window) (out []Window) {
	slices.SortFunc(list, func(a, b Window) int { return a.From.Compare(b.From) })
	for _, w := range list {
		if n := len(out); n > 0 && !w.From.After(out[n-1].To) {
			if w.To.After(out[n-1].To) {
				out[n-1].To = w.To
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

// clip keeps what is in from to to; a zero to means no end.
func clip(list []Window, from, to time.Time) (out []Window) {
	for _, w := range list {
		if w.From.Before(from) {
			w.From = from
		}
		if !to.IsZero() && w.To.After(to) {
			w.To = to
		}
		if w.From.Before(w.To) {
			out = append(out, w)
		}
	}
	return out
}

// minus is what of a window the others, sorted and apart, leave.
func minus(w Window, list []Window) (out []Window) {
	from := w.From
	for _, x := range list {
		if x.From.After(from) && from.Before(w.To) {
			to := x.From
			if to.After(w.To) {
				to = w.To
			}
			out = append(out, Window{from, to})
		}
		if x.To.After(from) {
			from = x.To
		}
	}
	if from.Before(w.To) {
		out = append(out, Window{from, w.To})
	}
	return out
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
