package demo

import (
	"context"
	"io"
	"strings"
	"testing"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/integrity"
	"trailscribe/internal/source/mem"
)

// The sample is as a trail delivered it, but for one log file that a digest lists and nobody finds.
func TestSampleIsVerified(t *testing.T) {
	for _, o := range []Options{{Seed: 1, Events: 4000}, {Seed: 2, Events: 8000, Broken: true}, {Seed: 3, Events: 600, PerFile: 10,
		Accounts: []string{"123456789012"}, Regions: []string{"us-east-1"}}} {
		m, err := mem.New(mem.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Generate(context.Background(), o, m); err != nil {
			t.Fatal(err)
		}
		keys := integrity.KeySet{}
		for f, err := range m.List(context.Background(), cloudtrail.FolderKeys+"/") {
			if err != nil {
				t.Fatal(err)
			}
			r, _, err := m.Open(context.Background(), f.Key)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if keys[cloudtrail.KeysRegion(f.Key)], err = integrity.ReadKeys(text); err != nil {
				t.Fatal(err)
			}
		}
		r, err := integrity.Check(context.Background(), integrity.Options{Source: m, Keys: keys}, integrity.Range{})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, p := range r.Places {
			for _, f := range p.Findings {
				found = append(found, string(f.Class)+" "+string(f.Kind)+" "+p.Account+" "+p.Region+" "+f.From.Format("01-02"))
			}
		}
		want := []string{"missing log " + o.filled().Accounts[0] + " " + o.filled().Regions[0] + " 10-14"}
		if o.Broken {
			want = append([]string{"truncated log 111122223333 eu-central-1 10-01"}, want...)
		}
		if strings.Join(found, "\n") != strings.Join(want, "\n") {
			t.Errorf("%+v: found\n%s\nwant\n%s", o, strings.Join(found, "\n"), strings.Join(want, "\n"))
		}
	}
}
