package athena

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
)

// Figures has the retries of a session's statements: an answer of Athena that is an error ends nothing.
func TestFigures(t *testing.T) {
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 30)
	o := Options{Athena: w.athena, Database: w.database, Workgroup: "primary", Output: "s3://results/figures", Timing: fast}
	statement := `SELECT count(*) AS n, count(DISTINCT "$path") AS files FROM "` + w.database +
		`"."cloudtrail" WHERE "account" = '111122223333'`
	for _, f := range []awsfake.Fault{
		{}, {Kind: awsfake.Throttle, Call: "athena:BatchGetQueryExecution", Times: 2},
		{Kind: awsfake.ServerError, Call: "athena:StartQueryExecution", Times: 2},
		{Kind: awsfake.GarbageDone, Call: "athena:GetQueryResults", Times: 1},
	} {
		remove := func() {}
		if f.Call != "" {
			remove = w.fake.Inject(f)
		}
		got, err := Figures(t.Context(), o, "count", statement, 2)
		remove()
		if err != nil || !slices.Equal(got, []int64{60, 2}) {
			t.Errorf("%v at %s: %v, %v", f.Kind, f.Call, got, err)
		}
	}
	var fault *engine.Fault
	if _, err := Figures(t.Context(), o, "count", statement, 3); !errors.As(err, &fault) ||
		!strings.Contains(err.Error(), "count: Athena answered with something else than one row of 3 figures") {
		t.Errorf("two figures for three: %v", err)
	}
	if _, err := Figures(t.Context(), o, "count", `SELECT 'a' AS a`, 1); !errors.As(err, &fault) ||
		!strings.Contains(err.Error(), "reading figure 1") {
		t.Errorf("a text for a figure: %v", err)
	}
	if _, err := Figures(t.Context(), o, "count", `SELECT nothing FROM nowhere`, 1); !errors.As(err, &fault) ||
		!strings.HasPrefix(err.Error(), "count: ") {
		t.Errorf("a statement that fails: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := Figures(ctx, o, "count", statement, 2); err == nil {
		t.Error("an interrupted count gives figures")
	}
}
