package style

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	xlang "golang.org/x/text/language"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// Pseudo is the tag of the pseudo-language: every English text marked ⟦…⟧, so that a test finds text that no language file holds.
const Pseudo = "qps-ploc"

// Language holds every word the program puts into a report, and how that language writes numbers and dates. It may be used from several goroutines.
type Language struct {
	Tag string

	lib      *library.Library
	tag      xlang.Tag
	pseudo   bool
	messages map[string]map[string]string // key -> plural form -> text; "other" alone where there are none
	format   format

	mu      sync.Mutex
	texts   map[string]map[string]string // path of a mirrored file -> field -> text
	missing map[string]bool
	fallen  map[string]bool
}

// messageShape is nested keys with texts; a mapping with the key other holds plural forms.
var messageShape = func() *yaml.Shape {
	s := &yaml.Shape{Kind: yaml.Either, Title: "The sentences of a language"}
	s.Shapes = []*yaml.Shape{{Kind: yaml.Text, Empty: true}, {Kind: yaml.Map, Item: s, AtLeast: 1}}
	return s
}()

// mirrorShape is the texts of a file of the library in another language.
var mirrorShape = func() *yaml.Shape {
	s := &yaml.Shape{Kind: yaml.Either, Title: "The texts of a query, report or framework in a language"}
	s.Shapes = []*yaml.Shape{{Kind: yaml.Text}, {Kind: yaml.List, Item: s}, {Kind: yaml.Map, Item: s}}
	return s
}()

// MessageShape is what templates/lang/<tag>/messages.yaml may hold.
func MessageShape() *yaml.Shape { return messageShape }

var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// Languages are the tags that the library has messages for, sorted.
func Languages(l *library.Library) []string {
	var tags []string
	for _, p := range l.Paths("templates/lang") {
		if tag, ok := strings.CutSuffix(strings.TrimPrefix(p, "templates/lang/"), "/messages.yaml"); ok && !strings.Contains(tag, "/") {
			tags = append(tags, tag)
		}
	}
	return tags
}

// LoadLanguage reads templates/lang/<tag>/messages.yaml and format.yaml; what is missing there comes from English and is counted in Fallen.
// The tag "qps-ploc" is the pseudo-language: every English text marked ⟦…⟧, for tests.
func LoadLanguage(l *library.Library, tag string) (*Language, diag.Problems) {
	lang := &Language{Tag: tag, lib: l, texts: map[string]map[string]string{}, missing: map[string]bool{}, fallen: map[string]bool{}}
	english, bad := messages(l, "en")
	lang.messages = english
	f, more := loadFormat(l, "en", format{})
	lang.format = f
	bad = append(bad, more...)
	source := tag
	if tag == Pseudo {
		lang.pseudo, source = true, "en"
	}
	parsed, err := xlang.Parse(source)
	tags := Languages(l)
	if err != nil || !slices.Contains(tags, source) {
		return nil, diag.Problems{{Text: fmt.Sprintf("there is no language %q%s", tag, yaml.DidYouMean(tag, tags)), Allowed: tags, Rule: "language-unknown",
			Hint: "a language is a file templates/lang/<tag>/messages.yaml of the library"}}
	}
	lang.tag = parsed
	if source == "en" {
		return lang, bad.Sort()
	}
	own, more := messages(l, tag)
	bad = append(bad, more...)
	bad = append(bad, compare(l, tag, own, english)...)
	lang.messages = maps.Clone(english)
	for key := range english {
		if _, ok := own[key]; !ok {
			lang.fallen["messages.yaml "+key] = true
		}
	}
	maps.Copy(lang.messages, own)
	lang.format, more = loadFormat(l, tag, f)
	bad = append(bad, more...)
	return lang, bad.Sort()
}

