package ast

import "sync"

// Arena hands out small values that live and die together, a block at a time: the nodes of one tree, the columns of one check. A
// statement has hundreds of each, and to ask the memory for every one was half the time of reading and checking it.
type Arena[T any] struct {
	free  []T
	block int // values in the block last asked for
}

// Make hands out n zero values that are next to each other.
func (s *Arena[T]) Make(n int) []T {
	if len(s.free) < n {
		s.block = min(max(8, 2*s.block), 64)
		s.free = make([]T, max(n, s.block))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

// New hands out one zero value.
func (s *Arena[T]) New() *T { return &s.Make(1)[0] }

// Put is v in a place of its own.
func (s *Arena[T]) Put(v T) *T {
	p := s.New()
	*p = v
	return p
}

// Pool lends lists that are only needed while one statement is read or written.
type Pool[T any] struct{ pool sync.Pool }

const mostKept = 1 << 16 // items; a longer list is let go

// Get gives an empty list.
func (s *Pool[T]) Get() []T {
	if l, ok := s.pool.Get().(*[]T); ok {
		return (*l)[:0]
	}
	return nil
}

// Put takes a list back. What it held is forgotten.
func (s *Pool[T]) Put(l []T) {
	if cap(l) <= mostKept {
		clear(l)
		s.pool.Put(&l)
	}
}
