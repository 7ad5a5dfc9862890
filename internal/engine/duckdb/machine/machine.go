// Package machine tells what this process may use: its processors and its memory, in a container as well as outside of one.
package machine

import (
	"os"
	"runtime"
)

// Machine is what a process may use.
type Machine struct {
	Processors int   // at least 1
	Memory     int64 // bytes; 0 where nobody says
}

// Here is the machine, or the container, that this process runs in.
//
// The processors are GOMAXPROCS: since Go 1.25 that is the number of processors in the affinity mask, or the CPU quota of the
// cgroup where that is less, and who sets the variable GOMAXPROCS means what it says. runtime.NumCPU knows no quota. For memory
// the runtime has no such figure, so that the limits of cgroups are read here.
func Here() Machine {
	m := Machine{Processors: runtime.GOMAXPROCS(0), Memory: physical()}
	if limit := cgroupLimit(os.DirFS("/")); limit > 0 && (m.Memory == 0 || limit < m.Memory) {
		m.Memory = limit
	}
	return m
}
