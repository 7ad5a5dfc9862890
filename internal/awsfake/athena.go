package awsfake

import (
	"sync"
)

type athenaState struct {
	work sync.WaitGroup
}

func (s *Server) startAthena() {}

var athenaOperations = map[string]func(*call) (any, *failure){}
