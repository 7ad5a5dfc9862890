package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

func answered(service, operation, code, message string) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name, sentence, hint string
		err                  error
	}{
		{"expired", "S3 ListObjectsV2 was refused because the AWS credentials have expired.", "sign in again",
			answered("S3", "ListObjectsV2", "ExpiredToken", "The provided token has expired.")},
		{"unknown key", "STS GetCallerIdentity was refused because AWS does not know these credentials.", "AWS_PROFILE",
			answered("STS", "GetCallerIdentity", "InvalidClientTokenId", "x")},
		{"clock", "the clock of this machine is wrong", "set the clock", answered("S3", "PutObject", "RequestTimeTooSkewed", "")},
		{"denied, with action", "Glue GetTable was refused: arn:aws:iam::111122223333:user/x lacks the permission glue:GetTable on " +
			"arn:aws:glue:eu-central-1:111122223333:table/d/t.", "infra iam",
			answered("Glue", "GetTable", "AccessDeniedException",
				"User: arn:aws:iam::111122223333:user/x is not authorized to perform: glue:GetTable on resource: "+
					"arn:aws:glue:eu-central-1:111122223333:table/d/t because no identity-based policy allows the glue:GetTable action")},
		{"denied outright", "lacks the permission s3:PutObject", "a policy denies it outright", answered("S3", "PutObject", "AccessDenied",
			`User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a resource-based policy`)},
		{"role", "lacks the permission sts:AssumeRole", "external_id", answered("STS", "AssumeRole", "AccessDenied",
			"User: arn:aws:iam::111122223333:user/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/r")},
		{"denied, bare", "S3 GetObject was refused: the permission is missing: Access Denied.", "infra iam",
			answered("S3", "GetObject", "AccessDenied", "Access Denied")},
		{"key", "the encryption key may not be used", "kms:Decrypt", answered("S3", "GetObject", "AccessDenied",
			"User: x is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext")},
		{"bucket", "S3 ListObjectsV2 failed because the S3 bucket does not exist: no b.", "bucket's name",
			answered("S3", "ListObjectsV2", "NoSuchBucket", "no b")},
		{"slots", "all query slots of the account are taken", "fewer at once", answered("Athena", "StartQueryExecution",
			"TooManyRequestsException", "You have exceeded the limit")},
		{"rate", "was throttled", "later", answered("Athena", "GetQueryExecution", "ThrottlingException", "Rate exceeded")},
		{"table", "found no such database or table in Glue: Table t not found.", "infra apply",
			answered("Glue", "GetTable", "EntityNotFoundException", "Table t not found.")},
		{"workgroup", "because of the workgroup: WorkGroup w is not found.", "infra apply", answered("Athena", "StartQueryExecution",
			"InvalidRequestException", "WorkGroup w is not found.")},
		{"region of the bucket", "is in another region", "region: under athena:", answered("S3", "GetObject", "PermanentRedirect", "")},
		{"unknown code", "Athena StartQueryExecution answered NewThing: something.", "", answered("Athena", "StartQueryExecution", "NewThing",
			"something.")},
		{"no region", "No AWS region is known.", "AWS_REGION", fmt.Errorf("load: %w", ErrNoRegion)},
		{"no profile", "There is no AWS profile x.", "list-profiles",
			fmt.Errorf("load: %w", config.SharedConfigProfileNotExistError{Profile: "x", Err: errors.New("y")})},
		{"no credentials", "No AWS credentials were found.", "AWS_PROFILE", &smithy.OperationError{ServiceID: "S3", OperationName: "X",
			Err: errors.New("get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found")}},
		{"SSO", "The SSO session of this profile is over.", "aws sso login", &smithy.OperationError{ServiceID: "S3", OperationName: "X",
			Err: errors.New("get identity: get credentials: failed to refresh cached credentials, the SSO session has expired or is invalid")}},
		{"stopped", "The call was stopped.", "", &smithy.OperationError{ServiceID: "S3", OperationName: "X", Err: context.Canceled}},
		{"slow", "S3 X took too long.", "HTTPS_PROXY", &smithy.OperationError{ServiceID: "S3", OperationName: "X",
			Err: context.DeadlineExceeded}},
		{"host", "S3 X did not reach AWS: the host nowhere.example is not known.", "region",
			&smithy.OperationError{ServiceID: "S3", OperationName: "X", Err: &net.DNSError{Name: "nowhere.example", IsNotFound: true}}},
		{"any", "something else.", "", errors.New("something else")},
	} {
		sentence, hint := Explain(c.err)
		if !strings.Contains(sentence, c.sentence) || !strings.Contains(hint, c.hint) || (c.hint == "" && hint != "") {
			t.Errorf("%s: got %q (%q)", c.name, sentence, hint)
		}
	}
	if s, h := Explain(nil); s != "" || h != "" {
		t.Error(s, h)
	}
}

// TestExplainUntrusted: what the other side sends can neither move the cursor nor fill the screen.
func TestExplainUntrusted(t *testing.T) {
	s, _ := Explain(answered("S3", "GetObject", "Bad\x1b[2J", "a\x1b[31m\nb\u202e"+strings.Repeat("x", 5000)))
	if strings.ContainsAny(s, "\x1b\n\u202e") || len(s) > 600 {
		t.Errorf("%d: %q", len(s), s[:80])
	}
}
