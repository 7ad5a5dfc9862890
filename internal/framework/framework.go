// Package framework is control frameworks: version, control ids, short names, how far a log can show them.
package framework

import (
	"trailscribe/internal/diag"
	"trailscribe/internal/library"
)

// Strength says how far CloudTrail can show a control.
const (
	Full    = "full"    // the log alone shows it
	Partial = "partial" // the log shows a part; Lacks says what is missing
	Nothing = "none"    // no log can show it
)

// Control is one requirement of a framework.
type Control struct {
	ID, Name, Family string
	Strength         string
	Lacks            string // what a log cannot show
	SameAs           string // id of a control of a newer version of the framework: "cis-aws-5.0/1.6"
}

// Framework is one file of reports/frameworks/.
type Framework struct {
	ID, Title, Version, Publisher string
	Controls                      []Control // in the framework's own order
	File                          library.File
}

// Set is every framework of a library by id.
type Set map[string]*Framework

// Load reads every framework of the library.
func Load(l *library.Library) (Set, diag.Problems) { return nil, nil }
