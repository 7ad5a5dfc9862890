package workpaper

import (
	"trailscribe/internal/style"
	"trailscribe/internal/unread"
)

// Unread is the sentence of a language for why a log file was not read; "" for one that was.
func Unread(l *style.Language, why unread.Reason) string {
	if why.Kind == "" {
		return ""
	}
	args, err := why.Arguments()
	if err != nil || !l.Has("unread."+string(why.Kind)) { // altered, or of a newer program
		return l.Say("unread.unknown", "kind", why.String())
	}
	args, record, offset, placed := unread.Place(args)
	var values []any
	for _, a := range args {
		var v any = a.Text
		switch {
		case a.Found != nil:
			v = Unread(l, *a.Found)
		case a.Word != "":
			v = l.Say("unread_word." + string(a.Word))
		case a.Number != nil && a.Name == "bytes":
			v = l.Bytes(*a.Number)
		case a.Number != nil:
			v = *a.Number
		}
		values = append(values, a.Name, v)
	}
	text := l.Say("unread."+string(why.Kind), values...)
	if placed {
		text = l.Say("unread_place", "text", text, "record", record, "byte", offset)
	}
	return text
}
