package framework_test

import (
	"testing"

	"trailscribe/internal/framework"
)

// FuzzLoad: a file of a framework is refused with places, or serves controls of its own only.
func FuzzLoad(f *testing.F) {
	f.Add(newer)
	f.Add(older)
	f.Add("id: cis-5\ncontrols: [{id: [1], same_as: cis-5/1.6}, ~, {id: \"1.6\", strength: partial}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, bad := framework.Load(open(t, map[string]string{"cis-5.yaml": text, "cis-4.yaml": older}))
		for _, p := range bad {
			if p.Text == "" || p.At.File == "" || p.At.Line < 1 || p.At.Col < 1 {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
		own := set["cis-5"]
		if own == nil {
			if bad.Err() == nil {
				t.Fatal("refused without a problem")
			}
			return
		}
		for _, id := range own.Serves(map[string][]string{"cis-5": {"1.6"}, "cis-4": {"1.2"}}) {
			if _, ok := own.Control(id); !ok {
				t.Fatalf("it serves %q, which it does not have", id)
			}
		}
	})
}
