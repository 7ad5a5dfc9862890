// Package reports holds the embedded files.
package reports

import "embed"

// FS is this folder: <id>.yaml, frameworks/<id>.yaml, calendars/<id>.yaml.
//
//go:embed *
var FS embed.FS
