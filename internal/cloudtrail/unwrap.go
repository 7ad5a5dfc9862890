package cloudtrail

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"trailscribe/internal/unread"
)

// unwrap looks at the object just parsed and finds the event in it: the object itself, the text in CloudTrailEvent or the
// object in detail. A refusal says what the object is instead.
func (p *parser) unwrap() (Shape, *Refusal) {
	if m := p.marks[markCloudTrailEvent]; m[1] > 0 {
		return p.inner(m, Lookup, "CloudTrailEvent")
	}
	if m := p.marks[markDetail]; m[1] > 0 && p.b[m[0]] == '{' && (p.marks[markDetailType][1] > 0 || !p.rec.isEvent()) {
		return p.inner(m, EventBridge, "detail")
	}
	if p.rec.isEvent() {
		return Lines, nil
	}
	return "", p.foreign()
}

// inner parses the event that stands at m inside a wrapper, as an object or as text.
func (p *parser) inner(m [2]int, shape Shape, key string) (Shape, *Refusal) {
	outer, repaired, repeated := p.b, p.rec.repaired, p.rec.repeated
	event := p.b[m[0]:m[1]:m[1]]
	if event[0] == '"' {
		event = unquote(nil, event[1:len(event)-1])
	}
	defer func() { p.b = outer }()
	p.b = event
	i := p.space(0)
	if i >= len(event) || event[i] != '{' {
		return "", &Refusal{Kind: Foreign, Reason: unread.Because(unread.InsideEmpty, key)}
	}
	end, _ := p.parse(i, false)
	if end < 0 {
		r := p.refusal(0, 0)
		r.Reason = unread.Because(unread.InsideDamaged, key, r.Reason)
		switch r.Kind {
		case Truncated:
			r.Reason = unread.Because(unread.InsideCutOff, key)
		case NotJSON:
			r.Kind = Corrupt // the wrapper is CloudTrail's
		}
		return "", r
	}
	if p.space(end) < len(event) {
		return "", &Refusal{Kind: Corrupt, Reason: unread.Because(unread.InsideMore, key)}
	}
	if !p.rec.isEvent() {
		return "", &Refusal{Kind: Foreign, Reason: unread.Because(unread.InsideForeign, key)}
	}
	p.rec.repaired = p.rec.repaired || repaired
	p.rec.repeated = p.rec.repeated || repeated
	return shape, nil
}

// foreign describes JSON that is not an event.
func (p *parser) foreign() *Refusal {
	r := &Refusal{Kind: Foreign}
	switch {
	case p.marks[markDigest][1] > 0:
		r.Reason = unread.Because(unread.Digest)
	case p.marks[markConfig][1] > 0:
		r.Reason = unread.Because(unread.Config)
	case p.marks[markLogEvents][1] > 0:
		r.Reason = unread.Because(unread.LogsExport)
	case strings.HasPrefix(string(p.rec.cells[leafEventSource]), "aws:"):
		r.Reason = unread.Because(unread.Notification)
	default:
		var keys []string
		for _, k := range p.first {
			if k != nil {
				keys = append(keys, visible(k))
			}
		}
		if keys == nil {
			r.Reason = unread.Because(unread.NoKeys)
		} else {
			r.Reason = unread.Because(unread.OtherKeys, strings.Join(keys, ", "))
		}
	}
	return r
}

// visible is a key of a foreign file as plain ASCII of bounded length: it goes into a report.
func visible(k []byte) string {
	const most = 40
	s := string(k)
	if len(s) > most {
		n := most
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n] + "..."
	}
	return strconv.QuoteToASCII(s)
}
