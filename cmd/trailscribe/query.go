package main

import (
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"trailscribe/internal/diag"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/yaml"
)

func (p *program) queryCommand() *cobra.Command {
	return group("query", "List, show, run, test and lint audit queries", p.queryListCommand(), p.queryShowCommand(), p.queryRunCommand(),
		p.queryTestCommand(), p.queryLintCommand(), p.queryFunctionsCommand(), p.queryColumnsCommand())
}

// completeQueries offers the ids of the library.
func (p *program) completeQueries(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	s, err := p.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []string
	for _, q := range s.queries.Queries {
		ids = append(ids, q.ID+"\t"+q.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// one gives the query of an id, or an error with the nearest ids.
func (s *setup) one(id string) (*query.Query, error) {
	if q, ok := s.queries.Get(id); ok {
		return q, nil
	}
	if d, ok := s.queries.Draft(id); ok {
		return nil, d.Problems
	}
	var near []string
	for _, q := range s.queries.Queries {
		if strings.Contains(q.ID, id) || path.Base(q.ID) == path.Base(id) {
			near = append(near, q.ID)
		}
	}
	hint := "see 'trailscribe query list'"
	if id == "" {
		near = nil
	}
	if len(near) > 0 {
		return nil, usage("did you mean "+strings.Join(near[:min(len(near), 5)], ", ")+"?", "there is no query %q", id)
	}
	var ids []string
	for _, q := range s.queries.Queries {
		ids = append(ids, q.ID)
	}
	if near := yaml.DidYouMean(id, ids); near != "" {
		hint = strings.TrimPrefix(near, "; ")
	}
	return nil, usage(hint, "there is no query %q", id)
}

// some gives the queries that match ids, patterns such as root/* or topics; all without any.
func (s *setup) some(patterns []string) ([]*query.Query, error) {
	if len(patterns) == 0 {
		return s.queries.Queries, nil
	}
	var picked []*query.Query
	for _, pattern := range patterns {
		pattern = strings.TrimSuffix(strings.TrimSuffix(pattern, ".yaml"), "/")
		n := len(picked)
		for _, q := range s.queries.Queries {
			ok, err := meant(pattern, q.ID)
			if err != nil {
				return nil, err
			}
			if ok && !slices.Contains(picked, q) {
				picked = append(picked, q)
			}
		}
		if len(picked) == n && len(s.draftsOf([]string{pattern})) == 0 {
			if _, err := s.one(pattern); err != nil {
				return nil, err
			}
		}
	}
	return picked, nil
}

// meant reports whether a query is meant by its id, its topic, a pattern or the path of its file.
func meant(pattern, id string) (bool, error) {
	ok, err := path.Match(pattern, id)
	if err != nil {
		return false, usage("write an id, a topic, or a pattern such as 'root/*'", "%q is not a pattern", pattern)
	}
	topic, _, _ := strings.Cut(id, "/")
	return ok || topic == pattern || strings.HasSuffix(pattern, "queries/"+id), nil
}

// draftsOf are the problems of drafts that match ids, patterns or topics; of all without any.
func (s *setup) draftsOf(patterns []string) (bad diag.Problems) {
	for _, d := range s.queries.Drafts {
		if len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, err := meant(strings.TrimSuffix(strings.TrimSuffix(pattern, ".yaml"), "/"), d.ID)
			return ok && err == nil
		}) {
			bad = append(bad, d.Problems...)
		}
	}
	return bad
}

// origin is where a definition comes from, in a word.
func origin(f library.File) string { return string(f.Origin) }
