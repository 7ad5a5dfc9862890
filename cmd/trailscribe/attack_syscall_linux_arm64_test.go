package main

import "golang.org/x/sys/unix"

const architecture = unix.AUDIT_ARCH_AARCH64

// callNumbers are the system calls of each kind.
var callNumbers = map[string][]int{
	"rename": {unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2},
	"unlink": {unix.SYS_UNLINKAT},
	"mkdir":  {unix.SYS_MKDIRAT},
	"fsync":  {unix.SYS_FSYNC, unix.SYS_FDATASYNC},
	"flock":  {unix.SYS_FLOCK},
	"write":  {unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_WRITEV, unix.SYS_PWRITEV, unix.SYS_COPY_FILE_RANGE, unix.SYS_SENDFILE},
}
