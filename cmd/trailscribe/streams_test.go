package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"trailscribe/internal/result"
)

// oldRun is a finished run.
const oldRun = "../../internal/run/testdata/trailscribe-run-1"

var errNoRoom = errors.New("no space left on device")

// noRoom is a full disk.
type noRoom struct{ asked bool }

func (n *noRoom) Write([]byte) (int, error) {
	n.asked = true
	return 0, errNoRoom
}

// everyCommand is an invocation of each command that prints something to standard output, in an order in which they can run. RUN is the
// folder of a finished run.
var everyCommand = []struct {
	path, args string
	code       int // where there is room
}{
	{"trailscribe", "", exitDone},
	{"trailscribe help", "help query list", exitDone},
	{"trailscribe completion", "completion", exitDone},
	{"trailscribe completion bash", "completion bash", exitDone},
	{"trailscribe completion zsh", "completion zsh", exitDone},
	{"trailscribe completion fish", "completion fish", exitDone},
	{"trailscribe completion powershell", "completion powershell", exitDone},
	{"trailscribe version", "version", exitDone},
	{"trailscribe schema", "schema", exitDone},
	{"trailscribe schema", "schema query", exitDone},
	{"trailscribe schema", "schema run", exitDone},
	{"trailscribe config", "config", exitDone},
	{"trailscribe config show", "config show", exitDone},
	{"trailscribe init", "init place", exitDone},
	{"trailscribe demo", "demo --out sample --logs-only --events 10", exitDone},
	{"trailscribe logs", "logs", exitDone},
	{"trailscribe logs stats", "logs stats --source logs --cache cache", exitDone},
	{"trailscribe logs stats", "logs stats --source logs --cache cache --files", exitDone},
	{"trailscribe logs show", "logs show 111122223333-us-east-1-2026/10/05-0 --source logs --cache cache", exitDone},
	{"trailscribe query", "query", exitDone},
	{"trailscribe query list", "query list iam", exitDone},
	{"trailscribe query functions", "query functions", exitDone},
	{"trailscribe query columns", "query columns", exitDone},
	{"trailscribe columns", "help columns", exitDone},
	{"trailscribe environment", "help environment", exitDone},
	{"trailscribe exit-codes", "help exit-codes", exitDone},
	{"trailscribe query show", "query show root/console-login", exitDone},
	{"trailscribe query show", "query show root/console-login --sql --period 2026-10", exitDone},
	{"trailscribe query run", "query run activity/by-day --source logs --cache cache --period 2026-10", exitDone},
	{"trailscribe query lint", "query lint root/console-login", exitDone}, // which says on standard error that all is well
	{"trailscribe query test", "query test root/console-login", exitDone},
	{"trailscribe logs verify", "logs verify --source logs --period 2026-10", exitIncomplete},
	{"trailscribe report", "report", exitDone},
	{"trailscribe report list", "report list", exitDone},
	{"trailscribe report show", "report show cis-aws", exitDone},
	{"trailscribe report run", "report run s3-activity --source logs --cache cache --period 2026-10 --dry-run", exitDone},
	{"trailscribe report run", "report run s3-activity --source logs --cache cache --period 2026-10 --format csv", exitIncomplete},
	{"trailscribe report render", "report render RUN --out again --format csv", exitDone},
	{"trailscribe verify", "verify RUN", exitIncomplete},
	{"trailscribe infra", "infra", exitDone},
	{"trailscribe infra iam", "infra iam reader", exitDone},
	{"trailscribe infra export", "infra export terraform", exitDone},
	{"trailscribe infra plan", "infra plan", exitDone},
	{"trailscribe infra plan", "infra plan --detailed-exitcode", exitChanges},
	{"trailscribe infra apply", "infra apply --yes --prove 0", exitDone},
	{"trailscribe infra status", "infra status", exitDone},
	{"trailscribe infra destroy", "infra destroy --confirm trailscribe", exitDone},
}

// everythingToRun is an account and a folder in which each of these commands has what it needs.
func everythingToRun(t *testing.T) *account {
	t.Helper()
	run, err := filepath.Abs(oldRun)
	if err != nil {
		t.Fatal(err)
	}
	c := newAccount(t, simpleConfig)
	c.log("audit/AWSLogs/", "111122223333", "us-east-1", "2026/10/05", 2)
	if err := errors.Join(os.CopyFS(filepath.Join(c.dir, "RUN"), os.DirFS(run)), os.Mkdir(filepath.Join(c.dir, "logs"), 0o755),
		os.WriteFile(filepath.Join(c.dir, "logs", "a.json.gz"), logFile(t, "111122223333", "us-east-1", "2026/10/05", 3), 0o644)); err != nil {
		t.Fatal(err)
	}
	return c
}

