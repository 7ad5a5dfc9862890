package workpaper_test

import (
	"regexp"
	"strings"
	"testing"

	"trailscribe/internal/unread"
	"trailscribe/internal/workpaper"
)

// Every kind has a message that shows each of its arguments, and every word has one.
func TestEveryReasonHasWords(t *testing.T) {
	l := english(t)
	for kind, names := range unread.Kinds {
		var args []any
		for _, name := range names {
			switch name {
			case "found":
				args = append(args, unread.Because(unread.Empty))
			case "n", "at", "bytes", "times", "levels", "most":
				args = append(args, int64(4<<10))
			case "missing":
				args = append(args, unread.Colon)
			case "element":
				args = append(args, unread.ANull)
			default:
				args = append(args, "‹"+name+"›")
			}
		}
		got := workpaper.Unread(l, unread.Because(kind, args...))
		if !l.Has("unread."+string(kind)) || got == "" || strings.ContainsAny(got, "{}") || strings.Contains(got, "no words for") {
			t.Errorf("%s reads %q", kind, got)
		}
		for i, name := range names {
			want := ""
			switch a := args[i].(type) {
			case string:
				want = a
			case int64:
				want = l.Number(a)
				if name == "bytes" {
					want = l.Bytes(a)
				}
			case unread.Word:
				want = l.Say("unread_word." + string(a))
			case unread.Reason:
				want = workpaper.Unread(l, a)
			}
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say its %s, %q: %q", kind, name, want, got)
			}
		}
	}
	for _, w := range unread.Words {
		if !l.Has("unread_word." + string(w)) {
			t.Errorf("no words for %s", w)
		}
	}
}

func TestUnread(t *testing.T) {
	l := english(t)
	for want, why := range map[string]unread.Reason{
		"": {},
		"After one record comes something else. The file is empty. (record 2, byte 57)": unread.Because(unread.AfterRecords, int64(1),
			unread.Because(unread.Empty)).At(2, 57),
		"A sentence of an older run.": unread.Because(unread.Said, "A sentence of an older run."),
	} {
		if got := workpaper.Unread(l, why); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// A kind of a newer version, and arguments that nobody wrote, are told and not dropped.
	for _, why := range []unread.Reason{{Kind: "moon-phase", Args: `{"day":3}`}, {Kind: unread.NotJSON, Args: "["}} {
		if got := workpaper.Unread(l, why); !regexp.MustCompile(`no words for \((moon-phase|not-json)`).MatchString(got) {
			t.Errorf("%+v: %q", why, got)
		}
	}
}
