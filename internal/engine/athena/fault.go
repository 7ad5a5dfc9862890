package athena

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/sql/scalar"
)

// fault says why a call failed, in plain words, and what to do.
func fault(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	var known *engine.Fault
	if errors.As(err, &known) {
		return err
	}
	switch cause := ctx.Err(); {
	case errors.Is(cause, context.DeadlineExceeded):
		return &engine.Fault{Reason: engine.TimedOut, Hint: "ask for a shorter period, or allow more time", Err: fmt.Errorf("%s: %w", doing, err)}
	case cause != nil:
		return &engine.Fault{Reason: engine.Cancelled, Hint: "run the same command again; what was finished is kept and not paid twice",
			Err: fmt.Errorf("%s: %w", doing, cause)}
	}
	sentence, hint := awsconfig.Explain(err)
	if awsconfig.Code(err) == "" {
		var look *lookError
		if errors.As(err, &look) || sentence == "" {
			sentence = err.Error()
		}
	}
	f := &engine.Fault{Reason: engine.Failed, Hint: hint, Err: &explained{doing + ": " + sentence, err}}
	switch awsconfig.Code(err) {
	case "AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "ExpiredToken", "ExpiredTokenException",
		"InvalidClientTokenId":
		f.Reason = engine.NoPermission
	case "TooManyRequestsException", "ThrottlingException", "SlowDown", "Throttling":
		f.Reason = engine.Throttled
	case "InvalidRequestException":
		f.Reason = engine.Refused
	}
	if f.Hint == "" {
		f.Hint = "run the same command again; what was finished is kept and not paid twice"
	}
	return f
}

