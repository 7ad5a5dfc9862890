package duckdb

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/machine"
)

const mib = 1 << 20

// MinMemory is the least memory, in bytes, that the demonstration's reports can be made with, by one thread. Less is refused.
const MinMemory = 128 * mib

// What the database needs, see docs/performance.md; TestThreads holds it.
const (
	fixedCost = 48 * mib // whatever the number of threads
	// while the table of derived columns is made: a batch of every column for every step of the relation, and a block of every column of the
	// table
	threadCost = 70 * mib
	copies     = 3 // of the text of a batch, that a thread holds: read, sorted, given out
)

// Memory where the user says nothing: a quarter of the machine, between these bounds; a machine that nobody knows counts as one
// of 2 GiB. For large events it is more, up to half of the machine.
const (
	leastMemory = 256 * mib
	mostMemory  = 2048 * mib
	usualMemory = 512 * mib
)

// batchRows is how many rows the database works on at once: STANDARD_VECTOR_SIZE, which cannot be changed.
const batchRows = 2048

// usualBatch is the text of a batch of usual events, in bytes.
const usualBatch = batchRows * 1536

// budget is what a session may use.
type budget struct {
	memory  int64 // bytes that the database may hold before it spills
	threads int
	need    int64 // bytes that one thread needs for these events; more than memory if that is too little
}

// newBudget decides what a session may use of a machine. What the user says about memory is kept to, and threads are then as
// many as it carries, up to what the user says, or to the processors. Zero is a user who says nothing. batch is the text of a
// batch of events in bytes.
func newBudget(m machine.Machine, memory int64, threads int, batch int64) budget {
	perThread := threadCost + copies*max(batch, usualBatch)
	b := budget{memory: memory, threads: threads, need: fixedCost + perThread}
	if b.memory <= 0 {
		b.memory = usualMemory
		if m.Memory > 0 {
			b.memory = min(max(m.Memory/4, leastMemory), mostMemory)
			b.memory = max(b.memory, min(b.need, m.Memory/2))
			b.memory = max(min(b.memory, m.Memory/2), MinMemory)
		}
	}
	if b.threads <= 0 {
		b.threads = max(m.Processors, 1)
	}
	b.threads = max(1, min(b.threads, int((b.memory-fixedCost)/perThread)))
	return b
}

// promise is what the process may hold for the session: what the database counts, and as much again for the values of the batches that
// it works on, which it does not count. Program is added to that once.
func (b budget) promise() int64 { return 2 * b.memory }

// enough is a value for --memory that should do where this one did not.
func (b budget) enough() string {
	const step = 256 * mib
	return sizeText((max(2*b.memory, b.need) + step - 1) / step * step)
}

// sizeText writes whole MiB as --memory takes it, in GiB where that is a whole number.
func sizeText(bytes int64) string {
	if bytes%(1024*mib) == 0 {
		return fmt.Sprintf("%dGiB", bytes/(1024*mib))
	}
	return fmt.Sprintf("%dMiB", bytes/mib)
}

// batchText is how many bytes of text a batch of events may have: the size of as many of the largest records. Of a file only the
// average size of its records is known.
func batchText(files iter.Seq[cache.Entry]) int64 {
	type sizes struct{ records, average int64 }
	var all []sizes
	for f := range files {
		if f.State == cache.Read && f.Records > 0 {
			all = append(all, sizes{f.Records, f.Decoded / f.Records})
		}
	}
	slices.SortFunc(all, func(a, b sizes) int { return cmp.Compare(b.average, a.average) })
	text, left := int64(0), int64(batchRows)
	for _, s := range all {
		n := min(s.records, left)
		text += n * s.average
		if left -= n; left == 0 {
			break
		}
	}
	return text
}
