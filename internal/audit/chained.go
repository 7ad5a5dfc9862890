package audit

import (
	"fmt"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
)

// chained holds a manifest against those of the runs before and after it in its series. The digest of a manifest is part of the next
// one, so that whoever rewrites a run must rewrite all that came after it.
func chained(m *manifest.Manifest, against Against) Proof {
	p := Proof{Check: CheckChain}
	if against.Unread != nil {
		p.State, p.Owed = NotChecked, against.Series
		p.Says = fmt.Sprintf("the runs next to it could not be read: %v", against.Unread)
		return p
	}
	if against.Chain == nil || against.Place != m.Run {
		if m.Previous == "" {
			p.Says = "the first run of its series; the run after it was not looked for"
			return p
		}
		p.State, p.Owed = NotChecked, against.Series
		p.Says = "predecessor not found: the folder does not lie where it was sealed, " + m.Run
		return p
	}
	var before, next *run.Link
	first := 0
	digest := m.Digest()
	links := against.Chain.Links()
	for i := range links {
		l := &links[i]
		name := seriesOf(m.Run) + l.Place
		switch {
		case l.Err != nil:
			if name == m.PreviousRun {
				p.differs(BadChain, name, m.Previous, l.Err.Error())
			}
			continue
		case l.Digest == m.Previous, name == m.PreviousRun && before == nil:
			before = l
		}
		if l.Manifest.Previous == "" {
			first++
		}
		switch {
		case l.Manifest.Previous == digest:
			next = l
		case l.Manifest.PreviousRun == m.Run && name != m.Run:
			p.differs(BadChain, m.Run, l.Manifest.Previous+", which "+name+" names as the run before it", digest)
		}
	}
	switch {
	case len(p.Wrong) > 0:
		return p
	case m.Previous == "" && first > 1:
		p.State, p.Owed = NotChecked, against.Series
		p.Says = fmt.Sprintf("%d runs of the series say that they are the first: one may have been rewritten, or put here from elsewhere", first)
		return p
	case m.Previous == "":
		p.Says = "the first run of its series"
	case before == nil:
		p.State, p.Owed = NotChecked, against.Series
		p.Says = "predecessor not found: " + m.PreviousRun + " is not in this series"
		if m.PreviousRun == "" {
			p.Says = "predecessor not found: no run of this series has the manifest " + m.Previous
		}
		return p
	case before.Digest != m.Previous:
		p.differs(BadChain, m.PreviousRun, m.Previous, before.Digest)
		return p
	default:
		p.Says = "the run before it, " + before.Manifest.Run + ", is the one that it names"
	}
	if next != nil {
		p.Says += "; " + next.Manifest.Run + ", after it, names this one"
	}
	return p
}

// seriesOf is the part of a run's name before period and revision, with its slash.
func seriesOf(name string) string {
	for i := range name {
		if name[i] == '/' {
			return name[:i+1]
		}
	}
	return ""
}
