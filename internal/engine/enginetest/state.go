package enginetest

import (
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
)

// held is the source of a test: files in memory that can change.
type held struct {
	*mem.Source
	put    func(key string, body []byte)
	remove func(key string)
}

func (h *held) set(key string, body []byte) {
	h.Set(key, body)
	if h.put != nil {
		h.put(key, body)
	}
}

func (h *held) drop(key string) {
	h.Remove(key)
	if h.remove != nil {
		h.remove(key)
	}
}

// Follow is for a driver whose engine reads a copy of the source that Open was given: the copy follows each change.
func Follow(s source.Source, put func(key string, body []byte), remove func(key string)) {
	if h, ok := s.(*held); ok {
		h.put, h.remove = put, remove
	}
}

// stand is an engine over files that can change.
type stand struct {
	t      *testing.T
	files  *held
	engine engine.Engine
}

func newStand(t *testing.T, open Open, f files) *stand {
	t.Helper()
	h := hold(t, f)
	e := open(t, Definition(t, nil), h)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error("close the engine:", err)
		}
	})
	return &stand{t, h, e}
}

func (s *stand) state(scope engine.Scope) string {
	s.t.Helper()
	state, err := s.engine.State(s.t.Context(), scope)
	if err != nil {
		s.t.Fatal(err)
	}
	if state == "" {
		s.t.Fatal("a state without a name")
	}
	return state
}

// opened is the state that a session begins with.
func (s *stand) opened(scope engine.Scope) string {
	s.t.Helper()
	session, err := s.engine.Open(s.t.Context(), scope)
	if err != nil {
		s.t.Fatal(err)
	}
	defer session.Close()
	return session.State()
}

// The state of the log files is another one after each change of what the rows rest on, and only then. It is the same for
// everybody who looks, and the one that a session opened then rests on.
func testState(t *testing.T, open Open) {
	const account, region = "111122223333", "eu-west-1"
	a, b, cut := key(account, region, "2026/10/25", "a"), key(account, region, "2026/10/26", "b"), key(account, region, "2026/10/27", "cut")
	whole := log(at("2026-10-27T08:00:00Z", "cut"))
	other := log(at("2026-10-25T08:00:00Z", "x"))
	s := newStand(t, open, files{
		a: log(at("2026-10-25T08:00:00Z", "a")), b: log(at("2026-10-26T08:00:00Z", "b")), cut: whole[:len(whole)-9],
		"loose.json": log(at("2026-10-02T08:00:00Z", "l")),
	})
	seen := map[string]string{}
	now := s.state(october())
	seen[now] = "at first"
	for _, c := range []struct {
		name   string
		change func()
		same   bool
	}{
		{"nothing", func() {}, true},
		{"the same bytes written again", func() { s.files.set(a, log(at("2026-10-25T08:00:00Z", "a"))) }, true},
		{"a file of the same size and another content", func() { s.files.set(a, other) }, false},
		{"a file that came", func() { s.files.set(key(account, region, "2026/10/25", "c"), log(at("2026-10-25T09:00:00Z", "c"))) }, false},
		{"a file without records that came", func() { s.files.set(key(account, region, "2026/10/28", "d"), log()) }, false},
		{"a file that went", func() { s.files.drop(b) }, false},
		{"a file that can be read now", func() { s.files.set(cut, whole) }, false},
		{"a file that cannot be read any more", func() { s.files.set(a, other[:len(other)-9]) }, false},
		{"a loose file that came", func() { s.files.set("more.json", log(at("2026-10-03T08:00:00Z", "m"))) }, false},
		{"a loose file that changed", func() { s.files.set("more.json", log(at("2026-10-03T08:00:00Z", "n"))) }, false},
		{"a late file that came", func() { s.files.set(key(account, region, "2026/11/02", "e"), log(at("2026-10-31T23:00:00Z", "e"))) }, false},
	} {
		c.change()
		next := s.state(october())
		if c.same != (next == now) {
			t.Errorf("%s: the same state: %v, want %v", c.name, next == now, c.same)
		}
		if before, ok := seen[next]; ok && !c.same {
			t.Errorf("%s: the state is that of %s", c.name, before)
		}
		if now, seen[next] = next, c.name; s.state(october()) != now {
			t.Errorf("%s: asked twice, two states", c.name)
		}
		if opened := s.opened(october()); opened != now {
			t.Errorf("%s: a session rests on %s, the engine says %s", c.name, opened, now)
		}
	}
}

// Only files of the scope count.
func testStateOfScope(t *testing.T, open Open) {
	s := newStand(t, open, files{key("111122223333", "eu-west-1", "2026/10/25", "a"): log(at("2026-10-25T08:00:00Z", "a"))})
	scope := october()
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	before := s.state(scope)
	for _, k := range []string{key("111122223333", "eu-west-1", "2026/09/25", "x"), key("111122223333", "eu-west-1", "2026/11/03", "x"),
		key("444455556666", "eu-west-1", "2026/10/25", "x"), key("111122223333", "us-east-1", "2026/10/25", "x")} {
		s.files.set(k, log(at("2026-10-25T08:00:00Z", "x")))
		if s.state(scope) != before {
			t.Errorf("%s is not a file of the scope and changed its state", k)
		}
	}
	if scope.HistoryDays = 60; s.state(scope) == before {
		t.Error("a file of the history does not count")
	}
}

// A session either rests on the state that it was opened with, whatever happens to the files, or says what changed.
func testChanges(t *testing.T, open Open) {
	const account, region = "111122223333", "eu-west-1"
	a, b := key(account, region, "2026/10/25", "a"), key(account, region, "2026/10/26", "b")
	s := newStand(t, open, files{a: log(at("2026-10-25T08:00:00Z", "a")), b: log(at("2026-10-26T08:00:00Z", "b"))})
	session, err := s.engine.Open(t.Context(), october())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	w := &world{t, Definition(t, nil), s.engine, session}
	ids := func() string { return strings.Join(w.texts("SELECT eventid FROM events ORDER BY eventid"), " ") }
	state, before := session.State(), ids()
	if c, err := session.Changes(t.Context()); err != nil || c.Any() {
		t.Errorf("changes of files that did not change: %+v, %v", c, err)
	}
	time.Sleep(2 * time.Millisecond) // so that a time can differ
	s.files.set(a, log(at("2026-10-25T08:00:00Z", "x")))
	s.files.set(key(account, region, "2026/10/27", "c"), log(at("2026-10-27T08:00:00Z", "c")))
	s.files.set(key(account, region, "2026/11/02", "d"), log(at("2026-11-02T08:00:00Z", "d"))) // of the days after the period
	s.files.drop(b)
	after := ids()
	if session.State() != state {
		t.Error("the state of a session changed")
	}
	c, err := session.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	switch want := (engine.Changes{Came: 1, Gone: 1, Replaced: 1}); {
	case after == before && (c == engine.Changes{} || c == want):
	case after != before && c == want:
	default:
		t.Errorf("rows %s, and %s after changes: the session says %+v, want %+v", before, after, c, want)
	}
	if now := s.state(october()); now == state {
		t.Error("the engine gives the state of before")
	}
}
