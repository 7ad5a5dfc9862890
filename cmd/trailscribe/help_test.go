package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// eachCommand visits every command of the program.
func eachCommand(visit func(c *cobra.Command)) {
	p := &program{formats: shipped, in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		visit(c)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(p.root())
}

// Every flag names its value in help, and one that has a closed set of values, or names a place, completes it.
func TestFlagsAreNamedAndCompleted(t *testing.T) {
	t.Parallel()
	free := []string{"as-of", "preparer", "memory", "threads", "query-timeout", "max-cost", "events", "per-file", "seed", "prove", "confirm",
		"kms-key", "allowed-signers", "original-bucket"}
	groups := map[string]bool{}
	seen := map[string]bool{}
	eachCommand(func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" {
				return
			}
			seen[f.Name] = true
			if valueOf[f.Name] == "" && f.Value.Type() != "int" && f.Value.Type() != "int64" {
				t.Errorf("%s --%s: help does not name its value", c.CommandPath(), f.Name)
			}
			_, has := c.GetFlagCompletionFunc(f.Name)
			places := f.Annotations[cobra.BashCompSubdirsInDir] != nil || f.Annotations[cobra.BashCompFilenameExt] != nil
			if !has && !places && !slices.Contains(free, f.Name) {
				t.Errorf("%s --%s: nothing completes it", c.CommandPath(), f.Name)
			}
		})
	})
	for _, g := range flagGroups {
		for _, name := range g.names {
			if groups[name] {
				t.Errorf("--%s is in two groups", name)
			}
			groups[name] = true
		}
	}
	for name := range valueOf {
		if !seen[name] {
			t.Errorf("no command has --%s", name)
		}
	}
}

// Every exit code is in the table of README, and every code that a command can end with in its help.
func TestExitCodesAreDocumented(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range meanings {
		if !strings.Contains(string(readme), fmt.Sprintf("\n| %d | ", m.code)) {
			t.Errorf("README.md does not have exit code %d", m.code)
		}
	}
	paths := map[string]bool{}
	eachCommand(func(c *cobra.Command) { paths[c.CommandPath()] = true })
	for path := range ends {
		if !paths[path] {
			t.Errorf("there is no command %q", path)
		}
	}
	for path := range unused {
		if !paths[path] {
			t.Errorf("there is no command %q", path)
		}
	}
}

// docs/queries.md and 'query columns' say the same of each derived column.
func TestColumnsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/queries.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	link := regexp.MustCompile(` ?\(\[[^]]*\]\([^)]*\)\)|\[([^]]*)\]\([^)]*\)`)
	for _, m := range regexp.MustCompile("(?m)^\\| (`[a-z_`, ]+`) \\| [a-z0-9()]+ \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		for _, name := range strings.Split(m[1], ", ") {
			said[strings.Trim(name, "`")] = strings.ReplaceAll(link.ReplaceAllString(m[2], "$1"), "`", "")
		}
	}
	for _, r := range columnRows() {
		name := r[0].(string)
		if r[2] == "CloudTrail" {
			continue
		}
		if got := said[name]; got != r[3] {
			t.Errorf("%s: docs/queries.md has %q, query columns %q", name, got, r[3])
		}
		delete(said, name)
	}
	for name := range said {
		if columnMeanings[name] == "" && name != "column" {
			t.Errorf("docs/queries.md has the column %s, which there is not", name)
		}
	}
}

// The page about the environment has every variable that the configuration reads.
func TestVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../internal/config/load.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`TRAILSCRIBE_[A-Z_]+[A-Z]`).FindAllString(string(source), -1)
	for _, name := range append(names, passphraseVariable) {
		if !slices.ContainsFunc(variables, func(v struct{ name, what string }) bool { return v.name == name }) {
			t.Errorf("help environment does not have %s", name)
		}
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/configuration.md does not have %s", name)
		}
	}
}
