package sql

import "sync"

// slab hands out small values that live and die together, a block at a time: the nodes of one tree, the columns of one check. A
// statement has hundreds of each, and to ask the memory for every one was half the time of reading and checking it.
type slab[T any] struct {
	free  []T
	block int // values in the block last asked for
}

// more hands out n zero values that stand side by side.
func (s *slab[T]) more(n int) []T {
	if len(s.free) < n {
		s.block = min(max(8, 2*s.block), 64)
		s.free = make([]T, max(n, s.block))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// one hands out one zero value.
func (s *slab[T]) one() *T { return &s.more(1)[0] }

// put is v in a place of its own.
func (s *slab[T]) put(v T) *T {
	p := s.one()
	*p = v
	return p
}

// scratch lends lists that are only needed while one statement is read or written.
type scratch[T any] struct{ pool sync.Pool }

const scratchKept = 1 << 16 // items; a longer list is let go

func (s *scratch[T]) lend() []T {
	if l, ok := s.pool.Get().(*[]T); ok {
		return (*l)[:0]
	}
	return nil
}

// back takes a list back. What it held is forgotten.
func (s *scratch[T]) back(l []T) {
	if cap(l) <= scratchKept {
		clear(l)
		s.pool.Put(&l)
	}
}
