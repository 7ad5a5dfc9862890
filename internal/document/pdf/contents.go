package pdf

import "strconv"

const (
	onePage = 38 // lines of contents that a page holds

	contentsHeadSize, contentsSize = 12.0, 9.4 // of sections and of what is in them, in points
	contentsHeadLead, contentsLead = 6.4, 5.6
	contentsGap, contentsIndent    = 3.0, 9.0
	contentsTightest               = 0.82 // of the distance of lines, where that saves a second page
)

// contentsLines are the lines of an entry.
func (l *flow) contentsLines(e entry) []string {
	if e.level == 0 {
		return l.wrap(display, contentsHeadSize, e.text, l.w-contentsIndent-16)
	}
	return l.wrap(text, contentsSize, e.label(), l.w-contentsIndent-16)
}

// contentsFactor is by how much lines move together so that the contents take one page; 1 where they need more than one.
func (l *flow) contentsFactor() float64 {
	h := 0.0
	for _, e := range l.entries {
		switch n := float64(len(l.contentsLines(e))); {
		case e.silent:
		case e.level == 0:
			h += n*contentsHeadLead + contentsGap
		default:
			h += n * contentsLead
		}
	}
	if f := (l.bottom - l.y) / h; f < 1 && f > contentsTightest {
		return f
	}
	return 1
}

// contents sets the contents pages and puts them in at index at. Everything else is placed already: only the page numbers of what
// comes after move, by as many pages as the contents take.
func (l *flow) contents(at int) error {
	body := append([]*page(nil), l.pages[at:]...)
	entries := 0
	for _, e := range l.entries {
		if !e.silent {
			entries++
		}
	}
	if entries > onePage { // sections, findings and figures by their reference; the other headings have bookmarks
		entries = 0
		for i, e := range l.entries {
			if e.level > 0 && e.number == "" {
				l.entries[i].silent = true
			}
			if !l.entries[i].silent {
				entries++
			}
		}
	}
	if entries == 0 || l.d.Words.Contents == "" {
		return nil
	}
	l.landscape = false
	l.pages = l.pages[:at:at]
	type number struct {
		page *page
		y    float64
		e    entry
		end  float64 // where the text ends
		line tag
	}
	var numbers []number
	title := l.line(l.d.Words.Contents)
	heading := l.contentsHead
	start := func(again bool) {
		l.newPage()
		outer := l.tag
		if l.tag = 0; !again {
			l.tag = heading
		}
		l.put(display, h1Size, l.palette["navy"], l.l, l.y+7.5, title)
		if again && l.d.Words.Continued != "" {
			l.put(text, 9, l.palette["grey"], l.l+l.width(display, h1Size, title)+4, l.y+7.5, l.line(l.d.Words.Continued))
		}
		l.rule(l.l, l.y+12, l.r, 0.25, l.palette["rule"])
		l.y += 18
		l.tag = outer
	}
	start(false)
	tight := l.contentsFactor()
	outer, list := l.tag, l.contentsList
	l.tag = list
	for i, e := range l.entries {
		if e.silent {
			continue
		}
		id, size, lead, indent := text, contentsSize, contentsLead*tight, contentsIndent
		color := l.palette["ink"]
		if e.level == 0 {
			id, size, lead, color = display, contentsHeadSize, contentsHeadLead*tight, l.palette["navy"]
		}
		lines := l.contentsLines(e)
		h := float64(len(lines)) * lead
		if e.level == 0 {
			h += contentsGap * tight
			if i+1 < len(l.entries) && l.entries[i+1].level > 0 && !l.entries[i+1].silent {
				h += contentsLead // a section never stands alone at the end
			}
		}
		if l.y+h > l.bottom {
			start(true)
		}
		l.begin(tagLine)
		if e.level == 0 {
			if l.y > topEdge+18 {
				l.y += contentsGap * tight
			}
			l.put(display, size, l.palette["accent"], l.l, l.y+4.6, e.number)
			l.apart()
			indent = max(indent, l.width(display, size, e.number)+3)
		}
		l.linkTo(l.l, l.y, l.w, float64(len(lines))*lead, e.place)
		for j, s := range lines {
			w := l.put(id, size, color, l.l+indent, l.y+4.6, s)
			if j == len(lines)-1 {
				numbers = append(numbers, number{l.page, l.y + 4.6, e, l.l + indent + w, l.tag})
			}
			l.y += lead
		}
		l.end(list)
	}
	l.end(outer)
	l.pages = append(l.pages, body...)
	where := map[*page]int{}
	for i, p := range l.pages {
		where[p] = i + 1
	}
	for _, n := range numbers {
		l.page, l.tag = n.page, n.line
		l.frameOf(n.page)
		s := strconv.Itoa(where[n.e.place.page])
		if n.e.level == 0 {
			l.right(display, contentsHeadSize, l.palette["navy"], l.r, n.y, s)
			continue
		}
		w := l.width(text, contentsSize, s)
		l.right(text, contentsSize, l.palette["grey"], l.r, n.y, s)
		if to := l.r - max(w, 5) - 2; to > n.end+3 {
			l.stroke(dotsMark, n.end+2.5, n.y-0.4, to, n.y-0.4, 0.2, l.palette["mid"])
		}
	}
	l.end(outer)
	return nil
}
