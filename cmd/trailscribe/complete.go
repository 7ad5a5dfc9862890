package main

import (
	"bufio"
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/query"
	"trailscribe/internal/regular"
	"trailscribe/internal/style"
)

// completeFlags gives every flag of a command, and of those below it, the values that it may have where they can be listed.
// Flags of one name have the same values wherever they appear.
func (p *program) completeFlags(c *cobra.Command) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if _, has := c.GetFlagCompletionFunc(f.Name); has {
			return
		}
		switch f.Name {
		case "source", "cache", "out", "library", "keys", "save-keys":
			_ = c.MarkFlagDirname(f.Name)
		case "config":
			_ = c.MarkFlagFilename(f.Name, "yaml", "yml")
		case "plan":
			_ = c.MarkFlagFilename(f.Name, "json")
		default:
			if values := p.valuesOf(f.Name); values != nil {
				_, many := f.Value.(pflag.SliceValue)
				completeWith(c, f.Name, many && f.Value.Type() == "stringSlice", values)
			}
		}
	})
	for _, sub := range c.Commands() {
		p.completeFlags(sub)
	}
}

// valuesOf gives the function that lists the values of a flag; nil where any text may stand there.
func (p *program) valuesOf(flag string) func() []string {
	fixed := map[string][]string{
		"output": outputs, "color": {"auto", "always", "never"}, "log-format": {"text", "json"}, "engine": engines, "mode": modes,
		"period": {"last-month", "last-week", "last-quarter", "last-30-days", "yesterday", "this-month"}, "format": p.formats.names(),
		"fail-on": query.Severities(), "severity": query.Severities(), "kind": {query.KindException, query.KindEvidence, query.KindMetric},
		"dialect": {"athena", "duckdb"}, "catalog": {"managed", "existing"}, "component": {"results", "workgroup", "database", "table"},
		"regions": awsconfig.Regions(), "aws-region": awsconfig.Regions(), "sign": {"ssh-agent", "none"}, "rollback": {"previous"},
	}
	if values, ok := fixed[flag]; ok {
		return func() []string { return values }
	}
	library := func(list func(s *setup) []string) func() []string {
		return func() []string {
			s, err := p.open()
			if err != nil {
				return nil
			}
			return list(s)
		}
	}
	switch flag {
	case "theme":
		return library(func(s *setup) []string { return style.Themes(s.library) })
	case "lang":
		return library(func(s *setup) []string { return style.Languages(s.library) })
	case "control":
		return library((*setup).controlNames)
	case "param":
		return library((*setup).paramNames)
	case "accounts", "account":
		return library(func(s *setup) (ids []string) {
			for _, a := range s.config.Accounts {
				ids = append(ids, a.ID+"\t"+a.Name)
			}
			return ids
		})
	case "timezone":
		return zones
	case "aws-profile":
		return p.profiles
	}
	return nil
}

// completeWith completes a flag; where it takes several values separated by commas, the last of them.
func completeWith(c *cobra.Command, flag string, many bool, values func() []string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := ""
		if i := strings.LastIndex(typed, ","); many && i >= 0 {
			before = typed[:i+1]
		}
		var out []string
		for _, v := range values() {
			if word, _, _ := strings.Cut(v, "\t"); strings.HasPrefix(before+word, typed) && !slices.Contains(strings.Split(before, ","), word) {
				out = append(out, before+v)
			}
		}
		directive := cobra.ShellCompDirectiveNoFileComp
		if flag == "param" {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return out, directive
	})
}

// controlNames are the frameworks of the library and their controls.
func (s *setup) controlNames() (names []string) {
	for _, id := range s.frameworks.IDs() {
		names = append(names, id)
		for _, c := range s.frameworks[id].Controls {
			names = append(names, id+"/"+c.ID)
		}
	}
	return names
}

// paramNames are the parameters of the library's queries, each with the sign of equality that follows it.
func (s *setup) paramNames() (names []string) {
	for _, q := range s.queries.Queries {
		for _, x := range q.Params {
			names = append(names, x.Name+"=", q.ID+"."+x.Name+"=")
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// zones are the time zones that this machine has a table of; none where it has none.
func zones() (names []string) {
	data, err := regular.Read("/usr/share/zoneinfo/tzdata.zi", 1<<20)
	if err != nil {
		return nil
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		switch f := strings.Fields(lines.Text()); {
		case len(f) > 2 && f[0] == "Z":
			names = append(names, f[1])
		case len(f) > 2 && f[0] == "L":
			names = append(names, f[2])
		}
	}
	slices.Sort(names)
	return names
}

var profileLine = regexp.MustCompile(`(?m)^\[(?:profile +)?([^\]\s]+)\]`)

// profiles are the names of the profiles in the shared configuration file of AWS. No file of credentials is opened.
func (p *program) profiles() (names []string) {
	file := p.env("AWS_CONFIG_FILE")
	if file == "" {
		file = filepath.Join(p.env("HOME"), ".aws", "config")
	}
	data, err := regular.Read(file, 1<<20)
	if err != nil {
		return nil
	}
	for _, m := range profileLine.FindAllSubmatch(data, -1) {
		names = append(names, string(m[1]))
	}
	return names
}