// Text is never lost silently, whatever the command: what cannot be printed is an error on standard error. The table has every command.
func TestFullOutputIsAnError(t *testing.T) {
	t.Parallel()
	c := everythingToRun(t)
	missing := map[string]bool{}
	var leaves func(*cobra.Command)
	leaves = func(cmd *cobra.Command) {
		missing[cmd.CommandPath()] = true
		for _, sub := range cmd.Commands() {
			leaves(sub)
		}
	}
	leaves((&program{}).root())
	for _, x := range everyCommand {
		delete(missing, x.path)
		args := strings.Fields(x.args)
		invocations := [][]string{args, append(append([]string{}, strings.Fields(x.path)[1:]...), "--help")}
		if slices.Contains([]string{"version", "show", "list", "test", "stats", "verify", "plan", "status"},
			x.path[strings.LastIndex(x.path, " ")+1:]) {
			invocations = append(invocations, append(append([]string{}, args...), "--output", "json"))
		}
		for _, invocation := range invocations {
			out, errOut := &noRoom{}, bytes.Buffer{}
			want := exitError
			if x.code == exitIncomplete || x.code == exitMismatch {
				want = x.code // says more, and the evidence is sealed
				if invocation[len(invocation)-1] == "--help" {
					want = exitError
				}
			}
			code := MainIn(t.Context(), c.dir, invocation, strings.NewReader(""), out, &errOut, c.aws.Getenv)
			if x.path == "trailscribe query lint" && len(args) == len(invocation) && code == exitDone && !out.asked {
				continue
			}
			if code != want || !out.asked || !strings.Contains(errOut.String(),
				"error: writing to standard output: no space left on device\nhint: ") {
				t.Errorf("%s: exit code %d, want %d; wrote %t\n%s", strings.Join(invocation, " "), code, want, out.asked, &errOut)
			}
		}
		if x.path == "trailscribe infra apply" { // what could not be shown was not applied either; what follows needs it
			c.want(x.code, x.args)
		}
	}
	for path := range missing {
		t.Errorf("add an invocation of %q that prints something", path)
	}
}

// Standard error that cannot be written is not a reason to fail: the data is there.
func TestFullStandardErrorFailsNothing(t *testing.T) {
	t.Parallel()
	c := everythingToRun(t)
	for _, x := range everyCommand {
		var out bytes.Buffer
		code := MainIn(t.Context(), c.dir, strings.Fields(x.args), strings.NewReader(""), &out, &noRoom{}, c.aws.Getenv)
		if code != x.code || out.Len() == 0 && x.path != "trailscribe query lint" {
			t.Errorf("%s: exit code %d, want %d, %d bytes of data", x.args, code, x.code, out.Len())
		}
	}
}

// hostile is what a file of a user or a name could try with a screen: colour, a title, C1 controls, bidi and invisible characters.
const hostile = "H\x1b[31m\x1b]0;owned\x07\u009b2J\u202e\u200b\u2066\rX"

