package athena

import "testing"

func TestNamesOfAthena(t *testing.T) {
	for _, x := range []struct {
		said, name string
		same       bool
	}{
		{"arn", "arn", true}, {"ARN", "arn", true}, {"arn", "arn_2", true}, {"arn", "arn_x", false}, {"arn", "arns", false},
		{"arn_2", "arn", false}, {"", "arn", false}, {"_col6", "arn", false}, {"arn", "arn_", false},
	} {
		if got := called(x.said, x.name); got != x.same {
			t.Errorf("%q for %q: %t", x.said, x.name, got)
		}
	}
}
