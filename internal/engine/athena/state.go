package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
)

// State names the scope's log files by a listing of the bucket, and the table over them. No file is read, and nothing is
// asked of Athena. S3 gives an object another ETag when its content changes, and keeps it where the same bytes are written
// again without a key of KMS.
func (e *Engine) State(ctx context.Context, scope engine.Scope) (string, error) {
	w, err := window(scope)
	if err != nil {
		return "", err
	}
	t, err := e.physical(ctx)
	if err != nil {
		return "", err
	}
	found := e.waiting(t, scope, false)
	if found == nil {
		if found, err = e.list(ctx, t, scope, w); err != nil {
			return "", err
		}
		e.keep(t, scope, found)
	}
	return stateOf(t, found), nil
}

func stateOf(t *table, found *scan) string {
	sum := sha256.Sum256([]byte(found.digest + t.state))
	return hex.EncodeToString(sum[:])
}

// State is that of the listing which the session began with.
func (s *session) State() string { return stateOf(s.t, s.found) }

// Changes compares another listing with the one that the session began with. Of a staged copy that was done when it had been
// made: rows rest on the copy.
func (s *session) Changes(ctx context.Context) (engine.Changes, error) {
	if s.mode == Staged {
		return s.changed, nil
	}
	return s.compare(ctx)
}

// compare lists the log files again. Between two equal listings no file came or went, so the table read those of the first.
func (s *session) compare(ctx context.Context) (engine.Changes, error) {
	now, err := s.e.list(ctx, s.t, s.scope, s.w)
	if err != nil {
		return engine.Changes{}, err
	}
	var c engine.Changes
	last := relation.LastDay(s.scope.To, 0).Format("2006/01/02")
	before, after := s.found.files, now.files // both in key order
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = strings.Compare(before[0].key, after[0].key)
		}
		switch {
		case order < 0:
			c.Gone++
			before = before[1:]
		case order > 0:
			if after[0].day <= last {
				c.Came++
			}
			after = after[1:]
		default:
			if before[0].size != after[0].size || before[0].version != after[0].version {
				c.Replaced++
			}
			before, after = before[1:], after[1:]
		}
	}
	return c, nil
}
