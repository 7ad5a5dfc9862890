package awsfake

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
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
	GarbageDone                     // 200 with a body that is not an answer, and the call was carried out
	HalfBody                        // S3: the first half of the object, then the connection breaks
)

// String is the kind in words.
func (k Kind) String() string {
	return [...]string{"none", "throttled", "all slots taken", "500", "500 after it was done", "reply lost", "request lost",
		"credentials expired", "denied", "garbage after it was done", "half an answer"}[k]
}

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
	seed    uint64
	asked   map[string]int // how often chance was asked about a thing
	done    map[string]int64
}

// chance decides by the seed, by what is asked about and how often that was asked before, and not by the order of calls:
// so the same seed does the same to the same program, however its goroutines take turns.
func (s *faultState) chance(share float64, about string) bool {
	n := s.asked[about]
	s.asked[about] = n + 1
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", n, about)
	return rand.New(rand.NewPCG(s.seed, h.Sum64())).Float64() < share
}

// Seed begins the chance of faults anew.
func (s *Server) Seed(seed uint64) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.seed, s.faults.asked = seed, map[string]int{}
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
func (s *Server) Injected() (n int64) {
	for _, k := range s.Faults() {
		n += k
	}
	return n
}

// Faults is how many faults have happened, by their kind in words.
func (s *Server) Faults() map[string]int64 {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return maps.Clone(s.faults.done)
}

// next is the fault of a call, nil for none.
func (s *faultState) next(c *call) *Fault {
	s.mu.Lock()
	idle := len(s.faults) == 0
	s.mu.Unlock()
	if idle {
		return nil
	}
	about := c.about()
	s.mu.Lock()
	defer s.mu.Unlock()
	name := c.service + ":" + c.operation
	for i, f := range s.faults {
		if f.Call != "" && f.Call != name && f.Call != c.service+":*" {
			continue
		}
		if f.Body != "" && !strings.Contains(string(c.body), f.Body) && !strings.Contains(c.r.URL.Path, f.Body) {
			continue
		}
		if f.Chance > 0 && !s.chance(f.Chance, fmt.Sprint(i, f.Kind, " ", about)) {
			continue
		}
		f.counted++
		if f.counted <= f.Skip || f.Times > 0 && f.counted > f.Skip+f.Times {
			continue
		}
		s.done[f.Kind.String()]++
		copied := *f
		return &copied
	}
	return nil
}

var anID = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// about is what a call asks for, without what differs each time: the statement in place of the id of its query.
func (c *call) about() string {
	text := c.service + ":" + c.operation
	if c.service == "s3" {
		text += c.r.URL.RequestURI()
	} else {
		text += string(c.body)
	}
	if c.service != "athena" && c.service != "s3" {
		return text
	}
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	return anID.ReplaceAllStringFunc(text, func(id string) string {
		if x := a.executions[id]; x != nil {
			return x.sql
		}
		return id
	})
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
		c.fail(&failure{400, "TooManyRequestsException", "You have exceeded the limit for the number of queries you can run concurrently. " +
			"Please reduce the number of concurrent queries submitted by this account."})
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
	SQL     string        // only statements that hold this text; "": all
	Skip    int           // this many go well first
	Times   int           // and then this many fare badly; 0: all
	Chance  float64       // share of queries; 0: every one
	Fail    *AthenaFail   // the query ends as FAILED
	Requeue int           // so often it goes from RUNNING back to QUEUED
	Slow    bool          // it runs until it is stopped
	Longer  time.Duration // so much longer it runs
	counted int
}

// String is the kind in words.
func (f *QueryFault) String() string {
	switch {
	case f.Fail != nil && f.Fail.Retryable:
		return "query failed, may be run again"
	case f.Fail != nil:
		return "query failed"
	case f.Requeue > 0:
		return "query back to the queue"
	}
	return "query slow"
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
	for i, f := range s.queries {
		if !strings.Contains(text, f.SQL) || f.Chance > 0 && !s.chance(f.Chance, fmt.Sprint(i, f, " ", text)) {
			continue
		}
		f.counted++
		if f.counted <= f.Skip || f.Times > 0 && f.counted > f.Skip+f.Times {
			continue
		}
		s.done[f.String()]++
		copied := *f
		return &copied
	}
	return nil
}
