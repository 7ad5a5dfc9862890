package sql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata"

	"trailscribe/internal/sql/ast" // zones are checked on every machine alike
	"trailscribe/internal/sql/parser"
	"trailscribe/internal/sql/scalar"
)

// atTimeZone checks AT TIME ZONE. The type remembers that a zone was named, because DuckDB keeps the instant only.
func (k *checker) atTimeZone(x *ast.AtTimeZone, v env) *Type {
	t, z := k.expr(x.X, v), k.expr(x.Zone, v)
	if z.Kind != 0 && !z.text() {
		k.problem(x.Zone, "a time zone is text like 'Europe/Berlin', not "+z.String(), "", "types")
	}
	k.zone(x.Zone)
	switch t.Kind {
	case 0:
		return tBad
	case TimestampType, TimestampZoneType:
		return zonedAt(x.Zone, t.P)
	}
	k.problem(x, "AT TIME ZONE takes a timestamp, not "+t.String(), "", "types")
	return tBad
}

// zonedAt is the type of a timestamp moved to a zone.
func zonedAt(zone ast.Expr, p int) *Type {
	t := &Type{Kind: TimestampZoneType, P: p, zoned: true}
	if lit, ok := zone.(*ast.StringLit); ok && isUTC(lit.Value) {
		t.zoned = false
	}
	return t
}

// extract checks EXTRACT(field FROM x), which is the function of that name.
func (k *checker) extract(x *ast.Extract, v env) *Type {
	name, ok := extractFields[x.Field]
	if !ok {
		names := make([]string, 0, len(extractFields))
		for n := range extractFields {
			names = append(names, n)
		}
		k.problem(x, "EXTRACT has no field "+x.Field, k.meant(x.Field, names), "")
		return tBad
	}
	// EXTRACT(hour FROM x) is hour(x)
	c := &ast.Call{Span: x.Span, Name: &ast.Ident{Span: x.Span, Name: name}, Args: []ast.Expr{x.X}}
	t := k.call(c, v)
	if r := k.calls[c]; r != nil {
		k.extracts[x] = c
	}
	return t
}

var extractFields = map[string]string{"year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day",
	"day_of_month": "day_of_month", "day_of_week": "day_of_week", "dow": "day_of_week", "day_of_year": "day_of_year", "doy": "day_of_year",
	"year_of_week": "year_of_week", "yow": "year_of_week", "hour": "hour", "minute": "minute", "second": "second"}

var timestampForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?: ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?(?: ?([A-Za-z][A-Za-z0-9_+/-]*|[+-][0-9]{2}:[0-9]{2}))?$`)

// typedLit checks a literal such as TIMESTAMP '…' and gives its type.
func (k *checker) typedLit(x *ast.TypedLit) *Type {
	bad := func(want string) *Type {
		k.problem(x, strings.ToUpper(x.Type)+" "+ast.StringText(x.Value)+" cannot be read", want, "")
		return tBad
	}
	switch x.Type {
	case "date":
		if _, err := time.Parse("2006-1-2", strings.TrimSpace(x.Value)); err != nil {
			return bad("A date is written DATE '2026-10-01'")
		}
		return tDate
	case "timestamp":
		_, zone, p, err := readTimestamp(x.Value)
		if err != nil {
			return bad("A timestamp is written TIMESTAMP '2026-10-01 12:00:00' or TIMESTAMP '2026-10-01 12:00:00 UTC'")
		}
		if zone == "" {
			return timestampOf(p)
		}
		return &Type{Kind: TimestampZoneType, P: p, zoned: !isUTC(zone)}
	case "time":
		if _, err := time.Parse("15:4:5", strings.TrimSpace(x.Value)); err != nil {
			if _, err := time.Parse("15:4", strings.TrimSpace(x.Value)); err != nil {
				return bad("A time is written TIME '09:00:00'")
			}
		}
		return &Type{Kind: TimeType, P: 0}
	case "decimal":
		if !decimalForm.MatchString(x.Value) {
			return bad("A decimal is written DECIMAL '1.50'")
		}
		p, s := parser.DecimalSize(x.Value)
		if p > 38 {
			return bad("A decimal has at most 38 digits")
		}
		return decimalOf(p, s)
	case "bigint", "integer", "smallint", "tinyint":
		t, _ := ParseType(x.Type)
		if _, err := strconv.ParseInt(x.Value, 10, map[string]int{"bigint": 64, "integer": 32, "smallint": 16,
			"tinyint": 8}[x.Type]); err != nil {
			return bad("")
		}
		return t
	case "double", "real":
		if _, err := strconv.ParseFloat(x.Value, 64); err != nil {
			return bad("")
		}
		t, _ := ParseType(x.Type)
		return t
	case "boolean":
		if x.Value != "true" && x.Value != "false" {
			return bad("")
		}
		return tBoolean
	case "varchar":
		return varcharOf(runes(x.Value))
	case "json":
		if _, err := scalar.CanonicalJSON(x.Value); err != nil {
			return bad("")
		}
		return tJSON
	case "ipaddress":
		if _, err := scalar.IPText(x.Value); err != nil {
			return bad("")
		}
		return tIP
	}
	k.problem(x, "there are no literals of type "+x.Type, "", "")
	return tBad
}

// readTimestamp reads a timestamp literal: its clock, its zone ("" for none) and its precision.
func readTimestamp(s string) (clock time.Time, zone string, p int, err error) {
	m := timestampForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return clock, "", 0, fmt.Errorf("no timestamp")
	}
	day, err := time.Parse("2006-1-2", m[1])
	if err != nil {
		return clock, "", 0, err
	}
	num := func(s string) int { n, _ := strconv.Atoi(s); return n }
	h, mi, se := num(m[2]), num(m[3]), num(m[4])
	if h > 23 || mi > 59 || se > 59 {
		return clock, "", 0, fmt.Errorf("no such time")
	}
	ns := num((m[5] + "000000000")[:9])
	clock = time.Date(day.Year(), day.Month(), day.Day(), h, mi, se, ns, time.UTC)
	if zone = m[6]; zone != "" {
		loc, err := location(zone)
		if err != nil {
			return clock, "", 0, err
		}
		clock = time.Date(clock.Year(), clock.Month(), clock.Day(), h, mi, se, ns, loc).UTC()
	}
	return clock, zone, len(m[5]), nil
}

func location(zone string) (*time.Location, error) {
	if zone[0] == '+' || zone[0] == '-' {
		var h, m int
		if _, err := fmt.Sscanf(zone[1:], "%02d:%02d", &h, &m); err != nil || h > 14 || m > 59 {
			return nil, fmt.Errorf("no such offset")
		}
		n := h*3600 + m*60
		if zone[0] == '-' {
			n = -n
		}
		return time.FixedZone(zone, n), nil
	}
	if strings.EqualFold(zone, "Z") {
		return time.UTC, nil
	}
	if zone == "Local" {
		return nil, fmt.Errorf("no such zone")
	}
	return time.LoadLocation(zone)
}

func isUTC(zone string) bool {
	switch strings.ToUpper(zone) {
	case "UTC", "Z", "ETC/UTC", "GMT", "+00:00":
		return true
	}
	return false
}

// zone checks a zone that is known already.
func (k *checker) zone(x ast.Expr) {
	lit, ok := x.(*ast.StringLit)
	if !ok {
		return
	}
	if lit.Value == "" || lit.Value[0] == '+' || lit.Value[0] == '-' {
		k.problem(x, "an offset cannot stand for a time zone here", "Name the zone, such as 'Europe/Berlin' or 'UTC'", "not-supported")
		return
	}
	if _, err := location(lit.Value); err != nil {
		k.problem(x, "there is no time zone "+lit.Value, "Zones are named like 'Europe/Berlin'", "")
	}
}

// keepZone: the result has the zone of the argument.
func keepZone(k *checker, c *ast.Call, r *resolved) { keepZoneOf(0)(k, c, r) }

func keepZoneOf(i int) func(*checker, *ast.Call, *resolved) {
	return func(k *checker, c *ast.Call, r *resolved) {
		if t := k.types[c.Args[i]]; t.zoned && r.result.Kind == TimestampZoneType {
			r.result = &Type{Kind: TimestampZoneType, P: r.result.P, zoned: true}
		}
		if len(c.Args) > 1 { // the unit
			k.unit(c.Args[0], k.types[c.Args[i]])
		}
	}
}

var timeUnits = []string{"millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}

// unitOfDiff checks the unit of date_diff: two dates are compared as dates.
func unitOfDiff(k *checker, c *ast.Call, r *resolved) { k.unit(c.Args[0], r.params[1]) }

// unit checks the unit of date_trunc, date_add and date_diff.
func (k *checker) unit(x ast.Expr, t *Type) {
	lit, ok := x.(*ast.StringLit)
	if !ok {
		k.problem(x, "the unit is a literal such as 'day'", "", "")
		return
	}
	u := strings.ToLower(lit.Value)
	for i, w := range timeUnits {
		if u == w {
			if t.Kind == DateType && i < 4 {
				k.problem(x, "a date has no "+u, "", "")
			}
			return
		}
	}
	k.problem(x, "there is no unit "+lit.Value, k.meant(u, timeUnits), "")
	if p := &k.probs[len(k.probs)-1]; p.Hint == "" {
		p.Allowed = timeUnits
	}
}
