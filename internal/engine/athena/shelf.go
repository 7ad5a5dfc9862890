package athena

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"trailscribe/internal/sql"
)

// A staged copy is laid in shelves by event source and event name, because most statements ask for few calls of one service:
// they then read one shelf in many. Shelves are partitions of the staged table, of which one statement can write a hundred.
const (
	shelf         = "shelf"
	sourceShelves = 12
	nameShelves   = 8
)

// shelvesFrom is the size of log files from which shelves are worth their many files.
const shelvesFrom = 64 << 20

// shelfNumber is where a text belongs: two bytes of its SHA-256, so that Athena and this program agree without a list.
func shelfNumber(s string, of int) int {
	sum := sha256.Sum256([]byte(s))
	return (int(sum[0])<<8 | int(sum[1])) % of
}

func numberSQL(column string, of int) string {
	return fmt.Sprintf("CAST(from_base(substr(to_hex(sha256(to_utf8(coalesce(%s, '')))), 1, 4), 16) %% %d AS varchar)", column, of)
}

// shelfSQL is the shelf of a row.
func shelfSQL() string {
	return numberSQL("eventsource", sourceShelves) + " || '-' || " + numberSQL("eventname", nameShelves)
}

// shelves are those that can hold rows of a relation that matter to a statement; nil is all.
func shelves(q *sql.Bound, name string) []string {
	sources, some := q.Only(name, "eventsource")
	calls, fewer := q.Only(name, "eventname")
	if !some && !fewer {
		return nil
	}
	numbers := func(values []string, known bool, of int) (out []int) {
		for i := range of {
			if !known {
				out = append(out, i)
			}
		}
		for _, v := range values {
			out = append(out, shelfNumber(v, of))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	var out []string
	for _, s := range numbers(sources, some, sourceShelves) {
		for _, n := range numbers(calls, fewer, nameShelves) {
			out = append(out, fmt.Sprintf("%d-%d", s, n))
		}
	}
	if len(out) == 0 {
		out = []string{"none"} // a condition that no row can meet
	}
	return out
}

// shelved tells whether the staged copy is laid in shelves.
func (s *session) shelved() bool {
	least := s.e.o.ShelvesFrom
	if least <= 0 {
		least = shelvesFrom
	}
	return s.found.bytes >= least
}
