package framework_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

func open(t *testing.T, files map[string]string) *library.Library {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m["reports/frameworks/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, bad := library.Open(library.Layer{Origin: "mine", FS: m})
	if bad != nil {
		t.Fatal(bad)
	}
	return l
}

const newer = `id: cis-5
title: CIS
version: "5.0"
publisher: CIS
controls:
  - {id: "1.6", name: root use, family: Identity, strength: full}
  - {id: "1.10", name: keys, family: Identity, strength: partial, lacks: the age of a key}
  - {id: "2.1", name: encryption, family: Data, strength: none}
`

const older = `id: cis-4
title: CIS
version: "4.0"
publisher: CIS
controls:
  - {id: "1.7", name: root use, family: Identity, strength: full, same_as: cis-5/1.6}
  - {id: "9.9", name: own, family: Identity, strength: full}
`

func TestLoad(t *testing.T) {
	set, bad := framework.Load(open(t, map[string]string{"cis-5.yaml": newer, "cis-4.yaml": older}))
	if bad != nil {
		t.Fatal(bad)
	}
	if diff := cmp.Diff([]string{"cis-4", "cis-5"}, set.IDs()); diff != "" {
		t.Error(diff)
	}
	if c, ok := set["cis-5"].Control("1.10"); !ok || c.Lacks != "the age of a key" || c.Strength != framework.Partial || c.Place.Line != 7 {
		t.Errorf("%+v", c)
	}
	// A query mapped to the newer version serves the older one too, and each only in its own order.
	if diff := cmp.Diff([]string{"1.7", "9.9"},
		set["cis-4"].Serves(map[string][]string{"cis-5": {"1.6", "1.10"}, "cis-4": {"9.9"}})); diff != "" {
		t.Error(diff)
	}
	if got := set["cis-5"].Serves(map[string][]string{"cis-4": {"1.7"}}); got != nil {
		t.Errorf("a mapping to the older version serves the newer: %v", got)
	}
}

func TestProblems(t *testing.T) {
	set, bad := framework.Load(open(t, map[string]string{
		"cis-5.yaml": newer,
		"cis-4.yaml": `id: cis-3
title: CIS
version: 4.0
publisher: CIS
controls:
  - {id: 1.10, name: a, family: b, strength: full}
  - {id: "1.7", name: a, family: b, strength: partly}
  - {id: "1.7", name: a, family: b, strength: partial}
`,
		"cis-x.yaml": "id: cis-x\ntitle: T\nversion: \"1\"\npublisher: P\ncontrols:\n  - {id: \"1\", name: a, family: b, strength: full, " +
			"same_as: cis-5/7.7}\n  - {id: \"2\", name: a, family: b, strength: full, same_as: cis-6/1}\n  - {id: \"3\", name: a, family: b, " +
			"strength: full, same_as: cis-x/1}\n",
	}))
	want := `mine/reports/frameworks/cis-4.yaml:1:5: the id is "cis-3", but the file is called "cis-4" [id-is-file-name]
mine/reports/frameworks/cis-4.yaml:3:10: version must be a text; without quotes 4.0 is read as a number [yaml-type]
mine/reports/frameworks/cis-4.yaml:6:10: controls[0].id must be a text; without quotes 1.10 is read as a number [yaml-type]
mine/reports/frameworks/cis-4.yaml:7:47: controls[1].strength cannot be "partly"; allowed: full, partial, none [yaml-value]
mine/reports/frameworks/cis-4.yaml:8:10: the control "1.7" appears twice; first in line 7 [control-twice]
mine/reports/frameworks/cis-4.yaml:8:47: a control that a log shows in part must say what the log lacks [control-lacks]
mine/reports/frameworks/cis-x.yaml:6:10: same_as of 1: cis-5 has no control "7.7" [control-unknown]
mine/reports/frameworks/cis-x.yaml:7:10: same_as of 2: there is no framework "cis-6"; did you mean "cis-5"?; allowed: cis-5, cis-x [control-unknown]
mine/reports/frameworks/cis-x.yaml:8:10: same_as of 3 names the framework itself [control-unknown]`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(bad.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if set["cis-3"] != nil || set["cis-4"] != nil || set["cis-5"] == nil {
		t.Error("a framework with problems is in the set, or one without is not")
	}
}

func TestShipped(t *testing.T) {
	l, bad := library.Open(library.Embedded(queries.FS, reports.FS, templates.FS, true))
	if bad != nil {
		t.Fatal(bad)
	}
	if _, bad := framework.Load(l); bad != nil {
		t.Error(bad)
	}
}