// explained is an error in other words that keeps the error itself inside.
type explained struct {
	text string
	err  error
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// failure is how Athena numbers the ways a query ends; see "Athena error reference" in the Athena user guide.
type failure struct {
	from, to int32
	reason   engine.Reason
	says     string
	hint     string
}

var failures = []failure{
	{0, 8, engine.Failed, "Athena ran out of resources for it", "ask for a shorter period, or run the command again"},
	{206, 206, engine.TimedOut, "it took longer than Athena allows", "ask for a shorter period"},
	{210, 210, engine.TimedOut, "it took longer than Athena allows", "ask for a shorter period"},
	{234, 234, engine.NoPermission, "Lake Formation does not allow it", "grant SELECT on the table in Lake Formation"},
	{401, 402, engine.NoPermission, "Athena could not write its results", "the caller needs s3:PutObject on the place of results, which " +
		"must be a bucket of the same region"},
	{1001, 1002, engine.Failed, "a value does not fit its type", "use try_cast or try in the query"},
	{1003, 1003, engine.Failed, "the table could not be made", "see 'trailscribe infra status'"},
	{1004, 1004, engine.Failed, "the table does not fit the log files", "see 'trailscribe infra status'; " +
		"'trailscribe infra apply' corrects the table"},
	{1006, 1006, engine.Refused, "Athena does not accept the statement",
		"the statement passed our own check: report it with the query's text"},
	{1007, 1007, engine.Failed, "a log file cannot be read", "find broken files with 'trailscribe logs stats'"},
	{1008, 1008, engine.Refused, "Athena rejected it", "run the command again"},
	{1011, 1014, engine.Cancelled, "somebody stopped it", "run the same command again"},
	{1103, 1103, engine.Failed, "a setting of the table is wrong", "see 'trailscribe infra status'"},
	{1109, 1109, engine.Failed, "the place of the logs does not exist", "check logs: under athena:"},
	{1110, 1110, engine.Failed, "the table does not exist", "'trailscribe infra apply' makes it"},
	{1306, 1306, engine.Failed, "the bucket does not exist", "check logs: and output: under athena:"},
	{1401, 1406, engine.Throttled, "AWS was asked too fast", "run the command again, with a lower concurrency: under athena:"},
	{1500, 1501, engine.NoPermission, "a permission is missing", "'trailscribe infra iam' prints the permissions that are needed"},
	{1602, 1602, engine.Throttled, "the reserved capacity is taken", "run the command again later"},
}

// failed is the fault of a query that did not end well. Athena does not always give a reason.
func failed(what string, q *types.QueryExecution) error {
	id := aws.ToString(q.QueryExecutionId)
	reason, kind := "", int32(-1)
	if q.Status != nil {
		reason = aws.ToString(q.Status.StateChangeReason)
		if a := q.Status.AthenaError; a != nil {
			if reason == "" {
				reason = aws.ToString(a.ErrorMessage)
			}
			if a.ErrorType != nil {
				kind = *a.ErrorType
			}
		}
	}
	f := &engine.Fault{Reason: engine.Failed, Hint: "run the same command again; Athena's console shows the query under this id"}
	says := ""
	for _, x := range failures {
		if kind >= x.from && kind <= x.to {
			f.Reason, f.Hint, says = x.reason, x.hint, x.says
			break
		}
	}
	lower := strings.ToLower(reason)
	switch {
	case strings.Contains(lower, "bytes scanned limit"):
		f.Reason, f.Hint, says = engine.Failed, "shorten the period, or raise the workgroup's limit of bytes for a query",
			"it read more than the workgroup allows"
	case isOverLimit(reason):
		f.Reason, f.Hint, says = engine.OverLimit, engine.LimitHint, "it makes more than it may"
	case unreadable(reason):
		f.Reason, f.Hint, says = engine.Failed, "find broken files with 'trailscribe logs stats'", "a log file cannot be read"
	case says != "":
	case q.Status != nil && q.Status.State == types.QueryExecutionStateCancelled:
		f.Reason, f.Hint, says = engine.Cancelled, "run the same command again", "somebody stopped it"
	case strings.Contains(lower, "access denied") || strings.Contains(lower, "insufficient permission") ||
		strings.Contains(lower, "not authorized"):
		f.Reason, f.Hint, says = engine.NoPermission, "'trailscribe infra iam' prints the permissions that are needed", "a permission is missing"
	case strings.HasPrefix(reason, "SYNTAX_ERROR") || strings.HasPrefix(reason, "TYPE_MISMATCH") || strings.Contains(reason, "_NOT_FOUND: "):
		f.Reason, f.Hint, says = engine.Refused, "the statement passed our own check: report it with the query's text",
			"Athena does not accept the statement"
	default:
		says = "it failed"
	}
	if reason != "" {
		says += ": " + plain(reason)
	}
	f.Err = &queryFailed{fmt.Sprintf("%s: %s (query %s)", what, says, id), reason}
	return f
}

func isOverLimit(reason string) bool {
	_, is := scalar.OverLimit(reason)
	return is
}

// queryFailed keeps what Athena said of a query next to the sentence made of it.
type queryFailed struct{ text, reason string }

func (e *queryFailed) Error() string { return e.text }

// ofFile reports whether Athena gave up because of what is in a file.
func (e *queryFailed) ofFile() bool {
	return unreadable(e.reason)
}

// errorName is the name of an error of Trino, which stands before its text: HIVE_BAD_DATA.
func errorName(reason string) string {
	name, _, _ := strings.Cut(reason, ":")
	return plain(name)
}

func unreadable(reason string) bool {
	return strings.HasPrefix(reason, "HIVE_BAD_DATA") || strings.HasPrefix(reason, "HIVE_CURSOR_ERROR") &&
		!strings.Contains(strings.ToLower(reason), "reduce your request rate")
}

// again reports whether running a query once more can help: Athena says so itself, or somebody stopped it before this session.
func again(q *types.QueryExecution) bool {
	if q.Status == nil {
		return false
	}
	if q.Status.State == types.QueryExecutionStateCancelled {
		// Not by us: a wait that ends stops its query and returns. A crash just before this session looks the same.
		return !strings.Contains(strings.ToLower(aws.ToString(q.Status.StateChangeReason)), "bytes scanned limit")
	}
	return q.Status.AthenaError != nil && q.Status.AthenaError.Retryable
}

// plain makes one short line of a text that AWS sent, which may quote a log.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
	if r := []rune(s); len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return s
}
