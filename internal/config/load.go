package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trailscribe/internal/diag"
	"trailscribe/internal/period"
	"trailscribe/internal/regular"
	"trailscribe/internal/yaml"
)

// FileName is what the configuration is called.
const FileName = "trailscribe.yaml"

// Options say where to look.
type Options struct {
	Path string              // --config; "": TRAILSCRIBE_CONFIG, else trailscribe.yaml in Dir or in a parent up to the repository's root
	Dir  string              // where the program runs: relative paths start there; "": the current folder
	Env  func(string) string // the environment; nil: none

	Formats yaml.Choice // that a run can be written in
}

// Load reads the configuration and the environment over it. Without any file everything is at its default, which is not a problem; a file
// that was named must be there. The Config is nil only where a problem is an error.
func Load(o Options) (*Config, diag.Problems) {
	env := o.Env
	if env == nil {
		env = func(string) string { return "" }
	}
	c := &Config{usualFormats: o.Formats.Usual, Builtin: true, LateDays: DefaultLateDays, Settle: Default(DefaultSettle),
		Athena: Athena{Concurrency: DefaultConcurrency}}
	l := &loader{c: c, formats: o.Formats}
	file := o.Path
	named := "--config"
	if file == "" {
		file, named = env("TRAILSCRIBE_CONFIG"), "TRAILSCRIBE_CONFIG"
	}
	at := file
	if file == "" {
		file = find(o.Dir)
		at = file
	} else if o.Dir != "" && !filepath.IsAbs(file) {
		at = filepath.Join(o.Dir, file)
	}
	if file != "" {
		data, err := regular.Read(at, yaml.MaxBytes)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, diag.Problems{{At: diag.Pos{File: file}, Text: "the configuration that " + named + " names is not there",
				Rule: "config-read", Hint: "make one with 'trailscribe init'"}}
		case err != nil:
			return nil, diag.Problems{{At: diag.Pos{File: file}, Text: fmt.Sprintf("reading the configuration: %v", err), Rule: "config-read",
				Hint: readHint(err)}}
		}
		c.File = file
		l.dir = filepath.Dir(file)
		l.file(filepath.ToSlash(file), data)
	}
	l.environment(env)
	if l.bad.Err() != nil {
		return nil, l.bad.Sort()
	}
	return c, l.bad.Sort()
}

// readHint is what to do about a configuration that cannot be read. A pipe is what a shell makes of <(command).
func readHint(err error) string {
	switch {
	case errors.Is(err, regular.ErrKind):
		return "name a file: paths in a configuration are relative to where it is; what a command prints can be written to one first"
	case errors.Is(err, regular.ErrSize):
		return "name the configuration itself; a usual one has some kilobytes"
	}
	return "check that the file exists and may be read"
}

// find looks for the file here and in the parents up to the root of the repository, which holds .git. Outside a repository it looks here
// only. The path is relative where the file was found by going up from the current folder, so that no output names a folder of this
// machine.
func find(dir string) string {
	here, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	up := dir
	if up == "" {
		up = "."
	}
	found := ""
	for {
		if found == "" {
			if _, err := os.Lstat(filepath.Join(here, FileName)); err == nil { // what it is, is looked at when it is read
				found = filepath.Join(up, FileName)
				if up == dir || up == "." {
					return found
				}
			}
		}
		if _, err := os.Stat(filepath.Join(here, ".git")); err == nil {
			return found
		}
		parent := filepath.Dir(here)
		if parent == here {
			return "" // no repository: parents are not ours
		}
		here, up = parent, filepath.Join(up, "..")
	}
}

type loader struct {
	c       *Config
	dir     string
	formats yaml.Choice
	bad     diag.Problems
}

func (l *loader) add(n yaml.Node, rule, hint, format string, args ...any) {
	p := n.Problem(format, args...)
	p.Rule, p.Hint = rule, hint
	l.bad = append(l.bad, p)
}

func originOf(p diag.Pos) string { return p.String() }

