package awsfake

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
)

type athenaState struct {
	mu         sync.Mutex
	work       sync.WaitGroup
	executions map[string]*execution
	order      []string // ids, the oldest first
	tokens     map[string]token
	workgroups map[string]*workgroup
	named      map[string]*namedQuery
	running    int
	waiting    []*execution
	loaded     loaded
	answers    answers
}

// token is a ClientRequestToken that was seen.
type token struct{ id, parameters string }

// States of a query.
const (
	queued    = "QUEUED"
	running   = "RUNNING"
	succeeded = "SUCCEEDED"
	failed    = "FAILED"
	cancelled = "CANCELLED"
)

// execution is one query.
type execution struct {
	id, sql           string
	database, catalog string
	group             *workgroup
	groupName         string
	statement         *statement
	results           map[string]json.RawMessage // ResultConfiguration as it holds
	output            string                     // place of the results, with a slash at its end; "" for managed ones
	file              string                     // the results object
	enforced, managed bool
	reuse             map[string]json.RawMessage
	reused            bool
	cutoff            int64

	state              string
	reason             string
	failure            *queryError
	submitted, started time.Time
	ended              time.Time
	scanned            int64
	columns            []columnInfo
	rows               [][]*string
	updated            int64
	manifest           string

	slot   chan struct{} // closed when the query has its slot
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}
}

var athenaOperations = map[string]func(*call) (any, *failure){
	"StartQueryExecution": operation((*call).startQueryExecution), "GetQueryExecution": operation((*call).getQueryExecution),
	"BatchGetQueryExecution": operation((*call).batchGetQueryExecution), "StopQueryExecution": operation((*call).stopQueryExecution),
	"ListQueryExecutions": operation((*call).listQueryExecutions), "GetQueryResults": operation((*call).getQueryResults),
	"CreateWorkGroup": operation((*call).createWorkGroup), "GetWorkGroup": operation((*call).getWorkGroup),
	"UpdateWorkGroup": operation((*call).updateWorkGroup),
	"DeleteWorkGroup": operation((*call).deleteWorkGroup), "ListWorkGroups": operation((*call).listWorkGroups),
	"TagResource": operation((*call).tagWorkGroup), "UntagResource": operation((*call).untagWorkGroup),
	"ListTagsForResource": operation((*call).listTags),
	"CreateNamedQuery":    operation((*call).createNamedQuery), "GetNamedQuery": operation((*call).getNamedQuery),
	"ListNamedQueries": operation((*call).listNamedQueries),
	"DeleteNamedQuery": operation((*call).deleteNamedQuery), "BatchGetNamedQuery": operation((*call).batchGetNamedQuery),
	"GetTableMetadata": operation((*call).getTableMetadata),
}

func (s *Server) startAthena() {
	a := &s.athena
	a.executions, a.tokens, a.named = map[string]*execution{}, map[string]token{}, map[string]*namedQuery{}
	a.loaded.tables, a.loaded.files = map[string]*rawTable{}, map[*object]*parquetFile{}
	a.workgroups = map[string]*workgroup{"primary": {name: "primary", state: "ENABLED", made: s.o.Now(), tags: map[string]string{},
		configuration: defaults(nil)}}
}

type startInput struct {
	QueryString, ClientRequestToken, WorkGroup string
	ExecutionParameters                        []string
	QueryExecutionContext                      struct{ Database, Catalog string }
	ResultConfiguration                        map[string]json.RawMessage
	ResultReuseConfiguration                   map[string]json.RawMessage
}

const longestQuery = 262144 // bytes