// messages reads the sentences of one tag.
func messages(l *library.Library, tag string) (map[string]map[string]string, diag.Problems) {
	path := "templates/lang/" + tag + "/messages.yaml"
	f, ok := l.File(path)
	if !ok {
		return nil, diag.Problems{{At: diag.Pos{File: path}, Text: "the library has no such file", Rule: "language-unknown"}}
	}
	v, bad := yaml.Decode(f.Path, f.Data, messageShape)
	if v == nil {
		return nil, bad
	}
	out := map[string]map[string]string{}
	var walk func(v *yaml.Value, key string)
	walk = func(v *yaml.Value, key string) {
		if !v.IsMap() {
			out[key] = map[string]string{"other": v.Text()}
			return
		}
		if isPlural(v) {
			forms := map[string]string{}
			for _, e := range v.Entries() {
				forms[e.Key.Value] = e.Value.Text()
			}
			out[key] = forms
			return
		}
		for _, e := range v.Entries() {
			next := e.Key.Value
			if key != "" {
				next = key + "." + next
			}
			walk(e.Value, next)
		}
	}
	walk(v, "")
	return out, bad
}

// isPlural tells whether a mapping holds plural forms: the form other, and no key that is not a form.
func isPlural(v *yaml.Value) bool {
	if v.Get("other") == nil {
		return false
	}
	for _, e := range v.Entries() {
		if !slices.Contains(pluralForms, e.Key.Value) || e.Value.IsMap() {
			return false
		}
	}
	return true
}

// compare holds a language to English: no key that English lacks, no placeholder that nothing fills.
func compare(l *library.Library, tag string, own, english map[string]map[string]string) diag.Problems {
	path := "templates/lang/" + tag + "/messages.yaml"
	var bad diag.Problems
	keys := slices.Sorted(maps.Keys(english))
	for _, key := range slices.Sorted(maps.Keys(own)) {
		want, ok := english[key]
		if !ok {
			bad = append(bad, diag.Problem{At: diag.Pos{File: path}, Warning: true, Rule: "message-unknown",
				Text: fmt.Sprintf("English has no message %q%s", key, yaml.DidYouMean(key, keys)), Hint: "remove it, or correct its key"})
			continue
		}
		known := map[string]bool{}
		for _, text := range want {
			for _, name := range placeholders(text) {
				known[name] = true
			}
		}
		for _, form := range slices.Sorted(maps.Keys(own[key])) {
			for _, name := range placeholders(own[key][form]) {
				if !known[name] {
					bad = append(bad, diag.Problem{At: diag.Pos{File: path}, Rule: "message-placeholder", Allowed: slices.Sorted(maps.Keys(known)),
						Text: fmt.Sprintf("the message %q uses {%s}, which English does not", key, name)})
				}
			}
		}
	}
	return bad
}

func placeholders(text string) []string {
	var names []string
	expand(text, func(name string) string { names = append(names, name); return "" })
	return names
}

// Say is the text of a key with its placeholders filled; args are name, value, name, value: Say("summary.rows", "rows", 3).
// Whole numbers are written in the language's way. A message with plural forms chooses by the argument named n, else by the first whole number.
// An unknown key gives ⟨key⟩ and is counted, and so is a placeholder without an argument; tests fail on them.
func (l *Language) Say(key string, args ...any) string {
	forms, ok := l.messages[key]
	if !ok {
		l.lack(key)
		return "⟨" + key + "⟩"
	}
	return l.mark(l.fill(key, forms, args))
}

// Has tells whether a key exists.
func (l *Language) Has(key string) bool {
	_, ok := l.messages[key]
	return ok
}

func (l *Language) lack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.missing[key] = true
}

// Missing are keys asked for that no language file holds, and placeholders that nothing filled as "key {name}", sorted.
func (l *Language) Missing() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.missing))
}

// Fallen are the texts that came from English because the language has none, sorted: "messages.yaml key", or path and field.
func (l *Language) Fallen() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.fallen))
}

// Fill is a text from elsewhere (a query's headline) with placeholders filled by the language's rules; forms is keyed by one, few, many, other.
func (l *Language) Fill(forms map[string]string, args ...any) string {
	if len(forms) == 0 {
		return ""
	}
	return l.mark(l.fill("text", forms, args))
}

func (l *Language) mark(s string) string {
	if !l.pseudo || s == "" || strings.HasPrefix(s, "⟦") && strings.HasSuffix(s, "⟧") {
		return s
	}
	return "⟦" + s + "⟧"
}

