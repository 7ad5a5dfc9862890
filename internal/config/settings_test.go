package config

import (
	"slices"
	"strings"
	"testing"
)

// levels are the places that can decide a setting, the one that counts first. Each setting below says which of them can.
var levelNames = []string{"caller", "environment", "entry", "report", "file", "builtin"}

// every setting × every level: what each level says is what counts, unless a level before it says something too.
func TestSettingsAtAllLevels(t *testing.T) {
	const shared = "caller environment entry report file"
	for name, x := range map[string]struct {
		levels, env, yaml, builtin string
		list                       bool
	}{
		Engine:        {"caller environment file", "TRAILSCRIBE_ENGINE", "engine: %s", "duckdb", false},
		Source:        {"caller environment file", "TRAILSCRIBE_SOURCE", "source: s3://%s-bucket", "", false},
		Cache:         {"caller environment file", "TRAILSCRIBE_CACHE", "cache: /%s", "", false},
		Memory:        {"caller", "", "", "", false},
		Threads:       {"caller", "", "", "", false},
		Mode:          {"caller", "", "", "auto", false},
		Profile:       {"caller file", "", "athena: {profile: %s}", "", false},
		Region:        {"caller file", "", "athena: {region: xx-%s-1}", "", false},
		MaxPerRun:     {"caller file", "", "cost: {max_per_run: 5}", "", false},
		Period:        {shared, "TRAILSCRIBE_PERIOD", "defaults: {period: yesterday}", "last-month", false},
		Timezone:      {shared, "TRAILSCRIBE_TIMEZONE", "defaults: {timezone: Europe/Berlin}", "UTC", false},
		Language:      {shared, "TRAILSCRIBE_LANGUAGE", "defaults: {language: de}", "en", false},
		Theme:         {shared, "TRAILSCRIBE_THEME", "defaults: {theme: %s}", "navy", false},
		FailOn:        {shared, "TRAILSCRIBE_FAIL_ON", "defaults: {fail_on: low}", "none", false},
		AsOf:          {"caller environment", "SOURCE_DATE_EPOCH", "", "", false},
		Out:           {"caller file", "", "defaults: {out: /%s}", "reports-out", false},
		Formats:       {shared, "TRAILSCRIBE_FORMATS", "defaults: {formats: [csv]}", "pdf, xlsx", true},
		ScopeAccounts: {"caller entry", "", "", "", true},
		ScopeRegions:  {"caller entry", "", "", "", true},
	} {
		values := map[string]string{"environment": "env", "file": "file"} // what the level says, as it arrives
		switch name {
		case Engine:
			values["environment"], values["file"] = "athena", "athena"
		case Source:
			values["file"] = "s3://file-bucket"
		case Cache, Out:
			values["file"] = "/file"
		case Region:
			values["file"] = "xx-file-1"
		case MaxPerRun:
			values["file"] = "5"
		case Period:
			values["environment"], values["file"] = "last-week", "yesterday"
		case Timezone:
			values["environment"], values["file"] = "Asia/Tokyo", "Europe/Berlin"
		case Language:
			values["file"] = "de"
		case FailOn:
			values["environment"], values["file"] = "high", "low"
		case Formats:
			values["environment"], values["file"] = "json", "csv"
		}
		can := strings.Fields(x.levels)
		for n, level := range levelNames {
			if !slices.Contains(can, level) && level != "builtin" {
				continue
			}
			// Every level from this one on says something; those before it say nothing.
			var r Request
			env, text := map[string]string{}, ""
			for _, l := range levelNames[n:] {
				if !slices.Contains(can, l) {
					continue
				}
				say := func(to *Level) {
					if x.list {
						to.SetList(name, []string{l}, l)
					} else {
						to.Set(name, l, l)
					}
				}
				switch l {
				case "caller":
					say(&r.Caller)
				case "entry":
					say(&r.Entry)
				case "report":
					say(&r.Report)
				case "environment":
					env[x.env] = values[l]
				case "file":
					text = strings.ReplaceAll(x.yaml, "%s", "file")
					if name == Engine {
						text = "engine: athena"
					}
				}
			}
			path := write(t, t.TempDir(), FileName, text+"\n")
			c, bad := Load(Options{Formats: offered, Path: path, Env: func(n string) string { return env[n] }})
			if bad.Err() != nil {
				t.Fatalf("%s at %s: %v", name, level, bad)
			}
			want := values[level]
			switch level {
			case "builtin":
				want = x.builtin
			case "caller", "entry", "report":
				want = level
			}
			s := c.Resolve(r)
			got, origin := s.Text(name), s.Get(name).Origin
			if x.list {
				got, origin = strings.Join(s.List(name).Values, ", "), s.List(name).Origin
			}
			if got != want {
				t.Errorf("%s: %s says %q, and %q counts", name, level, want, got)
			}
			wantOrigin := map[string]string{"environment": "env " + x.env, "builtin": "default"}[level]
			switch {
			case level == "builtin" && x.builtin == "":
				wantOrigin = ""
			case level == "file":
				if !strings.Contains(origin, FileName+":") {
					t.Errorf("%s: the origin of what the file says is %q", name, origin)
				}
				continue
			case wantOrigin == "":
				wantOrigin = level
			}
			if origin != wantOrigin {
				t.Errorf("%s: the origin of what %s says is %q, want %q", name, level, origin, wantOrigin)
			}
			shown := slices.IndexFunc(s.Show(), func(x Shown) bool { return x.Name == name && x.Value == got && x.Origin == origin })
			if (shown >= 0) != (origin != "") {
				t.Errorf("%s at %s: config show does not agree: %v", name, level, s.Show())
			}
		}
	}
}

// What a caller says of the source decides the engine, if it says nothing of that itself.
func TestSourceDecidesTheEngine(t *testing.T) {
	c, bad := Load(Options{Formats: offered, Path: write(t, t.TempDir(), FileName, "engine: athena\nsource: s3://bucket\n")})
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	var named, both Level
	named.Set(Source, "logs", "flag")
	both.Set(Source, "s3://other", "flag")
	both.Set(Engine, "athena", "flag")
	for want, r := range map[string]Request{"duckdb": {Caller: named}, "athena": {Caller: both}} {
		if got := c.Resolve(r); got.Text(Engine) != want {
			t.Errorf("%s, want %s", got.Text(Engine), want)
		}
	}
	if got := c.Resolve(Request{}).Text(Engine); got != "athena" {
		t.Error(got)
	}
	if named.Texts[Engine].IsSet() {
		t.Error("deciding changed what the caller says")
	}
}

// Parameters come in the order of the levels, each with its own values.
func TestParamsOfLevels(t *testing.T) {
	c, bad := Load(Options{Formats: offered,
		Path: write(t, t.TempDir(), FileName, "defaults: {params: {threshold: 5, signin/failed.threshold: 7}}\n")})
	if bad.Err() != nil {
		t.Fatal(bad)
	}
	var r Request
	r.Caller.SetParam("threshold", "", "flag") // an empty value is a value
	r.Entry.SetParam("threshold", "2", "schedule monthly")
	r.Report.SetParam("threshold", "3", "report")
	var got []string
	for _, level := range c.Resolve(r).Params() {
		got = append(got, level.Params["threshold"].Value+"|"+level.Params["signin/failed.threshold"].Value)
	}
	if want := []string{"|", "2|", "3|", "5|7"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
