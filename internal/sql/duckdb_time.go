package sql

import (
	"strings"
	"time"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/scalar"
)

// typedLit writes a typed literal.
func (e *emitter) typedLit(x *ast.TypedLit) string {
	t := e.c.types[x]
	switch x.Type {
	case "timestamp":
		clock, zone, _, _ := readTimestamp(x.Value)
		s := clock.Format("2006-01-02 15:04:05.999999")
		if zone != "" {
			return "CAST('" + s + "+00' AS TIMESTAMPTZ)"
		}
		return "CAST('" + s + "' AS TIMESTAMP)"
	case "date":
		d, _ := time.Parse("2006-1-2", strings.TrimSpace(x.Value))
		return "DATE '" + d.Format("2006-01-02") + "'"
	case "json":
		s, _ := scalar.CanonicalJSON(x.Value)
		return "CAST(" + duckString(s) + " AS JSON)"
	case "ipaddress":
		s, _ := scalar.IPText(x.Value)
		return duckString(s)
	case "varchar":
		return duckString(x.Value)
	}
	return "CAST(" + duckString(strings.TrimSpace(x.Value)) + " AS " + t.duck() + ")"
}

func unitOf(x ast.Expr) string {
	if lit, ok := x.(*ast.StringLit); ok {
		return strings.ToLower(lit.Value)
	}
	return "day"
}

// zoneOf is the zone whose wall clock a timestamp with time zone shows, as DuckDB text. DuckDB keeps the instant only, so a
// zone other than UTC must be seen in the expression itself.
func (e *emitter) zoneOf(x ast.Expr) (string, bool) {
	if t := e.c.types[x]; !t.zoned {
		return "'UTC'", true
	}
	switch x := x.(type) {
	case *ast.AtTimeZone:
		return e.x(x.Zone), true
	case *ast.TypedLit:
		if m := timestampForm.FindStringSubmatch(strings.TrimSpace(x.Value)); m != nil && m[6] != "" && m[6][0] != '+' && m[6][0] != '-' {
			return ast.StringText(m[6]), true
		}
	case *ast.Binary:
		if e.c.types[x.Left].Kind == TimestampZoneType {
			return e.zoneOf(x.Left)
		}
		return e.zoneOf(x.Right)
	case *ast.Call:
		switch x.Name.Key() {
		case "at_timezone":
			return e.x(x.Args[1]), true
		case "try":
			return e.zoneOf(x.Args[0])
		case "date_trunc":
			return e.zoneOf(x.Args[1])
		case "date_add":
			return e.zoneOf(x.Args[2])
		}
	}
	e.refuse(x, "the time zone of this value is no longer known here",
		"Take the wall clock where the zone is named: CAST(… AT TIME ZONE '…' AS timestamp(3))")
	return "'UTC'", false
}

// local is the wall clock of a date, time or timestamp.
func (e *emitter) local(x ast.Expr) string {
	if e.c.types[x].Kind != TimestampZoneType {
		return e.x(x)
	}
	zone, _ := e.zoneOf(x)
	if zone == "'UTC'" {
		return "make_timestamp(epoch_us(" + e.x(x) + "))"
	}
	return "timezone(" + zone + ", " + e.x(x) + ")"
}

// back turns a wall clock of x's zone into an instant.
func (e *emitter) back(clock string, x ast.Expr) string {
	zone, _ := e.zoneOf(x)
	return "timezone(" + zone + ", " + clock + ")"
}

func emitDateTrunc(e *emitter, c *ast.Call, r *resolved) string {
	u, x := unitOf(c.Args[0]), c.Args[1]
	s := "date_trunc('" + u + "', " + e.local(x) + ")"
	switch r.result.Kind {
	case DateType:
		return "CAST(" + s + " AS DATE)"
	case TimestampZoneType:
		return e.back(s, x)
	}
	return s
}

func emitDateAdd(e *emitter, c *ast.Call, r *resolved) string {
	u, n, x := unitOf(c.Args[0]), e.as(c.Args[1], tBigint), c.Args[2]
	small := "CAST(" + n + " AS INTEGER)"
	step, calendar := "", true
	switch u {
	case "millisecond":
		step, calendar = "to_milliseconds("+n+")", false
	case "second", "minute", "hour":
		step, calendar = "to_"+u+"s("+n+")", false
	case "week":
		step = "to_days(7 * " + small + ")"
	case "quarter":
		step = "to_months(3 * " + small + ")"
	default:
		step = "to_" + u + "s(" + small + ")"
	}
	switch {
	case r.result.Kind == DateType:
		return "CAST(" + e.as(x, tDate) + " + " + step + " AS DATE)"
	case r.result.Kind == TimestampZoneType && calendar:
		return e.back("("+e.local(x)+" + "+step+")", x)
	}
	return "(" + e.x(x) + " + " + step + ")"
}

func emitDateDiff(e *emitter, c *ast.Call, r *resolved) string {
	u, a, b := unitOf(c.Args[0]), c.Args[1], c.Args[2]
	l, m := e.as(a, r.params[1]), e.as(b, r.params[2])
	if r.params[1].Kind == TimestampZoneType {
		zone := "'UTC'"
		switch u {
		case "day", "week", "month", "quarter", "year":
			if e.c.types[a].Kind == TimestampZoneType {
				zone, _ = e.zoneOf(a)
			}
		}
		clock := func(s string) string {
			if zone == "'UTC'" {
				return "make_timestamp(epoch_us(" + s + "))"
			}
			return "timezone(" + zone + ", " + s + ")"
		}
		l, m = clock(l), clock(m)
	}
	return "date_sub('" + u + "', " + l + ", " + m + ")"
}

func emitToISO(e *emitter, c *ast.Call, r *resolved) string {
	x := c.Args[0]
	switch t := e.c.types[x]; t.Kind {
	case DateType:
		return "CAST(" + e.x(x) + " AS VARCHAR)"
	case TimestampZoneType:
		if t.zoned {
			e.refuse(x, "to_iso8601 of another zone than UTC is not supported", "Leave AT TIME ZONE out")
		}
		return "strftime(" + e.local(x) + ", '%Y-%m-%dT%H:%M:%S.%gZ')"
	case TimestampType:
		if t.P == 0 {
			return "strftime(" + e.x(x) + ", '%Y-%m-%dT%H:%M:%S')"
		}
		if t.P > 3 {
			return "strftime(" + e.x(x) + ", '%Y-%m-%dT%H:%M:%S.%f')"
		}
	}
	return "strftime(" + e.x(x) + ", '%Y-%m-%dT%H:%M:%S.%g')"
}
