//go:build unix

package regular

import "syscall"

// Flags for os.OpenFile and for lock files, whose library opens them itself. NonBlock: opening a FIFO does not wait for its
// other end. NoFollow: a symbolic link in the last place of the path is an error.
const (
	NonBlock = syscall.O_NONBLOCK
	NoFollow = syscall.O_NOFOLLOW
)
