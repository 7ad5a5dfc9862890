package machine

import "golang.org/x/sys/unix"

// physical is the memory of the machine in bytes; 0 where it cannot be found out.
func physical() int64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int64(uint64(info.Totalram) * uint64(info.Unit)) //nolint:unconvert // Totalram is smaller on 32-bit machines
}
