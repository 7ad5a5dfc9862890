package json

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"trailscribe/internal/export/exporttest"
)

func TestWriter(t *testing.T) {
	out := exporttest.Writes(t, New())
	var names []string
	for name, text := range out {
		names = append(names, name)
		if !json.Valid([]byte(text)) {
			t.Errorf("%s is not JSON", name)
		}
	}
	slices.Sort(names)
	if want := []string{"data/iam.none.json", "data/iam.users.json", "data/root.console-login.json", "data/run.json"}; !slices.Equal(names,
		want) {
		t.Errorf("files %v", names)
	}
	if out["data/iam.none.json"] != "[\n]\n" {
		t.Errorf("no rows: %q", out["data/iam.none.json"])
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out["data/root.console-login.json"]), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(exporttest.Hostile)+1 || rows[0]["n"] != nil || len(rows[0]) != 13 {
		t.Errorf("%d rows, the first %v", len(rows), rows[0])
	}
	for i, want := range exporttest.Hostile {
		if got := rows[i+1][`note, or "text"`]; utf8.ValidString(want) && got != want {
			t.Errorf("%q was written as %q", want, got)
		}
	}
	line := strings.Split(out["data/root.console-login.json"], "\n")[3]
	want := `{"event_time":"2026-10-02T07:14:36.500Z","local":"2026-10-02T09:14:36.500","day":"2026-10-02","n":-1,"exact":"-12.50","share":0.25,"mfa":false,"note, or \"text\"":" ","exception_id":"00000000000000aa","exception_status":"open","exception_waiver":null,"exception_new":true,"exception_pattern":"00000000000000cc"},`
	if line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	var index struct {
		Digest  string
		Results []struct {
			Query, File string
			Rows        int
		}
		Record struct{ Queries []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(out["data/run.json"]), &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Digest) != 64 || len(index.Results) != 4 || len(index.Record.Queries) != 4 || index.Results[0].Rows != len(rows) ||
		index.Results[3].File != "" {
		t.Errorf("%+v", index)
	}
}
