package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/spf13/cobra"

	"trailscribe/internal/awsconfig"
	trail "trailscribe/internal/cloudtrail"
	"trailscribe/internal/config"
	"trailscribe/internal/integrity"
	"trailscribe/internal/integrity/listkeys"
	"trailscribe/internal/regular"
	"trailscribe/internal/result"
	"trailscribe/internal/source/dir"
)

// verifyLogs are the flags of logs verify that no other command has.
type verifyLogs struct {
	keys     string
	saveKeys string
	original []string
}

func (p *program) logsVerifyCommand() *cobra.Command {
	var o verifyLogs
	c := &cobra.Command{
		Use:   "verify --source DIR|s3://BUCKET[/PREFIX]",
		Short: "Verify log files with the digest files that CloudTrail signed",
		Long: `Verify follows CloudTrail's digest chain: each digest file is signed by AWS, lists the log files delivered in
about an hour with their SHA-256, and names the digest before it. Every account and region is verified; for each
the files are counted, what is wrong or could not be checked is listed, and so are the times that no valid digest
covers. A log file that no digest lists is found, too. The period is one of delivery, and an event is delivered
some minutes after it happened.

The signatures are metadata of the digests in S3. A copy keeps them next to each digest in a file
.NAME.trailscribe-meta.json; without it, a digest is verified with the signature that the next one holds, and
only the newest cannot be checked. Public keys come from AWS for s3://, else from the folder cloudtrail-keys of the
source, a file REGION.json each as 'aws cloudtrail list-public-keys --region REGION' prints it. docs/logs.md has
the commands that make such a copy.`,
		Example: `  trailscribe logs verify --source s3://example-trail-logs --period 2026-10
  trailscribe logs verify --source ./logs
  trailscribe logs verify --source ./logs --keys ./keys --output json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.logsVerify(c.Context(), o) },
	}
	p.flags.registerPlace(c)
	p.flags.registerWhen(c)
	c.Flags().StringVar(&o.keys, "keys", "", "folder of CloudTrail's public keys, REGION.json each; or aws, to ask CloudTrail (the "+
		"default for s3://)")
	c.Flags().StringVar(&o.saveKeys, "save-keys", "", "write the public keys that AWS gave into this folder, to verify without AWS later")
	c.Flags().StringSliceVar(&o.original, "original-bucket", nil, "bucket that the digests of s3:// were delivered to, where that is a copy")
	return c
}

func (p *program) logsVerify(ctx context.Context, o verifyLogs) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	set, err := p.resolve(s, nil)
	if err != nil {
		return err
	}
	r := integrity.Range{Now: p.now(), Accounts: set.List(config.ScopeAccounts).Values, Regions: set.List(config.ScopeRegions).Values}
	if set.Get(config.Period).Origin == originFlag {
		when, _, err := resolvePeriod(set, nil, p.now())
		if err != nil {
			return err
		}
		r.From, r.To, r.Until = when.From, when.To, when.To.Add(afterwards)
	}
	v, keys, err := p.openVerification(ctx, s, set, o, !r.From.IsZero())
	if err != nil {
		return err
	}
	v.Progress = func(done int64) {
		if done%64 == 0 {
			p.term.Progress("verifying log files", done, 0)
		}
	}
	report, err := integrity.Check(ctx, v, r)
	p.term.Done()
	if err != nil {
		return fmt.Errorf("verifying the log files of %s: %w", v.Source.Name(), err)
	}
	if o.saveKeys != "" {
		if keys == nil {
			return usage("leave --save-keys out, or give --keys aws", "the public keys did not come from AWS")
		}
		if err := p.writeKeys(o.saveKeys, keys.Found()); err != nil {
			return err
		}
	}
	switch report.Result() {
	case integrity.Failed:
		p.code = exitMismatch
	case integrity.Incomplete:
		p.code = exitIncomplete
	}
	if p.flags.output != "table" {
		return p.term.Rows(result.Of(integrityColumns, integrityRows(report)), p.flags.output)
	}
	p.printIntegrity(report)
	if keys == nil && len(report.Places) > 0 {
		p.term.Message("the public keys are from files: whoever can write those can make digests that they fit; compare them with what AWS gives")
	}
	return p.data.Err()
}

// openVerification is where the files and keys are; online is nil where the keys are files.
func (p *program) openVerification(ctx context.Context, s *setup, set config.Settings, o verifyLogs,
	limited bool) (v integrity.Options, online *listkeys.Keys, err error) {
	place := set.Get(config.Source)
	remote := strings.HasPrefix(place.Value, "s3://")
	if remote {
		if !limited {
			return v, nil, usage("give --period", "without a period every log file of %s would be downloaded", place.Value)
		}
		src, _, err := p.openBucket(ctx, s, set, place)
		if err != nil {
			return v, nil, err
		}
		in, err := awsconfig.ParsePlace(place.Value)
		if err != nil {
			return v, nil, err
		}
		v.Source, v.Bucket, v.Prefix, v.Copied = src, in.Bucket, in.Prefix, o.original
		v.Permanent = func(err error) bool { return awsconfig.Code(err) != "" } // the client tried again already
	} else {
		folder, err := p.sourceFolder(set)
		if err != nil {
			return v, nil, err
		}
		if len(o.original) > 0 {
			return v, nil, usage("leave it out", "--original-bucket is for s3://; a folder may be a copy of any bucket")
		}
		if v.Source, err = dir.New(dir.Options{Root: p.at(folder), Name: folder}); err != nil {
			return v, nil, err
		}
		if o.keys == "" {
			own := filepath.Join(folder, trail.FolderKeys)
			v.Keys, err = p.readKeys(own)
			if errors.Is(err, fs.ErrNotExist) {
				p.term.Warn(fmt.Sprintf("there is no folder %s with CloudTrail's public keys, and without them no signature can be checked; "+
					"--keys aws asks AWS for them", own))
				v.Keys, err = integrity.KeySet{}, nil
			}
			return v, nil, err
		}
	}
	if o.keys != "" && o.keys != "aws" {
		v.Keys, err = p.readKeys(o.keys)
		if errors.Is(err, fs.ErrNotExist) {
			err = usage("name a folder of files REGION.json, or aws", "there is no folder %s", o.keys)
		}
		return v, nil, err
	}
	cfg, err := p.aws(ctx, s, set)
	if err != nil {
		return v, nil, err
	}
	online, err = listkeys.New(listkeys.Options{Client: cloudtrail.NewFromConfig(cfg), Now: p.now})
	v.Keys = online
	return v, online, err
}

// maxKeys is the largest file of public keys in bytes; those of a year are some 20 KB.
const maxKeys = 4 << 20

// readKeys reads the public keys of a folder.
func (p *program) readKeys(folder string) (integrity.KeySet, error) {
	entries, err := os.ReadDir(p.at(folder))
	if err != nil {
		return nil, fmt.Errorf("reading the public keys: %w", err)
	}
	set := integrity.KeySet{}
	for _, e := range entries {
		region := trail.KeysRegion(trail.FolderKeys + "/" + e.Name())
		if region == "" {
			continue
		}
		name := filepath.Join(folder, e.Name())
		text, err := regular.Read(p.at(name), maxKeys)
		if err != nil {
			return nil, fmt.Errorf("reading the public keys: %w", err)
		}
		if set[region], err = integrity.ReadKeys(text); err != nil {
			return nil, usage("", "reading the public keys %s: %w", name, err)
		}
	}
	return set, nil
}

func (p *program) writeKeys(folder string, set integrity.KeySet) error {
	if err := os.MkdirAll(p.at(folder), 0o755); err != nil {
		return fmt.Errorf("making the folder for public keys: %w", err)
	}
	for region, keys := range set {
		text, err := integrity.WriteKeys(keys)
		if err == nil {
			err = regular.Replace(p.at(filepath.Join(folder, region+".json")), append(text, '\n'), 0o644)
		}
		if err != nil {
			return fmt.Errorf("writing the public keys of %s: %w", region, err)
		}
	}
	p.term.Message(fmt.Sprintf("the public keys of %s are in %s", count(len(set), "region", "regions"), folder))
	return nil
}

// integrityColumns are those of --output json and csv: what is valid in numbers, and a row for everything else.
var integrityColumns = []result.Column{{Name: "account", Kind: result.Text}, {Name: "region", Kind: result.Text},
	{Name: "folder", Kind: result.Text}, {Name: "result", Kind: result.Text}, {Name: "class", Kind: result.Text},
	{Name: "about", Kind: result.Text}, {Name: "file", Kind: result.Text}, {Name: "from", Kind: result.Instant},
	{Name: "to", Kind: result.Instant}, {Name: "files", Kind: result.Int}, {Name: "says", Kind: result.Text},
	{Name: "expected", Kind: result.Text}, {Name: "found", Kind: result.Text}, {Name: "events", Kind: result.Text}}

func integrityRows(r *integrity.Report) (rows []result.Row) {
	instant := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Truncate(time.Millisecond)
	}
	finding := func(p *integrity.Place, f *integrity.Finding) {
		row := result.Row{nil, nil, nil, string(f.Class.Result()), string(f.Class), string(f.Kind), orNull(f.Key), instant(f.From),
			instant(f.To), f.Logs, f.Says, orNull(f.Expected), orNull(f.Found), orNull(eventsOf(f))}
		if p != nil {
			row[0], row[1], row[2] = p.Account, p.Region, orNull(p.Root)
		}
		rows = append(rows, row)
	}
	for i := range r.Findings {
		finding(nil, &r.Findings[i])
	}
	for i := range r.Places {
		p := &r.Places[i]
		number := func(kind integrity.Kind, c integrity.Class, n int64, says string) {
			if n > 0 || c == integrity.Valid {
				rows = append(rows, result.Row{p.Account, p.Region, orNull(p.Root), string(c.Result()), string(c), string(kind), nil, nil, nil, n,
					says, nil, nil, nil})
			}
		}
		number(integrity.KindDigest, integrity.Valid, p.Digests.Valid, "digest files with a valid signature")
		number(integrity.KindLog, integrity.Valid, p.Logs.Valid, "log files as CloudTrail delivered them")
		number(integrity.KindLog, integrity.Pending, p.Logs.Pending, "log files younger than the newest digest")
		number(integrity.KindLog, integrity.Unverifiable, p.Logs.Unverifiable, "log files that could not be checked")
		for _, w := range p.Covered {
			rows = append(rows, result.Row{p.Account, p.Region, orNull(p.Root), string(integrity.Verified), string(integrity.Valid),
				string(integrity.KindTime), nil, instant(w.From), instant(w.To), nil, "covered by valid digests", nil, nil, nil})
		}
		for k := range p.Findings {
			finding(p, &p.Findings[k])
		}
	}
	return rows
}

// eventsOf are the calls that were made to the trail around a time.
func eventsOf(f *integrity.Finding) string {
	var out []string
	for _, e := range f.Events {
		out = append(out, told(e))
	}
	return strings.Join(out, "; ")
}

// told is one call in words.
func told(e integrity.Event) string {
	return fmt.Sprintf("%s %s by %s, in %s", e.Time.UTC().Format(time.RFC3339), e.Name, cmp.Or(e.Actor, "somebody"), path.Base(e.Key))
}

// fewFindings is how many findings of a place and class are printed; all are with --output json.
const fewFindings = 5

// worstFirst is what failed, then what could not be checked, then the rest.
func worstFirst(list []integrity.Finding) []integrity.Finding {
	rank := map[integrity.Result]int{integrity.Failed: 0, integrity.Incomplete: 1, integrity.Verified: 2}
	kind := map[integrity.Kind]int{integrity.KindLog: 0, integrity.KindDigest: 1, integrity.KindTime: 2}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b integrity.Finding) int {
		return cmp.Or(rank[a.Class.Result()]-rank[b.Class.Result()], kind[a.Kind]-kind[b.Kind], strings.Compare(string(a.Class), string(b.Class)))
	})
	return out
}

func (p *program) printIntegrity(r *integrity.Report) {
	line := func(indent, name, says string) { p.term.Print(fmt.Sprintf("%s%-20s  %s", indent, name, says)) }
	for _, f := range r.Findings {
		line("", string(f.Class), f.Says)
	}
	for i := range r.Places {
		x := &r.Places[i]
		p.term.Print(fmt.Sprintf("%s %s: %s", x.Account, x.Region, x.Result()))
		line("  ", "digests", counted(x.Digests, "trail", x.Trails))
		line("  ", "log files", counted(x.Logs, "", nil))
		if len(x.CopyOf) > 0 {
			line("  ", "copy of", "s3://"+strings.Join(x.CopyOf, ", s3://"))
		}
		for _, w := range x.Covered {
			line("  ", "covered", span(w.From, w.To))
		}
		shown := map[integrity.Class]int{}
		for _, f := range worstFirst(x.Findings) {
			if shown[f.Class]++; shown[f.Class] > fewFindings {
				continue
			}
			if f.Kind == integrity.KindTime {
				says := span(f.From, f.To) + ": " + f.Says
				if f.Logs > 0 {
					says += fmt.Sprintf("; %s of that time", count(int(f.Logs), "log file", "log files"))
				}
				line("  ", string(f.Class), says)
			} else if f.Key == "" {
				line("  ", string(f.Class), f.Says)
			} else {
				line("  ", string(f.Class), fmt.Sprintf("%s %s", f.Kind, path.Base(f.Key)))
				line("  ", "", f.Says)
			}
			if f.Expected != "" && f.Found != "" {
				line("  ", "", fmt.Sprintf("expected %s, found %s", f.Expected, f.Found))
			}
			for _, e := range f.Events {
				line("  ", "", told(e))
			}
		}
		for _, c := range slices.Sorted(maps.Keys(shown)) {
			if n := shown[c] - fewFindings; n > 0 {
				line("  ", "…", fmt.Sprintf("%d more are %s, see --output json", n, c))
			}
		}
	}
	digests, logs := r.Totals()
	p.term.Print(fmt.Sprintf("%s: %s (%s, %s)", r.Result(), integrityMeaning[r.Result()], count(int(sumOf(digests)), "digest", "digests"),
		count(int(sumOf(logs)), "log file", "log files")))
}

var integrityMeaning = map[integrity.Result]string{
	integrity.Verified:   "all that was asked for is covered by digests that AWS signed, and is as CloudTrail delivered it",
	integrity.Incomplete: "nothing wrong was found, and not everything could be checked",
	integrity.Failed:     "something is not as CloudTrail delivered it",
}

func sumOf(c integrity.Count) int64 { return c.Valid + c.Failed + c.Unverifiable + c.Pending }

// counted is 12 valid, 1 failed (trail a).
func counted(c integrity.Count, what string, of []string) string {
	out := []string{fmt.Sprintf("%d valid", c.Valid)}
	for _, x := range []struct {
		n    int64
		says string
	}{{c.Failed, "failed"}, {c.Unverifiable, "could not be checked"}, {c.Pending, "younger than the newest digest"}} {
		if x.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", x.n, x.says))
		}
	}
	text := strings.Join(out, ", ")
	if len(of) > 0 {
		text += fmt.Sprintf(" (%s %s)", what, strings.Join(slices.Clone(of), ", "))
	}
	return text
}

func span(from, to time.Time) string {
	const layout = "2006-01-02 15:04:05Z"
	switch {
	case from.IsZero() && to.IsZero():
		return "the whole time"
	case from.Equal(to):
		return from.UTC().Format(layout)
	}
	return from.UTC().Format(layout) + " to " + to.UTC().Format(layout)
}
