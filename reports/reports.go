// Package reports holds the embedded files.
package reports

import "embed"

//go:embed *
var FS embed.FS
