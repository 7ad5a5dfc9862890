//go:build !unix

package terminal

import "io"

// screenWidth is not asked for here: COLUMNS says it, or rows are as wide as they need.
func screenWidth(io.Writer) int { return 0 }
