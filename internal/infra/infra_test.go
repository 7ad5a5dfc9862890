package infra

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// thing is a resource with one field.
type thing struct {
	name, want string
	have       *string
	foreign    bool
	log        *[]string
	fail       error
	blocked    string
	hook       func() // called before each reading
}

func (t *thing) Component() string { c, _, _ := strings.Cut(t.name, " "); return c }
func (t *thing) Ref() string       { return t.name }

func (t *thing) Read(context.Context) (State, error) {
	if t.hook != nil {
		t.hook()
	}
	if t.have == nil {
		return State{}, nil
	}
	return State{Exists: true, Ours: !t.foreign, Fields: map[string]string{"value": *t.have}}, nil
}

func (t *thing) Diff(s State) []Change {
	switch {
	case !s.Exists:
		return []Change{{Op: Add, Ref: t.name, Reason: "it is not there", Blocked: t.blocked}}
	case s.Fields["value"] != t.want:
		return []Change{{Op: Modify, Ref: t.name, Field: "value", Old: s.Fields["value"], New: t.want, Reason: "<other> & so on",
			Blocked: t.blocked}}
	}
	return nil
}

func (t *thing) Apply(context.Context, State) error {
	*t.log = append(*t.log, "apply "+t.name)
	if t.fail == nil {
		t.have = &t.want
	}
	return t.fail
}

func (t *thing) Destroy(context.Context, State) error {
	*t.log = append(*t.log, "destroy "+t.name)
	if t.fail == nil {
		t.have = nil
	}
	return t.fail
}

func things() (log *[]string, rs []*thing, all []Resource) {
	log = &[]string{}
	for _, n := range []string{"bucket b", "database d", "table t"} {
		t := &thing{name: n, want: "1", log: log}
		rs, all = append(rs, t), append(all, t)
	}
	return log, rs, all
}

func text(s string) *string { return &s }

func TestOrderAndIdempotence(t *testing.T) {
	log, rs, all := things()
	apply := func() error {
		p, err := New(t.Context(), "here", all)
		if err != nil {
			t.Fatal(err)
		}
		return p.Apply(t.Context(), "here", all, nil)
	}
	if err := apply(); err != nil || strings.Join(*log, ", ") != "apply bucket b, apply database d, apply table t" {
		t.Error(err, *log)
	}
	*log = nil
	if err := apply(); err != nil || len(*log) != 0 {
		t.Error(err, *log)
	}
	rs[2].have = text("2") // drift of one is a change of one
	if err := apply(); err != nil || strings.Join(*log, ", ") != "apply table t" {
		t.Error(err, *log)
	}
	*log, rs[1].foreign = nil, true
	p, err := NewDestroy(t.Context(), "here", all)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(t.Context(), "here", all, nil); err != nil || strings.Join(*log, ", ") != "destroy table t, destroy bucket b" ||
		p.Steps[1].Kept == "" {
		t.Error(err, *log, p.Steps)
	}
}

