package lake

import (
	"fmt"
	"slices"

	"trailscribe/internal/sql"
)

// covers reports whether a column of type have holds everything that one of type want holds: further fields of a struct, and
// fields in another order, do no harm, because the JSON SerDe finds fields by name. Otherwise why says what is wrong.
func covers(have, want *sql.Type) (why string, ok bool) {
	plain := want.Elem == nil && len(want.Fields) == 0
	if have.Kind != want.Kind || plain && have.String() != want.String() {
		return fmt.Sprintf("%s instead of %s", brief(have), brief(want)), false
	}
	for _, x := range [][2]*sql.Type{{have.Elem, want.Elem}, {have.Key, want.Key}} {
		if x[0] == nil || x[1] == nil {
			continue
		}
		if why, ok := covers(x[0], x[1]); !ok {
			return why, false
		}
	}
	for _, w := range want.Fields {
		i := slices.IndexFunc(have.Fields, func(f sql.Field) bool { return f.Name == w.Name })
		if i < 0 {
			return "no field " + w.Name, false
		}
		if why, ok := covers(have.Fields[i].Type, w.Type); !ok {
			return w.Name + ": " + why, false
		}
	}
	return "", true
}

func brief(t *sql.Type) string {
	if len(t.Fields) > 3 {
		return "struct<…>"
	}
	if hive, ok := t.Hive(); ok {
		return hive
	}
	return t.String()
}
