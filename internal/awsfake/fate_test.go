package awsfake

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/awsconfig"
)

func (p *place) state(t testing.TB, id string) string {
	t.Helper()
	out, err := p.athena.GetQueryExecution(context.Background(), &athena.GetQueryExecutionInput{QueryExecutionId: aws.String(id)})
	if err != nil {
		t.Fatal(err)
	}
	return string(out.QueryExecution.Status.State)
}

func (p *place) until(t testing.TB, id, state string) {
	t.Helper()
	for range 1000 {
		if p.state(t, id) == state {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("the query does not become %s", state)
}

func (p *place) halt(t testing.TB, id string) {
	t.Helper()
	if _, err := p.athena.StopQueryExecution(context.Background(),
		&athena.StopQueryExecutionInput{QueryExecutionId: aws.String(id)}); err != nil {
		t.Fatal(err)
	}
}

// TestSlots: queries wait in their order; where the queue is full too, the start is refused with the reason of full slots.
func TestSlots(t *testing.T) {
	p := start(t, Options{Slots: 1, Queue: 1})
	p.CreateBucket("results")
	p.InjectQuery(QueryFault{SQL: "slow", Slow: true})
	first, err := p.begin(t, "SELECT 'slow' AS a")
	if err != nil {
		t.Fatal(err)
	}
	p.until(t, first, running)
	second, err := p.begin(t, "SELECT 2 AS a")
	if err != nil || p.state(t, second) != queued {
		t.Fatal(err)
	}
	_, err = p.begin(t, "SELECT 3 AS a")
	if awsconfig.Code(err) != "TooManyRequestsException" {
		t.Errorf("the start over the limit: %v", err)
	}
	var full *types.TooManyRequestsException
	if !asError(err, &full) || full.Reason != types.ThrottleReasonConcurrentQueryLimitExceeded {
		t.Errorf("%+v", full)
	}
	p.halt(t, first)
	if x := p.wait(t, second); x.Status.State != succeeded {
		t.Error(reason(x))
	}
	if s := p.state(t, first); s != cancelled {
		t.Error(s)
	}
	if m := p.Meter(); m.Peak != 1 || m.Stopped != 1 || m.Executions != 2 {
		t.Errorf("%+v", m)
	}
}

// TestStop: a stopped query is billed for what it scanned, one that still waits is not.
func TestStop(t *testing.T) {
	p := start(t, Options{Slots: 1})
	p.logs(t)
	p.InjectQuery(QueryFault{Slow: true})
	first, _ := p.begin(t, "SELECT count(*) AS n FROM cloudtrail")
	second, _ := p.begin(t, "SELECT count(*) AS m FROM cloudtrail")
	p.until(t, first, running)
	for deadline := 0; p.Executions()[0].Scanned == 0 && deadline < 1000; deadline++ {
		time.Sleep(2 * time.Millisecond)
	}
	p.halt(t, second)
	if m := p.Meter(); p.state(t, second) != cancelled || m.Billed != 0 {
		t.Errorf("%+v", m)
	}
	p.halt(t, first)
	p.halt(t, first) // once more does nothing
	m := p.Meter()
	x := p.wait(t, first)
	if m.Billed != billedLeast || m.Stopped != 2 || x.Status.State != cancelled || *x.Statistics.DataScannedInBytes == 0 {
		t.Errorf("%+v", m)
	}
	if _, err := p.athena.GetQueryResults(context.Background(),
		&athena.GetQueryResultsInput{QueryExecutionId: aws.String(first)}); err == nil ||
		!strings.Contains(err.Error(), "Final query state: CANCELLED") {
		t.Error(err)
	}
}

func TestFates(t *testing.T) {
	p := start(t, Options{QueuedFor: 5 * time.Millisecond, RunningFor: 15 * time.Millisecond})
	p.CreateBucket("results")
	p.InjectQuery(QueryFault{SQL: "one", Times: 1, Fail: &AthenaFail{Category: 1, Type: 1, Retryable: true,
		Message: "Query exhausted resources at this scale factor"}})
	_, x := p.ask(t, "SELECT 'one' AS a")
	if x.Status.State != failed || !x.Status.AthenaError.Retryable || *x.Status.AthenaError.ErrorType != 1 || reason(x) == "" {
		t.Errorf("%+v", x.Status)
	}
	if rows, _ := p.ask(t, "SELECT 'one' AS a"); len(rows) != 2 {
		t.Error("the second time it went wrong too")
	}
	p.InjectQuery(QueryFault{SQL: "two", Fail: &AthenaFail{Category: 2, Type: 1500}})
	if _, x := p.ask(t, "SELECT 'two' AS a"); x.Status.State != failed || x.Status.StateChangeReason != nil {
		t.Errorf("%+v", x.Status)
	}
	if m := p.Meter(); m.Executions != 3 || m.Billed != billedLeast {
		t.Errorf("failed queries are free: %+v", m)
	}
	p.InjectQuery(QueryFault{SQL: "three", Requeue: 2})
	id, _ := p.begin(t, "SELECT 'three' AS a")
	var seen []string
	for range 2000 {
		s := p.state(t, id)
		if len(seen) == 0 || seen[len(seen)-1] != s {
			seen = append(seen, s)
		}
		if s == succeeded {
			break
		}
	}
	if got := strings.Join(seen, " "); !strings.Contains(got, "RUNNING QUEUED") || !strings.HasSuffix(got, succeeded) {
		t.Error(got)
	}
	if p.Injected() != 3 {
		t.Errorf("%d faults were counted", p.Injected())
	}
}

// TestResultPages: the header counts as a row of the first page.
func TestResultPages(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.CreateBucket("results")
	rows, x := p.ask(t, "SELECT n FROM UNNEST(sequence(1, 2500)) AS u(n) ORDER BY n")
	if len(rows) != 2501 || rows[2500][0] != "2500" {
		t.Errorf("%d rows", len(rows))
	}
	page, err := p.athena.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: x.QueryExecutionId})
	if err != nil || len(page.ResultSet.Rows) != 1000 || *page.ResultSet.ResultSetMetadata.ColumnInfo[0].Type != "bigint" ||
		page.NextToken == nil {
		t.Errorf("%v", err)
	}
	if _, err := p.athena.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: x.QueryExecutionId,
		MaxResults: aws.Int32(1001)}); err == nil {
		t.Error("a page of 1001 rows was given")
	}
	p.Inject(Fault{Kind: HalfBody, Call: "athena:GetQueryResults", Times: 1})
	if _, err := p.athena.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: x.QueryExecutionId}); err == nil {
		t.Error("half a page was taken for a page")
	}
	p.Inject(Fault{Kind: GarbageDone, Call: "athena:GetQueryExecution", Times: 1})
	if _, err := p.athena.GetQueryExecution(ctx, &athena.GetQueryExecutionInput{QueryExecutionId: x.QueryExecutionId}); err == nil {
		t.Error("HTML was taken for an answer")
	}
	batch, err := p.athena.BatchGetQueryExecution(ctx, &athena.BatchGetQueryExecutionInput{QueryExecutionIds: []string{*x.QueryExecutionId,
		"00000000-0000-0000-0000-000000000000"}})
	if err != nil || len(batch.QueryExecutions) != 1 || len(batch.UnprocessedQueryExecutionIds) != 1 {
		t.Errorf("%+v %v", batch, err)
	}
}

