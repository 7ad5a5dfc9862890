package workpaper

import (
	"trailscribe/internal/document"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// Link targets of a report, but for the references of its cards: a row of the register, of the control matrix and of the index of
// statements, and a section. A test without exceptions has no card; its row of the register is what its reference leads to.
const (
	toRegister  = "register/"
	toControl   = "control/"
	toStatement = "statement/"
	toSection   = "section/"
)

// section is a link to a section, by its title.
func (c *composer) section(key string) document.Link {
	return document.Link{Text: c.say("section." + key + ".title"), Ref: toSection + key}
}

// refLinks are the links of a text that lists references.
func refLinks(refs ...string) (all []document.Link) {
	for _, ref := range refs {
		all = append(all, document.Link{Text: ref, Ref: ref})
	}
	return all
}

// pointTo says where else a card's query stands: in the register, in the index of statements, in the workbook. It is said in the note
// of the card's table, which names the sheet already, else in a line of the card.
func (c *composer) pointTo(k *document.Card, t *document.Table, q *run.Query) {
	ref, register := c.refs[q.ID], c.say("card.see_register")
	links := []document.Link{{Text: register, Ref: toRegister + ref}, {Text: q.ID, Ref: toStatement + ref}}
	say := func(key string) (string, []document.Link) {
		if q.Kind != query.KindException { // the register is of tests
			return c.say("card.see_figure."+key, "query", q.ID, "ref", ref), links[1:]
		}
		return c.say("card.see."+key, "register", register, "query", q.ID, "ref", ref), links
	}
	if t != nil && t.Note != "" {
		text, links := say("note")
		t.Note, t.Links = t.Note+" "+text, links
		return
	}
	key := "statement"
	if c.hasSheet(q) {
		key = "sheet"
	}
	text, all := say(key)
	k.Fields = append(k.Fields, document.Field{Label: c.say("card.see_also"), Only: "page", Text: text, Links: all})
}

// moreNotices says how many notices are left out, with a link to the section that has them all.
func (c *composer) moreNotices(n int64) document.Point {
	scope := c.section("scope")
	return document.Point{Pill: document.Pill{Text: c.say("notice.pill.more"), Tone: document.Muted},
		Text: c.say("notice.more", "n", n, "section", scope.Text), Links: []document.Link{scope}}
}

// controlLinks are the numbers of the controls that a query serves, each with a link to its row of the report's control matrix.
func (c *composer) controlLinks(id string) (text string, links []document.Link) {
	if text = c.controlIDs(id); text != "" && c.s.Framework != "" {
		for _, number := range c.touched(id, c.s.Framework) {
			links = append(links, document.Link{Text: number, Ref: toControl + number})
		}
	}
	return text, links
}