func setting(v *yaml.Value) Setting {
	if v == nil {
		return Setting{}
	}
	return Setting{Value: v.Text(), Origin: originOf(v.Where()), At: v.Where()}
}

func list(v *yaml.Value) List {
	if v == nil {
		return List{}
	}
	return List{Values: v.Texts(), Origin: originOf(v.Where()), At: v.Where()}
}

// path resolves a path of the file.
func (l *loader) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(l.dir, filepath.FromSlash(p))
}

func (l *loader) file(name string, data []byte) {
	v, bad := yaml.Decode(name, data, Shape(l.formats))
	if v == nil {
		if len(bad) == 1 && bad[0].Rule == "yaml-empty" { // comments only: everything at its default
			return
		}
		l.bad = append(l.bad, bad...)
		return
	}
	for i, p := range bad {
		if later := laterWork(p); later != "" {
			bad[i].Hint = later
		}
	}
	l.bad = append(l.bad, bad...)
	c := l.c
	c.Engine, c.Source, c.Cache, c.Entity, c.Calendar = setting(v.Get("engine")), setting(v.Get("source")), setting(v.Get("cache")),
		setting(v.Get("entity")), setting(v.Get("calendar"))
	c.Preparer, c.Sign = setting(v.Get("preparer")), setting(v.Get("sign"))
	switch key, err := ParseSigningKey(c.Sign.Value); {
	case err != nil:
		l.add(v.Get("sign").Scalar(), "config-sign", "write a file, ssh-agent, kms:KEY, env:NAME or none", "%v", err)
	case key.Kind == SignFile:
		c.Sign.Written, c.Sign.Value = c.Sign.Value, l.path(c.Sign.Value)
	}
	c.Cache.Value = l.path(c.Cache.Value)
	switch bucket := wholeS3.MatchString(c.Source.Value); {
	case strings.Contains(c.Source.Value, "://") && !bucket:
		l.add(v.Get("source").Scalar(), "config-source", "write a folder, or s3://bucket/prefix",
			"the source %q is neither a folder nor a bucket", c.Source.Value)
	case !bucket:
		c.Source.Written, c.Source.Value = c.Source.Value, l.path(c.Source.Value)
	}
	for _, n := range []yaml.Node{v.Get("cache").Scalar(), v.Get("defaults").Get("out").Scalar()} {
		if strings.Contains(n.Value, "://") {
			l.add(n, "config-path", "write a folder of this machine", "%q is an address, not a path", n.Value)
		}
	}
	c.QueryTimeout = setting(v.Get("query_timeout"))
	if q := v.Get("query_timeout"); q != nil {
		if _, err := ParseTimeout(q.Text()); err != nil {
			l.add(q.Scalar(), "config-timeout", "write a time such as 10m, 90s or 1h30m", "%v", err)
		}
	}
	l.athena(v.Get("athena"))
	c.Cost.ConfirmOver, c.Cost.MaxPerRun = setting(v.Get("cost").Get("confirm_over")), setting(v.Get("cost").Get("max_per_run"))
	l.accounts(v.Get("accounts"))
	if d := v.Get("late_days"); d != nil {
		c.LateDays, c.LateDaysOrigin = int(d.Int()), originOf(d.Where())
	}
	if d := v.Get("settle"); d != nil {
		c.Settle = setting(d)
		if _, err := ParseSettle(d.Text()); err != nil {
			l.add(d.Scalar(), "config-settle", "write a time such as 30m, 1h or 2h30m; 0s for none", "%v", err)
		}
	}
	c.AutomationRoles, c.AutomationSessions = list(v.Get("automation").Get("roles")), list(v.Get("automation").Get("sessions"))
	c.Networks, c.Regions, c.Admins = list(v.Get("networks")), list(v.Get("regions")), list(v.Get("admins"))
	for _, n := range v.Get("networks").Nodes() {
		if _, err := netip.ParsePrefix(n.Value); err != nil {
			if _, err := netip.ParseAddr(n.Value); err != nil {
				l.add(n, "config-network", "write 192.0.2.0/24 or 2001:db8::/32", "%q is not a network", n.Value)
			}
		}
	}
	folders := v.Get("library")
	if folders.IsMap() {
		if b := folders.Get("builtin"); b != nil {
			c.Builtin = b.Bool()
		}
		folders = folders.Get("folders")
	}
	if lib := v.Get("library"); lib != nil {
		c.LibraryOrigin = originOf(lib.Where())
	}
	for _, n := range folders.Nodes() {
		if strings.Contains(n.Value, "://") {
			l.add(n, "config-path", "write a folder of this machine", "%q is an address, not a path", n.Value)
		}
		c.Library = append(c.Library, l.path(n.Value))
	}
	d := v.Get("defaults")
	c.Defaults = Shared{Period: setting(d.Get("period")), Timezone: setting(d.Get("timezone")), Language: setting(d.Get("language")),
		Theme: setting(d.Get("theme")), FailOn: setting(d.Get("fail_on")), Formats: list(d.Get("formats")), Out: setting(d.Get("out"))}
	c.Defaults.Out.Value = l.path(c.Defaults.Out.Value)
	if z := d.Get("timezone"); z != nil {
		l.zone(z.Scalar())
	}
	if p := d.Get("period"); p != nil {
		l.period(p.Scalar())
	}
	for _, e := range d.Get("params").Entries() {
		if c.Defaults.Params == nil {
			c.Defaults.Params = map[string]Setting{}
		}
		s := setting(e.Value)
		if e.Value.IsList() {
			b, err := json.Marshal(append([]string{}, e.Value.Texts()...))
			if err != nil {
				l.add(e.Key, "config-param", "", "the parameter %q: %v", e.Key.Value, err)
			}
			s.Value = string(b)
		}
		c.Defaults.Params[e.Key.Value] = s
	}
}