func TestResultReuse(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	reuse := func(in *athena.StartQueryExecutionInput) {
		in.ResultReuseConfiguration = &types.ResultReuseConfiguration{
			ResultReuseByAgeConfiguration: &types.ResultReuseByAgeConfiguration{Enabled: true, MaxAgeInMinutes: aws.Int32(60)}}
	}
	_, a := p.ask(t, "SELECT count(*) AS n FROM cloudtrail", reuse)
	rows, b := p.ask(t, "SELECT count(*) AS n FROM cloudtrail", reuse)
	_, c := p.ask(t, "SELECT count(*) AS n FROM cloudtrail")
	if a.Statistics.ResultReuseInformation.ReusedPreviousResult || !b.Statistics.ResultReuseInformation.ReusedPreviousResult ||
		c.Statistics.ResultReuseInformation.ReusedPreviousResult || rows[1][0] != "4" || *b.Statistics.DataScannedInBytes != 0 {
		t.Errorf("%v", rows)
	}
}

// TestProjection: values outside of the projection are not found, without an error; a wrong one is.
func TestProjection(t *testing.T) {
	for _, c := range []struct {
		name string
		set  map[string]string
		sql  string
		want string // number of records, or part of the reason
	}{
		{"all", nil, "", "4"},
		{"a space in the enum", map[string]string{"projection.account.values": "111122223333, 444455556666"}, "", "3"},
		{"an account is missing", map[string]string{"projection.account.values": "444455556666"}, "", "1"},
		{"a later range", map[string]string{"projection.day.range": "2026/07/02,NOW"}, "", "1"},
		{"NOW is before the logs", map[string]string{"projection.day.range": "2020/01/01,NOW-20YEARS"}, "", "0"},
		{"a slash too many", map[string]string{"storage.location.template": "s3://logs//AWSLogs/${account}/CloudTrail/${region}/${day}"}, "",
			"0"},
		{"no config", map[string]string{"projection.region.type": ""}, "", "missing projection configuration for column: region"},
		{"not in the template", map[string]string{"storage.location.template": "s3://logs/AWSLogs/${account}/CloudTrail/us-east-1/${day}"}, "",
			"is not in the storage location template"},
		{"injected, not given", map[string]string{"projection.account.type": "injected"}, "", "CONSTRAINT_VIOLATION"},
		{"injected, as a range", map[string]string{"projection.account.type": "injected"}, " WHERE account >= '1'", "CONSTRAINT_VIOLATION"},
		{"injected, given", map[string]string{"projection.account.type": "injected"}, " WHERE account = '444455556666'", "1"},
		{"injected, listed", map[string]string{"projection.account.type": "injected"}, " WHERE account IN ('444455556666', '111122223333')", "4"},
		{"no projection, no partitions", map[string]string{"projection.enabled": "false"}, "", "0"},
	} {
		p := start(t, Options{})
		p.logs(t, func(in *glueTable) {
			for k, v := range c.set {
				if v == "" {
					delete(in.Parameters, k)
				} else {
					in.Parameters[k] = v
				}
			}
		})
		rows, x := p.ask(t, "SELECT count(*) AS n FROM cloudtrail"+c.sql)
		got := reason(x)
		if len(rows) == 2 {
			got = rows[1][0]
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTypes: a table whose types are not those of the records answers as Hive's SerDe does.
func TestTypes(t *testing.T) {
	p := start(t, Options{})
	p.logs(t, func(in *glueTable) {
		var cols []glueColumnOf
		for _, c := range in.StorageDescriptor.Columns {
			switch *c.Name {
			case "useridentity":
				c.Type = aws.String("struct<type:string, ARN:string>") // fewer fields, as others write them
			case "resources":
				c.Type = aws.String("string")
			case "tlsdetails":
				c.Type = aws.String("array<string>")
			}
			cols = append(cols, c)
		}
		in.StorageDescriptor.Columns = append(cols, glueColumnOf{Name: aws.String("nothing"), Type: aws.String("string")})
	})
	rows, x := p.ask(t, "SELECT useridentity.type AS t, json_extract_scalar(resources, '$[0].ARN') AS r, nothing FROM cloudtrail WHERE "+
		"eventname = 'GetObject'")
	if len(rows) != 2 || rows[1][0] != "IAMUser" || rows[1][1] != "arn:aws:s3:::b/k" || rows[1][2] != "∅" {
		t.Errorf("%v %s", rows, reason(x))
	}
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/04/x.json.gz", logFile(t, `{"tlsDetails":{"tlsVersion":"TLSv1.3"}}`), "")
	if _, x := p.ask(t, "SELECT eventname FROM cloudtrail WHERE day = '2026/07/04'"); !strings.Contains(reason(x), "HIVE_BAD_DATA") {
		t.Errorf("%s", reason(x))
	}
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/05/x.json.gz", logFile(t, `{}`)[:100], "")
	if _, x := p.ask(t, "SELECT eventname FROM cloudtrail WHERE day = '2026/07/05'"); !strings.Contains(reason(x), "HIVE_CURSOR_ERROR") {
		t.Errorf("%s", reason(x))
	}
}

// TestThroughFaults: however starts are hit, a query that keeps its token is billed once.
func TestThroughFaults(t *testing.T) {
	p, ctx := start(t, Options{Seed: 7}), context.Background()
	p.CreateBucket("results")
	for _, k := range []Kind{Throttle, SlotsFull, ServerError, ServerErrorDone, LostReplyDone, LostRequest, GarbageDone} {
		p.Inject(Fault{Kind: k, Call: "athena:StartQueryExecution", Chance: 0.2})
	}
	const planned = 100
	for i := range planned {
		in := &athena.StartQueryExecutionInput{QueryString: aws.String(fmt.Sprintf("SELECT %d AS a", i)),
			ClientRequestToken:  aws.String(fmt.Sprintf("%064d", i)),
			ResultConfiguration: &types.ResultConfiguration{OutputLocation: aws.String("s3://results/")}}
		for try := 0; ; try++ {
			if try > 1000 {
				t.Fatal("a start never goes well")
			}
			if out, err := p.athena.StartQueryExecution(ctx, in); err == nil && out.QueryExecutionId != nil {
				break
			}
		}
	}
	if m := p.Meter(); m.Executions != planned || p.Injected() < planned {
		t.Errorf("%d executions were billed, %d faults happened", m.Executions, p.Injected())
	}
}

// TestStrangers: the fake answers unknown calls with an error and does not fall.
func TestStrangers(t *testing.T) {
	p := start(t, Options{})
	for _, path := range []string{"/", "/b/k?uploadId=x", "/?x=%zz", "/b?list-type=2"} {
		res, err := http.Get(p.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 403 {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if _, err := p.athena.ListDataCatalogs(context.Background(), nil); awsconfig.Code(err) != "UnknownOperationException" {
		t.Error(err)
	}
	for _, id := range []string{"x", ""} {
		if _, err := p.athena.StopQueryExecution(context.Background(),
			&athena.StopQueryExecutionInput{QueryExecutionId: aws.String(id)}); awsconfig.Code(err) != "InvalidRequestException" {
			t.Error(err)
		}
	}
}
