//go:build unix

package terminal

import (
	"io"

	"golang.org/x/sys/unix"
)

// screenWidth is the columns of a screen, 0 where they are not known.
func screenWidth(w io.Writer) int {
	f := file(w)
	if f == nil {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
