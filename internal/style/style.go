// Package style is how a report reads and looks: languages, themes, fonts. All are files under templates/.
package style

import (
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
)

// Language holds every word the program puts into a report, and how that language writes numbers and dates.
type Language struct {
	Tag string
}

// LoadLanguage reads templates/lang/<tag>/messages.yaml; what is missing there comes from English and is counted in Missing.
// The tag "qps-ploc" is the pseudo-language: every English text marked ⟦…⟧, for tests.
func LoadLanguage(l *library.Library, tag string) (*Language, diag.Problems) {
	return &Language{Tag: tag}, nil
}

// Say is the text of a key with its placeholders filled; args are name, value, name, value: Say("summary.rows", "rows", 3).
// Whole numbers are written in the language's way. A message with plural forms chooses by the argument named n, else by the first whole number.
// An unknown key gives ⟨key⟩ and is counted; tests fail on it.
func (l *Language) Say(key string, args ...any) string { return key }

// Has tells whether a key exists.
func (l *Language) Has(key string) bool { return false }

// Missing are keys asked for that no language file holds, sorted.
func (l *Language) Missing() []string { return nil }

// Fill is a text from elsewhere (a query's headline) with placeholders filled by the language's rules; forms is keyed by one, few, many, other.
func (l *Language) Fill(forms map[string]string, args ...any) string { return "" }

// Time is an instant or wall clock to the second: "2026-10-02 07:14:36". Milliseconds are shown where they are not zero.
func (l *Language) Time(t time.Time) string { return "" }

// Date is "2 October 2026"; Day is the short form used in tables "2026-10-02"; Span is a half-open period in words: "1 July – 30 September 2026".
func (l *Language) Date(t time.Time) string            { return "" }
func (l *Language) Day(t time.Time) string             { return "" }
func (l *Language) Span(from, to time.Time) string     { return "" }
func (l *Language) Number(n int64) string              { return "" }
func (l *Language) Float(f float64, digits int) string { return "" }
func (l *Language) Percent(f float64) string           { return "" } // 12.5 -> "12.5%"
func (l *Language) Bytes(n int64) string               { return "" } // "41.7 GB"
func (l *Language) List(items []string) string         { return "" } // "a, b and c"

// Text is the language's version of a text field of a file of the library ("queries/root/console-login.yaml", "title"), or english where it has none; fallen back is counted.
func (l *Language) Text(path, field, english string) string { return english }

// RGB is a colour.
type RGB struct{ R, G, B uint8 }

// Theme is one file of templates/themes: colours by name (navy, accent, ink, grey, rule, tint, zebra, tones critical, high …) and faces.
type Theme struct {
	Name   string
	Colors map[string]RGB
	Faces  Faces
	Sheet  string // face of a workbook: a font every office program has
}

// Faces are font files under templates/fonts: display (titles, big numbers), text, bold, italic, mono, and the fallback for other scripts.
type Faces struct{ Display, Text, Bold, Italic, Mono, Fallback string }

// LoadTheme reads templates/themes/<name>.yaml.
func LoadTheme(l *library.Library, name string) (*Theme, diag.Problems) {
	return &Theme{Name: name}, nil
}