func (c *call) startQueryExecution(in startInput) (map[string]any, *failure) {
	a := &c.Server.athena
	if in.WorkGroup == "" {
		in.WorkGroup = "primary"
	}
	switch {
	case in.QueryString == "" || len(in.QueryString) > longestQuery:
		return nil, invalidRequest("1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member "+
			"must have length between 1 and %d", longestQuery)
	case len(in.ClientRequestToken) < 32 || len(in.ClientRequestToken) > 128:
		return nil, invalidRequest("1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member " +
			"must have length between 32 and 128")
	case len(in.ExecutionParameters) > 0:
		return nil, invalidRequest("the fake takes no execution parameters: write literals")
	}
	st, fail := parseStatement(in.QueryString)
	if fail != nil {
		return nil, fail
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	parameters := string(raw(in))
	if t, seen := a.tokens[in.ClientRequestToken]; seen {
		if t.parameters != parameters {
			return nil, invalidRequest("Idempotent parameters do not match")
		}
		return map[string]any{"QueryExecutionId": t.id}, nil
	}
	g := a.workgroups[in.WorkGroup]
	if g == nil {
		return nil, invalidRequest("WorkGroup %s is not found.", in.WorkGroup)
	}
	if g.state != "ENABLED" {
		return nil, invalidRequest("WorkGroup %s is disabled.", in.WorkGroup)
	}
	x := &execution{id: newID(), sql: in.QueryString, database: strings.ToLower(in.QueryExecutionContext.Database),
		catalog: in.QueryExecutionContext.Catalog, group: g, groupName: g.name,
		statement: st, state: queued, submitted: c.o.Now(), slot: make(chan struct{}), done: make(chan struct{}),
		reuse: in.ResultReuseConfiguration}
	if x.database == "" {
		x.database = "default"
	}
	if fail := c.place(x, g, in.ResultConfiguration); fail != nil {
		return nil, fail
	}
	if a.running+len(a.waiting) >= c.o.Slots+c.o.Queue {
		return nil, refuse("TooManyRequestsException", "You have exceeded the limit for the number of queries you can run concurrently. "+
			"Please reduce the number of concurrent queries submitted by this account.")
	}
	x.ctx, x.cancel = context.WithCancel(c.life)
	a.executions[x.id], a.order, a.tokens[in.ClientRequestToken] = x, append(a.order, x.id), token{x.id, parameters}
	a.waiting = append(a.waiting, x)
	c.meter.add(func(m *Meter) { m.Executions++ })
	fault := c.faults.query(x.sql)
	a.work.Add(1)
	go func() {
		defer a.work.Done()
		c.Server.run(x, fault)
	}()
	c.Server.dispatch()
	return map[string]any{"QueryExecutionId": x.id}, nil
}

// place decides where results go: the workgroup's place if it enforces it, without a word; else the caller's; else the workgroup's.
func (c *call) place(x *execution, g *workgroup, own map[string]json.RawMessage) *failure {
	x.enforced, x.managed = g.truth("EnforceWorkGroupConfiguration"), g.managed()
	x.cutoff = g.cutoff()
	theirs := g.results()
	given := text(own["OutputLocation"])
	switch {
	case x.managed && given != "" && !x.enforced:
		return invalidRequest("Managed query results cannot be used with a client-side output location")
	case x.managed:
		return nil
	case x.enforced || given == "":
		x.results = theirs
	default:
		x.results = own
	}
	location := text(x.results["OutputLocation"])
	if location == "" {
		return invalidRequest("No output location provided. An output location is required either through the Workgroup result " +
			"configuration setting or as an API input.")
	}
	name, _, ok := splitS3(location)
	if !ok {
		return invalidRequest("outputLocation is not a valid S3 path.")
	}
	c.s3State().mu.RLock()
	defer c.s3State().mu.RUnlock()
	b := c.s3State().buckets[name]
	if b == nil {
		return invalidRequest("Unable to verify/create output bucket %s", name)
	}
	if b.region != c.o.Region {
		return invalidRequest("The S3 location provided to save your query results is invalid. Please check your S3 location is correct and " +
			"is in the same region and try again.")
	}
	x.output = strings.TrimSuffix(location, "/") + "/"
	return nil
}

func text(r json.RawMessage) string {
	var s string
	if len(r) > 0 {
		json.Unmarshal(r, &s) // anything but a text is none
	}
	return s
}

// dispatch gives free slots to queries that wait, in their order. The caller holds the lock.
func (s *Server) dispatch() {
	a := &s.athena
	for a.running < s.o.Slots && len(a.waiting) > 0 {
		x := a.waiting[0]
		a.waiting = a.waiting[1:]
		a.running++
		n := int64(a.running)
		s.meter.add(func(m *Meter) { m.Peak = max(m.Peak, n) })
		close(x.slot)
	}
}

// run is the life of a query.
func (s *Server) run(x *execution, fault *QueryFault) {
	defer close(x.done)
	defer x.cancel()
	select {
	case <-x.slot:
	case <-x.ctx.Done():
		s.athena.mu.Lock()
		defer s.athena.mu.Unlock()
		if i := slices.Index(s.athena.waiting, x); i >= 0 {
			s.athena.waiting = slices.Delete(s.athena.waiting, i, i+1)
		} else { // the slot came at the same moment
			s.athena.running--
			s.dispatch()
		}
		s.end(x, cancelled, "Query cancelled by user", nil)
		return
	}
	defer func() {
		s.athena.mu.Lock()
		s.athena.running--
		s.dispatch()
		s.athena.mu.Unlock()
	}()
	requeue := 0
	if fault != nil {
		requeue = fault.Requeue
	}
	for i := 0; i <= requeue; i++ {
		s.state(x, queued)
		if !sleep(x.ctx, s.o.QueuedFor) {
			s.finish(x, cancelled, "Query cancelled by user", nil)
			return
		}
		s.state(x, running)
		if i < requeue && !sleep(x.ctx, max(s.o.RunningFor, 20*time.Millisecond)) {
			s.finish(x, cancelled, "Query cancelled by user", nil)
			return
		}
	}
	if fault != nil && fault.Fail != nil {
		f := fault.Fail
		if !sleep(x.ctx, s.o.RunningFor) {
			s.finish(x, cancelled, "Query cancelled by user", nil)
			return
		}
		s.scanned(x, f.Scanned)
		s.leave(x)
		s.finish(x, failed, f.Message, &queryError{f.Category, f.Type, f.Retryable, f.Message})
		return
	}
	if fault != nil && !sleep(x.ctx, fault.Longer) {
		s.finish(x, cancelled, "Query cancelled by user", nil)
		return
	}
	err := s.execute(x, fault != nil && fault.Slow)
	switch e := err.(type) {
	case nil:
		s.finish(x, succeeded, "", nil)
	case *queryError:
		if e.kind == cutOff {
			s.finish(x, cancelled, e.message, nil)
			return
		}
		s.finish(x, failed, e.message, e)
	default:
		if x.ctx.Err() != nil {
			s.finish(x, cancelled, "Query cancelled by user", nil)
			return
		}
		s.finish(x, failed, "GENERIC_INTERNAL_ERROR: "+err.Error(), &queryError{1, 9, false, err.Error()})
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) state(x *execution, state string) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	x.state = state
	if state == running && x.started.IsZero() {
		x.started = s.o.Now()
	}
}

func (s *Server) finish(x *execution, state, reason string, e *queryError) {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	s.end(x, state, reason, e)
}

// end is the last state of a query; the caller holds the lock. What it read is billed unless it failed.
func (s *Server) end(x *execution, state, reason string, e *queryError) {
	x.state, x.reason, x.failure, x.ended = state, reason, e, s.o.Now()
	if state == failed || x.statement.hive || x.statement.kind == "EXPLAIN" || x.reused || state == cancelled && x.scanned == 0 {
		return
	}
	s.meter.add(func(m *Meter) {
		m.Scanned += x.scanned
		m.Billed += billed(x.scanned)
	})
}

type idInput struct {
	QueryExecutionId, NextToken, WorkGroup string
	QueryExecutionIds                      []string
	MaxResults                             int
}

func (a *athenaState) execution(id string) (*execution, *failure) {
	if x := a.executions[id]; x != nil {
		return x, nil
	}
	return nil, invalidRequest("QueryExecution %s was not found", id)
}

func (c *call) getQueryExecution(in idInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	x, err := a.execution(in.QueryExecutionId)
	if err != nil {
		return nil, err
	}
	return map[string]any{"QueryExecution": x.shown(c.o.Now())}, nil
}

func (c *call) batchGetQueryExecution(in idInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := len(in.QueryExecutionIds); n < 1 || n > 50 {
		return nil, invalidRequest("1 validation error detected: Value at 'queryExecutionIds' failed to satisfy constraint: Member " +
			"must have length between 1 and 50")
	}
	found, not := []any{}, []any{}
	for _, id := range in.QueryExecutionIds {
		if x, err := a.execution(id); err == nil {
			found = append(found, x.shown(c.o.Now()))
		} else {
			not = append(not, map[string]string{"QueryExecutionId": id, "ErrorCode": "INVALID_QUERY_EXECUTION_ID", "ErrorMessage": err.message})
		}
	}
	return map[string]any{"QueryExecutions": found, "UnprocessedQueryExecutionIds": not}, nil
}

func (c *call) listQueryExecutions(in idInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	defer a.mu.Unlock()
	group := in.WorkGroup
	if group == "" {
		group = "primary"
	}
	var ids []string
	for _, id := range slices.Backward(a.order) {
		if a.executions[id].groupName == group {
			ids = append(ids, id)
		}
	}
	ids, next, err := page(ids, in.NextToken, in.MaxResults, c.most(50))
	if err != nil {
		return nil, err
	}
	out := map[string]any{"QueryExecutionIds": append([]string{}, ids...)}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// stopQueryExecution of a query that has ended does nothing.
func (c *call) stopQueryExecution(in idInput) (map[string]any, *failure) {
	a := &c.Server.athena
	a.mu.Lock()
	x, err := a.execution(in.QueryExecutionId)
	if err != nil {
		a.mu.Unlock()
		return nil, err
	}
	active := x.state == queued || x.state == running
	a.mu.Unlock()
	if active {
		c.meter.add(func(m *Meter) { m.Stopped++ })
		if c.o.StopLag > 0 {
			time.AfterFunc(c.o.StopLag, x.cancel)
			return map[string]any{}, nil
		}
		x.cancel()
		<-x.done
	}
	return map[string]any{}, nil
}

// shown is the query as GetQueryExecution gives it.
func (x *execution) shown(now time.Time) map[string]any {
	status := map[string]any{"State": x.state, "SubmissionDateTime": seconds(x.submitted)}
	if x.reason != "" {
		status["StateChangeReason"] = x.reason
	}
	if !x.ended.IsZero() {
		status["CompletionDateTime"] = seconds(x.ended)
	}
	if x.failure != nil {
		status["AthenaError"] = map[string]any{"ErrorCategory": x.failure.category, "ErrorType": x.failure.kind, "Retryable": x.failure.retryable,
			"ErrorMessage": x.failure.message}
	}
	end := x.ended
	if end.IsZero() {
		end = now
	}
	stats := map[string]any{"DataScannedInBytes": x.scanned, "TotalExecutionTimeInMillis": end.Sub(x.submitted).Milliseconds()}
	if !x.started.IsZero() {
		stats["QueryQueueTimeInMillis"] = x.started.Sub(x.submitted).Milliseconds()
		stats["EngineExecutionTimeInMillis"] = end.Sub(x.started).Milliseconds()
	}
	stats["ResultReuseInformation"] = map[string]bool{"ReusedPreviousResult": x.reused}
	if x.manifest != "" {
		stats["DataManifestLocation"] = x.manifest
	}
	out := map[string]any{
		"QueryExecutionId": x.id, "Query": x.sql, "StatementType": x.statement.class, "SubstatementType": x.statement.kind,
		"QueryExecutionContext": map[string]string{"Database": x.database}, "Status": status, "Statistics": stats, "WorkGroup": x.groupName,
		"EngineVersion": map[string]string{"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"},
	}
	if x.managed {
		out["ManagedQueryResultsConfiguration"] = map[string]any{"Enabled": true}
		return out
	}
	results := map[string]any{}
	for k, v := range x.results {
		results[k] = v
	}
	results["OutputLocation"] = x.output
	if x.file != "" {
		results["OutputLocation"] = x.file
	}
	out["ResultConfiguration"] = results
	return out
}

// Execution is a query as the fake remembers it.
type Execution struct {
	ID, SQL, State, Reason, WorkGroup string
	Scanned                           int64
}

// Executions are all queries, the oldest first.
func (s *Server) Executions() []Execution {
	s.athena.mu.Lock()
	defer s.athena.mu.Unlock()
	var out []Execution
	for _, id := range s.athena.order {
		x := s.athena.executions[id]
		out = append(out, Execution{x.id, x.sql, x.state, x.reason, x.groupName, x.scanned})
	}
	return out
}
