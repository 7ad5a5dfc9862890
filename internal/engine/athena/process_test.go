package athena

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/smithy-go"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/relation"
	s3source "trailscribe/internal/source/s3"
)

// process is the program as AWS sees it: an engine whose requests pass a gate.
type process struct {
	ctx    context.Context // of what it is asked to do
	stop   context.CancelFunc
	gate   *gate
	engine *Engine
}

// process starts one. Its clients are those of the program, with shorter pauses before they repeat a call.
func (w *world) process(ctx context.Context, d *relation.Definition, change func(*Options)) *process {
	w.t.Helper()
	p := &process{gate: newGate()}
	p.ctx, p.stop = context.WithCancel(ctx)
	p.gate.killed = p.stop
	const pause = 2 * time.Millisecond
	cfg := w.cfg.Copy()
	cfg.HTTPClient = &http.Client{Transport: p.gate}
	cfg.Retryer = func() aws.Retryer { return retry.AddWithMaxBackoffDelay(awsconfig.Retryer().(aws.RetryerV2), pause) }
	store := s3source.NewClient(cfg)
	src, err := s3source.New(s3source.Options{Client: store, Bucket: w.logs})
	if err != nil {
		w.t.Fatal(err)
	}
	p.engine = w.engine(d, func(o *Options) {
		o.Athena = athena.New(NewClient(cfg).Options(), func(o *athena.Options) { o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, pause) })
		o.Glue, o.S3, o.Source = glue.NewFromConfig(cfg), store, src
		change(o)
	})
	return p
}

// gate is what a process's requests pass.
type gate struct {
	inner http.RoundTripper
	life  context.Context // ends when it is killed
	end   context.CancelFunc

	mu     sync.Mutex
	phase  string              // what the process is at
	in     string              // only its requests count; "": all
	only   string              // and only those of this service; "": all
	calls  int                 // that counted
	at     int                 // the request with which something happens; 0: none
	after  bool                // it is carried out before
	act    func(*http.Request) // what happens; nil: the process is killed
	killed context.CancelFunc  // called then
}

func newGate() *gate {
	g := &gate{inner: http.DefaultTransport}
	g.life, g.end = context.WithCancel(context.Background())
	return g
}

// errKilled is what is seen of AWS by a process that is no more. It is an answer that nothing repeats.
var errKilled = &smithy.GenericAPIError{Code: "Killed", Message: "the process was killed"}

// kill lets no request out any more, and no answer in.
func (g *gate) kill() {
	g.end()
	if g.killed != nil {
		g.killed()
	}
}

// begin says what the process is at from now on.
func (g *gate) begin(phase string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.phase = phase
}

// doing is what the process is at.
func (g *gate) doing() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.phase
}

// Phases of a run.
const (
	opening  = "while it opens"
	counting = "while it counts"
	asking   = "while it asks"
	closing  = "while it closes"
)

func (g *gate) dead() bool { return g.life.Err() != nil }

func (g *gate) happen(r *http.Request) {
	if g.act != nil {
		g.act(r)
		return
	}
	g.kill()
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	now := false
	if (g.in == "" || g.in == g.phase) && strings.HasPrefix(r.Header.Get("X-Amz-Target"), g.only) {
		g.calls++
		now = g.calls == g.at
	}
	g.mu.Unlock()
	if now && !g.after {
		g.happen(r)
	}
	if g.dead() {
		return nil, errKilled
	}
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(g.life, cancel)
	out, err := g.inner.RoundTrip(r.WithContext(ctx))
	if now && g.after {
		g.happen(r)
	}
	if err != nil {
		stop()
		cancel()
		if g.dead() {
			err = errKilled
		}
		return nil, err
	}
	out.Body = &gated{out.Body, g, func() { stop(); cancel() }}
	return out, nil
}

// gated is the body of an answer.
type gated struct {
	io.ReadCloser
	g    *gate
	done func()
}

func (b *gated) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.g.dead() {
		return 0, errKilled
	}
	return n, err
}

func (b *gated) Close() error {
	return errors.Join(b.ReadCloser.Close(), func() error { b.done(); return nil }())
}
