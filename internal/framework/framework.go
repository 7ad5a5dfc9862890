// Package framework is control frameworks: version, control ids, short names, how far a log can show them.
package framework

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// Strength says how far CloudTrail can show a control.
const (
	Full    = "full"    // the log alone shows it
	Partial = "partial" // the log shows a part; Lacks says what is missing
	Nothing = "none"    // no log can show it
)

// Alarm is what a control asks for that wants somebody to be told of certain events. A log shows the events, never the alarm.
const Alarm = "alarm"

// Control is one requirement of a framework.
type Control struct {
	ID, Name, Family string
	Strength         string
	Lacks            string // what a log cannot show
	Asks             string // Alarm, or "" for a control that events can contradict
	SameAs           string // id of a control of a newer version of the framework: "cis-aws-5.0/1.6"
	Place            diag.Pos
}

// Framework is one file of reports/frameworks/.
type Framework struct {
	ID, Title, Version, Publisher string
	// what of the framework the file has, as "the requirements that CloudTrail bears on"; "" for all of it
	Part     string
	Controls []Control // in the framework's own order
	File     library.File
}

// Control is the control of an id, false where the framework has none.
func (f *Framework) Control(id string) (Control, bool) {
	i := slices.IndexFunc(f.Controls, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return Control{}, false
	}
	return f.Controls[i], true
}

// Set is every framework of a library by id.
type Set map[string]*Framework

// IDs are the ids of the frameworks, sorted.
func (s Set) IDs() []string {
	var ids []string
	for id := range s {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

var shape = &yaml.Shape{Kind: yaml.Object, Title: "A control framework", Fields: []yaml.Field{
	{Name: "id", Required: true, Help: "the name of the file, with the version: cis-aws-5.0",
		Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9][a-z0-9.-]*`, Like: "lower-case words and numbers joined by hyphens"}},
	{Name: "title", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "name of the framework as a report prints it"},
	{Name: "part", Shape: &yaml.Shape{Kind: yaml.Text},
		Help: "what of the framework the file has, where not all: the requirements that CloudTrail bears on"},
	{Name: "version", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "version as its publisher writes it, quoted"},
	{Name: "publisher", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "who publishes it"},
	{Name: "controls", Required: true, Help: "the controls in the framework's own order",
		Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 1, Item: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "id", Required: true, Shape: &yaml.Shape{Kind: yaml.Text},
				Help: `number of the control as its publisher writes it, quoted: "1.10"`},
			{Name: "name", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "a short name in our own words, not the publisher's text"},
			{Name: "family", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "the group the summary chart counts it under"},
			{Name: "strength", Required: true, Shape: yaml.OneOf(Full, Partial, Nothing), Help: "how far a log can show it"},
			{Name: "asks", Shape: yaml.OneOf(Alarm), Help: "alarm: it asks that somebody is told of such events, so events do not contradict it"},
			{Name: "lacks", Shape: &yaml.Shape{Kind: yaml.Text}, Help: "what a log cannot show; needed for partial"},
			{Name: "same_as", Shape: &yaml.Shape{Kind: yaml.Text, Pattern: `[a-z0-9][a-z0-9.-]*/.+`,
				Like: "a framework and a control, such as cis-aws-5.0/1.6"},
				Help: "the same control in a newer version: queries mapped to that one serve this one too"},
		}}}},
}}

// Shape is what a file of reports/frameworks/ may hold.
func Shape() *yaml.Shape { return shape }

// Load reads every framework of the library. A file with problems is not in the set.
func Load(l *library.Library) (Set, diag.Problems) {
	set := Set{}
	var bad diag.Problems
	for _, file := range l.Glob("reports/frameworks/*.yaml") {
		f, p := read(file)
		bad = append(bad, p...)
		if f != nil && p.Err() == nil {
			set[f.ID] = f
		}
	}
	for _, id := range set.IDs() {
		for _, c := range set[id].Controls {
			if c.SameAs != "" {
				if p, ok := set.check(c, id); !ok {
					bad = append(bad, p)
				}
			}
		}
	}
	return set, bad.Sort()
}

func read(file library.File) (*Framework, diag.Problems) {
	v, bad := yaml.Decode(file.Name(), file.Data, shape)
	if v == nil {
		return nil, bad
	}
	f := &Framework{ID: v.Get("id").Text(), Title: v.Get("title").Text(), Version: v.Get("version").Text(),
		Publisher: v.Get("publisher").Text(), Part: v.Get("part").Text(), File: file}
	if want := strings.TrimSuffix(path.Base(file.Path), ".yaml"); f.ID != "" && f.ID != want {
		p := v.Get("id").Problem("the id is %q, but the file is called %q", f.ID, want)
		p.Rule, p.Hint = "id-is-file-name", "give both the same name"
		bad = append(bad, p)
	}
	seen := map[string]int{}
	for _, x := range v.Get("controls").Items() {
		c := Control{ID: x.Get("id").Text(), Name: x.Get("name").Text(), Family: x.Get("family").Text(), Strength: x.Get("strength").Text(),
			Lacks: x.Get("lacks").Text(), SameAs: x.Get("same_as").Text(), Asks: x.Get("asks").Text(), Place: x.Get("id").Where()}
		if line := seen[c.ID]; line > 0 && c.ID != "" {
			p := x.Get("id").Problem("the control %q appears twice; first in line %d", c.ID, line)
			p.Rule = "control-twice"
			bad = append(bad, p)
		}
		seen[c.ID] = c.Place.Line
		if c.Lacks == "" && c.Strength == Partial {
			p := x.Get("strength").Problem("a control that a log shows in part must say what the log lacks")
			p.Rule, p.Hint = "control-lacks", "add lacks: with what a log cannot show"
			bad = append(bad, p)
		}
		f.Controls = append(f.Controls, c)
	}
	return f, bad.Sort()
}

func (s Set) check(c Control, id string) (diag.Problem, bool) {
	other, control, _ := strings.Cut(c.SameAs, "/")
	p := diag.Problem{At: c.Place, Width: len([]rune(c.ID)), Rule: "control-unknown"}
	f := s[other]
	switch {
	case other == id:
		p.Text = fmt.Sprintf("same_as of %s names the framework itself", c.ID)
	case f == nil:
		p.Text = fmt.Sprintf("same_as of %s: there is no framework %q%s", c.ID, other, yaml.DidYouMean(other, s.IDs()))
		p.Allowed = s.IDs()
	default:
		if _, ok := f.Control(control); ok {
			return p, true
		}
		p.Text = fmt.Sprintf("same_as of %s: %s has no control %q", c.ID, other, control)
	}
	return p, false
}

// Serves are the controls that a query mapped to controls (framework id -> control ids) serves in framework f, with those of f that are
// the same as a control of another version, in f's order.
func (f *Framework) Serves(controls map[string][]string) []string {
	var ids []string
	for _, c := range f.Controls {
		if _, _, ok := f.Mapped(c, controls); ok {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Mapped is the framework and the control by which a query mapped to controls serves c of f: c itself, or the same one of another version.
func (f *Framework) Mapped(c Control, controls map[string][]string) (framework, control string, ok bool) {
	if slices.Contains(controls[f.ID], c.ID) {
		return f.ID, c.ID, true
	}
	other, id, _ := strings.Cut(c.SameAs, "/")
	return other, id, c.SameAs != "" && slices.Contains(controls[other], id)
}