// laterWork says where a key that people will look for belongs, or that it does not exist in this version.
func laterWork(p diag.Problem) string {
	for key, hint := range map[string]string{
		"timezone": "it stands under defaults:", "language": "it stands under defaults:", "period": "it stands under defaults:",
		"theme":   "it stands under defaults:",
		"formats": "it stands under defaults:", "params": "it stands under defaults:", "fail_on": "it stands under defaults:",
		"sections": "what to ask stands in a report", "queries": "what to ask stands in a report",
	} {
		if strings.HasPrefix(p.Text, fmt.Sprintf("unknown key %q", key)) && !strings.Contains(p.Text, " in ") {
			return hint
		}
	}
	return ""
}

// accounts reads both spellings: a list of ids and of mappings with id, and a mapping of ids to a name or to a mapping.
func (l *loader) accounts(v *yaml.Value) {
	lines := map[string]int{}
	for _, x := range v.Items() {
		id := x
		if x.IsMap() {
			id = x.Get("id")
		}
		if line := lines[id.Text()]; line > 0 && id.Text() != "" {
			l.add(id.Scalar(), "config-account", "remove one of the two", "the account %s appears twice; first in line %d", id.Text(), line)
		}
		lines[id.Text()] = x.Where().Line
		l.account(Account{ID: id.Text(), At: x.Where()}, x)
	}
	for _, e := range v.Entries() {
		l.account(Account{ID: e.Key.Value, Name: e.Value.Text(), At: e.Key.At}, e.Value)
	}
}

// account adds an account, with the settings of x where x is a mapping.
func (l *loader) account(a Account, x *yaml.Value) {
	if x.IsMap() {
		a.Name, a.Expect = x.Get("name").Text(), x.Get("expect").Texts()
	}
	for _, d := range []struct {
		key string
		to  *time.Time
	}{{"since", &a.Since}, {"until", &a.Until}} {
		if y := x.Get(d.key); y != nil {
			t, err := period.ParseDay(y.Text())
			if err != nil {
				l.add(y.Scalar(), "config-day", "", "%q is not a day of the calendar", y.Text())
			}
			*d.to = t
		}
	}
	if !a.Since.IsZero() && !a.Until.IsZero() && a.Until.Before(a.Since) {
		l.add(x.Get("until").Scalar(), "config-day", "", "the account's logs end before they begin")
	}
	l.c.Accounts = append(l.c.Accounts, a)
}

