package athena

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
)

// A staged copy that someone else drops while it is asked gives no rows instead of too few.
func TestDroppedUnderARun(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 40)
	for _, from := range []int64{1, 1 << 40} {
		e := w.engine(d, func(o *Options) { o.Mode, o.PartitionFrom = Staged, from })
		for what, drop := range map[string]func(s *session) error{
			"one file": func(s *session) error {
				for key := range s.files {
					bucket, _, _ := awsconfig.Object(s.location)
					_, err := w.s3.DeleteObjects(t.Context(),
						&s3.DeleteObjectsInput{Bucket: &bucket, Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: &key}}}})
					return err
				}
				return errors.New("there is no file")
			},
			"all files": func(s *session) error { return e.clear(t.Context(), s.location, s.table) },
			"the table": func(s *session) error { return e.drop(t.Context(), s.table) },
		} {
			opened, err := e.Open(t.Context(), october("dropped "+what))
			if err != nil {
				t.Fatal(err)
			}
			s := opened.(*session)
			st := engine.Statement{ID: "q", Query: bind(t, d, "SELECT eventid FROM events ORDER BY eventid")}
			if got, err := answers(t.Context(), s, []engine.Statement{st}); err != nil || strings.Count(got["q"], "\n") != 80 {
				t.Fatalf("before: %v %v", got, err)
			}
			if err := drop(s); err != nil {
				t.Fatal(err)
			}
			st.ID = "q2"
			got, err := answers(t.Context(), s, []engine.Statement{st})
			var f *engine.Fault
			if !errors.As(err, &f) || f.Reason != engine.Failed || !strings.Contains(f.Error(), "dropped by someone else") ||
				!strings.Contains(f.Hint, "again") || len(got) > 0 {
				t.Errorf("%s: %v, %v", what, got, err)
			}
			if _, err := s.Inputs(t.Context()); err == nil {
				t.Errorf("%s: it was counted all the same", what)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Two who do the same run at the same time have a copy each; one who goes on with its own run finds its own.
func TestOwners(t *testing.T) {
	d := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 40)
	begin := func(owner string) *session {
		scope := october("shared")
		scope.Owner = owner
		s, err := w.engine(d, func(o *Options) { o.Mode = Staged }).Open(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		return s.(*session)
	}
	a, b := begin("a"), begin("b")
	if a.table == b.table || a.stagedBy.id == b.stagedBy.id {
		t.Errorf("both have %s by %s", a.table, a.stagedBy.id)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if got, err := answers(t.Context(), b, questions(t, d)); err != nil || len(got) != 5 {
		t.Error(got, err)
	}
	again := begin("b") // the process of b was killed
	if again.table != b.table || again.stagedBy.id != b.stagedBy.id || !again.stagedBy.earlier &&
		again.stagedBy.attempt != b.stagedBy.attempt {
		t.Errorf("it staged again: %s by %s", again.table, again.stagedBy.id)
	}
	before := w.fake.Meter().Executions
	if got, err := answers(t.Context(), again, questions(t, d)); err != nil || len(got) != 5 || w.fake.Meter().Executions != before {
		t.Error(got, err, w.fake.Meter().Executions-before)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
