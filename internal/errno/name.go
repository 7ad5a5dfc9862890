package errno

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// names are those of the errors that reading a file may give. The numbers differ from system to system, the names do not.
var names = []struct {
	is   error
	name string
}{
	{syscall.EPERM, "EPERM"}, {syscall.EACCES, "EACCES"}, {syscall.EIO, "EIO"}, {syscall.EMFILE, "EMFILE"}, {syscall.ENFILE, "ENFILE"},
	{syscall.ENOTDIR, "ENOTDIR"}, {syscall.EISDIR, "EISDIR"}, {syscall.ENAMETOOLONG, "ENAMETOOLONG"}, {syscall.ELOOP, "ELOOP"},
	{syscall.ENXIO, "ENXIO"}, {syscall.ENODEV, "ENODEV"}, {syscall.EBUSY, "EBUSY"}, {syscall.EINVAL, "EINVAL"}, {syscall.ENOMEM, "ENOMEM"},
	{syscall.ESTALE, "ESTALE"}, {syscall.ETIMEDOUT, "ETIMEDOUT"}, {syscall.ECONNRESET, "ECONNRESET"}, {syscall.ECONNREFUSED, "ECONNREFUSED"},
	{syscall.EOVERFLOW, "EOVERFLOW"}, {syscall.EFBIG, "EFBIG"}, {syscall.ENOSPC, "ENOSPC"}, {syscall.EROFS, "EROFS"},
	{syscall.ENOENT, "ENOENT"}, {syscall.EINTR, "EINTR"}, {syscall.EAGAIN, "EAGAIN"},
	{fs.ErrPermission, "EACCES"}, {fs.ErrNotExist, "ENOENT"}, {os.ErrDeadlineExceeded, "ETIMEDOUT"},
}

// Name is the name of an error of the operating system, such as EACCES; "" for any other error.
func Name(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		for _, n := range names {
			if n.is == number { //nolint:errorlint // EACCES is fs.ErrPermission too, and so is EPERM
				return n.name
			}
		}
	}
	for _, n := range names {
		if errors.Is(err, n.is) {
			return n.name
		}
	}
	return ""
}
