package athena

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

// stand is Athena as far as calls go: it knows tokens, states, slots and results, and no SQL.
type stand struct {
	mu          sync.Mutex
	tokens      map[string]string // token -> id
	queries     map[string]*standing
	order       []string
	starts      int
	polls       int
	stopped     []string
	results     int
	slots       int // starts that are refused because all slots are taken
	refuse      []error
	lose        int       // accepted starts whose answer is lost
	silent      bool      // an accepted start is not answered
	errorsSince time.Time // until then looks at queries are not answered
	rows        []types.Row
	perPage     int
	fail        func(n int, sql string) *types.QueryExecutionStatus // how the nth query ends; nil: well
	takes       time.Duration
	queued      time.Duration // of takes, in Athena's queue
	requeued    bool
	output      string
	group       types.WorkGroupConfiguration
	began       chan string // each accepted start
}

type standing struct {
	id, sql string
	at      time.Time
	end     *types.QueryExecutionStatus
}

func newStand() *stand {
	return &stand{tokens: map[string]string{}, queries: map[string]*standing{}, perPage: 1000, began: make(chan string, 100)}
}

func (s *stand) StartQueryExecution(ctx context.Context, in *athena.StartQueryExecutionInput,
	_ ...func(*athena.Options)) (*athena.StartQueryExecutionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts++
	if len(s.refuse) > 0 {
		err := s.refuse[0]
		s.refuse = s.refuse[1:]
		return nil, err
	}
	if s.slots > 0 {
		s.slots--
		return nil, api("TooManyRequestsException", "You have exceeded the limit for the number of queries you can run concurrently.")
	}
	token := aws.ToString(in.ClientRequestToken)
	if len(token) < 32 || len(token) > 128 {
		return nil, api("InvalidRequestException", "token")
	}
	id, known := s.tokens[token]
	if known && s.queries[id].sql != aws.ToString(in.QueryString) {
		return nil, api("InvalidRequestException", "Idempotent parameters do not match")
	}
	if !known {
		id = fmt.Sprintf("00000000-0000-0000-0000-%012d", len(s.queries)+1)
		s.tokens[token] = id
		q := &standing{id: id, sql: aws.ToString(in.QueryString), at: time.Now()}
		if s.fail != nil {
			q.end = s.fail(len(s.queries)+1, q.sql)
		}
		s.queries[id] = q
		s.order = append(s.order, id)
		select {
		case s.began <- id:
		default:
		}
	}
	in.ClientRequestToken = aws.String("noteFailed by the client") // the SDK writes into its input too
	if s.silent {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		s.silent = false
		return nil, ctx.Err()
	}
	if s.lose > 0 {
		s.lose--
		return nil, errors.New("connection reset by peer")
	}
	return &athena.StartQueryExecutionOutput{QueryExecutionId: &id}, nil
}