// No text of a library, a configuration or an argument commands the screen, on any way out of the program.
func TestHostileLibraryIsShownAsText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := strings.NewReplacer("\x1b", `\e`, "\x07", `\x07`, "\u009b", `\x9b`, "\u202e", `\u202e`, "\u200b", `\u200b`, "\u2066", `\u2066`,
		"\r", `\r`).Replace(hostile)
	for name, text := range map[string]string{
		"lib/queries/x/bad.yaml": `id: x/bad
title: "title H"
question: "question H"
kind: exception
severity: high
log_scope: [management]
why: "why H"
fix: "fix H"
false_positives: "false H"
params:
  p: {type: texts, default: ["default H"], help: "help H"}
columns:
  - {name: event_time, label: "label H", type: time}
  - {name: eventid, label: "other H", type: id}
key: [eventid]
sql: "SELECT event_time, eventid FROM events WHERE eventname = 'name H' AND NOT contains(:p, eventid) ORDER BY event_time, eventid"
`,
		"lib/queries/x/bad_test.yaml": `cases:
  - name: "case H"
    events: [{eventName: "other H"}]
    want: [{eventid: "e H"}]
`,
		"lib/reports/bad.yaml": `id: bad
title: "title H"
audience: "audience H"
period: 2026-10
sections: [{title: "section H", queries: [x/bad]}]
`,
		"broken/queries/x/broken.yaml": "id: \"x/H\"\ntitle: [\"title H\"]\nH\u202e: \"key H\"\nsql: \"SELECT 'x H' FROM nowhere\"\n",
		"place.yaml": `entity: "entity H"
accounts: [{id: "111122223333", name: "account H"}]
networks: []
automation: {roles: ["role H"]}
`,
		"broken.yaml": "engine: \"H\"\n\"key H\": 1\ndefaults: {timezone: \"zone H\", period: \"period H\"}\n",
		"logs/a.json": `{"Records":[{"eventVersion":"1.11","eventTime":"2026-10-05T10:00:00Z","eventSource":"iam.amazonaws.com",
"eventName":"J","awsRegion":"J","recipientAccountId":"111122223333","eventID":"J","userAgent":"J"}]}`,
	} {
		j := fmt.Sprintf("%q", hostile)
		j = strings.NewReplacer(`\x1b`, `\u001b`, `\a`, `\u0007`, `\x07`, `\u0007`).Replace(j[1 : len(j)-1])
		text = strings.NewReplacer("H\"", h+`"`, "H'", h+"'", "H:", "H:", " H ", " "+h+" ", "\"J\"", `"`+j+`"`).Replace(text)
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "logs", "no\x1b[2Jlog\u202e.json"), []byte("{"), 0o644); err != nil {
		t.Log(err) // not every system has such names
	}
	lib := []string{"--library", "lib"}
	logs := []string{"--source", "logs", "--cache", "cache", "--period", "2026-10"}
	for _, x := range []struct {
		args  []string
		shows string // in table form
	}{
		{append([]string{"query", "list", "x"}, lib...), "title H"},
		{append([]string{"query", "show", "x/bad"}, lib...), "question H"},
		{append([]string{"query", "show", "x/bad", "--sql", "--period", "2026-10"}, lib...), "default H"},
		{append([]string{"query", "lint", "x/bad"}, lib...), ""},
		{append([]string{"query", "test", "x/bad"}, lib...), "case H"},
		{append(append([]string{"query", "run", "x/bad"}, lib...), logs...), ""},
		{append([]string{"query", "run", "activity/by-day"}, logs...), ""},
		{append([]string{"report", "list"}, lib...), "title H"},
		{append([]string{"report", "show", "bad"}, lib...), "audience H"},
		{append(append([]string{"report", "run", "bad", "--format", "csv"}, lib...), logs...), ""},
		{append(append([]string{"report", "run", "bad", "--dry-run"}, lib...), logs...), ""},
		{[]string{"query", "lint", "x", "--library", "broken"}, "H"},
		{[]string{"query", "list", "--library", "lib" + hostile}, "libH"},
		{[]string{"config", "show", "--config", "place.yaml"}, "entity H"},
		{[]string{"config", "show", "--config", "broken.yaml"}, "H"},
		{[]string{"config", "show", "--config", hostile}, "H"},
		{[]string{"logs", "stats", "--source", "logs", "--cache", "cache"}, ""},
		{[]string{"logs", "stats", "--source", "logs", "--cache", "cache", "--files"}, ""},
		{[]string{"logs", "stats", "--source", hostile}, "H"},
		{[]string{"logs", "show", hostile, "--source", "logs", "--cache", "cache"}, "H"},
		{[]string{"query", "show", hostile}, "H"},
		{[]string{"report", "show", hostile}, "H"},
		{[]string{"schema", hostile}, "H"},
		{[]string{hostile}, "H"},
		{[]string{"query", hostile}, "H"},
		{[]string{"version", "--" + hostile}, "H"},
		{[]string{"version", "--output", hostile}, "H"},
		{[]string{"report", "run", "bad", "--library", "lib", "--period", hostile, "--source", "logs"}, "H"},
		{[]string{"report", "run", "bad", "--library", "lib", "--param", hostile + "=1", "--source", "logs"}, "H"},
		{[]string{"verify", hostile}, "H"},
		{[]string{"report", "render", hostile, "--out", "x"}, "H"},
		{[]string{"help", hostile}, "H"},
		{[]string{"__complete", "query", "show", "--library", "lib", "x/"}, "title H"},
	} {
		for _, output := range []string{"table", "json", "csv", "quiet json log"} {
			args := append([]string{}, x.args...)
			switch {
			case args[0] == "__complete" && output != "table":
				continue
			case output == "quiet json log":
				args = append(args, "--log-format", "json")
			case output != "table":
				args = append(args, "--output", output)
			}
			var out, errOut bytes.Buffer
			MainIn(t.Context(), dir, args, strings.NewReader(""), &out, &errOut, func(string) string { return "" })
			for name, text := range map[string]string{"standard output": out.String(), "standard error": errOut.String()} {
				if name == "standard output" && output == "csv" {
					continue // data for another program, as it is
				}
				if _, altered := result.Visible(text); altered > 0 {
					t.Errorf("%q: %s has a character that commands a screen:\n%q", args, name, text)
				}
			}
			all := out.String() + errOut.String()
			if output == "table" && !strings.Contains(all, x.shows) || strings.Contains(all, "panic") {
				t.Errorf("%q does not show %q:\n%s", args, x.shows, all)
			}
		}
	}
}

// What is made to be read by programs passes unchanged.
func TestOwnTextIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	for _, s := range schemas(shipped.choice()) {
		if _, altered := result.Visible(string(s.shape.JSONSchema())); altered > 0 {
			t.Errorf("the schema %s would be printed otherwise", s.name)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var safe, plain bytes.Buffer
		if code := Main(t.Context(), []string{"completion", shell}, strings.NewReader(""), &safe, io.Discard,
			func(string) string { return "" }); code != exitDone {
			t.Fatal(code)
		}
		root := (&program{}).root()
		err := map[string]func() error{
			"bash": func() error { return root.GenBashCompletionV2(&plain, true) }, "zsh": func() error { return root.GenZshCompletion(&plain) },
			"fish":       func() error { return root.GenFishCompletion(&plain, true) },
			"powershell": func() error { return root.GenPowerShellCompletionWithDesc(&plain) },
		}[shell]()
		if err != nil || !bytes.Equal(safe.Bytes(), plain.Bytes()) {
			t.Errorf("the completion of %s is not as it was made: %v", shell, err)
		}
	}
}
