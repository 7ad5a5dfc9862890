package awsfake

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Kind is how a call fails.
type Kind uint8

// The kinds of Fault. After a fault that ends in Done the call has been carried out nevertheless.
const (
	Throttle        Kind = iota + 1 // ThrottlingException (SlowDown at S3): too many calls
	SlotsFull                       // TooManyRequestsException: no query slot is free
	ServerError                     // 500, nothing was done
	ServerErrorDone                 // 500, and the call was carried out
	LostReplyDone                   // the connection breaks, and the call was carried out
	LostRequest                     // the connection breaks before anything was done
	Expired                         // the credentials have expired
	Denied                          // the caller lacks the permission
	GarbageDone                     // 200 with a body that is no answer, and the call was carried out
	HalfBody                        // S3: the first half of the object, then the connection breaks
)

func (k Kind) after() bool { return k == ServerErrorDone || k == LostReplyDone || k == GarbageDone }

// Fault makes calls fail.
type Fault struct {
	Kind    Kind
	Call    string  // service:operation as in Meter.Calls, "athena:*", or "" for every call
	Body    string  // only calls whose body or path holds this text
	Skip    int     // this many calls go well first
	Times   int     // and then this many fail; 0: all
	Chance  float64 // share of calls that fail; 0: every one
	counted int
}

type faultState struct {
	mu      sync.Mutex
	faults  []*Fault
	queries []*QueryFault
	random  *rand.Rand
	done    int64
}

// Inject makes calls fail from now on, until remove is called.
func (s *Server) Inject(f Fault) (remove func()) {
	own := &f
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.faults = append(s.faults.faults, own)
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		s.faults.faults = slices.DeleteFunc(s.faults.faults, func(x *Fault) bool { return x == own })
	}
}

// Injected is how many faults have happened, those of queries with them.
func (s *Server) Injected() int64 {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.done
}

// next is the fault of a call, nil for none.
func (s *faultState) next(c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := c.service + ":" + c.operation
	for _, f := range s.faults {
		if f.Call != "" && f.Call != name && f.Call != c.service+":*" {
			continue
		}
		if f.Body != "" && !strings.Contains(string(c.body), f.Body) && !strings.Contains(c.r.URL.Path, f.Body) {
			continue
		}
		if f.Chance > 0 && s.random.Float64() >= f.Chance {
			continue
		}
		f.counted++
		if f.counted <= f.Skip || f.Times > 0 && f.counted > f.Skip+f.Times {
			continue
		}
		s.done++
		copied := *f
		return &copied
	}
	return nil
}

func (c *call) failWith(f *Fault) {
	switch f.Kind {
	case Throttle:
		switch c.service {
		case "s3":
			c.fail(&failure{503, "SlowDown", "Please reduce your request rate."})
		default:
			c.fail(&failure{400, "ThrottlingException", "Rate exceeded"})
		}
	case SlotsFull:
		c.fail(&failure{400, "TooManyRequestsException", "You have exceeded the limit for the number of queries you can run concurrently. Please reduce the number of concurrent queries submitted by this account."})
	case ServerError, ServerErrorDone:
		code := "InternalServerException"
		if c.service == "s3" {
			code = "InternalError"
		}
		c.fail(&failure{500, code, "We encountered an internal error. Please try again."})
	case Expired:
		c.fail(c.expired())
	case Denied:
		c.fail(c.denied())
	case GarbageDone:
		c.w.Header().Set("Content-Type", "text/html")
		c.w.Write([]byte("<html>gateway</html>"))
	case HalfBody:
		c.half()
	default:
		panic(http.ErrAbortHandler)
	}
}

// half sends the first half of the answer and breaks the connection.
func (c *call) half() {
	whole := &kept{discard: discard{header: c.w.Header()}}
	w := c.w
	c.w = whole
	if err := c.do(); err != nil {
		c.w = w
		c.fail(err)
		return
	}
	if whole.status != 0 {
		w.WriteHeader(whole.status)
	}
	w.Write(whole.body[:len(whole.body)/2])
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// kept is an answer kept back.
type kept struct {
	discard
	status int
	body   []byte
}

func (k *kept) WriteHeader(status int) { k.status = status }
func (k *kept) Write(b []byte) (int, error) {
	k.body = append(k.body, b...)
	return len(b), nil
}

// QueryFault makes queries of Athena that were accepted fare badly.
type QueryFault struct {
	SQL     string      // only statements that hold this text; "": all
	Skip    int         // this many go well first
	Times   int         // and then this many fare badly; 0: all
	Chance  float64     // share of queries; 0: every one
	Fail    *AthenaFail // the query ends as FAILED
	Requeue int         // so often it goes from RUNNING back to QUEUED
	Slow    bool        // it runs until it is stopped
	counted int
}

// AthenaFail is how a query fails, in the words of AthenaError.
type AthenaFail struct {
	Category, Type int
	Retryable      bool
	Message        string // StateChangeReason; "": none is given, as happens
	Scanned        int64  // bytes that it read before
}

// InjectQuery makes queries fare badly from now on, until remove is called.
func (s *Server) InjectQuery(f QueryFault) (remove func()) {
	own := &f
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.queries = append(s.faults.queries, own)
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		s.faults.queries = slices.DeleteFunc(s.faults.queries, func(x *QueryFault) bool { return x == own })
	}
}

func (s *faultState) query(text string) *QueryFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.queries {
		if !strings.Contains(text, f.SQL) || f.Chance > 0 && s.random.Float64() >= f.Chance {
			continue
		}
		f.counted++
		if f.counted <= f.Skip || f.Times > 0 && f.counted > f.Skip+f.Times {
			continue
		}
		s.done++
		copied := *f
		return &copied
	}
	return nil
}
