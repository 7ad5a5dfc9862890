package infra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// format of a saved plan; a plan of another format is refused.
const format = 1

// What a plan is for.
const (
	Applying   = "apply"
	Destroying = "destroy"
)

// Plan is what will change, and what was there when that was decided.
type Plan struct {
	Format  int    `json:"format"`
	Purpose string `json:"purpose"` // Applying, Destroying
	Target  string `json:"target"`  // where: account and region, so that a plan is not applied elsewhere
	Steps   []Step `json:"steps"`
}

// Step is one resource of a plan; without changes it is as it should be.
type Step struct {
	Component string   `json:"component"`
	Ref       string   `json:"resource"`
	Seen      string   `json:"seen"` // digest of the state
	Changes   []Change `json:"changes,omitempty"`
	Kept      string   `json:"kept,omitempty"` // why a destroy leaves it
}

// New compares every resource with what is there.
func New(ctx context.Context, target string, rs []Resource) (*Plan, error) {
	p := &Plan{Format: format, Purpose: Applying, Target: target}
	for _, r := range rs {
		s, err := r.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the %s: %w", r.Ref(), err)
		}
		p.Steps = append(p.Steps, Step{Component: r.Component(), Ref: r.Ref(), Seen: s.Digest(), Changes: r.Diff(s)})
	}
	return p, nil
}

// NewDestroy plans the removal of what is there and ours, in reverse order.
func NewDestroy(ctx context.Context, target string, rs []Resource) (*Plan, error) {
	p := &Plan{Format: format, Purpose: Destroying, Target: target}
	for _, r := range slices.Backward(rs) {
		s, err := r.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the %s: %w", r.Ref(), err)
		}
		step := Step{Component: r.Component(), Ref: r.Ref(), Seen: s.Digest()}
		holds := ""
		if h, ok := r.(Holder); ok && s.Exists && s.Ours {
			if holds, err = h.Holds(ctx, s); err != nil {
				return nil, fmt.Errorf("looking into the %s: %w", r.Ref(), err)
			}
		}
		switch {
		case holds != "":
			step.Kept = holds
		case !s.Exists:
			step.Kept = "it is not there"
		case !s.Ours:
			step.Kept = "it was not made by Trailscribe"
		default:
			step.Changes = []Change{{Op: Remove, Ref: r.Ref(), Reason: "made by Trailscribe"}}
		}
		p.Steps = append(p.Steps, step)
	}
	return p, nil
}

// Changes are all changes, in the order they are made.
func (p *Plan) Changes() (all []Change) {
	for _, s := range p.Steps {
		all = append(all, s.Changes...)
	}
	return all
}

// Blocked are the changes that will not be made.
func (p *Plan) Blocked() (all []Change) {
	return slices.DeleteFunc(p.Changes(), func(c Change) bool { return c.Blocked == "" })
}

// Save writes the plan.
func (p *Plan) Save(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

// MaxPlan is how large a saved plan may be, in bytes: some thousands of times what the resources of this program need.
const MaxPlan = 16 << 20

// LoadPlan reads a saved plan.
func LoadPlan(data []byte) (*Plan, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	p := &Plan{}
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("reading the plan: it is not a plan of this program: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the plan: something follows the plan in its file; make the plan again")
	}
	if p.Format != format {
		return nil, fmt.Errorf("reading the plan: its format is %d, this version reads %d; make the plan again", p.Format, format)
	}
	if p.Purpose != Applying && p.Purpose != Destroying {
		return nil, fmt.Errorf("reading the plan: its purpose %.40q is neither %s nor %s", p.Purpose, Applying, Destroying)
	}
	return p, nil
}

// Done is one step that was taken.
type Done struct {
	Ref     string
	Changes []Change
	Err     error // nil: made; the steps after it were not tried
}

// Apply makes the changes of the plan, resource by resource, and tells each to done (nil is allowed). The resources must be
// those the plan was made for. It compares everything before it changes anything: a plan whose world or configuration has
// moved changes nothing. It stops at the first error; the same command goes on from there.
func (p *Plan) Apply(ctx context.Context, target string, rs []Resource, done func(Done)) error {
	if err := p.Verify(ctx, target, rs); err != nil {
		return err
	}
	for _, step := range p.Steps {
		if len(step.Changes) == 0 {
			continue
		}
		r := rs[slices.IndexFunc(rs, func(r Resource) bool { return r.Ref() == step.Ref })]
		err := p.step(ctx, r, step)
		if done != nil {
			done(Done{Ref: step.Ref, Changes: step.Changes, Err: err})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Verify reports whether the plan could be applied now, and changes nothing: ErrMoved where what is there, the configuration
// or the account is no longer that of the plan, ErrBlocked where it holds a change that will not be made.
func (p *Plan) Verify(ctx context.Context, target string, rs []Resource) error {
	if p.Target != target {
		return fmt.Errorf("the plan was made for %s, and this is %s: %w", p.Target, target, ErrMoved)
	}
	if b := p.Blocked(); len(b) > 0 {
		return fmt.Errorf("%s%s: %s: %w", b[0].Ref, field(b[0]), b[0].Blocked, ErrBlocked)
	}
	build := New
	if p.Purpose == Destroying {
		build = NewDestroy
	}
	now, err := build(ctx, target, rs)
	if err != nil {
		return err
	}
	return p.same(now)
}

// step takes one step, from the state that it reads again: other steps may have taken a while.
func (p *Plan) step(ctx context.Context, r Resource, step Step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := r.Read(ctx)
	if err != nil {
		return fmt.Errorf("reading the %s: %w", step.Ref, err)
	}
	if s.Digest() != step.Seen {
		return fmt.Errorf("the %s: %w", step.Ref, ErrMoved)
	}
	if p.Purpose == Destroying {
		if !s.Exists || !s.Ours {
			return fmt.Errorf("the %s is not Trailscribe's: %w", step.Ref, ErrMoved)
		}
		if err := r.Destroy(ctx, s); err != nil {
			return fmt.Errorf("removing the %s: %w", step.Ref, err)
		}
		return nil
	}
	if err := r.Apply(ctx, s); err != nil {
		return fmt.Errorf("changing the %s: %w", step.Ref, err)
	}
	return nil
}

// same compares with a plan made now.
func (p *Plan) same(now *Plan) error {
	if len(p.Steps) != len(now.Steps) {
		return fmt.Errorf("the plan has %d resources, the configuration %d: %w", len(p.Steps), len(now.Steps), ErrMoved)
	}
	for i, a := range p.Steps {
		b := now.Steps[i]
		switch {
		case a.Ref != b.Ref:
			return fmt.Errorf("the plan has the %s where the configuration has the %s: %w", a.Ref, b.Ref, ErrMoved)
		case a.Seen != b.Seen:
			return fmt.Errorf("the %s: %w", a.Ref, ErrMoved)
		case !slices.Equal(a.Changes, b.Changes):
			return fmt.Errorf("the %s: the configuration asks for other changes now than the plan holds: %w", a.Ref, ErrMoved)
		}
	}
	return nil
}

func field(c Change) string {
	if c.Field == "" {
		return ""
	}
	return ", " + c.Field
}
