package sql

import "strings"

// Name is a name in double quotes, as both dialects read it: with its letters as they are, whatever they are.
func Name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// Names is a list of names with commas between them: a select list.
func Names(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = Name(s)
	}
	return strings.Join(quoted, ", ")
}

// Literals writes values into a statement that is put together from pieces. It keeps the first value that cannot be written: look
// at Err before the statement is used.
type Literals struct {
	Dialect Dialect
	Err     error
}

// Of is a value as Literal writes it; NULL, with Err set, where Literal refuses it.
func (l *Literals) Of(v any) string {
	text, err := Literal(l.Dialect, v)
	if err != nil {
		if l.Err == nil {
			l.Err = err
		}
		return "NULL"
	}
	return text
}

// List is texts with commas between them, for IN and for arguments of functions.
func (l *Literals) List(values []string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = l.Of(v)
	}
	return strings.Join(texts, ", ")
}
