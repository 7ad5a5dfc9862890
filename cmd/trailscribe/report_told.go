package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"trailscribe/internal/audit"
	"trailscribe/internal/config"
	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/workpaper"
)

// toldRun is what 'report run --output json' says of a run; its schema is 'trailscribe schema report-run'.
type toldRun struct {
	Report     string      `json:"report"`
	Title      string      `json:"title"`
	Period     string      `json:"period"`
	Variant    string      `json:"variant"`
	Revision   int         `json:"revision"`
	Folder     string      `json:"folder"`
	Files      []string    `json:"files"`
	Evidence   string      `json:"evidence_digest"`
	Unchanged  bool        `json:"unchanged"`
	Incomplete bool        `json:"incomplete"`
	ExitCode   int         `json:"exit_code"`
	Reason     string      `json:"reason"`
	Lines      []string    `json:"lines"`
	Queries    []toldQuery `json:"queries"`
}

// toldQuery is what it says of a query.
type toldQuery struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Outcome  string `json:"outcome"`
	Rows     int64  `json:"rows"`
	Open     int64  `json:"open"`
}

// told gathers it.
func (p *program) told(s *setup, set config.Settings, r *report.Report, saved *run.Saved, folder string) (toldRun, error) {
	code, reason, err := p.ended(set, saved)
	if err != nil {
		return toldRun{}, err
	}
	l, err := s.language(set.Text(config.Language))
	if err != nil {
		return toldRun{}, err
	}
	t := toldRun{Report: saved.Report, Title: saved.Title, Period: saved.Period.ID, Variant: saved.Variant, Revision: saved.Revision,
		Folder: folder, Files: written(p.at(folder)), Evidence: saved.Digest, Unchanged: saved.Unchanged,
		Incomplete: saved.Incomplete(), ExitCode: code,
		Reason: reason, Lines: workpaper.Brief(saved, r, l)}
	for _, q := range saved.Queries {
		t.Queries = append(t.Queries, toldQuery{ID: q.ID, Title: q.Title, Kind: q.Kind, Severity: q.Severity,
			Outcome: fmt.Sprint(q.Verdict.Outcome), Rows: q.Rows, Open: q.Verdict.Open})
	}
	return t, nil
}

// ended is the exit code of a run, and why it is not 0.
func (p *program) ended(set config.Settings, saved *run.Saved) (code int, reason string, _ error) {
	least, err := failOn(set)
	if err != nil {
		return exitUsage, "", err
	}
	switch code = audit.ExitCode(saved.Record, least); code {
	case exitIncomplete:
		reason = "the report is incomplete"
	case exitFindings:
		n := 0
		for _, q := range saved.Queries {
			if severity, err := query.ParseSeverity(q.Severity); q.Verdict.Open > 0 && (err != nil || severity >= least) {
				n++
			}
		}
		reason = fmt.Sprintf("%s at or above %s (fail-on, %s)", count(n, "finding is", "findings are"), least, set.Get(config.FailOn).Origin)
	}
	return code, reason, nil
}

// toldSchema is the JSON Schema of a toldRun.
func toldSchema() []byte {
	var outcomes []any
	for o := finding.NotEvaluated; ; o++ {
		name, err := o.MarshalText()
		if err != nil {
			break
		}
		outcomes = append(outcomes, string(name))
	}
	type shape = map[string]any
	of := func(kind, what string) shape { return shape{"type": kind, "description": what} }
	texts := func(what string) shape {
		return shape{"type": "array", "items": shape{"type": "string"}, "description": what}
	}
	object := func(properties shape) shape {
		return shape{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(properties)), "additionalProperties": false}
	}
	outcome := of("string", "what its result means")
	outcome["enum"] = outcomes
	queries := object(shape{
		"id": of("string", "id of the query"), "title": of("string", "its title"), "kind": of("string", "exception, evidence or metric"),
		"severity": of("string", "its severity"), "outcome": outcome, "rows": of("integer", "rows of its result"),
		"open": of("integer", "exceptions that are open"),
	})
	s := object(shape{
		"report": of("string", "id of the report"), "title": of("string", "its title"),
		"period":   of("string", "the period, as in the name of its folder"),
		"variant":  of("string", "eight characters of the digest of parameters and scope that are not the report's own, or empty"),
		"revision": of("integer", "the number N of the folder rN"), "folder": of("string", "the folder of the run"),
		"files": texts("files of the report, in the folder"), "evidence_digest": of("string", "SHA-256 of record.json"),
		"unchanged":  of("boolean", "nothing changed since this revision, and no new one was made"),
		"incomplete": of("boolean", "logs are missing or unreadable, copies of an event differ, or a query failed"),
		"exit_code":  of("integer", "the exit code of the command"), "reason": of("string", "why it is not 0, or empty"),
		"lines":   texts("the summary that people read, in the language of the report"),
		"queries": shape{"type": "array", "items": queries, "description": "the queries of the report, in its order"},
	})
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "What 'trailscribe report run --output json' prints"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil { // texts, lists and maps of them always encode
		return nil
	}
	return append(b, '\n')
}
