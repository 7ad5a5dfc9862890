package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/diag"
	"trailscribe/internal/yaml"
)

var offered = yaml.Choice{Names: []string{"pdf", "xlsx", "json", "csv", "csv-safe"}, Usual: []string{"pdf", "xlsx"}}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

const full = `engine: duckdb
source: logs
cache: /var/cache/x
entity: Example Corp
accounts:
  - {id: "111122223333", name: production, since: 2025-01-01, until: "2026-12-31", expect: [eu-central-1]}
  - id: "444455556666"
calendar: de
late_days: 5
automation:
  roles: ["arn:aws:iam::*:role/ci-*"]
  sessions: ["terraform-*"]
networks: [192.0.2.0/24, "2001:db8::/32", 198.51.100.7]
regions: [eu-central-1, us-gov-west-1]
admins: ["arn:aws:iam::*:role/admin"]
library: {folders: [audit, ../shared], builtin: false}
defaults:
  period: 2026-Q3
  timezone: Europe/Berlin
  language: zh-CN
  theme: navy
  formats: [pdf]
  fail_on: high
  params: {root/console-login.approved: [a, "b,c"], threshold: 5}
`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "trailscribe.yaml", full)
	c, bad := Load(Options{Formats: offered, Path: path})
	if bad != nil {
		t.Fatal(bad)
	}
	at := func(s string) string { return filepath.ToSlash(path) + ":" + s }
	for _, tt := range [][2]string{
		{c.Engine.Value, "duckdb"}, {c.Engine.Origin, at("1:9")}, {c.Source.Value, filepath.Join(dir, "logs")}, {c.Source.AsWritten(), "logs"},
		{c.Cache.Value, "/var/cache/x"}, {c.Entity.Value, "Example Corp"},
		{c.Calendar.Value, "de"}, {c.Defaults.Period.Value, "2026-Q3"}, {c.Defaults.FailOn.Value, "high"},
		{c.Defaults.Params["root/console-login.approved"].Value, `["a","b,c"]`}, {c.Defaults.Params["threshold"].Value, "5"},
		{c.Defaults.Params["threshold"].Origin, at("24:64")}, {strings.Join(c.Library, " "), filepath.Join(dir, "audit") + " " +
			filepath.Join(dir, "..", "shared")},
	} {
		if tt[0] != tt[1] {
			t.Errorf("got %q, want %q", tt[0], tt[1])
		}
	}
	if c.LateDays != 5 || c.Builtin || len(c.Accounts) != 2 || c.Accounts[0].Since != time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC) ||
		c.Accounts[0].Expect[0] != "eu-central-1" {
		t.Errorf("%+v", c)
	}
	want := map[string][]string{"accounts": {"111122223333", "444455556666"}, "networks": {"192.0.2.0/24", "2001:db8::/32", "198.51.100.7"},
		"regions": {"eu-central-1", "us-gov-west-1"},
		"admins":  {"arn:aws:iam::*:role/admin"}, "automation.roles": {"arn:aws:iam::*:role/ci-*"}, "automation.sessions": {"terraform-*"},
		"automation": {"arn:aws:iam::*:role/ci-*", "terraform-*"}, "calendar": {"de"}}
	if diff := cmp.Diff(want, c.Facts()); diff != "" {
		t.Error(diff)
	}
}

