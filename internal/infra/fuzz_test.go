package infra

import (
	"bytes"
	"context"
	"testing"
)

// FuzzLoadPlan: a saved plan is refused, or is saved to the same plan again; it changes nothing where it was not made for.
func FuzzLoadPlan(f *testing.F) {
	f.Add(`{"format":1,"purpose":"apply","target":"account 1","steps":[{"component":"c","resource":"r","seen":"x","changes":[{"op":"add","resource":"r","field":"","reason":"x"}]}]}`)
	f.Add(`{"format":1,"purpose":"destroy","target":"here","steps":[{"component":"c","resource":"r","seen":""},null]}`)
	f.Add(`{"format":1,"purpose":"apply","steps":[]}x`)
	f.Add(`{"format":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := LoadPlan([]byte(text))
		if err != nil {
			return
		}
		p.Changes()
		p.Blocked()
		var b, again bytes.Buffer
		if err := p.Save(&b); err != nil {
			t.Fatal(err)
		}
		q, err := LoadPlan(b.Bytes())
		if err != nil {
			t.Fatalf("what was saved is refused: %v\n%s", err, b.String())
		}
		if err := q.Save(&again); err != nil || again.String() != b.String() {
			t.Fatalf("saved as\n%s\nthen as\n%s", b.String(), again.String())
		}
		err = p.Apply(context.Background(), "another target", nil, func(d Done) { t.Fatalf("it changed %s", d.Ref) })
		if err == nil && p.Target != "another target" {
			t.Fatal("it was applied elsewhere")
		}
		if err := p.Apply(context.Background(), p.Target, nil, func(d Done) { t.Fatalf("it changed %s", d.Ref) }); err == nil &&
			len(p.Steps) > 0 {
			t.Fatal("it was applied to nothing")
		}
	})
}
