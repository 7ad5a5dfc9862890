package dir

import (
	"fmt"
	"io/fs"
	"syscall"
)

// changed adds the time of the inode's last change to a file's tag. Unlike the modification time nobody can set it back,
// so a file that was altered and given its old time again is noticed.
func changed(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("-%x", st.Ctim.Nano())
	}
	return ""
}