func TestLoadProblems(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "trailscribe.yaml", `engine: trino
source: gs://bucket/AWSLogs
sourec: x
timezone: UTC
athena: {databse: x, external_id: abc, first_day: 2026-02-30, output: "https://b/", price_per_tb: -1, accounts: [111122223333]}
accounts:
  - {id: 111122223333}
  - {id: "1"}
  - {id: "111122223333", since: 2026-02-30}
  - {id: "111122223333", since: 2026-03-01, until: 2026-01-01}
late_days: 90
networks: [here]
regions: [Frankfurt]
defaults: {timezone: Mars/Olympus, period: sometime, formats: [docx]}
`)
	c, bad := Load(Options{Formats: offered, Path: path})
	if c != nil {
		t.Error("a configuration with errors was given")
	}
	got := bad.Error()
	for _, want := range []string{
		`1:9: engine cannot be "trino"; allowed: duckdb, athena`,
		`2:9: the source "gs://bucket/AWSLogs" is neither a folder nor a bucket`,
		`3:1: unknown key "sourec"; did you mean "source"?`,
		`4:1: unknown key "timezone"`,
		`5:10: unknown key "databse" in athena; did you mean "database"?`,
		`5:35: external_id is of no use without role`,
		`5:51: "2026-02-30" is not a day of the calendar`,
		`5:71: athena.output cannot be "https://b/"; it must be s3://bucket or s3://bucket/prefix`,
		`athena.price_per_tb cannot be "-1"; it must be an amount such as 5 or 0.50`,
		`athena.accounts[0] must be a text`,
		`7:10: accounts[0].id must be a text; without quotes 111122223333 is read as a number`,
		`8:10: accounts[1].id cannot be "1"; it must be twelve digits in quotes`,
		`9:33: "2026-02-30" is not a day of the calendar`,
		`10:10: the account 111122223333 appears twice`,
		`10:52: the account's logs end before they begin`,
		`11:12: late_days is 90; it must be from 0 to 60`,
		`12:12: "here" is not a network`,
		`13:11: regions[0] cannot be "Frankfurt"`,
		`14:22: there is no time zone "Mars/Olympus"`,
		`14:44: "sometime" is not a period`,
		`14:64: defaults.formats[0] cannot be "docx"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no problem %q in\n%s", want, got)
		}
	}
	for _, p := range bad {
		if strings.Contains(p.Text, `"timezone"`) && p.Hint != "it stands under defaults:" {
			t.Errorf("hint %q", p.Hint)
		}
	}
	if _, bad := Load(Options{Formats: offered, Path: filepath.Join(dir, "none.yaml")}); len(bad) != 1 ||
		!strings.Contains(bad.Error(), "--config names is not there") {
		t.Error(bad)
	}
}

// Accounts are a list of ids, of mappings with an id, or both; or a mapping of ids to names or settings. All say the same.
func TestAccounts(t *testing.T) {
	since := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	plain := []Account{{ID: "111122223333"}, {ID: "044455556666"}}
	named := []Account{{ID: "111122223333", Name: "production", Since: since, Expect: []string{"eu-central-1"}},
		{ID: "044455556666", Name: "sandbox"}}
	for _, tt := range []struct {
		name, text string
		want       []Account
	}{
		{"list of ids", `accounts: ["111122223333", "044455556666"]`, plain},
		{"list of ids on lines", "accounts:\n  - '111122223333'\n  - \"044455556666\"", plain},
		{"list of mappings", `accounts: [{id: "111122223333"}, {id: "044455556666"}]`, plain},
		{"both in one list", `accounts: ["111122223333", {id: "044455556666"}]`, plain},
		{"list with settings", "accounts:\n  - {id: \"111122223333\", name: production, since: 2025-01-01, expect: [eu-central-1]}\n  - " +
			"{id: \"044455556666\", name: sandbox}", named},
		{"mapping", "accounts:\n  \"111122223333\": {name: production, since: 2025-01-01, expect: [eu-central-1]}\n  \"044455556666\": sandbox",
			named},
		{"mapping in one line", `accounts: {"111122223333": {name: production, since: 2025-01-01, expect: [eu-central-1]}, '044455556666': {name: sandbox}}`, named},
		{"empty list", "accounts: []", nil},
		{"empty mapping", "accounts: {}", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, bad := Load(Options{Formats: offered, Path: write(t, t.TempDir(), "trailscribe.yaml", tt.text+"\n")})
			if bad != nil {
				t.Fatal(bad)
			}
			for i := range c.Accounts {
				if c.Accounts[i].At.Line == 0 {
					t.Errorf("account %d has no place", i)
				}
				c.Accounts[i].At = diag.Pos{}
			}
			if diff := cmp.Diff(tt.want, c.Accounts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Each wrong account is told with its place and with what to write, all of them at once.
func TestAccountsProblems(t *testing.T) {
	const hint = `write ["111122223333"], [{id: "111122223333", name: production}] or {"111122223333": production}`
	for _, tt := range []struct{ name, text, want, hint string }{
		{"nothing", "accounts:", `1:10: accounts has no value; it must be a list or a mapping of keys to values`, hint},
		{"one text", `accounts: "111122223333"`, `1:11: accounts must be a list or a mapping of keys to values, this is the text "111122223333"`,
			hint},
		{"one number", `accounts: 111122223333`, `1:11: accounts must be a list or a mapping of keys to values, this is the number 111122223333`,
			hint},
		{"number", `accounts: [111122223333]`, `1:12: accounts[0] must be a text; without quotes 111122223333 is read as a number`,
			`quote it: "111122223333"`},
		{"octal", `accounts: [011122223333]`, `1:12: accounts[0] must be a text; without quotes 011122223333 is read as a number`,
			`quote it: "011122223333"`},
		{"leading zero that is not octal", `accounts: [{id: 089122223333}]`,
			`1:17: accounts[0].id must be a text; without quotes 089122223333 is read as a number`, `quote it: "089122223333"`},
		{"underscores", `accounts: [1111_2222_3333]`, `1:12: accounts[0] must be a text; without quotes 1111_2222_3333 is read as a number`,
			`quote it: "1111_2222_3333"`},
		{"too short", `accounts: ["11112222333"]`, `1:12: accounts[0] cannot be "11112222333"; it must be twelve digits in quotes`, hint},
		{"too long", `accounts: ["1111222233334"]`, `1:12: accounts[0] cannot be "1111222233334"; it must be twelve digits in quotes`, hint},
		{"hyphens", `accounts: [{id: 1111-2222-3333}]`, `1:17: accounts[0].id cannot be "1111-2222-3333"; it must be twelve digits in quotes`,
			hint},
		{"null item", `accounts: [~]`, `1:12: accounts[0] has no value; it must be a text or a mapping of keys to values`, hint},
		{"nested list", `accounts: [["111122223333"]]`, `1:12: accounts[0] must be a text or a mapping of keys to values, this is a list`, hint},
		{"nested mapping", `accounts: [{id: {id: "111122223333"}}]`, `1:17: accounts[0].id must be a text, this is a mapping`, hint},
		{"id missing", `accounts: [{name: production}]`, `1:12: accounts[0] lacks the key "id"`, "id: account id, quoted"},
		{"twice, two spellings", `accounts: ["111122223333", {id: "111122223333"}]`,
			`1:33: the account 111122223333 appears twice; first in line 1`, "remove one of the two"},
		{"twice in a mapping", "accounts:\n  \"111122223333\": a\n  '111122223333': b",
			`3:3: the key "111122223333" appears twice; first in line 2`, "remove one of the two"},
		{"key without quotes", `accounts: {111122223333: production}`,
			`1:12: the key 111122223333 of accounts must be a text; without quotes it is read as a number`, `quote it: "111122223333"`},
		{"dash forgotten", `accounts: {id: "111122223333", name: production}`,
			"1:12: the key \"id\" of accounts must be twelve digits in quotes\n1:32: the key \"name\" of accounts must be twelve digits in quotes",
			hint},
		{"key with nothing", `accounts: {"111122223333": }`,
			`1:28: accounts.111122223333 has no value; it must be a text or a mapping of keys to values`,
			"write the account's name, or {name: production, since: 2025-01-01}"},
		{"key with a list", `accounts: {"111122223333": [production]}`,
			`1:28: accounts.111122223333 must be a text or a mapping of keys to values, this is a list`,
			"write the account's name, or {name: production, since: 2025-01-01}"},
		{"id below its key", `accounts: {"111122223333": {id: "111122223333"}}`,
			`1:29: unknown key "id" in accounts.111122223333; allowed: expect, name, since, until`, ""},
		{"not a day", `accounts: {"111122223333": {since: 2026-02-30}}`, `1:36: "2026-02-30" is not a day of the calendar`, ""},
		{"all at once", `accounts: [1, ~, {id: [], until: yesterday}, "x"]`,
			`1:12: accounts[0] must be a text; without quotes 1 is read as a number
1:15: accounts[1] has no value; it must be a text or a mapping of keys to values
1:23: accounts[2].id must be a text, this is a list
1:34: accounts[2].until cannot be "yesterday"; it must be a day such as 2026-01-31
1:46: accounts[3] cannot be "x"; it must be twelve digits in quotes`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, t.TempDir(), "trailscribe.yaml", tt.text+"\n")
			c, bad := Load(Options{Formats: offered, Path: path})
			if c != nil {
				t.Error("a configuration with errors was given")
			}
			var got []string
			for _, p := range bad {
				if p.At.Text == "" || p.Rule == "" {
					t.Errorf("no source line or no rule: %+v", p)
				}
				at, text, _ := strings.Cut(strings.TrimPrefix(p.Error(), filepath.ToSlash(path)+":"), ": ")
				got = append(got, at+": "+strings.TrimSuffix(text, " ["+p.Rule+"]"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
			if tt.hint != "" && (len(bad) == 0 || bad[0].Hint != tt.hint) {
				t.Errorf("the hint is not %q: %+v", tt.hint, bad)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "trailscribe.yaml", full)
	c, bad := Load(Options{Formats: offered, Dir: dir, Env: environment("TRAILSCRIBE_SOURCE", "other", "TRAILSCRIBE_TIMEZONE", "Asia/Shanghai",
		"TRAILSCRIBE_FORMATS", "pdf, xlsx", "TRAILSCRIBE_LIBRARY", "a"+string(filepath.ListSeparator)+"b")})
	if bad != nil {
		t.Fatal(bad)
	}
	if c.Source != (Setting{Value: "other", Origin: "env TRAILSCRIBE_SOURCE"}) || c.Source.AsWritten() != "other" ||
		c.Environment.Timezone.Value != "Asia/Shanghai" || c.Defaults.Timezone.Value != "Europe/Berlin" ||
		strings.Join(c.Environment.Formats.Values, "+") != "pdf+xlsx" || strings.Join(c.Library, "+") != "a+b" {
		t.Errorf("%+v", c)
	}
	_, bad = Load(Options{Formats: offered, Env: environment("TRAILSCRIBE_TIMEZONE", "x", "TRAILSCRIBE_FORMATS", "pfd", "TRAILSCRIBE_PERIOD",
		"never", "TRAILSCRIBE_ENGINE", "duck", "TRAILSCRIBE_FAIL_ON", "hig"), Dir: t.TempDir()})
	want := []string{`TRAILSCRIBE_ENGINE: the value cannot be "duck"`, `TRAILSCRIBE_FAIL_ON: the value cannot be "hig"; did you mean "high"?`,
		`TRAILSCRIBE_FORMATS: the value cannot be "pfd"; did you mean "pdf"?`, `TRAILSCRIBE_PERIOD: "never" is not a period`,
		`TRAILSCRIBE_TIMEZONE: there is no time zone "x"`}
	for i, w := range want {
		if len(bad) != len(want) || !strings.HasPrefix(bad[i].Error(), w) {
			t.Fatalf("got\n%v", bad)
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, root, "trailscribe.yaml", "entity: root\n")
	write(t, root, "a/trailscribe.yaml", "entity: a\n")
	write(t, root, "a/b/c/x", "")
	write(t, root, "d/e/x", "")
	for dir, want := range map[string]string{"": "root", "a": "a", "a/b/c": "a", "d/e": "root"} {
		c, bad := Load(Options{Formats: offered, Dir: filepath.Join(root, filepath.FromSlash(dir))})
		if bad != nil || c.Entity.Value != want {
			t.Errorf("%s: got %q %v, want %q", dir, c.Entity.Value, bad, want)
		}
	}
	t.Chdir(filepath.Join(root, "d", "e"))
	c, _ := Load(Options{Formats: offered})
	if want := filepath.Join("..", "..", "trailscribe.yaml"); c.File != want || c.Entity.Origin != "../../trailscribe.yaml:1:9" {
		t.Errorf("found as %q, value from %q: an absolute path would name this machine", c.File, c.Entity.Origin)
	}
	outside := t.TempDir() // no repository: parents do not count
	write(t, outside, "trailscribe.yaml", "entity: x\n")
	write(t, outside, "sub/x", "")
	if c, bad := Load(Options{Formats: offered, Dir: filepath.Join(outside, "sub")}); bad != nil || c.File != "" {
		t.Errorf("a parent outside a repository was read: %v %v", c, bad)
	}
}

// The file that init writes loads as it is, and with every setting switched on.
func TestTemplate(t *testing.T) {
	dir := t.TempDir()
	c, bad := Load(Options{Formats: offered, Path: write(t, dir, "trailscribe.yaml", Template())})
	if bad != nil || c.LateDays != DefaultLateDays || !c.Builtin || c.Engine.IsSet() {
		t.Errorf("%+v %v", c, bad)
	}
	var on strings.Builder
	known := map[string]bool{}
	for line := range strings.Lines(Template()) {
		if strings.HasPrefix(line, "#") && (!strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "#  ")) && line != "#\n" {
			line = line[1:]
			if key, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(key, " ") {
				known[key] = true
			}
		}
		on.WriteString(line)
	}
	c, bad = Load(Options{Formats: offered, Path: write(t, dir, "on.yaml", on.String())})
	if bad != nil {
		t.Fatalf("%v\n%s", bad, on.String())
	}
	for _, f := range Shape(offered).Fields {
		if !known[f.Name] {
			t.Errorf("the template does not explain %s", f.Name)
		}
	}
	if c.Defaults.Params["root/console-login.approved"].Value != "[]" {
		t.Error(c.Defaults.Params)
	}
}

func TestAthena(t *testing.T) {
	path := write(t, t.TempDir(), "trailscribe.yaml", `engine: athena
source: s3://logs-bucket/trail/
athena:
  {region: cn-north-1, role: "arn:aws-cn:iam::111122223333:role/audit/r", external_id: 12345, logs: s3://logs-bucket/trail/, output: s3://results, first_day: 2024-01-01,
   accounts: ["000011112222"], price_per_tb: 6.75, fips: true, concurrency: 3, organization: o-exampleorg1}
cost: {confirm_over: 0.5, max_per_run: 50}
`)
	c, bad := Load(Options{Formats: offered, Path: path})
	if bad != nil {
		t.Fatal(bad)
	}
	a := c.Athena
	price, exact := a.PricePerTB.Micros()
	confirm, _ := c.Cost.ConfirmOver.Micros()
	_, set := Setting{}.Micros()
	got := []any{c.Source.Value, c.Source.AsWritten(), a.Logs.Value, price, exact, confirm, set, a.First(), a.FIPS, a.Concurrency,
		a.ExternalID.Value, a.Accounts.Values[0], a.Workgroup.Or(Default(DefaultWorkgroup)).Value, Athena{}.First().IsZero()}
	want := []any{"s3://logs-bucket/trail/", "s3://logs-bucket/trail/", "s3://logs-bucket/trail/", int64(6_750_000), true, int64(500_000),
		false, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), true, 3, "12345", "000011112222", "trailscribe", true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	shown := map[string]string{}
	for _, s := range c.Resolve(Request{}).Show() {
		shown[s.Name] = s.Value
	}
	for name, want := range map[string]string{"athena.region": "cn-north-1", "athena.fips": "true", "athena.concurrency": "3",
		"cost.max_per_run": "50", "athena.accounts": "000011112222"} {
		if shown[name] != want {
			t.Errorf("config show has %s=%q, want %q", name, shown[name], want)
		}
	}
	if _, there := shown["athena.profile"]; there {
		t.Error("config show prints what is not set")
	}
	c, _ = Load(Options{Formats: offered, Dir: t.TempDir()})
	if c.Athena.Concurrency != DefaultConcurrency {
		t.Error(c.Athena.Concurrency)
	}
	_, bad = Load(Options{Formats: offered, Path: write(t, t.TempDir(), "trailscribe.yaml",
		"athena: {output: s3://bucket/a, staging: s3://bucket/a}\n")})
	if !strings.Contains(bad.Error(), "staging is the same place as output") {
		t.Error(bad)
	}
}

func TestShow(t *testing.T) {
	c, bad := Load(Options{Formats: offered, Path: write(t, t.TempDir(), "trailscribe.yaml",
		"engine: duckdb\naccounts: [{id: \"111122223333\", name: prod, since: 2025-01-01}]\ndefaults: {timezone: UTC}\n"),
		Env: environment("TRAILSCRIBE_TIMEZONE", "Asia/Tokyo")})
	if bad != nil {
		t.Fatal(bad)
	}
	var got []string
	for _, s := range c.Resolve(Request{}).Show() {
		got = append(got, s.Name+"="+s.Value+" from "+filepath.Base(s.Origin))
	}
	want := []string{"accounts.111122223333=prod since 2025-01-01 from trailscribe.yaml:2:12", "athena.mode=auto from default",
		"calendar=weekdays from default",
		"engine=duckdb from trailscribe.yaml:1:9", "fail_on=none from default", "formats=pdf, xlsx from default", "language=en from default",
		"late_days=2 from default",
		"library.builtin=true from default", "out=reports-out from default", "period=last-month from default", "query_timeout=10m from default",
		"settle=1h from default", "theme=navy from default", "timezone=Asia/Tokyo from env TRAILSCRIBE_TIMEZONE"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseTimeout(t *testing.T) {
	for text, want := range map[string]time.Duration{"1s": time.Second, "90s": 90 * time.Second, "10m": 10 * time.Minute,
		"1h30m": 90 * time.Minute, "24h": 24 * time.Hour} {
		if got, err := ParseTimeout(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "10", "0s", "999ms", "-1m", "24h1s", "99999h", "ten minutes", "1d"} {
		if got, err := ParseTimeout(text); err == nil {
			t.Errorf("%q was taken as %s", text, got)
		}
	}
	for text, want := range map[string]string{"query_timeout: 5m": "5m from trailscribe.yaml:1:16", "{}": "10m from default"} {
		c, bad := Load(Options{Formats: offered, Path: write(t, t.TempDir(), "trailscribe.yaml", text+"\n")})
		if bad != nil {
			t.Fatal(bad)
		}
		x := c.Resolve(Request{}).Get(QueryTimeout)
		if got := x.Value + " from " + filepath.Base(x.Origin); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if got := c.Resolve(Request{Caller: Level{Texts: map[string]Setting{QueryTimeout: {Value: "1h",
			Origin: "flag"}}}}).Text(QueryTimeout); got != "1h" {
			t.Errorf("%s: the caller's is %s", text, got)
		}
	}
	for _, text := range []string{"query_timeout: 10", "query_timeout: 0s", "query_timeout: 25h", "query_timeout: soon", `query_timeout: ""`} {
		if _, bad := Load(Options{Formats: offered, Path: write(t, t.TempDir(), "trailscribe.yaml", text+"\n")}); bad.Err() == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(full)
	f.Add(Template())
	f.Add("library: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := &loader{c: &Config{}}
		l.file("trailscribe.yaml", []byte(text))
		l.c.Resolve(Request{}).Show()
		l.c.Facts()
	})
}