func TestStopsAtTheFirstError(t *testing.T) {
	log, rs, all := things()
	rs[1].fail = errors.New("no")
	p, _ := New(t.Context(), "here", all)
	var said []string
	err := p.Apply(t.Context(), "here", all, func(d Done) {
		if d.Err != nil {
			said = append(said, "failed "+d.Ref)
		} else {
			said = append(said, d.Ref)
		}
	})
	if !errors.Is(err, rs[1].fail) || strings.Join(*log, ", ") != "apply bucket b, apply database d" ||
		strings.Join(said, ", ") != "bucket b, failed database d" {
		t.Error(err, *log, said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	rs[0].have, rs[1].fail, *log = nil, nil, nil
	p, _ = New(ctx, "here", all)
	cancel()
	if err := p.Apply(ctx, "here", all, nil); !errors.Is(err, context.Canceled) || len(*log) != 0 {
		t.Error(err, *log)
	}
}

// A saved plan is applied as it is, or not at all.
func TestRefusesWhatMoved(t *testing.T) {
	for name, move := range map[string]func(p *Plan, rs []*thing, all []Resource) []Resource{
		"the world": func(_ *Plan, rs []*thing, all []Resource) []Resource { rs[0].have = text("9"); return all },
		"a later resource": func(_ *Plan, rs []*thing, all []Resource) []Resource {
			rs[2].have = text("9")
			return all
		},
		"the owner":         func(_ *Plan, rs []*thing, all []Resource) []Resource { rs[1].foreign = true; return all },
		"the configuration": func(_ *Plan, rs []*thing, all []Resource) []Resource { rs[1].want = "3"; return all },
		"fewer resources":   func(_ *Plan, _ []*thing, all []Resource) []Resource { return all[:2] },
		"another order":     func(_ *Plan, _ []*thing, all []Resource) []Resource { return []Resource{all[1], all[0], all[2]} },
		"another account":   func(p *Plan, _ []*thing, all []Resource) []Resource { p.Target = "there"; return all },
		"between two steps": func(_ *Plan, rs []*thing, all []Resource) []Resource {
			n := 0
			rs[1].hook = func() { // the comparison before the first step is the first reading
				if n++; n == 2 {
					rs[1].have = text("9")
				}
			}
			return all
		},
	} {
		log, rs, all := things()
		rs[1].have = text("0")
		p, err := New(t.Context(), "here", all)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := p.Save(&b); err != nil {
			t.Fatal(err)
		}
		if p, err = LoadPlan(b.Bytes()); err != nil {
			t.Fatal(err)
		}
		err = p.Apply(t.Context(), "here", move(p, rs, all), nil)
		if !errors.Is(err, ErrMoved) {
			t.Errorf("%s moved: %v", name, err)
		}
		for _, l := range *log {
			if l != "apply bucket b" || name != "between two steps" {
				t.Errorf("%s moved: %s", name, l)
			}
		}
	}
}

// A file that holds more than the plan is not the plan that somebody looked at.
func TestLoadPlanRefusesWhatFollows(t *testing.T) {
	_, _, all := things()
	p, err := New(t.Context(), "here", all)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Save(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadPlan(append(bytes.Clone(b.Bytes()), " \n"...)); err != nil {
		t.Errorf("white space behind a plan: %v", err)
	}
	for _, more := range []string{"{}", "x", b.String()} {
		if _, err := LoadPlan(append(bytes.Clone(b.Bytes()), more...)); err == nil ||
			!strings.Contains(err.Error(), "something follows the plan") {
			t.Errorf("%.20q behind a plan: %v", more, err)
		}
	}
}

func TestBlockedChangesNothing(t *testing.T) {
	log, rs, all := things()
	rs[2].blocked = "it belongs to somebody else"
	p, _ := New(t.Context(), "here", all)
	err := p.Apply(t.Context(), "here", all, nil)
	if !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "table t: it belongs to somebody else") || len(*log) != 0 ||
		len(p.Blocked()) != 1 {
		t.Error(err, *log)
	}
}

func TestPick(t *testing.T) {
	_, _, all := things()
	got, err := Pick(all, []string{"table", "bucket"})
	if err != nil || len(got) != 2 || got[0].Ref() != "bucket b" || len(all) != 3 {
		t.Error(got, err)
	}
	if _, err := Pick(all, []string{"tabel"}); err == nil || !strings.Contains(err.Error(), "[bucket database table]") {
		t.Error(err)
	}
	if got, err := Pick(all, nil); err != nil || len(got) != 3 {
		t.Error(got, err)
	}
}

func TestLoadPlanRefuses(t *testing.T) {
	for text, want := range map[string]string{"": "not a plan", "{}": "format is 0", `{"format":1,"more":2}`: "not a plan",
		`{"format":2}`: "make the plan again", "athena:": "not a plan"} {
		if _, err := LoadPlan([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
