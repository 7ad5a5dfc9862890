// Package style is how a report reads and looks: languages, themes, fonts. All are files under templates/.
package style

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	xlang "golang.org/x/text/language"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// Pseudo is the tag of the pseudo-language: every English text marked ⟦…⟧, so that a test finds text that no language file holds.
const Pseudo = "qps-ploc"

// Language holds every word the program puts into a report, and how that language writes numbers and dates. It may be used from several
// goroutines.
type Language struct {
	Tag string

	lib      *library.Library
	tag      xlang.Tag
	pseudo   bool
	messages map[string]map[string]string // key -> plural form -> text; "other" alone where there are none
	format   format
	english  map[string]bool // keys of messages that are in English because the language lacks them

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
	lang := &Language{Tag: tag, lib: l, texts: map[string]map[string]string{}, missing: map[string]bool{}, fallen: map[string]bool{},
		english: map[string]bool{}}
	english, bad := english(l)
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
	if err != nil && slices.Contains(tags, source) {
		return nil, diag.Problems{{At: diag.Pos{File: messagesPath(tag)}, Text: fmt.Sprintf("the folder %q is not named by the tag of a language",
			tag), Rule: "language-tag",
			Hint: "name it as BCP 47 does, such as de or zh-CN"}}
	}
	if err != nil || !slices.Contains(tags, source) {
		return nil, diag.Problems{{Text: fmt.Sprintf("there is no language %q%s", tag, yaml.DidYouMean(tag, tags)), Allowed: tags,
			Rule: "language-unknown",
			Hint: "a language is a file templates/lang/<tag>/messages.yaml of the library"}}
	}
	lang.tag = parsed
	if source == "en" {
		return lang, bad.Sort()
	}
	own, more := messages(l, tag)
	bad = append(bad, more...)
	bad = append(bad, compare(tag, own, english)...)
	lang.messages = maps.Clone(english)
	for key := range english {
		if _, ok := own[key]; !ok {
			lang.fallen["messages.yaml "+key] = true
			lang.english[key] = true
		}
	}
	maps.Copy(lang.messages, own)
	lang.format, more = loadFormat(l, tag, f)
	bad = append(bad, more...)
	return lang, bad.Sort()
}

// english is the English sentences of the library. A later layer's file need not have all of them: a run that an earlier
// version of the program sealed brings its own, and lacks those that came since.
func english(l *library.Library) (map[string]map[string]string, diag.Problems) {
	out, bad := messages(l, "en")
	f, ok := l.Lowest(messagesPath("en"))
	if top, has := l.File(messagesPath("en")); !ok || !has || top.Origin == f.Origin {
		return out, bad
	}
	all, more := sentences(f)
	maps.Copy(all, out)
	return all, append(bad, more...)
}

func messagesPath(tag string) string { return "templates/lang/" + tag + "/messages.yaml" }

// messages reads the sentences of one tag.
func messages(l *library.Library, tag string) (map[string]map[string]string, diag.Problems) {
	f, ok := l.File(messagesPath(tag))
	if !ok {
		return nil, diag.Problems{{At: diag.Pos{File: messagesPath(tag)}, Text: "the library has no such file", Rule: "language-unknown"}}
	}
	return sentences(f)
}

func sentences(f library.File) (map[string]map[string]string, diag.Problems) {
	out := map[string]map[string]string{}
	v, bad := yaml.Decode(f.Name(), f.Data, messageShape)
	if v == nil {
		return out, bad
	}
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

// isPlural reports whether a mapping holds plural forms: the form other, and no key that is not a form.
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
func compare(tag string, own, english map[string]map[string]string) diag.Problems {
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
// Whole numbers are written in the language's way. A message with plural forms chooses by the argument named n, else by the first whole
// number. An unknown key gives ⟨key⟩ and is counted, and so is a placeholder without an argument; tests fail on them.
func (l *Language) Say(key string, args ...any) string {
	forms, ok := l.messages[key]
	if !ok {
		l.lack(key)
		return "⟨" + key + "⟩"
	}
	tag := l.tag
	if l.english[key] {
		tag = xlang.English
	}
	return l.mark(l.fill(key, tag, forms, args))
}

// Has reports whether a key exists.
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

// Fill is a text from elsewhere with placeholders filled by the language's rules; forms is keyed by one, few, many, other.
func (l *Language) Fill(forms map[string]string, args ...any) string {
	if len(forms) == 0 {
		return ""
	}
	return l.mark(l.fill("text", l.tag, forms, args))
}

func (l *Language) mark(s string) string {
	if !l.pseudo || s == "" || strings.HasPrefix(s, "⟦") && strings.HasSuffix(s, "⟧") {
		return s
	}
	return "⟦" + s + "⟧"
}
