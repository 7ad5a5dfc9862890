package json

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"trailscribe/internal/engine"
	"trailscribe/internal/export/exporttest"
)

var update = flag.Bool("update", false, "write templates/schemas/run.schema.json anew")

// The schema in templates is that of the types, accepts what is written, and refuses what is not.
func TestSchema(t *testing.T) {
	file := filepath.Join("..", "..", "..", "templates", "schemas", "run.schema.json")
	if *update {
		if err := os.WriteFile(file, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if old, err := os.ReadFile(file); err != nil || !bytes.Equal(old, Schema()) {
		t.Errorf("%s is not what the types give (%v): go test -update writes it", file, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("run.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("run.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	free := exporttest.Writes(t, New())["data/run.json"]
	if err := check(free); err != nil || strings.Contains(free, `"cost"`) {
		t.Error(err)
	}
	out := exporttest.Output{}
	bills := []engine.Bill{{Of: engine.Counting, Execution: "1", Bytes: 10 << 20}, {Of: "iam/users", Execution: "2"}}
	for name, estimate := range map[string]*engine.Estimate{"none": nil,
		"one": {Chosen: "direct", Price: engine.Money{Micros: 5_000_000, Currency: "USD"},
			Modes: []engine.Mode{{Name: "direct", Bytes: 30 << 20, Billed: []int64{20 << 20},
				Work: []engine.Work{{Of: engine.Counting, Bytes: 10 << 20}}}}}} {
		if _, err := New().Write(t.Context(), out, exporttest.RunThatCost(t, estimate, bills)); err != nil {
			t.Fatal(err)
		}
		costly := out["data/run.json"]
		if err := check(costly); err != nil || !strings.Contains(costly, `"executions": 2`) {
			t.Errorf("%s: %v\n%s", name, err, costly)
		}
		for what, wrong := range map[string]string{
			"a figure that is text": strings.Replace(costly, `"executions": 2`, `"executions": "2"`, 1),
			"an unknown key":        strings.Replace(costly, `"currency"`, `"money"`, 1),
			"no digest":             strings.Replace(costly, `"digest"`, `"digset"`, 1),
			"a list that is null":   strings.Replace(costly, `"checks": []`, `"checks": null`, 1),
		} {
			if wrong == costly || check(wrong) == nil {
				t.Errorf("%s is accepted", what)
			}
		}
	}
}
