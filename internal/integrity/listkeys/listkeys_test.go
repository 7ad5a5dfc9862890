package listkeys

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

type fake struct {
	calls  []string
	answer cloudtrail.ListPublicKeysOutput
	err    error
}

func (f *fake) ListPublicKeys(_ context.Context, in *cloudtrail.ListPublicKeysInput,
	set ...func(*cloudtrail.Options)) (*cloudtrail.ListPublicKeysOutput, error) {
	var o cloudtrail.Options
	for _, s := range set {
		s(&o)
	}
	f.calls = append(f.calls, o.Region+" "+in.StartTime.Format(time.RFC3339)+" "+in.EndTime.Format(time.RFC3339))
	return &f.answer, f.err
}

// AWS is asked in the region of the digests, once, and not about the future.
func TestKeysAreAskedOnceInTheirRegion(t *testing.T) {
	now := time.Date(2026, 11, 5, 10, 0, 0, 0, time.UTC)
	f := &fake{answer: cloudtrail.ListPublicKeysOutput{PublicKeyList: []types.PublicKey{{Fingerprint: aws.String("ABC"), Value: []byte{1},
		ValidityStartTime: &now, ValidityEndTime: &now}}}}
	k, err := New(Options{Client: f, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	from := now.AddDate(0, 0, -1)
	for range 3 {
		keys, err := k.Keys(t.Context(), "eu-west-1", from, now.Add(3*time.Hour))
		if err != nil || len(keys) != 1 || keys[0].Fingerprint != "abc" || !keys[0].From.Equal(now) {
			t.Errorf("keys are %+v, %v", keys, err)
		}
	}
	if _, err := k.Keys(t.Context(), "us-east-1", from, now); err != nil {
		t.Error(err)
	}
	if want := "eu-west-1 2026-11-04T10:00:00Z 2026-11-05T10:00:00Z"; len(f.calls) != 2 || f.calls[0] != want {
		t.Errorf("calls are %q, want %q first and one for each region", f.calls, want)
	}
	if found := k.Found(); len(found) != 2 || len(found["eu-west-1"]) != 1 {
		t.Errorf("found are %+v", found)
	}
}

// A part of the keys is not taken for all, and an error is one: digests are then not checked, and not called forged.
func TestKeysThatCannotBeListed(t *testing.T) {
	for _, f := range []*fake{{err: errors.New("no route to host")}, {answer: cloudtrail.ListPublicKeysOutput{NextToken: aws.String("x")}}} {
		k, err := New(Options{Client: f})
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := k.Keys(t.Context(), "eu-west-1", time.Now().Add(-time.Hour), time.Now()); err == nil {
			t.Errorf("keys are %v without an error", keys)
		}
	}
}
