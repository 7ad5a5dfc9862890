package machine

import "golang.org/x/sys/unix"

// physical is the memory of the machine in bytes; 0 where it cannot be found out.
func physical() int64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return int64(n)
}
