package audit

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/sql"
)

// counting is the request with four populations: two alike, one that is not a plain count.
func counting() (Request, *fake) {
	r := request()
	q := r.Report.Queries()
	for id, text := range map[string]string{
		"iam/users":           "SELECT count(*) AS n FROM events WHERE eventname = 'ConsoleLogin'",
		"activity/by-account": "SELECT count(*) AS n FROM events",
		"s3/public-read":      "SELECT count(DISTINCT account_id) AS n FROM events",
	} {
		for _, x := range q {
			if x.ID == id {
				x.Population = node(text)
			}
		}
	}
	f := memory()
	one := []result.Column{{Name: "n", Kind: result.Int}}
	f.cols[populationsID] = []result.Column{{Name: "n1", Kind: result.Int}, {Name: "n2", Kind: result.Int}}
	for _, id := range []string{"iam/users", "activity/by-account", "s3/public-read"} {
		f.cols[id+run.PopulationSuffix] = one
		f.rows[id+run.PopulationSuffix] = []result.Row{{int64(7)}}
	}
	f.rows["activity/by-account"+run.PopulationSuffix] = []result.Row{{int64(12)}}
	f.rows["s3/public-read"+run.PopulationSuffix] = []result.Row{{int64(2)}}
	return r, f
}

func populationsOf(s *run.Saved) map[string]int64 {
	out := map[string]int64{}
	for _, q := range s.Queries {
		if q.Population != nil {
			out[q.ID] = *q.Population
		}
	}
	return out
}

func TestPopulationsAreCountedOnce(t *testing.T) {
	r, f := counting()
	p := plan(t, r)
	// In report order, which begins with the summary.
	at := map[string]int64{}
	for i, st := range p.populations.members {
		at[st.ID] = int64(p.populations.column[i])
	}
	row := result.Row{nil, nil}
	row[at["root/console-login#population"]], row[at["activity/by-account#population"]] = int64(7), int64(12)
	f.rows[populationsID] = []result.Row{row}

	want := map[string]int64{"root/console-login": 7, "iam/users": 7, "activity/by-account": 12, "s3/public-read": 2}
	got := perform(t, t.TempDir(), r, f)
	if d := cmp.Diff(want, populationsOf(got)); d != "" {
		t.Error(d)
	}
	slices.Sort(f.asked)
	if want := []string{"activity/by-account", "iam/users", populationsID, "root/console-login", "s3/public-read",
		"s3/public-read#population"}; !slices.Equal(f.asked, want) {
		t.Errorf("asked %v, want %v", f.asked, want)
	}
	var asked []string
	for _, st := range p.Asked() {
		asked = append(asked, st.ID)
	}
	slices.Sort(asked)
	if !slices.Equal(asked, f.asked) {
		t.Errorf("the plan says that %v are asked, but it was %v", asked, f.asked)
	}
	text := p.populations.statement.Query.Text(sql.Trino, nil)
	if n := strings.Count(text, "count_if("); n != 2 {
		t.Errorf("%d conditions, want 2, equal ones once: %s", n, text)
	}

	t.Run("the same alone", func(t *testing.T) {
		_, f := counting()
		f.fail[populationsID] = errors.New("no")
		alone := perform(t, t.TempDir(), r, f)
		if d := cmp.Diff(want, populationsOf(alone)); d != "" {
			t.Error(d)
		}
		if alone.Digest != got.Digest {
			t.Errorf("counted together and alone the record has the digests %s and %s", got.Digest, alone.Digest)
		}
	})
	t.Run("one that fails", func(t *testing.T) {
		_, f := counting()
		f.fail[populationsID], f.fail["iam/users#population"] = errors.New("no"), errors.New("no")
		alone := perform(t, t.TempDir(), r, f)
		left := map[string]int64{"root/console-login": 7, "activity/by-account": 12, "s3/public-read": 2}
		if d := cmp.Diff(left, populationsOf(alone)); d != "" {
			t.Error(d)
		}
	})
	t.Run("no row", func(t *testing.T) {
		_, f := counting()
		f.rows[populationsID] = nil
		if d := cmp.Diff(want, populationsOf(perform(t, t.TempDir(), r, f))); d != "" {
			t.Error(d)
		}
	})
}
