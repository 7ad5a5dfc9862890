package connection

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"trailscribe/internal/engine/duckdb/machine"
)

// MemoryError says that a statement took more memory than was promised for it.
type MemoryError struct{ What string }

func (e *MemoryError) Error() string { return e.What }

// Program is what the process may hold besides what is promised for its databases: its code, what Go has allocated, buffers.
const Program = 256 << 20

// promised is what the open databases may take together, in bytes; see Options.Promise.
var promised atomic.Int64

// lookEvery is how long a running statement is not looked at.
const lookEvery = 50 * time.Millisecond

// ceiling is what the process may hold now; 0: as much as it likes.
func ceiling() int64 {
	if p := promised.Load(); p > 0 {
		return p + Program
	}
	return 0
}

// crowded is the error of a process that holds too much, or would with so many bytes more.
func crowded(more int64) error {
	most := ceiling()
	if most == 0 || machine.Resident()+more <= most {
		return nil
	}
	debug.FreeOSMemory() // what Go holds and does not use is not the statement's
	held := machine.Resident()
	if held+more <= most {
		return nil
	}
	return &MemoryError{fmt.Sprintf("out of memory: the process holds %d MiB, needs %d MiB more, and may hold %d MiB",
		held>>20, more>>20, most>>20)}
}

// watch looks at the memory of the process until its end is called, and ends the statement when it is too much.
func watch(s *statement) (end func()) {
	if ceiling() == 0 || machine.Resident() == 0 {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for {
			select {
			case <-done:
				return
			case <-look.C:
				if err := crowded(0); err != nil {
					s.note(err)
					return
				}
			}
		}
	}()
	return func() { close(done) }
}