func (l *Language) fill(key string, forms map[string]string, args []any) string {
	values := map[string]string{}
	var count int64
	counted := 0 // 1: the first whole number, 2: the argument n
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		n, whole := wholeNumber(args[i+1])
		if whole && (counted == 0 || name == "n" && counted < 2) {
			count, counted = n, 1
			if name == "n" {
				counted = 2
			}
		}
		switch v := args[i+1].(type) {
		case string:
			values[name] = v
		case float64:
			values[name] = l.Float(v, -1)
		default:
			if whole {
				values[name] = l.Number(n)
			} else {
				values[name] = fmt.Sprint(v)
			}
		}
	}
	text, ok := forms["other"]
	if counted > 0 {
		if t, has := forms[l.pluralForm(count)]; has {
			text, ok = t, true
		}
	}
	if !ok {
		for _, f := range pluralForms { // no form fits: the last there is, never nothing
			if t, has := forms[f]; has {
				text = t
			}
		}
	}
	return expand(text, func(name string) string {
		v, ok := values[name]
		if !ok {
			l.lack(key + " {" + name + "}")
			return "{" + name + "}"
		}
		return v
	})
}

// pluralForm is the CLDR category of a whole number in the language.
func (l *Language) pluralForm(n int64) string {
	if n < 0 {
		n = -n
	}
	if n > 1_000_000 { // the rules look at the last six digits of large numbers
		n = 1_000_000 + n%1_000_000
	}
	switch plural.Cardinal.MatchPlural(l.tag, int(n), 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	case uint8:
		return int64(n), true
	}
	return 0, false
}

// expand replaces each {name}. Values are not looked at again, so a value that holds braces stays as it is.
func expand(text string, value func(name string) string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		b.WriteString(value(text[i+1 : i+j]))
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

// Text is the language's version of a text field of a file of the library ("queries/root/console-login.yaml", "title"), or english where it has none; fallen back is counted.
// Fields of mappings and lists are joined by dots: labels.event_time, sections.0.title. A translation that is built in does not speak for a
// user's file of the same path, whose texts may say something else.
func (l *Language) Text(path, field, english string) string {
	if l.tag == xlang.English || strings.HasPrefix(l.Tag, "en") || l.pseudo {
		return l.mark(english)
	}
	if english == "" {
		return ""
	}
	if !strings.HasSuffix(path, ".yaml") {
		path += ".yaml"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fields, ok := l.texts[path]
	if !ok {
		fields = l.mirror(path)
		l.texts[path] = fields
	}
	if t, ok := fields[field]; ok {
		return t
	}
	l.fallen[path+" "+field] = true
	return english
}

func (l *Language) mirror(path string) map[string]string {
	f, ok := l.lib.File("templates/lang/" + l.Tag + "/" + path)
	if !ok {
		return nil
	}
	if own, ok := l.lib.File(path); ok && own.Origin != library.BuiltIn && f.Origin == library.BuiltIn {
		return nil
	}
	fields, _ := flatten(f) // CheckMirrors tells of problems
	return fields
}

func flatten(f library.File) (map[string]string, diag.Problems) {
	v, bad := yaml.Decode(f.Path, f.Data, mirrorShape)
	fields := map[string]string{}
	var walk func(v *yaml.Value, key string)
	walk = func(v *yaml.Value, key string) {
		at := func(name string) string {
			if key == "" {
				return name
			}
			return key + "." + name
		}
		switch {
		case v == nil:
		case v.IsMap():
			for _, e := range v.Entries() {
				walk(e.Value, at(e.Key.Value))
			}
		case v.IsList():
			for i, x := range v.Items() {
				walk(x, at(fmt.Sprint(i)))
			}
		default:
			fields[key] = v.Text()
		}
	}
	walk(v, "")
	return fields, bad
}

// CheckMirrors reads every translated file of a language: problems in them, and translations of files that the library does not have.
func CheckMirrors(l *library.Library, tag string) diag.Problems {
	var bad diag.Problems
	folder := "templates/lang/" + tag
	for _, p := range l.Paths(folder) {
		rest := strings.TrimPrefix(p, folder+"/")
		if !strings.Contains(rest, "/") || !strings.HasSuffix(p, ".yaml") {
			continue
		}
		f, ok := l.File(p)
		if !ok {
			continue
		}
		if _, ok := l.File(rest); !ok {
			bad = append(bad, diag.Problem{At: diag.Pos{File: p}, Warning: true, Rule: "translation-of-nothing", Text: "translates " + rest + ", which the library does not have"})
		}
		_, more := flatten(f)
		bad = append(bad, more...)
	}
	return bad.Sort()
}
