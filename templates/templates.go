// Package templates holds the embedded files.
package templates

import "embed"

// FS is this folder: sql/, lang/<tag>/, themes/, fonts/, schemas/.
//
//go:embed *
var FS embed.FS
