package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/audit"
	trail "trailscribe/internal/cloudtrail"
	"trailscribe/internal/config"
	"trailscribe/internal/integrity"
	"trailscribe/internal/run"
	"trailscribe/internal/source/dir"
)

// verifiesLogs reports whether a report verifies CloudTrail's digests: of a folder, with the public keys that are in it. A bucket
// would have to be listed for digests and AWS asked for keys, which not every role may; logs verify does that.
func verifiesLogs(set config.Settings) bool {
	name, err := engineOf(set)
	return err == nil && name == "duckdb" && !strings.HasPrefix(set.Text(config.Source), "s3://")
}

// known are the hashes of the log files that a run read.
type known map[string][32]byte

func (k known) SHA256(key string) ([32]byte, bool) { sum, ok := k[key]; return sum, ok }

// proveLogs verifies the digests in a folder; nil where the folder has none of the time.
func (p *program) proveLogs(ctx context.Context, set config.Settings, s audit.IntegrityScope) (*run.Integrity, error) {
	folder, err := p.sourceFolder(set)
	if err != nil {
		return nil, err
	}
	cache, err := cacheFolder(set)
	if err != nil {
		return nil, err
	}
	without, err := p.ownFolders(set, folder, cache)
	if err != nil {
		return nil, err
	}
	for i := range without {
		without[i] = p.at(without[i])
	}
	o := integrity.Options{Known: known(s.Hashes), Wait: []time.Duration{}} // a disk does not do better later
	if o.Source, err = dir.New(dir.Options{Root: p.at(folder), Name: folder, Without: without, Made: made}); err != nil {
		return nil, err
	}
	keys, err := p.readKeys(filepath.Join(folder, trail.FolderKeys))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			p.term.Warn(fmt.Sprintf("the signatures of CloudTrail's digests are not checked: %v", err))
		}
		keys = integrity.KeySet{}
	}
	o.Keys = keys
	report, err := integrity.Check(ctx, o, integrity.Range{From: s.From, To: s.To, Until: s.To.Add(afterwards), Now: s.Now,
		Accounts: s.Accounts, Regions: s.Regions})
	if err != nil {
		return nil, fmt.Errorf("verifying the log files of %s: %w", folder, err)
	}
	return proved(report), nil
}

// afterwards is how long after a period deliveries are verified too, where digests of them are there: events of the last minutes of a
// period are delivered after it.
const afterwards = 24 * time.Hour

// proved is a report of verification as a record has it; nil where there was no digest.
func proved(r *integrity.Report) *run.Integrity {
	digests, logs := r.Totals()
	if sumOf(digests) == 0 {
		return nil
	}
	results := map[integrity.Result]string{integrity.Verified: run.IntegrityValid, integrity.Incomplete: run.IntegrityIncomplete,
		integrity.Failed: run.IntegrityFailed}
	out := &run.Integrity{State: run.IntegrityPartly, Result: results[r.Result()], Digests: sumOf(digests), Proved: logs.Valid,
		Failed: logs.Failed, Open: logs.Unverifiable + logs.Pending}
	switch {
	case logs.Valid == 0:
		out.State = run.IntegrityNone
	case out.Result == run.IntegrityValid && out.Open == 0:
		out.State = run.IntegrityAll
	}
	add := func(account, region string, f integrity.Finding) {
		if f.Class.Result() != integrity.Verified {
			out.Findings = append(out.Findings, run.IntegrityFinding{Class: string(f.Class), Result: results[f.Class.Result()],
				About: string(f.Kind), Account: account, Region: region, File: f.Key, From: f.From.UTC(), To: f.To.UTC()})
		}
	}
	for _, f := range r.Findings {
		add("", "", f)
	}
	for i := range r.Places {
		p := &r.Places[i]
		x := run.IntegrityPlace{Account: p.Account, Region: p.Region, Digests: p.Digests.Valid, Logs: p.Logs.Valid}
		for _, w := range p.Covered {
			x.Covered = append(x.Covered, run.Span{From: w.From.UTC(), To: w.To.UTC()})
		}
		for _, f := range p.Findings {
			add(p.Account, p.Region, f)
			if f.Kind == integrity.KindTime && f.Class != integrity.Notice && f.From.Before(f.To) {
				x.Uncovered = append(x.Uncovered, run.Span{From: f.From.UTC(), To: f.To.UTC()})
			}
		}
		out.Places = append(out.Places, x)
	}
	slices.SortStableFunc(out.Findings, func(a, b run.IntegrityFinding) int { return weight(a) - weight(b) })
	if n := len(out.Findings) - run.MostIntegrityFindings; n > 0 {
		out.Findings, out.More = out.Findings[:run.MostIntegrityFindings], int64(n)
	}
	return out
}

// weight orders findings: what failed first, and log files before digests and times.
func weight(f run.IntegrityFinding) int {
	n := slices.Index([]string{string(integrity.KindLog), string(integrity.KindDigest), string(integrity.KindTime)}, f.About)
	if f.Result != run.IntegrityFailed {
		n += 3
	}
	return n
}
