package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/diag"
	"trailscribe/internal/document"
	"trailscribe/internal/document/pdf"
	"trailscribe/internal/document/xlsx"
	"trailscribe/internal/engine"
	"trailscribe/internal/errno"
	"trailscribe/internal/export"
	exportcsv "trailscribe/internal/export/csv"
	exportjson "trailscribe/internal/export/json"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/regular"
	"trailscribe/internal/relation"
	"trailscribe/internal/run"
	"trailscribe/internal/source"
	"trailscribe/internal/style"
	"trailscribe/queries"
	"trailscribe/reports"
	"trailscribe/templates"
)

// setup is what a command works with: the configuration, the library and what was loaded from it.
type setup struct {
	config     *config.Config
	library    *library.Library
	frameworks framework.Set
	queries    *query.Set
	definition *relation.Definition
	drafts     diag.Problems // of files that only stop what uses them: queries and frameworks
}

// builtin is the layer that the program carries.
func builtin(content bool) library.Layer {
	return library.Embedded(queries.FS, reports.FS, templates.FS, content)
}

// openAll loads everything and gives the problems apart, so that lint can show all of them.
func (p *program) openAll() (*setup, diag.Problems, error) {
	s, problems, err := p.load(p.flags.config)
	if err != nil {
		return nil, nil, err
	}
	return s, append(problems, s.drafts...), nil
}

// load gives the problems that stop every command.
func (p *program) load(configuration string) (*setup, diag.Problems, error) {
	cfg, problems := config.Load(config.Options{Path: configuration, Dir: p.dir, Env: p.env, Formats: p.formats.choice()})
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	layers := []library.Layer{builtin(cfg.Builtin)}
	for _, dir := range append(append([]string{}, cfg.Library...), p.flags.libraries...) {
		if info, err := os.Stat(p.at(dir)); err != nil || !info.IsDir() {
			return nil, nil, usage("a library is a folder with any of queries, reports and templates", "the library %s is not a folder", dir)
		}
		layers = append(layers, library.Layer{Origin: library.Origin(dir), FS: regular.Folder(p.at(dir))})
	}
	s := &setup{config: cfg}
	s.library, problems = library.Open(layers...)
	all := problems
	s.frameworks, problems = framework.Load(s.library)
	s.drafts = append(s.drafts, problems...)
	s.queries, problems = query.Load(s.library, s.frameworks)
	s.drafts = append(s.drafts, problems...)
	s.definition, problems = relation.Load(s.library)
	all = append(all, problems...)
	return s, all, nil
}

// open is openAll for commands that need a library without problems.
func (p *program) open() (*setup, error) { return p.openConfig(p.flags.config) }

