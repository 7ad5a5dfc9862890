// Package enginetest is the engine contract as a suite.
package enginetest

import (
	"testing"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/engine"
)

// Run is called from every driver's own test; open gives an engine over the events.
func Run(t *testing.T, open func(t *testing.T, events []cloudtrail.Record) engine.Engine) {}
