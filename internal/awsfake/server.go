// Package awsfake is a fake AWS for tests: S3, Glue, Athena, CloudTrail's keys and STS over real HTTP, in memory.
//
// It is reached only through the SDK's own endpoint settings (Env), so that what is tested is the program as it runs. Its
// Athena runs the statements: on DuckDB, over the objects in the fake bucket, found by the table in the fake Glue. It
// meters executions and bytes as AWS bills them, and fails on command (Inject, InjectQuery).
package awsfake

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"trailscribe/internal/engine/duckdb/connection"
)

// Options of a fake. The zero value is usable.
type Options struct {
	Account string // "": 111122223333
	Region  string // "": eu-central-1
	Slots   int    // queries of Athena that run at once; 0: 20
	Queue   int    // queries that wait for a slot before a start is refused with TooManyRequestsException; 0: as many as Slots

	// How long a query stays QUEUED and RUNNING before it is answered; 0: no longer than the work takes.
	QueuedFor, RunningFor time.Duration

	// How long a query goes on after StopQueryExecution was answered; it may end well in that time. 0: it has ended by then.
	StopLag time.Duration

	PageSize int              // most objects, rows or names that one answer holds, whatever was asked for; 0: what AWS gives
	Seed     uint64           // of the chance of faults: the same seed, the same faults
	Now      func() time.Time // nil: time.Now; of creation times, and of NOW in projections
}

// The credentials that the fake knows; others are refused.
const (
	AccessKey = "AKIAFAKEAWSFAKEAWS00"
	SecretKey = "fake-secret-of-the-fake-aws"
)

// Server is a running fake.
type Server struct {
	o    Options
	http *httptest.Server
	dir  string // files that DuckDB reads and writes

	s3     s3State
	glue   glueState
	athena athenaState
	faults faultState
	roles  roleState
	trail  trailState
	meter  meterState

	dbOnce sync.Once
	db     *connection.Database
	dbErr  error

	stop   context.CancelFunc // ends every query
	life   context.Context
	closed sync.Once
}

// New starts a fake on a port of this machine. It must be closed.
func New(o Options) (*Server, error) {
	if o.Account == "" {
		o.Account = "111122223333"
	}
	if o.Region == "" {
		o.Region = "eu-central-1"
	}
	if o.Slots <= 0 {
		o.Slots = 20
	}
	if o.Queue <= 0 {
		o.Queue = o.Slots
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dir, err := os.MkdirTemp("", "awsfake-*")
	if err != nil {
		return nil, fmt.Errorf("start the fake AWS: %w", err)
	}
	s := &Server{o: o, dir: dir}
	s.life, s.stop = context.WithCancel(context.Background())
	s.s3.buckets = map[string]*bucket{}
	s.s3.uploads = map[string]*upload{}
	s.glue.databases = map[string]*database{"default": {Name: "default", CreateTime: o.Now()}}
	s.roles.keys = map[string]*role{}
	s.trail.keys = map[string][]PublicKey{}
	s.faults.seed, s.faults.asked, s.faults.done = o.Seed, map[string]int{}, map[string]int64{}
	s.meter.calls = map[string]int64{}
	s.startAthena()
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s, nil
}

// Close stops queries and the server, and removes what it wrote.
func (s *Server) Close() {
	s.closed.Do(func() {
		s.stop()
		s.http.CloseClientConnections()
		s.http.Close()
		s.athena.work.Wait()
		if s.db != nil {
			s.db.Close()
		}
		os.RemoveAll(s.dir)
	})
}

// URL is where all services answer.
func (s *Server) URL() string { return s.http.URL }

// Region and Account are those of the fake.
func (s *Server) Region() string { return s.o.Region }

// Account is the account that all resources belong to.
func (s *Server) Account() string { return s.o.Account }

// Env is what a program needs in its environment to reach the fake and nothing else.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.http.URL,
		"AWS_ACCESS_KEY_ID=" + AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + SecretKey,
		"AWS_SESSION_TOKEN=",
		"AWS_REGION=" + s.o.Region,
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Getenv is Env as a function, for awsconfig.Options.
func (s *Server) Getenv(name string) string {
	for _, v := range s.Env() {
		if n, value, _ := strings.Cut(v, "="); n == name {
			return value
		}
	}
	return ""
}

// database is the embedded one that answers Athena's queries, opened with the first.
func (s *Server) database() (*connection.Database, error) {
	s.dbOnce.Do(func() {
		s.db, s.dbErr = connection.Open(s.life, connection.Options{Threads: 2, Memory: 1 << 30, Dirs: []string{s.dir}, TempDir: s.dir})
	})
	return s.db, s.dbErr
}

// serve finds the service by what the SDK signed for, and the operation.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, w: w, r: r, id: newID()}
	var err error
	if c.body, err = io.ReadAll(io.LimitReader(r.Body, 1<<30)); err != nil {
		return // the client went away
	}
	c.service, c.key = credential(r)
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		c.service, c.operation, _ = strings.Cut(target, ".")
		c.service = map[string]string{"AmazonAthena": "athena", "AWSGlue": "glue", "CloudTrail_20131101": "cloudtrail"}[c.service]
		c.format = jsonErrors
	case c.service == "sts":
		c.form()
		c.format = queryErrors
	default:
		c.service, c.format = "s3", xmlErrors
		c.operation = s3Operation(r)
	}
	s.meter.call(c.service, c.operation)
	w.Header().Set("X-Amzn-Requestid", c.id)
	w.Header().Set("X-Amz-Request-Id", c.id)
	w.Header().Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	if err := s.known(c); err != nil {
		c.fail(err)
		return
	}
	fault := s.faults.next(c)
	if fault != nil && !fault.Kind.after() {
		c.failWith(fault)
		return
	}
	if fault != nil {
		c.w = &discard{header: http.Header{}} // it is done, and nobody hears of it
	}
	if err := c.do(); err != nil {
		c.fail(err)
	}
	if fault != nil {
		c.w = w
		c.failWith(fault)
	}
}

func (c *call) do() *failure {
	switch c.service {
	case "s3":
		return c.s3()
	case "sts":
		return c.sts()
	case "glue":
		return c.json(glueOperations)
	case "athena":
		return c.json(athenaOperations)
	case "cloudtrail":
		return c.json(cloudtrailOperations)
	}
	return &failure{400, "UnknownOperationException", "the fake has no service for " + c.r.Header.Get("X-Amz-Target")}
}

// known refuses credentials that the fake did not hand out.
func (s *Server) known(c *call) *failure {
	if c.key == AccessKey {
		return nil
	}
	if role := s.roles.get(c.key); role != nil {
		if s.o.Now().After(role.until) {
			return c.expired()
		}
		c.arn = role.arn
		return nil
	}
	switch {
	case c.key == "" && c.service == "s3":
		return &failure{403, "AccessDenied", "Access Denied"}
	case c.service == "s3":
		return &failure{403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	case c.service == "sts":
		return &failure{403, "InvalidClientTokenId", "The security token included in the request is invalid."}
	}
	return &failure{400, "UnrecognizedClientException", "The security token included in the request is invalid."}
}

// credential is the service a request was signed for, and the access key.
func credential(r *http.Request) (service, key string) {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if rest == "" {
		rest = r.URL.Query().Get("X-Amz-Credential")
	}
	rest, _, _ = strings.Cut(rest, ",")
	parts := strings.Split(rest, "/")
	if len(parts) < 5 {
		return "", ""
	}
	return parts[len(parts)-2], strings.Join(parts[:len(parts)-4], "/")
}

// discard takes an answer that is not sent.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func newID() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
