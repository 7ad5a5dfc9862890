package query

import (
	"fmt"
	"strings"
)

// Severity of a query's exceptions, ordered: Info < Low < Medium < High < Critical. The zero value is None.
type Severity uint8

// The severities.
const (
	None Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

var severities = []string{"none", "info", "low", "medium", "high", "critical"}

// Severities are the words for the severities from the highest, as files write them.
func Severities() []string { return []string{"critical", "high", "medium", "low", "info"} }

// String is the word for the severity, as files write it.
func (s Severity) String() string {
	if int(s) >= len(severities) {
		return fmt.Sprintf("severity(%d)", uint8(s))
	}
	return severities[s]
}

// Attempted is the severity of exceptions that were all refused or failed: one step lower, and never below low. Info and None stay.
func (s Severity) Attempted() Severity {
	if s > Low {
		return s - 1
	}
	return s
}

// ParseSeverity reads critical, high, medium, low or info; none and "" are None. Case does not matter.
func ParseSeverity(text string) (Severity, error) {
	t := strings.ToLower(strings.TrimSpace(text))
	if t == "" {
		return None, nil
	}
	for i, s := range severities {
		if s == t {
			return Severity(i), nil
		}
	}
	return None, fmt.Errorf("%q is not a severity; allowed: %s, none", text, strings.Join(Severities(), ", "))
}
