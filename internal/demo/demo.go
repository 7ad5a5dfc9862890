// Package demo makes sample logs with planted incidents.
package demo

import (
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

type Planted struct {
	Query string
	Keys  []string
}

func Generate(seed int64, to source.Sink) ([]Planted, error) { _ = cloudtrail.Key{}; return nil, nil }
