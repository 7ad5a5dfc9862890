package style

import (
	"fmt"
	"strings"

	xlang "golang.org/x/text/language"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/yaml"
)

// mirrorShape is the texts of a file of the library in another language.
var mirrorShape = func() *yaml.Shape {
	s := &yaml.Shape{Kind: yaml.Either, Title: "The texts of a query, report or framework in a language"}
	s.Shapes = []*yaml.Shape{{Kind: yaml.Text}, {Kind: yaml.List, Item: s}, {Kind: yaml.Map, Item: s}}
	return s
}()

// Text is the language's version of a text field of a file of the library ("queries/root/console-login.yaml", "title"), or english where
// it has none; fallen back is counted. Fields of mappings and lists are joined by dots: labels.event_time, sections.0.title. A translation
// that is built in does not speak for a user's file of the same path, whose texts may say something else.
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
	if t, ok := l.fieldsOf(path)[field]; ok {
		return t
	}
	l.fall(path + " " + field)
	return english
}

// Forms is a text of a file of the library that has plural forms, with its placeholders filled: the language's own forms by the
// plural rules of the language, or where it has none the English ones by those of English; fallen back is counted.
func (l *Language) Forms(path, field string, english map[string]string, args ...any) string {
	if len(english) == 0 {
		return ""
	}
	if l.tag == xlang.English || strings.HasPrefix(l.Tag, "en") || l.pseudo {
		return l.Fill(english, args...)
	}
	own := map[string]string{}
	fields := l.fieldsOf(path)
	if text, ok := fields[field]; ok {
		own["other"] = text
	}
	for _, form := range pluralForms {
		if text, ok := fields[field+"."+form]; ok {
			own[form] = text
		}
	}
	if len(own) > 0 {
		return l.Fill(own, args...)
	}
	l.fall(path + " " + field)
	return l.fill(field, xlang.English, english, args)
}

// fieldsOf are the texts that the language has of a file of the library.
func (l *Language) fieldsOf(path string) map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	fields, ok := l.texts[path]
	if !ok {
		fields = l.mirror(path)
		l.texts[path] = fields
	}
	return fields
}

func (l *Language) fall(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fallen[text] = true
}

func (l *Language) mirror(path string) map[string]string {
	f, ok := l.lib.File("templates/lang/" + l.Tag + "/" + path)
	if !ok {
		return nil
	}
	if own, ok := l.lib.File(path); ok && own.Origin != library.BuiltIn && f.Origin == library.BuiltIn {
		return nil
	}
	fields, _ := flatten(f) // CheckLanguages tells of problems
	return fields
}

func flatten(f library.File) (map[string]string, diag.Problems) {
	v, bad := yaml.Decode(f.Name(), f.Data, mirrorShape)
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

// Files are the files of the library that the words of a report in a language come from: the language's own, English where it
// lacks some, and its versions of the definitions given.
func Files(l *library.Library, tag string, definitions []library.File) (out []library.File) {
	add := func(path string) {
		if f, ok := l.File(path); ok {
			out = append(out, f)
		}
	}
	if tag == Pseudo {
		tag = "en"
	}
	folder := "templates/lang/" + tag + "/"
	out = append(out, l.Glob(folder+"*.yaml")...)
	if tag != "en" {
		out = append(out, l.Glob("templates/lang/en/*.yaml")...)
	}
	for _, d := range definitions {
		add(folder + d.Path)
	}
	return out
}

// CheckLanguages reads the files of every language of the library: problems in them, sentences that English lacks or that the
// language does not have, and translations of files that the library does not have.
func CheckLanguages(l *library.Library) diag.Problems {
	var bad diag.Problems
	for _, tag := range Languages(l) {
		lang, problems := LoadLanguage(l, tag)
		bad = append(bad, problems...)
		bad = append(bad, checkMirrors(l, tag)...)
		if lang == nil {
			continue
		}
		if lacks := lang.Fallen(); len(lacks) > 0 {
			bad = append(bad, diag.Problem{At: diag.Pos{File: messagesPath(tag), Line: 1, Col: 1}, Warning: true, Rule: "message-missing",
				Text: fmt.Sprintf("the language %s lacks %d of the sentences of English: %s", tag, len(lacks), some(lacks)),
				Hint: "reports have these in English until they are translated"})
		}
	}
	return bad.Sort()
}

// some are the first of many names, and how many more there are.
func some(names []string) string {
	const shown = 5
	out := make([]string, 0, shown)
	for _, n := range names[:min(shown, len(names))] {
		out = append(out, strings.TrimPrefix(n, "messages.yaml "))
	}
	text := strings.Join(out, ", ")
	if more := len(names) - shown; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// checkMirrors reads every translated file of a language: problems in them, and translations of files that the library does not have.
func checkMirrors(l *library.Library, tag string) diag.Problems {
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
			bad = append(bad, diag.Problem{At: diag.Pos{File: p}, Warning: true, Rule: "translation-of-nothing",
				Text: "translates " + rest + ", which the library does not have"})
		}
		_, more := flatten(f)
		bad = append(bad, more...)
	}
	return bad.Sort()
}
