package result

import "testing"

func TestFormula(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r1", "\nx", " =1", "\u00a0@x", "\u3000=1", "＝1", "＋1", "－1",
		"＠x", "−1", "|cmd", "%x"} {
		if !Formula(s) {
			t.Errorf("%q might be taken for a formula", s)
		}
	}
	for _, s := range []string{"", "a=1", "1-2", "Z", "'=1", "(=1)", "é", "汉", `\x0d=1`, "  ", "/x", "*"} {
		if Formula(s) {
			t.Errorf("%q is not a formula", s)
		}
	}
}
