// Package queries holds the embedded files.
package queries

import "embed"

// FS is this folder: <topic>/<name>.yaml with its cases in <name>_test.yaml.
//
//go:embed *
var FS embed.FS
