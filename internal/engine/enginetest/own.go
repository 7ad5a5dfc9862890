package enginetest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/relation"
)

// OwnDefinition is the relation as the library of somebody could write it: the same meaning under other names, in another layout.
func OwnDefinition(t testing.TB) *relation.Definition {
	return Definition(t, func(name, text string) string {
		if name != "sql/events.sql" {
			return text
		}
		own := rewritten(text)
		if own == text || strings.Contains(own, "bounded") || strings.Contains(own, "h_part") {
			t.Fatal("the names of events.sql are others now: give this test theirs")
		}
		return own
	})
}

var (
	otherNames = strings.NewReplacer("bounded", "in_scope", "numbered", "without_copies", "h_part", "x_belongs_to", "h_copy", "x_nth")
	comment    = regexp.MustCompile(`(?m)(^|\s)--\s.*$`)
	between    = regexp.MustCompile(`\s+`)
	twoParts   = regexp.MustCompile(`(?s)(.*\n\)\n)(-- The other files [^\n]*\n)(.*)`)
)

// rewritten has other names of what only this file uses, no comments but the mark, and a line where there was a space after a comma.
func rewritten(text string) string {
	m := twoParts.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	layout := func(s string) string {
		s = between.ReplaceAllString(comment.ReplaceAllString(s, ""), " ")
		return strings.ReplaceAll(strings.ReplaceAll(otherNames.Replace(s), ", ", ",\n    "), " = ", " =\n\t")
	}
	return layout(m[1]) + "\n" + m[2] + layout(m[3])
}

// A library may hold its own definition of the relations; every engine answers over it, those that make a copy of them first too.
func testOwnDefinition(t *testing.T, open Open) {
	damaged := map[string]any{"errorMessage": "other"}
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): log(at("2026-10-25T00:00:00Z", "twice"), at("2026-10-25T00:00:01Z", "differs")),
		key("111122223333", "eu-west-1", "2026/10/26", "b"): log(at("2026-10-25T00:00:00Z", "twice"),
			at("2026-10-25T00:00:01Z", "differs", damaged), at("2026-12-25T00:00:00Z", "after")),
		key("111122223333", "eu-west-1", "2026/09/25", "c"): log(at("2026-09-25T00:00:00Z", "before")),
		key("111122223333", "eu-west-1", "2026/09/26", "d"): log(at("2026-09-25T00:00:00Z", "before")),
	}
	scope := october()
	scope.HistoryDays = 30
	own, builtIn := start(t, open, OwnDefinition(t), f, scope), start(t, open, nil, f, scope)
	for _, q := range []string{
		"SELECT eventid, eventname, copies, copies_differ, log_file FROM events ORDER BY eventid, log_file",
		"SELECT eventid, copies, copies_differ, log_file FROM history ORDER BY eventid",
		"SELECT e.eventid FROM events e JOIN history h ON e.account_id = h.account_id ORDER BY 1",
	} {
		if got, want := own.texts(q), builtIn.texts(q); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s\n got %q\nwant %q", q, got, want)
		}
	}
	own.want("SELECT eventid, copies FROM events ORDER BY eventid, log_file", "differs|1", "differs|1", "twice|2")
	own.want("SELECT eventid, copies FROM history", "before|2")
	in := own.inputs()
	own.figure("records", in.Records, 4)
	own.figure("events", in.Events, 3)
	own.figure("conflicting", in.Conflicting, 1)
	own.figure("outside", in.Outside, 3)
}
