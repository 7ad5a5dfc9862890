package enginetest

import "testing"

// Judge must be able to fail: each case has an answer that is right and answers that are not.
func TestJudge(t *testing.T) {
	type answer struct {
		got     string
		refused bool
	}
	for name, c := range map[string]struct {
		x     Expression
		right answer
		wrong []answer
	}{
		"value":      {Expression{Want: "1"}, answer{"1", false}, []answer{{"2", false}, {"ERR some", false}, {"ERR some", true}, {"", false}}},
		"empty text": {Expression{Want: ""}, answer{"", false}, []answer{{"NULL", false}}},
		"run error":  {Expression{Want: "ERR DIVISION_BY_ZERO"}, answer{"ERR some", false}, []answer{{"1", false}, {"NULL", false}}},
		"type error": {Expression{Want: "ERR TYPE_MISMATCH"}, answer{"ERR some", true}, []answer{{"1", false}, {"ERR the engine's", false}}},
		"by design": {Expression{Want: "1", Refused: "why", Refusal: true}, answer{"ERR some", true},
			[]answer{{"1", false}, {"ERR the engine's", false}}},
		"known":        {Expression{Want: "1", Known: "NULL"}, answer{"NULL", false}, []answer{{"1", false}, {"ERR some", false}}},
		"known to err": {Expression{Want: "1", Known: "ERR"}, answer{"ERR some", false}, []answer{{"1", false}, {"NULL", false}}},
	} {
		if why := c.x.Judge(c.right.got, c.right.refused); why != "" {
			t.Errorf("%s: %s", name, why)
		}
		for _, w := range c.wrong {
			if c.x.Judge(w.got, w.refused) == "" {
				t.Errorf("%s: %+v was taken", name, w)
			}
		}
	}
}
