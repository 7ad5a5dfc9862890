package duckdb

import (
	"fmt"
	"strings"
	"testing"

	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/source/mem"
)

// Log files of a copy in one folder whose names say another day are not opened: this one would be refused. The account and the region of a
// name decide nothing, since copies are renamed: the records do. A file that its name makes a log file and that has no records is
// missing from its day.
func TestFilesOutsideThePeriodAreNotOpened(t *testing.T) {
	name := func(account, region, stamp string) string {
		return "copy/" + account + "_CloudTrail_" + region + "_" + stamp + "_AAAAAAAAAAAAAAAA.json"
	}
	record := `{"Records":[{"eventID":"a","eventTime":"2026-10-25T08:00:00Z","recipientAccountId":"111122223333","awsRegion":"eu-west-1"}]}`
	logs, err := mem.New(mem.Options{Files: map[string][]byte{
		name("111122223333", "eu-west-1", "20261025T0805Z"): []byte(record),
		name("111122223333", "eu-west-1", "20261026T0805Z"): []byte(`{"message":"not a log file"}`),
		name("111122223333", "eu-west-1", "20260905T0805Z"): []byte("{"),
		name("444455556666", "us-east-1", "20261025T0805Z"): []byte(strings.Replace(record, `"a"`, `"b"`, 1)),
		name("444455556666", "eu-west-1", "20261027T0805Z"): []byte("{"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	scope := october()
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	e := open(Options{CacheDir: t.TempDir()})(t, enginetest.Definition(t, nil), logs)
	s, err := e.Open(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in, err := s.Inputs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if *in.Listed != 4 || *in.Read != 2 || *in.Refused != 2 || *in.Events != 2 {
		t.Errorf("%d listed, %d read, %d refused, %d events", *in.Listed, *in.Read, *in.Refused, *in.Events)
	}
	got := ""
	for _, c := range in.Cells {
		got += fmt.Sprintln(c.Account, c.Region, c.Day.Format("01-02"), c.Files, c.Refused, c.Events)
	}
	if want := "111122223333 eu-west-1 10-25 2 0 2\n111122223333 eu-west-1 10-26 0 1 0\n"; got != want {
		t.Errorf("deliveries:\n%swant\n%s", got, want)
	}
	if est, err := e.Estimate(t.Context(), scope, nil); err != nil || est.Files != 4 {
		t.Errorf("estimate: %+v, %v", est, err)
	}
}
