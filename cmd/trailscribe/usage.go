package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroups are the headings under which the help of a command shows its flags. Those of no group are its own.
var flagGroups = []struct {
	title string
	names []string
}{
	{"What is asked", []string{"period", "timezone", "accounts", "regions", "param"}},
	{"The logs", []string{"source", "engine", "cache"}},
	{"The report", []string{"out", "format", "theme", "lang", "fail-on", "as-of", "preparer", "sign", "dry-run"}},
	{"Amazon Athena", []string{"mode", "estimate", "max-cost", "yes", "catalog", "component"}},
	{"AWS", []string{"aws-profile", "aws-region"}},
	{"The machine", []string{"memory", "threads", "query-timeout"}},
}

// valueOf names the value of a flag in help, where the type of the flag says less.
var valueOf = map[string]string{
	"source": "DIR", "cache": "DIR", "out": "DIR", "library": "DIR", "config": "FILE",
	"period": "PERIOD", "timezone": "ZONE", "param": "NAME=VALUE",
	"accounts": "ID,...", "regions": "REGION,...", "format": "FORMAT,...", "component": "COMPONENT,...", "theme": "NAME", "lang": "TAG",
	"fail-on": "SEVERITY", "severity": "SEVERITY", "as-of": "TIME", "preparer": "NAME", "sign": "KEY", "memory": "SIZE", "threads": "N",
	"query-timeout": "TIME", "max-cost": "USD", "engine": "ENGINE", "mode": "MODE", "aws-profile": "PROFILE", "aws-region": "REGION",
	"output": "FORM", "color": "WHEN", "log-format": "FORM", "control": "CONTROL", "kind": "KIND", "dialect": "ENGINE", "plan": "FILE",
	"rollback": "VERSION", "confirm": "NAME", "account": "ID", "kms-key": "ARN", "allowed-signers": "FILE", "catalog": "KIND", "keys": "DIR",
	"original-bucket": "NAME", "save-keys": "DIR",
}

// unused are the flags of every command that have no meaning for a command.
var unused = map[string][]string{
	"trailscribe verify": {"config", "library"}, "trailscribe report render": {"config", "library"}, "trailscribe init": {"config", "library"},
	"trailscribe schema": {"config", "library"}, "trailscribe version": {"config", "library"},
	"trailscribe help":            {"config", "library", "output"},
	"trailscribe query functions": {"config", "library"}, "trailscribe query columns": {"config", "library"},
	"trailscribe demo": {"config"}, "trailscribe completion": {"config", "library", "output"},
}

// usageText prints how a command is called: its commands or its flags in groups, and its exit codes.
func usageText(c *cobra.Command, w io.Writer) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND [flags]\n", c.CommandPath())
	} else {
		fmt.Fprintf(&b, "  %s\n", c.UseLine())
	}
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	var commands, topics []*cobra.Command
	for _, sub := range c.Commands() {
		switch {
		case sub.IsAdditionalHelpTopicCommand():
			topics = append(topics, sub)
		case sub.IsAvailableCommand() || sub.Name() == "help":
			commands = append(commands, sub)
		}
	}
	list := func(title string, of []*cobra.Command) {
		if len(of) > 0 {
			fmt.Fprintf(&b, "\n%s:\n", title)
			for _, sub := range of {
				fmt.Fprintf(&b, "  %-*s  %s\n", 12, sub.Name(), sub.Short)
			}
		}
	}
	list("Commands", commands)
	list("Topics of 'trailscribe help'", topics)
	own, common := flagsOf(c)
	for _, g := range flagGroups {
		var of []*pflag.Flag
		own = slices.DeleteFunc(own, func(f *pflag.Flag) bool {
			in := slices.Contains(g.names, f.Name)
			if in {
				of = append(of, f)
			}
			return in
		})
		slices.SortStableFunc(of, func(x, y *pflag.Flag) int { return slices.Index(g.names, x.Name) - slices.Index(g.names, y.Name) })
		showFlags(&b, g.title, of)
	}
	showFlags(&b, "Flags", own)
	showFlags(&b, "Flags of every command", common)
	if !c.HasAvailableSubCommands() || !c.HasParent() {
		fmt.Fprintf(&b, "\nExit codes:\n%s", exitCodes(c))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n'%s COMMAND --help' tells of a command.\n", c.CommandPath())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// flagsOf are the flags of a command, and those of every command that mean something for it.
func flagsOf(c *cobra.Command) (own, common []*pflag.Flag) {
	path := c.CommandPath()
	if c.HasParent() && c.Parent().Name() == "completion" {
		path = c.Parent().CommandPath()
	}
	c.InitDefaultHelpFlag()
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && c.Root().PersistentFlags().Lookup(f.Name) == nil {
			own = append(own, f)
		}
	})
	c.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !slices.Contains(unused[path], f.Name) {
			common = append(common, f)
		}
	})
	return own, common
}

// showFlags prints flags under a heading.
func showFlags(b *strings.Builder, title string, of []*pflag.Flag) {
	if len(of) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	names := make([]string, len(of))
	width := 0
	for i, f := range of {
		names[i] = "      --" + f.Name
		if f.Shorthand != "" {
			names[i] = "  -" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" {
			value := valueOf[f.Name]
			if value == "" {
				value = map[string]string{"int": "N", "stringArray": "TEXT", "stringSlice": "TEXT,..."}[f.Value.Type()]
			}
			if value == "" {
				value = "TEXT"
			}
			names[i] += " " + value
		}
		width = max(width, len(names[i]))
	}
	for i, f := range of {
		text := f.Usage
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
			text += " (default " + d + ")"
		}
		for j, line := range wrap(text, max(40, 98-width)) {
			if j == 0 {
				fmt.Fprintf(b, "%-*s   %s\n", width, names[i], line)
			} else {
				fmt.Fprintf(b, "%-*s   %s\n", width, "", line)
			}
		}
	}
}

// wrap breaks a text into lines at its spaces.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
