package trino

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/sql/scalar"
)

// client speaks Trino's client protocol (trino.io/docs/current/develop/client-protocol.html): a statement is posted, its
// rows come page by page from the address each answer names.
type client struct {
	base *url.URL
	http *http.Client
}

func newClient(address string) (*client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an address of a Trino server: give something like http://127.0.0.1:8080", address)
	}
	return &client{base: u, http: &http.Client{}}, nil
}

// answer is one page of a statement.
type answer struct {
	ID      string
	NextURI string
	Columns []struct{ Name, Type string }
	Data    [][]json.RawMessage
	Error   *Failure
	Stats   struct{ ProcessedBytes int64 }
}

// Failure is why a statement failed, in Trino's words.
type Failure struct {
	Message   string
	ErrorName string // SYNTAX_ERROR, TYPE_MISMATCH, DIVISION_BY_ZERO …
	ErrorType string // USER_ERROR, INTERNAL_ERROR …
}

func (f *Failure) Error() string { return f.ErrorName + ": " + f.Message }

// Code is Trino's name of the error.
func (f *Failure) Code() string { return f.ErrorName }

// stream is a statement that runs. Close ends it at the server too.
type stream struct {
	c    *client
	ctx  context.Context
	page answer
	next string
}

// run starts a statement and waits until its columns are known or it has ended.
func (c *client) run(ctx context.Context, statement string) (*stream, error) {
	s := &stream{c: c, ctx: ctx}
	if err := s.fetch(http.MethodPost, c.base.JoinPath("v1/statement").String(), statement); err != nil {
		return nil, err
	}
	for s.page.Columns == nil && s.next != "" {
		if err := s.fetch(http.MethodGet, s.next, ""); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// more reads the next page; false at the end.
func (s *stream) more() (bool, error) {
	if s.next == "" {
		return false, nil
	}
	return true, s.fetch(http.MethodGet, s.next, "")
}

// close cancels the statement unless it has ended.
func (s *stream) close() {
	if s.next == "" {
		return
	}
	// The caller's context may have ended, which is why it is closed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 10*time.Second)
	defer cancel()
	if r, err := http.NewRequestWithContext(ctx, http.MethodDelete, s.next, nil); err == nil {
		if answer, err := s.c.http.Do(r); err == nil {
			answer.Body.Close()
		}
	}
	s.next = ""
}

// attempts is how often a page is asked for while the server says it is busy.
const attempts = 50

func (s *stream) fetch(method, address, body string) error {
	for n := 0; ; n++ {
		r, err := http.NewRequestWithContext(s.ctx, method, address, strings.NewReader(body))
		if err != nil {
			return err
		}
		for k, v := range map[string]string{"X-Trino-User": "conformance", "X-Trino-Source": "trailscribe", "X-Trino-Catalog": "memory",
			"X-Trino-Schema": "default", "X-Trino-Time-Zone": "UTC", "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME"} {
			r.Header.Set(k, v)
		}
		got, err := s.c.http.Do(r)
		if err != nil {
			return fmt.Errorf("ask the Trino at %s: %w", s.c.base.Host, err)
		}
		data, err := io.ReadAll(got.Body)
		got.Body.Close()
		if err != nil {
			return fmt.Errorf("read the answer of the Trino at %s: %w", s.c.base.Host, err)
		}
		if busy := got.StatusCode == http.StatusServiceUnavailable || got.StatusCode == http.StatusBadGateway; busy && n < attempts {
			select {
			case <-s.ctx.Done():
				return s.ctx.Err()
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		if got.StatusCode != http.StatusOK {
			return fmt.Errorf("the Trino at %s answers %s: %.200s", s.c.base.Host, got.Status, bytes.TrimSpace(data))
		}
		s.page = answer{}
		if err := json.Unmarshal(data, &s.page); err != nil {
			return fmt.Errorf("the answer of the Trino at %s cannot be read: %w", s.c.base.Host, err)
		}
		s.next = s.page.NextURI
		if s.page.Error != nil {
			s.next = ""
			return s.page.Error
		}
		return nil
	}
}

// exec runs a statement to its end and gives all its rows.
func (c *client) exec(ctx context.Context, statement string) ([][]json.RawMessage, []string, error) {
	s, err := c.run(ctx, statement)
	if err != nil {
		return nil, nil, err
	}
	defer s.close()
	var types []string
	for _, c := range s.page.Columns {
		types = append(types, c.Type)
	}
	rows := s.page.Data
	for {
		more, err := s.more()
		if err != nil {
			return nil, nil, err
		}
		if !more {
			return rows, types, nil
		}
		rows = append(rows, s.page.Data...)
	}
}

// version is the release of the server.
func (c *client) version(ctx context.Context) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.JoinPath("v1/info").String(), nil)
	if err != nil {
		return "", err
	}
	got, err := c.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("ask the Trino at %s for its version: %w", c.base.Host, err)
	}
	defer got.Body.Close()
	var info struct{ NodeVersion struct{ Version string } }
	if err := json.NewDecoder(got.Body).Decode(&info); err != nil {
		return "", fmt.Errorf("read the version of the Trino at %s: %w", c.base.Host, err)
	}
	return info.NodeVersion.Version, nil
}

// fault says why a statement gave no rows, and what to do.
func fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *engine.Fault
	if errors.As(err, &known) {
		return err
	}
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.DeadlineExceeded):
		return &engine.Fault{Reason: engine.TimedOut, Hint: "ask for a shorter period, or allow more time", Err: err}
	case cause != nil:
		return &engine.Fault{Reason: engine.Cancelled, Hint: "run it again", Err: err}
	}
	var f *Failure
	if errors.As(err, &f) {
		if refusals[f.ErrorName] {
			return &engine.Fault{Reason: engine.Refused, Hint: "the statement passed our own check and Trino refused " +
				"it: that is a defect of the check", Err: err}
		}
		if _, is := scalar.OverLimit(f.Message); is {
			return &engine.Fault{Reason: engine.OverLimit, Hint: engine.LimitHint, Err: err}
		}
		return &engine.Fault{Reason: engine.Failed, Hint: "a value does not fit the expression: use try_cast or try in the query", Err: err}
	}
	return &engine.Fault{Reason: engine.Failed, Hint: "see whether the server still runs", Err: err}
}

// refusals are the errors of a statement's text; other errors come from values.
var refusals = map[string]bool{
	"SYNTAX_ERROR": true, "TYPE_MISMATCH": true, "COLUMN_NOT_FOUND": true, "FUNCTION_NOT_FOUND": true, "TABLE_NOT_FOUND": true,
	"AMBIGUOUS_NAME": true, "EXPRESSION_NOT_AGGREGATE": true, "MISMATCHED_COLUMN_ALIASES": true, "TYPE_NOT_FOUND": true,
	"MISSING_GROUP_BY": true, "EXPRESSION_NOT_SCALAR": true, "NESTED_AGGREGATION": true, "NESTED_WINDOW": true, "MISSING_COLUMN_NAME": true,
	"INVALID_COLUMN_REFERENCE": true, "NOT_SUPPORTED": true, "EXPRESSION_NOT_IN_DISTINCT": true, "INVALID_LITERAL": true,
	"MISSING_OVER": true, "MISSING_ORDER_BY": true, "DUPLICATE_COLUMN_NAME": true, "DUPLICATE_NAMED_QUERY": true, "INVALID_ARGUMENTS": true,
	"INVALID_WINDOW_FRAME": true, "SCHEMA_NOT_FOUND": true, "CATALOG_NOT_FOUND": true, "MISSING_CATALOG_NAME": true,
}
