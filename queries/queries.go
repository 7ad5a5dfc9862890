// Package queries holds the embedded files.
package queries

import "embed"

//go:embed *
var FS embed.FS
