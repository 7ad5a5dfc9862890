// Package infra is plan and apply: what is there, what should be, what will change and why.
//
// A Resource is one thing that Trailscribe makes and keeps; internal/lake gives a list of them. The order of the list is the
// order of making, its reverse the order of removing. Nothing is changed that was not planned: each step begins by reading
// what is there again, and ends the run if that is no longer what the plan saw.
package infra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// What a change does.
const (
	Add    = "+"
	Modify = "~"
	Remove = "-"
)

// Change is one field of a resource that differs from what is wanted.
type Change struct {
	Op     string `json:"op"`       // Add, Modify, Remove
	Ref    string `json:"resource"` // "table trailscribe.cloudtrail"
	Field  string `json:"field"`    // "" for the resource itself
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
	Reason string `json:"reason"`
	// Blocked is why the change is not made, with what to do: the resource belongs to somebody else, or cannot be changed
	// in place. A plan with a blocked change is not applied.
	Blocked string `json:"blocked,omitempty"`
}

// State is what is there.
type State struct {
	Exists bool
	Ours   bool              // it carries the mark of Trailscribe: it may be removed
	Fields map[string]string // every fact that a comparison looks at, and the version where there is one
	Data   any               // of the resource, for Apply and Destroy
}

// Digest tells one state from another.
func (s State) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%t %t\n", s.Exists, s.Ours)
	for _, k := range slices.Sorted(maps.Keys(s.Fields)) {
		fmt.Fprintf(h, "%q=%q\n", k, s.Fields[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Holder is an ability of resources that hold what this program does not remove.
type Holder interface {
	Holds(ctx context.Context, s State) (why string, err error) // why it is not removed; "" if it can be
}

// Resource is one thing that is made and kept.
type Resource interface {
	Component() string // what --component selects: database, table, workgroup, results
	Ref() string       // how a reader knows it, unique in a list
	Read(ctx context.Context) (State, error)
	// Diff compares; it asks nobody. No change means that Apply is not called.
	Diff(s State) []Change
	// Apply makes the changes that Diff gave for s. Where the service can tell, it refuses with ErrMoved if s is no longer true.
	Apply(ctx context.Context, s State) error
	// Destroy removes it. It is called only for states that exist and are ours.
	Destroy(ctx context.Context, s State) error
}

// ErrMoved says that what is there is no longer what the plan saw.
var ErrMoved = errors.New("it has changed since the plan was made")

// ErrBlocked says that a plan holds a change that will not be made.
var ErrBlocked = errors.New("a planned change cannot be made")

// Pick is the resources of some components, in the order of the list; none named: all.
func Pick(all []Resource, components []string) ([]Resource, error) {
	if len(components) == 0 {
		return all, nil
	}
	var known []string
	for _, r := range all {
		if !slices.Contains(known, r.Component()) {
			known = append(known, r.Component())
		}
	}
	for _, c := range components {
		if !slices.Contains(known, c) {
			return nil, fmt.Errorf("there is no component %q; there are %v", c, known)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Resource) bool { return !slices.Contains(components, r.Component()) }), nil
}
