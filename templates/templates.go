// Package templates holds the embedded files.
package templates

import "embed"

//go:embed *
var FS embed.FS