func api(code, message string) error {
	return &smithy.OperationError{ServiceID: "Athena", OperationName: "Call", Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

func (s *stand) StopQueryExecution(ctx context.Context, in *athena.StopQueryExecutionInput,
	_ ...func(*athena.Options)) (*athena.StopQueryExecutionOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = append(s.stopped, *in.QueryExecutionId)
	s.queries[*in.QueryExecutionId].end = &types.QueryExecutionStatus{State: types.QueryExecutionStateCancelled}
	return &athena.StopQueryExecutionOutput{}, nil
}

func (s *stand) BatchGetQueryExecution(ctx context.Context, in *athena.BatchGetQueryExecutionInput,
	_ ...func(*athena.Options)) (*athena.BatchGetQueryExecutionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polls++
	if time.Now().Before(s.errorsSince) {
		return nil, errors.New("the answer is not JSON")
	}
	out := &athena.BatchGetQueryExecutionOutput{}
	for _, id := range in.QueryExecutionIds {
		q := s.queries[id]
		status := types.QueryExecutionStatus{State: types.QueryExecutionStateRunning, SubmissionDateTime: aws.Time(q.at)}
		switch {
		case q.end != nil:
			status = *q.end
			status.SubmissionDateTime = aws.Time(q.at)
		case time.Since(q.at) >= s.takes:
			status.State, status.CompletionDateTime = types.QueryExecutionStateSucceeded, aws.Time(q.at.Add(s.takes))
		case s.requeued:
			status.State = types.QueryExecutionStateQueued // it ran before
		case time.Since(q.at) < s.queued:
			status.State = types.QueryExecutionStateQueued
		}
		out.QueryExecutions = append(out.QueryExecutions, types.QueryExecution{QueryExecutionId: &id, Query: &q.sql, Status: &status,
			StatementType:       types.StatementTypeDml,
			Statistics:          &types.QueryExecutionStatistics{DataScannedInBytes: aws.Int64(25 << 20)},
			ResultConfiguration: &types.ResultConfiguration{OutputLocation: aws.String(s.output)}})
	}
	return out, nil
}

func (s *stand) GetQueryResults(ctx context.Context, in *athena.GetQueryResultsInput,
	_ ...func(*athena.Options)) (*athena.GetQueryResultsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results++
	from := 0
	fmt.Sscan(aws.ToString(in.NextToken), &from)
	to := min(from+s.perPage, len(s.rows))
	out := &athena.GetQueryResultsOutput{ResultSet: &types.ResultSet{Rows: s.rows[from:to], ResultSetMetadata: &types.ResultSetMetadata{}}}
	if len(s.rows) > 0 {
		for _, d := range s.rows[0].Data {
			out.ResultSet.ResultSetMetadata.ColumnInfo = append(out.ResultSet.ResultSetMetadata.ColumnInfo, types.ColumnInfo{Name: d.VarCharValue})
		}
	}
	if to < len(s.rows) {
		out.NextToken = aws.String(fmt.Sprint(to))
	}
	return out, nil
}

func (s *stand) GetWorkGroup(context.Context, *athena.GetWorkGroupInput, ...func(*athena.Options)) (*athena.GetWorkGroupOutput, error) {
	c := s.group
	if c.ResultConfiguration == nil {
		c.ResultConfiguration = &types.ResultConfiguration{OutputLocation: aws.String("s3://results/x/")}
	}
	return &athena.GetWorkGroupOutput{WorkGroup: &types.WorkGroup{Configuration: &c}}, nil
}

// none is a catalog and a store without anything.
type none struct{ body string }

func (none) GetTable(context.Context, *glue.GetTableInput, ...func(*glue.Options)) (*glue.GetTableOutput, error) {
	return nil, api("EntityNotFoundException", "Table not found")
}
func (none) GetTables(context.Context, *glue.GetTablesInput, ...func(*glue.Options)) (*glue.GetTablesOutput, error) {
	return &glue.GetTablesOutput{}, nil
}
func (none) DeleteTable(context.Context, *glue.DeleteTableInput, ...func(*glue.Options)) (*glue.DeleteTableOutput, error) {
	return nil, errors.New("there is no table to delete")
}
func (none) ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return &s3.ListObjectsV2Output{}, nil
}
func (n none) GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	if n.body == "" {
		return nil, api("AccessDenied", "Access Denied")
	}
	return &s3.GetObjectOutput{Body: readCloser{strings.NewReader(n.body)}, ContentLength: aws.Int64(int64(len(n.body)))}, nil
}
func (none) DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	return nil, errors.New("there is nothing to delete")
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// empty is a bucket without objects.
type empty struct{ source.Source }

func (empty) Name() string { return "s3://logs/" }
func (empty) List(context.Context, string) iter.Seq2[source.Object, error] {
	return func(func(source.Object, error) bool) {}
}

func onStand(t *testing.T, s *stand, change func(*Options)) *Engine {
	t.Helper()
	o := Options{Definition: &relation.Definition{}, Source: empty{}, Athena: s, Glue: none{}, S3: none{}, Region: "eu-central-1",
		Workgroup: "w", Database: "d", Table: "t"}
	if change != nil {
		change(&o)
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
