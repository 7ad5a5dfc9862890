package awsconfig

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/smithy-go"
)

// FuzzPlace: a place is refused, or is written and read as the same place again, which holds itself and what is below it.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"s3://bucket", "s3://bucket/", "s3://bucket/a/b/", "s3://b//a", "s3://bucket/${x}", "S3://bucket",
		"s3a://bucket/x", "s3://a", "s3://bucket/ä", "s3:///x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		Location(s)
		Below(s, s)
		p, err := ParsePlace(s)
		if err != nil {
			return
		}
		again, err := ParsePlace(p.String())
		if err != nil || again != p {
			t.Fatalf("%q is %v, written as %s, read as %v (%v)", s, p, p, again, err)
		}
		below := Place{p.Bucket, strings.Trim(p.Prefix+"/below", "/")}
		if !p.Holds(p) || !p.Holds(below) || below.Holds(p) {
			t.Fatalf("%v does not hold %v", p, below)
		}
		if Location(p.String()) != p.String() {
			t.Fatalf("the location of %s is %s", p, Location(p.String()))
		}
	})
}

// FuzzExplain: whatever AWS answers, the sentence is one line without characters that a screen obeys.
func FuzzExplain(f *testing.F) {
	for _, s := range []string{"AccessDenied", "AccessDeniedException", "ExpiredToken", "SlowDown", "InvalidRequestException", "",
		"x\x1b[31m\ny"} {
		f.Add(s, "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k "+
			"because no identity-based policy allows")
		f.Add("AccessDenied", s)
	}
	f.Fuzz(func(t *testing.T, code, message string) {
		for _, err := range []error{
			&smithy.GenericAPIError{Code: code, Message: message},
			&smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: &smithy.GenericAPIError{Code: code, Message: message}},
			fmt.Errorf("%s: %w", message, &smithy.GenericAPIError{Code: code, Message: message}),
		} {
			sentence, hint := Explain(err)
			if sentence == "" || strings.ContainsFunc(sentence+hint, func(r rune) bool { return unicode.IsControl(r) }) {
				t.Fatalf("%q: %q, %q", err, sentence, hint)
			}
		}
	})
}
