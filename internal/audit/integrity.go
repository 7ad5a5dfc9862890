package audit

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/run"
)

// IntegrityScope is the time of delivery, the accounts and the regions that are verified.
type IntegrityScope struct {
	From, To, Now     time.Time
	Accounts, Regions []string            // empty: all
	Hashes            map[string][32]byte // of the log files that the engine read, by key: one reading for query and proof
}

// prove has the log files of the run verified with CloudTrail's digests.
func (w *work) prove(ctx context.Context) error {
	if w.parts.Integrity == nil {
		return nil
	}
	q := &w.plan.Request
	hashes, err := w.folder.Hashes()
	if err != nil {
		return err
	}
	w.integrity, err = w.parts.Integrity(ctx, IntegrityScope{From: q.Period.From.UTC(), To: q.Period.To.UTC(), Now: q.Now,
		Accounts: q.OnlyAccounts, Regions: q.OnlyRegions, Hashes: hashes})
	return err
}

// integrityChecks are two where digests were verified: log files and times. Only what is covered and valid is a pass.
func integrityChecks(i *run.Integrity) []run.Check {
	if i == nil {
		return []run.Check{{Name: "digests", Expected: "=any", Observed: "=not_checked", State: run.CheckNotChecked}}
	}
	logs := run.Check{Name: "digest_logs", Expected: strconv.FormatInt(i.Proved+i.Failed+i.Open, 10),
		Observed: strconv.FormatInt(i.Proved, 10), State: run.CheckNotChecked}
	covered := run.Check{Name: "digest_time", Expected: "=covered", Observed: "=covered", State: run.CheckPass}
	failed, open := i.Failed > 0, i.Open > 0 || i.More > 0
	for _, f := range i.Findings {
		failed = failed || f.Result == run.IntegrityFailed
		open = open || f.Result == run.IntegrityIncomplete && f.About != "time"
	}
	if len(uncovered(i)) > 0 || len(i.Places) == 0 {
		covered.Observed, covered.State = "=not_covered", run.CheckNotChecked
	}
	switch {
	case failed:
		logs.State = run.CheckFail
	case !open && i.Proved > 0:
		logs.State = run.CheckPass
	}
	return []run.Check{logs, covered}
}

// uncovered are the accounts and regions with times that no valid digest covers, or a chain that begins anew, as "account region".
func uncovered(i *run.Integrity) (places []string) {
	add := func(account, region string) {
		if name := strings.TrimSpace(account + " " + region); !slices.Contains(places, name) {
			places = append(places, name)
		}
	}
	for _, p := range i.Places {
		if len(p.Uncovered) > 0 || len(p.Covered) == 0 {
			add(p.Account, p.Region)
		}
	}
	for _, f := range i.Findings {
		if f.About == "time" && f.Result != run.IntegrityValid && f.Account != "" {
			add(f.Account, f.Region)
		}
	}
	return places
}

// notAsSigned are the notice's arguments where digests show that something is not as CloudTrail delivered it.
func notAsSigned(i *run.Integrity) (n int, files string) {
	var names []string
	for _, f := range i.Findings {
		if f.Result == run.IntegrityFailed {
			n++
			names = append(names, path.Base(f.File))
		}
	}
	if n == run.MostIntegrityFindings { // those that failed come first, so what is not listed may be of them too
		n += int(i.More)
	}
	return n, first(names, fewFiles)
}
