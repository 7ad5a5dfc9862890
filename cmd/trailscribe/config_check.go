package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/config"
	"trailscribe/internal/diag"
	"trailscribe/internal/report"
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
)

// checkConfig holds what the configuration names against what the library has: calendar, theme, language, parameters of queries.
// Regions and accounts that nobody knows are warnings, since AWS adds regions and an organisation accounts.
func (p *program) checkConfig(s *setup) diag.Problems {
	var bad diag.Problems
	if _, _, err := s.calendar(); err != nil {
		var problems diag.Problems
		if errors.As(err, &problems) {
			bad = append(bad, problems...)
		}
	}
	d := s.config.Defaults
	for _, x := range []struct {
		what    string
		setting config.Setting
		names   []string
	}{
		{"theme", d.Theme, style.Themes(s.library)},
		{"theme", s.config.Environment.Theme, style.Themes(s.library)},
		{"language", d.Language, append(style.Languages(s.library), style.Pseudo)},
		{"language", s.config.Environment.Language, append(style.Languages(s.library), style.Pseudo)},
	} {
		if x.setting.IsSet() && !slices.Contains(x.names, x.setting.Value) {
			at := x.setting.At
			if at.File == "" {
				at.File = strings.TrimPrefix(x.setting.Origin, "env ")
			}
			bad = append(bad, diag.Problem{At: at, Width: len(x.setting.Value), Rule: x.what + "-unknown",
				Text:    fmt.Sprintf("there is no %s %q%s", x.what, x.setting.Value, yaml.DidYouMean(x.setting.Value, x.names)),
				Allowed: slices.DeleteFunc(x.names, func(n string) bool { return n == style.Pseudo })})
		}
	}
	for key, x := range d.Params {
		_, problems := report.TakeParams(s.queries.Queries, map[string]report.Value{key: {Value: x.Value, At: x.At}})
		for _, q := range problems {
			if q.Rule != report.RuleUnknownParam {
				continue // another query may read it, and the report says which
			}
			q.At = x.At
			q.Text = fmt.Sprintf("defaults.params: %s", strings.Replace(q.Text, "of the report", "of the library", 1))
			if id, name, ok := cutParam(key); ok {
				q.Text = fmt.Sprintf("defaults.params: the query %s has no parameter %q%s", id, name, yaml.DidYouMean(name, q.Allowed))
				if _, known := s.queries.Get(id); !known {
					q.Allowed = nil
					q.Text = fmt.Sprintf("defaults.params: there is no query %q%s", id, yaml.DidYouMean(id, s.ids()))
					q.Hint = "see 'trailscribe query list'"
				}
			}
			bad = append(bad, q)
		}
	}
	bad = append(bad, unknownRegions(s.config.Regions)...)
	bad = append(bad, s.unknownAccounts()...)
	return bad.Sort()
}

// cutParam cuts the name of a parameter of one query, topic/query.name.
func cutParam(key string) (id, name string, ok bool) {
	i := strings.LastIndex(key, ".")
	if i < 0 || !strings.Contains(key, "/") {
		return "", "", false
	}
	return key[:i], key[i+1:], true
}

func (s *setup) ids() (ids []string) {
	for _, q := range s.queries.Queries {
		ids = append(ids, q.ID)
	}
	return ids
}

// unknownRegions warns of regions that this version does not know, with the nearest one that it does.
func unknownRegions(l config.List) (bad diag.Problems) {
	for _, r := range l.Values {
		if slices.Contains(awsconfig.Regions(), r) || r == "*" {
			continue
		}
		bad = append(bad, diag.Problem{At: l.At, Warning: true, Rule: "region-unknown",
			Text: fmt.Sprintf("this version knows no region %q%s", r, yaml.DidYouMean(r, awsconfig.Regions()))})
	}
	return bad
}

// unknownAccounts warns of accounts that the configuration expects in regions that nobody knows.
func (s *setup) unknownAccounts() (bad diag.Problems) {
	for _, a := range s.config.Accounts {
		for _, q := range unknownRegions(config.List{Values: a.Expect, At: a.At}) {
			q.Text = fmt.Sprintf("account %s: %s", a.ID, q.Text)
			bad = append(bad, q)
		}
	}
	return bad
}

// checkScope warns of --accounts that the configuration does not have and of --regions that nobody knows: a report about them is
// empty, and looks like one about nothing that happened.
func (p *program) checkScope(s *setup, set config.Settings) (bad diag.Problems) {
	regions := set.List(config.ScopeRegions)
	for _, q := range unknownRegions(regions) {
		q.Text = "--regions: " + q.Text
		bad = append(bad, q)
	}
	var known []string
	for _, a := range s.config.Accounts {
		known = append(known, a.ID)
	}
	for _, id := range set.List(config.ScopeAccounts).Values {
		if len(known) > 0 && !slices.Contains(known, id) {
			bad = append(bad, diag.Problem{Warning: true, Rule: "account-unknown",
				Text: fmt.Sprintf("--accounts: the configuration names no account %s%s", id, yaml.DidYouMean(id, known))})
		}
	}
	return bad
}
