package awsfake

import (
	"maps"
	"sync"
)

// Meter is what AWS would bill and what was asked of it.
type Meter struct {
	Executions int64 // queries of Athena that were started, each once however often its start was repeated
	Scanned    int64 // bytes they read, as DataScannedInBytes says
	// the same as billed: whole MB, 10 MB for each query at least; DDL and failed queries are free, stopped ones are not
	Billed  int64
	Stopped int64            // queries ended by StopQueryExecution
	Peak    int64            // most queries that ran at once
	Calls   map[string]int64 // by service and operation: athena:StartQueryExecution
}

type meterState struct {
	mu    sync.Mutex
	m     Meter
	calls map[string]int64
}

// Meter reads the meter.
func (s *Server) Meter() Meter {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	m := s.meter.m
	m.Calls = maps.Clone(s.meter.calls)
	return m
}

// ResetMeter sets it to zero.
func (s *Server) ResetMeter() {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	s.meter.m, s.meter.calls = Meter{}, map[string]int64{}
}

func (m *meterState) call(service, operation string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[service+":"+operation]++
}

func (m *meterState) add(f func(m *Meter)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.m)
}

// Athena bills whole megabytes, and ten of them at least.
const (
	billedUnit  = 1 << 20
	billedLeast = 10 * billedUnit
)

func billed(bytes int64) int64 {
	return max((bytes+billedUnit-1)/billedUnit*billedUnit, billedLeast)
}