func (l *loader) zone(n yaml.Node) {
	if _, err := time.LoadLocation(n.Value); err != nil || n.Value == "Local" || n.Value == "" {
		l.add(n, "zone", "write an IANA name such as Europe/Berlin or UTC", "there is no time zone %q", n.Value)
	}
}

// period checks the form only: what it means depends on the day.
func (l *loader) period(n yaml.Node) {
	_, bad := period.Parse(n.Value, time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.UTC, n.At)
	l.bad = append(l.bad, bad...)
}

// environment lays TRAILSCRIBE_* over the file. Paths in it are relative to where the program runs.
func (l *loader) environment(env func(string) string) {
	c := l.c
	get := func(name string, to *Setting, field string) {
		v := env(name)
		if v == "" {
			return
		}
		node := yaml.Node{Value: v, At: diag.Pos{File: name}}
		switch field {
		case "timezone":
			l.zone(node)
		case "period":
			l.period(node)
		case "engine":
			l.oneOf(node, []string{"duckdb", "athena"})
		case "sign":
			if _, err := ParseSigningKey(v); err != nil {
				p := diag.Problem{At: diag.Pos{File: name}, Text: err.Error(), Rule: "config-sign"}
				l.bad = append(l.bad, p)
				return
			}
		case "fail_on":
			l.oneOf(node, []string{"critical", "high", "medium", "low", "info", "none"})
		}
		*to = Setting{Value: v, Origin: "env " + name}
	}
	get("TRAILSCRIBE_ENGINE", &c.Engine, "engine")
	get("TRAILSCRIBE_SOURCE", &c.Source, "")
	get("TRAILSCRIBE_CACHE", &c.Cache, "")
	get("TRAILSCRIBE_PREPARER", &c.Preparer, "")
	get("TRAILSCRIBE_SIGN", &c.Sign, "sign")
	get("TRAILSCRIBE_PERIOD", &c.Environment.Period, "period")
	get("TRAILSCRIBE_TIMEZONE", &c.Environment.Timezone, "timezone")
	get("TRAILSCRIBE_LANGUAGE", &c.Environment.Language, "")
	get("TRAILSCRIBE_THEME", &c.Environment.Theme, "")
	get("TRAILSCRIBE_FAIL_ON", &c.Environment.FailOn, "fail_on")
	get("SOURCE_DATE_EPOCH", &c.Environment.AsOf, "") // https://reproducible-builds.org/specs/source-date-epoch/
	if v := env("TRAILSCRIBE_FORMATS"); v != "" {
		c.Environment.Formats = List{Origin: "env TRAILSCRIBE_FORMATS"}
		for f := range strings.SplitSeq(v, ",") {
			f = strings.TrimSpace(f)
			l.oneOf(yaml.Node{Value: f, At: diag.Pos{File: "TRAILSCRIBE_FORMATS"}}, l.formats.Names)
			c.Environment.Formats.Values = append(c.Environment.Formats.Values, f)
		}
	}
	if v := env("TRAILSCRIBE_LIBRARY"); v != "" {
		c.Library, c.LibraryOrigin = filepath.SplitList(v), "env TRAILSCRIBE_LIBRARY"
	}
}

func (l *loader) oneOf(n yaml.Node, allowed []string) {
	if !slices.Contains(allowed, n.Value) {
		p := n.Problem("the value cannot be %q%s", n.Value, yaml.DidYouMean(n.Value, allowed))
		p.Allowed, p.Rule = allowed, "config-value"
		l.bad = append(l.bad, p)
	}
}
