package sql

import (
	"strings"
	"testing"
)

func TestDecide(t *testing.T) {
	values := map[string]bool{"yes": true, "no": false}
	for _, c := range []struct{ name, text, want string }{
		{"nothing is decided", "SELECT CASE WHEN a THEN NULL END AS x, NULL AS y FROM t WHERE true AND :p",
			"SELECT CASE WHEN a THEN NULL END AS x, NULL AS y FROM t WHERE TRUE AND :p"},
		{"a branch that is taken", "SELECT CASE WHEN :yes THEN a ELSE b END AS x FROM t", "SELECT a AS x FROM t"},
		{"one that is not", "SELECT CASE WHEN :no THEN a ELSE b END AS x FROM t", "SELECT b AS x FROM t"},
		{"branches before and after", "SELECT CASE WHEN a = 1 THEN 1 WHEN :yes THEN 2 WHEN a = 3 THEN 3 ELSE 4 END AS x FROM t",
			"SELECT CASE WHEN a = 1 THEN 1 ELSE 2 END AS x FROM t"},
		{"AND, OR and NOT", "SELECT a FROM t WHERE (:no OR a = 1) AND NOT :no AND (b = 2 OR :yes)", "SELECT a FROM t WHERE a = 1"},
		{"a WHERE that is always true", "SELECT a FROM t WHERE :yes OR a = 1", "SELECT a FROM t"},
		{"a WHERE that never is", "SELECT a FROM t WHERE :no AND a = 1", "SELECT a FROM t WHERE FALSE"},
		{"a column that is not there", "SELECT a, CASE WHEN :no THEN b END AS x FROM t", "SELECT a FROM t"},
		{"a column that is", "SELECT a, CASE WHEN :yes THEN CASE WHEN a > 1 THEN 2 END END AS x FROM t",
			"SELECT a, CASE WHEN a > 1 THEN 2 END AS x FROM t"},
		{"partition keys", "SELECT count(*) OVER (PARTITION BY a, CASE WHEN :no THEN b END, CASE WHEN :yes THEN c ELSE d END) AS n FROM t",
			"SELECT count(*) OVER (PARTITION BY a, c) AS n FROM t"},
		{"in an argument and next to an operator",
			"SELECT coalesce(CASE WHEN :yes THEN a ELSE b END, 1) + CASE WHEN :no THEN 1 ELSE 2 END AS x FROM t",
			"SELECT coalesce(a, 1) + 2 AS x FROM t"},
		{"in a query within", "WITH q AS (SELECT a FROM t WHERE :no OR a = 1) SELECT a FROM q WHERE a IN (SELECT b FROM t WHERE :yes)",
			"WITH q AS ( SELECT a FROM t WHERE a = 1 ) SELECT a FROM q WHERE a IN ( SELECT b FROM t )"},
		{"parameters of what is left out go", "SELECT CASE WHEN :yes THEN a ELSE :gone END AS x FROM t WHERE b = :kept",
			"SELECT a AS x FROM t WHERE b = :kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, bad := Parse(c.text, nil)
			if bad.Err() != nil {
				t.Fatal(bad)
			}
			if bad := p.Decide(values); bad.Err() != nil {
				t.Fatal(bad)
			}
			if got := strings.Join(strings.Fields(printTrino(p.query, nil, nil)), " "); got != c.want {
				t.Errorf("left is\n%s\nwant\n%s", got, c.want)
			}
			for _, name := range p.Params() {
				if !strings.Contains(c.want, ":"+name) {
					t.Errorf("the parameter %s is still asked for", name)
				}
			}
		})
	}
}

func TestDecideRefuses(t *testing.T) {
	for _, text := range []string{"SELECT a FROM t LIMIT :yes", "SELECT CASE :yes WHEN true THEN 1 END AS x FROM t",
		"SELECT a FROM t GROUP BY CASE WHEN :yes THEN a END"} {
		p, bad := Parse(text, nil)
		if bad.Err() != nil {
			t.Fatal(bad)
		}
		if bad := p.Decide(map[string]bool{"yes": true}); bad.Err() == nil || bad[0].At.Col != strings.Index(text, ":yes")+1 {
			t.Errorf("%s: %v", text, bad)
		}
	}
}
