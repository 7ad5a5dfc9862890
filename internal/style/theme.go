package style

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// Theme is one file of templates/themes: colours by name (navy, accent, ink, grey, rule, tint, zebra, tones critical, high …) and faces.
type Theme struct {
	Name   string
	Colors map[string]RGB
	Heat   []RGB // from few to many
	Faces  Faces
	Sheet  string // face of a workbook: a font every office program has
	File   library.File
}

// Faces are font files under templates/fonts: display (titles, big numbers), text, bold, italic, mono, and the fallback for other scripts.
type Faces struct{ Display, Text, Bold, Italic, Mono, Fallback string }

// The colours that a theme must name; the optional ones have a default in the writers that use them.
var (
	required = []string{"navy", "accent", "ink", "grey", "mid", "rule", "tint", "zebra", "white", "chart", "good", "critical", "high",
		"medium", "low", "info", "muted"}
	optional = []string{"neutral", "darktext", "band", "bandtext", "bandrule"}
)

var (
	color      = &yaml.Shape{Kind: yaml.Text, Pattern: `[0-9A-Fa-f]{6}`, Like: `six hex digits in quotes, such as "0B2A4A"`}
	font       = &yaml.Shape{Kind: yaml.Text, Pattern: `[A-Za-z0-9._-]+\.(ttf|otf)`, Like: "a font file of templates/fonts"}
	themeShape = &yaml.Shape{Kind: yaml.Object, Title: "A theme", Fields: []yaml.Field{
		{Name: "name", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "name of the file"},
		{Name: "colors", Required: true, Help: "colours by name", Shape: &yaml.Shape{Kind: yaml.Object, Fields: colorFields()}},
		{Name: "heat", Required: true, Shape: &yaml.Shape{Kind: yaml.List, AtLeast: 2, Item: color},
			Help: "scale of heat charts, from few to many"},
		{Name: "faces", Required: true, Shape: &yaml.Shape{Kind: yaml.Object, Fields: []yaml.Field{
			{Name: "display", Required: true, Shape: font, Help: "titles and big numbers"}, {Name: "text", Required: true, Shape: font},
			{Name: "bold", Required: true, Shape: font},
			{Name: "italic", Required: true, Shape: font}, {Name: "mono", Required: true, Shape: font, Help: "ids and SQL"},
			{Name: "fallback", Required: true, Shape: font, Help: "scripts the others lack"},
		}}, Help: "files of templates/fonts"},
		{Name: "sheet", Required: true, Shape: &yaml.Shape{Kind: yaml.Text}, Help: "face of workbooks, by name"},
	}}
)

func colorFields() []yaml.Field {
	var out []yaml.Field
	for _, n := range required {
		out = append(out, yaml.Field{Name: n, Required: true, Shape: color})
	}
	for _, n := range optional {
		out = append(out, yaml.Field{Name: n, Shape: color})
	}
	return out
}

// ThemeShape is what a file of templates/themes may hold.
func ThemeShape() *yaml.Shape { return themeShape }

// Themes are the names of the library's themes, sorted.
func Themes(l *library.Library) []string {
	var names []string
	for _, p := range l.Paths("templates/themes") {
		if n, ok := strings.CutSuffix(strings.TrimPrefix(p, "templates/themes/"), ".yaml"); ok && !strings.Contains(n, "/") {
			names = append(names, n)
		}
	}
	return names
}

// LoadTheme reads templates/themes/<name>.yaml; problems are also colours and faces that are not there.
func LoadTheme(l *library.Library, name string) (*Theme, diag.Problems) {
	f, ok := l.File("templates/themes/" + name + ".yaml")
	if !ok || strings.ContainsAny(name, `/\`) {
		names := Themes(l)
		return nil, diag.Problems{{Text: fmt.Sprintf("there is no theme %q%s", name, yaml.DidYouMean(name, names)), Allowed: names,
			Rule: "theme-unknown"}}
	}
	v, bad := yaml.Decode(f.Name(), f.Data, themeShape)
	if v == nil {
		return nil, bad
	}
	t := &Theme{Name: v.Get("name").Text(), Colors: map[string]RGB{}, Sheet: v.Get("sheet").Text(), File: f}
	if t.Name != name && t.Name != "" {
		p := v.Get("name").Problem("the name is %q, but the file is called %q", t.Name, name)
		p.Rule = "id-is-file-name"
		bad = append(bad, p)
	}
	for _, e := range v.Get("colors").Entries() {
		t.Colors[e.Key.Value] = hex(e.Value.Text())
	}
	for _, h := range v.Get("heat").Texts() {
		t.Heat = append(t.Heat, hex(h))
	}
	faces := v.Get("faces")
	t.Faces = Faces{Display: faces.Get("display").Text(), Text: faces.Get("text").Text(), Bold: faces.Get("bold").Text(),
		Italic: faces.Get("italic").Text(), Mono: faces.Get("mono").Text(), Fallback: faces.Get("fallback").Text()}
	have := l.Paths("templates/fonts")
	for _, e := range faces.Entries() {
		if n := e.Value.Text(); n != "" && !slices.Contains(have, "templates/fonts/"+n) {
			p := e.Value.Problem("there is no font %q", n)
			p.Rule = "font-unknown"
			for _, h := range have {
				if strings.HasSuffix(h, ".ttf") || strings.HasSuffix(h, ".otf") {
					p.Allowed = append(p.Allowed, strings.TrimPrefix(h, "templates/fonts/"))
				}
			}
			bad = append(bad, p)
		}
	}
	if bad.Err() != nil {
		return nil, bad.Sort()
	}
	return t, bad.Sort()
}

func hex(s string) RGB {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return RGB{} // the shape has said so
	}
	return RGB{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

// On is the colour of text on a ground: white, or the theme's dark text where white cannot be read.
func (t *Theme) On(ground RGB) RGB {
	dark := t.Colors["ink"]
	if d, ok := t.Colors["darktext"]; ok {
		dark = d
	}
	return On(ground, t.Colors["white"], dark)
}
