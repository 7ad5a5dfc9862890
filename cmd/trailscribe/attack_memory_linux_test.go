package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// measured runs a command and gives the most memory it held at a time, in MiB. One that takes more than most is killed, so
// that the machine stays usable.
func (t *try) measured(c *exec.Cmd, most int, codes ...int) (ended, int) {
	t.Helper()
	r, err := begin(c)
	if err != nil {
		t.Fatal(err)
	}
	peak := 0
	for !r.within(10 * time.Millisecond) {
		peak = max(peak, highWater(r.Process.Pid))
		if peak > most {
			_ = r.Process.Kill()
			<-r.over
			t.Fatalf("%q took %d MiB and was killed", c.Args, peak)
		}
		if time.Since(r.at) > longest {
			break
		}
	}
	return t.expects(r, codes...), peak
}

// highWater is the most memory that a process has held so far, in MiB. What wait4 reports would count the memory of the test,
// too, whose copy the process was for a moment.
func highWater(process int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0
	}
	_, after, found := strings.Cut(string(b), "VmHWM:")
	if !found {
		return 0
	}
	n, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		return 0
	}
	return n / 1024
}
