package audit

import (
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/engine"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// regionOf is what cmd hands in, for the regions of these tests.
func regionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-iso-"):
		return "aws-iso"
	}
	return "aws"
}

func TestPartition(t *testing.T) {
	cells := func(regions ...string) (in engine.Inputs) {
		for _, r := range regions {
			in.Cells = append(in.Cells, engine.Cell{Region: r})
		}
		return in
	}
	for _, c := range []struct {
		name string
		in   engine.Inputs
		q    Request
		want string
	}{
		{"one region", cells("cn-north-1"), Request{}, "aws-cn"},
		{"several regions, one without a name", cells("eu-west-1", "", "us-east-1"), Request{}, "aws"},
		{"two partitions", cells("eu-west-1", "cn-north-1"), Request{}, ""},
		{"one that no query can name", cells("us-iso-east-1"), Request{}, ""},
		{"nothing", engine.Inputs{}, Request{}, ""},
		{"nothing delivered, expected", engine.Inputs{}, Request{Accounts: []Account{{ID: a1, Expect: []string{"cn-north-1"}}}}, "aws-cn"},
		{"nothing delivered, limited", engine.Inputs{}, Request{OnlyRegions: []string{"cn-north-1"}}, "aws-cn"},
		{"what was delivered counts", cells("cn-north-1"), Request{Accounts: []Account{{ID: a1, Expect: []string{"eu-west-1"}}}}, "aws-cn"},
	} {
		c.q.PartitionOf = regionOf
		if got := partition(c.in, &c.q); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := partition(cells("cn-north-1"), &Request{}); got != "" {
		t.Errorf("nobody says what a region's partition is: %q", got)
	}
}

// Only a result without rows is not applicable: a wrong partition in a query's file hides nothing.
func TestApplicable(t *testing.T) {
	q := &query.Query{Partitions: []string{"aws", "aws-us-gov"}}
	for _, c := range []struct {
		partition string
		in, want  finding.Outcome
		rows      int64
	}{
		{"aws-cn", finding.Clear, finding.NotApplicable, 0},
		{"aws-cn", finding.Shown, finding.NotApplicable, 0},
		{"aws-cn", finding.Shown, finding.Shown, 3},
		{"aws-cn", finding.Exceptions, finding.Exceptions, 2},
		{"aws-cn", finding.Waived, finding.Waived, 2},
		{"aws-cn", finding.NotEvaluated, finding.NotEvaluated, 0},
		{"aws", finding.Clear, finding.Clear, 0},
		{"", finding.Clear, finding.Clear, 0},
	} {
		got := applicable(q, c.partition, finding.Verdict{Outcome: c.in, Rows: c.rows})
		if got.Outcome != c.want {
			t.Errorf("%q with %d rows in %q is %s, want %s", c.in, c.rows, c.partition, got.Outcome, c.want)
		}
	}
	if got := applicable(&query.Query{}, "aws-cn", finding.Verdict{Outcome: finding.Clear}); got.Outcome != finding.Clear {
		t.Errorf("a query of all partitions is %s", got.Outcome)
	}
}

// A whole run of logs from China: the test of root is neither a pass nor incomplete, also where its kind of event was not delivered.
func TestNotApplicableRun(t *testing.T) {
	t.Parallel()
	china := func(change func(e *fake)) *run.Saved {
		r, e := request(), memory()
		r.PartitionOf = regionOf
		for _, q := range r.Report.Queries() {
			if q.ID == "root/console-login" {
				q.Partitions = []string{"aws", "aws-us-gov"}
			}
		}
		for i := range e.in.Cells {
			e.in.Cells[i].Region = "cn-north-1"
		}
		change(e)
		return perform(t, t.TempDir(), r, e)
	}
	s := china(func(e *fake) { e.rows["root/console-login"] = nil })
	q := s.Query("root/console-login")
	if s.Partition != "aws-cn" || q.Verdict.Outcome != finding.NotApplicable || q.Verdict.Reason != finding.ReasonNotApplied ||
		len(q.Verdict.Limits) > 0 {
		t.Errorf("%s %+v", s.Partition, q.Verdict)
	}
	if s.Incomplete() || ExitCode(s.Record, query.Info) != ExitDone {
		t.Errorf("exit code %d, %+v", ExitCode(s.Record, query.Info), s.Notices)
	}
	if !slices.ContainsFunc(s.Notices, func(n run.Notice) bool { return n.Key == "not_applicable" && slices.Contains(n.Args, "aws-cn") }) {
		t.Errorf("page one does not say it: %+v", s.Notices)
	}
	for _, c := range s.Controls {
		if slices.Equal(c.Queries, []string{"root/console-login"}) && c.State != run.ControlNotApplicable {
			t.Errorf("control %s is %s", c.ID, c.State)
		}
	}
	if s := china(func(*fake) {}); s.Query("root/console-login").Verdict.Outcome != finding.Exceptions ||
		ExitCode(s.Record, query.Critical) != ExitFindings {
		t.Error("rows were hidden because a file says that there can be none")
	}
}