// openConfig is open with another configuration than the one that --config names.
func (p *program) openConfig(configuration string) (*setup, error) {
	s, problems, err := p.load(configuration)
	if err != nil {
		return nil, err
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	p.term.Problems(append(s.library.Unknown(), leftOut(s.drafts)...))
	return s, nil
}

// leftOut warns of files that are not used because of their problems, of each once.
func leftOut(drafts diag.Problems) (out diag.Problems) {
	for _, q := range drafts {
		if q.Warning {
			out = append(out, q)
		} else if !slices.ContainsFunc(out, func(x diag.Problem) bool { return x.At.File == q.At.File && x.Rule == "left-out" }) {
			q.Text, q.Hint, q.Rule, q.Warning = "left out: "+q.Text, "'trailscribe query lint' shows every problem", "left-out", true
			out = append(out, q)
		}
	}
	return out
}

// sourceFolder is the folder of logs.
func (p *program) sourceFolder(set config.Settings) (string, error) {
	folder := set.Text(config.Source)
	if folder == "" {
		return "", usage("give --source DIR, or set source in trailscribe.yaml; 'trailscribe demo' makes sample logs", "no log source is named")
	}
	if info, err := os.Stat(p.at(folder)); errors.Is(err, fs.ErrNotExist) {
		return "", usage("name a folder that is there; relative ones start in the folder where the program runs",
			"the log source %s is not there", folder)
	} else if err != nil {
		return "", usage(errno.Hint(err), "the log source cannot be read: %w", err)
	} else if !info.IsDir() {
		return "", usage("give the folder that it is in", "the log source %s is a file", folder)
	}
	return folder, nil
}

func (p *program) openSource(ctx context.Context, s *setup, set config.Settings, cache string) (source.Source, error) {
	if x := set.Get(config.Source); strings.HasPrefix(x.Value, "s3://") {
		src, _, err := p.openBucket(ctx, s, set, x)
		return src, err
	}
	folder, err := p.sourceFolder(set)
	if err != nil {
		return nil, err
	}
	return p.openFolder(set, folder, cache)
}

// cacheFolder is where what was read is kept.
func cacheFolder(set config.Settings) (string, error) {
	if cache := set.Text(config.Cache); cache != "" {
		return cache, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", &codedError{code: exitError, err: fmt.Errorf("finding the user's cache folder: %w", err), hint: "give --cache DIR"}
	}
	return filepath.Join(user, "trailscribe"), nil
}

// localOptions are those of the embedded engine.
type localOptions struct {
	definition *relation.Definition
	source     source.Source
	cache      string // "": a temporary one
	memory     int64  // most bytes; 0: as the machine has it
	threads    int    // most threads; 0: as the machine has them
	timeout    time.Duration
	progress   func(done, of int64)
	waiting    func(sentence string)
}

// openEngine is the engine that answers.
func (p *program) openEngine(ctx context.Context, s *setup, set config.Settings) (engine.Engine, error) {
	name, err := engineOf(set)
	if err != nil {
		return nil, err
	}
	if name == "athena" {
		return p.openAthena(ctx, s, set)
	}
	timeout, err := queryTimeout(set)
	if err != nil {
		return nil, err
	}
	cache, err := cacheFolder(set)
	if err != nil {
		return nil, err
	}
	src, err := p.openSource(ctx, s, set, cache)
	if err != nil {
		return nil, err
	}
	if err := run.CheckOutside(p.at(cache)); err != nil {
		return nil, err
	}
	o, err := localOf(set.Text(config.Memory), set.Text(config.Threads))
	if err != nil {
		return nil, err
	}
	o.definition, o.source, o.cache, o.timeout = s.definition, src, p.at(cache), timeout
	o.progress = func(done, of int64) { p.term.Progress("reading logs", done, of) }
	o.waiting = func(sentence string) { p.term.Warn(sentence + "; if it hangs, end it or give another --cache") }
	e, err := openLocal(o)
	if err != nil {
		return nil, fmt.Errorf("opening the engine: %w", err)
	}
	return e, nil
}

// localOf is how much of the machine --memory and --threads allow; either may be empty.
func localOf(memory, threads string) (localOptions, error) {
	var o localOptions
	var err error
	if o.memory, err = bytesOf(memory); err != nil {
		return localOptions{}, err
	}
	if memory != "" && o.memory < leastMemory {
		return localOptions{}, usage(fmt.Sprintf("write --memory %dMiB or more", leastMemory>>20),
			"--memory %s is less than the embedded database needs", memory)
	}
	if threads != "" {
		if o.threads, err = strconv.Atoi(threads); err != nil || o.threads < 1 || o.threads > mostThreads {
			return localOptions{}, usage(fmt.Sprintf("write a number from 1 to %d", mostThreads), "--threads %q is not a number of threads", threads)
		}
	}
	return o, nil
}

// mostThreads is far above any machine: each thread that has nothing to do costs a little, too.
const mostThreads = 1024

// bytesOf reads 512MB or 2GiB.
func bytesOf(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	units := []struct {
		suffix string
		size   int64
	}{{"GIB", 1 << 30}, {"MIB", 1 << 20}, {"KIB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}}
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range units {
		if number, ok := strings.CutSuffix(upper, u.suffix); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			if n *= float64(u.size); err != nil || n < 1 || n > 1<<50 {
				break
			}
			return int64(n), nil
		}
	}
	return 0, usage("write 512MB or 2GB", "--memory %q is not a size", text)
}

// shipped are the formats of this program. A new one is a package below internal/document or internal/export, and a line here.
var shipped = formats{
	{name: "pdf", usual: true, document: func(t *style.Theme, fonts fs.FS) document.Writer {
		return pdf.New(pdf.Options{Theme: t,
			Fonts: fonts})
	}},
	{name: "xlsx", usual: true, document: func(t *style.Theme, _ fs.FS) document.Writer { return xlsx.New(xlsx.Options{Theme: t}) }},
	{name: "json", export: func() export.Writer { return exportjson.New() }},
	{name: "csv", export: func() export.Writer { return exportcsv.New() }},
	{name: "csv-safe", export: func() export.Writer { return exportcsv.NewSafe() }},
}

func (s *setup) language(tag string) (*style.Language, error) {
	if tag != style.Pseudo && !slices.Contains(style.Languages(s.library), tag) {
		return nil, usage("", "there is no language %q; there are %s", tag, strings.Join(style.Languages(s.library), ", "))
	}
	l, problems := style.LoadLanguage(s.library, tag)
	return l, problems.Err()
}

// steps of a run in words; a step without any is not shown.
var steps = map[string]string{"open": "opening the logs", "query": "asking", "judge": "judging", "compose": "composing", "write": "writing",
	"seal": "sealing"}

// progress turns a run's steps into a bar, or into one line a step.
func (p *program) progress(e audit.Event) {
	switch e.Step {
	case audit.StepPrune:
		p.term.Warn(e.Note)
	case audit.StepTaken:
		p.term.Warn(e.Note + "; the report is made again with the next number")
	case audit.StepWait:
		p.term.Warn(e.Note + "; if it hangs, end it")
	}
	if e.Spent != nil {
		p.tellSpent(*e.Spent)
	}
	if words := steps[e.Step]; words != "" {
		p.term.Progress(words, e.Done, e.Of)
	}
}
