// Package workpaper composes the document of a run: what stands where, in which words. Works from a saved run alone.
package workpaper

import (
	"trailscribe/internal/document"
	"trailscribe/internal/report"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
)

func Compose(s *run.Saved, r *report.Report, l *style.Language) (*document.Document, error) {
	return nil, nil
}

// Brief is the run in a few lines: terminal, mail, CI summary.
func Brief(s *run.Saved, l *style.Language) []string { return nil }
