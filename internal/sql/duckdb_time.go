package sql

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked on every machine alike
)

// interval is a literal's value.
type interval struct {
	months int64
	days   int64
	millis int64 // below a day
	month  bool
}

func (v interval) sql() string {
	if v.month {
		return fmt.Sprintf("INTERVAL '%d months'", v.months)
	}
	return fmt.Sprintf("INTERVAL '%d days %d milliseconds'", v.days, v.millis)
}

var intervalForm = regexp.MustCompile(`^([+-]?)([0-9]+)(?:[- ]([0-9]+))?(?::([0-9]+))?(?::([0-9]+))?(?:\.([0-9]{1,3}))?$`)

// parseInterval reads INTERVAL '2 03:04:05.250' DAY TO SECOND and the like.
func parseInterval(x *IntervalLit) (v interval, err error) {
	bad := fmt.Errorf("INTERVAL %s %s cannot be read", stringText(x.Value), strings.ToUpper(x.Unit))
	units := []string{"year", "month", "day", "hour", "minute", "second"}
	at := func(u string) int {
		for i, w := range units {
			if w == u {
				return i
			}
		}
		return -1
	}
	from, to := at(x.Unit), at(x.Unit)
	if x.To != "" {
		to = at(x.To)
	}
	if from < 0 || to < from || from < 2 && to > 1 {
		return v, bad
	}
	m := intervalForm.FindStringSubmatch(strings.TrimSpace(x.Value))
	if m == nil {
		return v, bad
	}
	var parts []int64
	for _, s := range m[2:6] {
		if s != "" {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil || n > 1<<40 {
				return v, bad
			}
			parts = append(parts, n)
		}
	}
	if len(parts) != to-from+1 || m[6] != "" && to != 5 {
		return v, bad
	}
	size := []int64{12, 1, 86400000, 3600000, 60000, 1000}
	var months, millis int64
	for i, n := range parts {
		if from+i < 2 {
			months += n * size[from+i]
		} else {
			millis += n * size[from+i]
		}
	}
	if m[6] != "" {
		n, _ := strconv.ParseInt((m[6] + "00")[:3], 10, 64)
		millis += n
	}
	if x.Negative != (m[1] == "-") {
		months, millis = -months, -millis
	}
	return interval{months: months, days: millis / 86400000, millis: millis % 86400000, month: from < 2}, nil
}

var timestampForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?: ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?(?: ?([A-Za-z][A-Za-z0-9_+/-]*|[+-][0-9]{2}:[0-9]{2}))?$`)

// typedLit checks a literal such as TIMESTAMP '…' and gives its type.
func (k *checker) typedLit(x *TypedLit) *Type {
	bad := func(want string) *Type {
		k.problem(x, strings.ToUpper(x.Type)+" "+stringText(x.Value)+" cannot be read", want, "")
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
		p, s := decimalSize(x.Value)
		if p > 38 {
			return bad("A decimal has at most 38 digits")
		}
		return decimalOf(p, s)
	case "bigint", "integer", "smallint", "tinyint":
		t, _ := ParseType(x.Type)
		if _, err := strconv.ParseInt(x.Value, 10, map[string]int{"bigint": 64, "integer": 32, "smallint": 16, "tinyint": 8}[x.Type]); err != nil {
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
		if _, err := CanonicalJSON(x.Value); err != nil {
			return bad("")
		}
		return tJSON
	case "ipaddress":
		if _, err := IPText(x.Value); err != nil {
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

// typedLit writes a typed literal.
func (e *emitter) typedLit(x *TypedLit) string {
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
		s, _ := CanonicalJSON(x.Value)
		return "CAST(" + duckString(s) + " AS JSON)"
	case "ipaddress":
		s, _ := IPText(x.Value)
		return duckString(s)
	case "varchar":
		return duckString(x.Value)
	}
	return "CAST(" + duckString(strings.TrimSpace(x.Value)) + " AS " + t.duck() + ")"
}

// zone checks a zone that is known already.
func (k *checker) zone(x Expr) {
	lit, ok := x.(*StringLit)
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
func keepZone(k *checker, c *Call, r *resolved) { keepZoneOf(0)(k, c, r) }

func keepZoneOf(i int) func(*checker, *Call, *resolved) {
	return func(k *checker, c *Call, r *resolved) {
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
func unitOfDiff(k *checker, c *Call, r *resolved) { k.unit(c.Args[0], r.params[1]) }

// unit checks the unit of date_trunc, date_add and date_diff.
func (k *checker) unit(x Expr, t *Type) {
	lit, ok := x.(*StringLit)
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

func unitOf(x Expr) string {
	if lit, ok := x.(*StringLit); ok {
		return strings.ToLower(lit.Value)
	}
	return "day"
}

// zoneOf is the zone whose wall clock a timestamp with time zone shows, as DuckDB text. DuckDB keeps the instant only, so a
// zone other than UTC must be seen in the expression itself.
func (e *emitter) zoneOf(x Expr) (string, bool) {
	if t := e.c.types[x]; !t.zoned {
		return "'UTC'", true
	}
	switch x := x.(type) {
	case *AtTimeZone:
		return e.x(x.Zone), true
	case *TypedLit:
		if m := timestampForm.FindStringSubmatch(strings.TrimSpace(x.Value)); m != nil && m[6] != "" && m[6][0] != '+' && m[6][0] != '-' {
			return stringText(m[6]), true
		}
	case *Binary:
		if e.c.types[x.Left].Kind == TimestampZoneType {
			return e.zoneOf(x.Left)
		}
		return e.zoneOf(x.Right)
	case *Call:
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
	e.refuse(x, "the time zone of this value is no longer known here", "Take the wall clock where the zone is named: CAST(… AT TIME ZONE '…' AS timestamp(3))")
	return "'UTC'", false
}

// local is the wall clock of a date, time or timestamp.
func (e *emitter) local(x Expr) string {
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
func (e *emitter) back(clock string, x Expr) string {
	zone, _ := e.zoneOf(x)
	return "timezone(" + zone + ", " + clock + ")"
}

func (e *emitter) timeArithmetic(x *Binary, a, b, t *Type) string {
	isInterval := func(t *Type) bool { return t.Kind == IntervalDayType || t.Kind == IntervalMonthType }
	left, right := x.Left, x.Right
	switch {
	case t.Kind == DateType:
		if isInterval(a) {
			left, right = right, left
		}
		if lit, ok := right.(*IntervalLit); ok {
			if v, _ := parseInterval(lit); v.millis != 0 {
				e.refuse(right, "hours, minutes and seconds cannot be added to a date", "CAST the date AS timestamp first")
			}
		}
		return "CAST(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + " AS DATE)"
	case t.Kind == IntervalDayType && !isInterval(a) && !isInterval(b) && (x.Op == OpSub):
		if a.Kind == DateType && b.Kind == DateType {
			return "to_days(CAST(" + e.x(left) + " - " + e.x(right) + " AS INTEGER))"
		}
		c := e.compareType(a, b)
		return "(" + e.as(left, c) + " - " + e.as(right, c) + ")"
	case t.Kind == TimestampZoneType:
		if isInterval(a) {
			left, right, b = right, left, a
		}
		if b.Kind == IntervalMonthType {
			return e.back("("+e.local(left)+" "+x.Op.String()+" "+e.x(right)+")", left)
		}
		return "(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + ")"
	case x.Op == OpDiv || (x.Op == OpMul && (a.float() || b.float())):
		e.refuse(x, "an interval is only multiplied by whole numbers", "")
	}
	return "(" + e.x(left) + " " + x.Op.String() + " " + e.x(right) + ")"
}

func emitDateTrunc(e *emitter, c *Call, r *resolved) string {
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

func emitDateAdd(e *emitter, c *Call, r *resolved) string {
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

func emitDateDiff(e *emitter, c *Call, r *resolved) string {
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

func emitToISO(e *emitter, c *Call, r *resolved) string {
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

// A format translator turns Trino's format into DuckDB's; parse says whether text is read.
type formatTranslator func(format string, parse bool) (string, error)

func emitDateFormat(translate formatTranslator) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		return "strftime(" + e.local(c.Args[0]) + ", " + e.format(c.Args[1], translate, false) + ")"
	}
}

func emitDateParse(translate formatTranslator) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		fn := "strptime("
		if e.try > 0 {
			fn = "try_strptime("
		}
		s := fn + e.as(c.Args[0], tVarchar) + ", " + e.format(c.Args[1], translate, true) + ")"
		if r.result.Kind == TimestampZoneType {
			return "timezone('UTC', " + s + ")"
		}
		return s
	}
}

func (e *emitter) format(x Expr, translate formatTranslator, parse bool) string {
	lit, ok := x.(*StringLit)
	if !ok {
		e.refuse(x, "the format is a literal", "")
		return "''"
	}
	s, err := translate(lit.Value, parse)
	if err != nil {
		e.refuse(x, err.Error(), "")
	}
	return stringText(s)
}

var mysqlFormats = map[byte]string{'a': "%a", 'b': "%b", 'c': "%-m", 'd': "%d", 'e': "%-d", 'f': "%f", 'H': "%H", 'h': "%I", 'I': "%I",
	'i': "%M", 'j': "%j", 'k': "%-H", 'l': "%-I", 'M': "%B", 'm': "%m", 'p': "%p", 'r': "%I:%M:%S %p", 'S': "%S", 's': "%S",
	'T': "%H:%M:%S", 'v': "%V", 'W': "%A", 'x': "%G", 'Y': "%Y", 'y': "%y", '%': "%%"}

// mysqlFormat translates the formats of date_format and date_parse.
func mysqlFormat(s string, parse bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("the format ends in %%")
		}
		d, ok := mysqlFormats[s[i]]
		if !ok || parse && (s[i] == 'v' || s[i] == 'x' || s[i] == 'W' || s[i] == 'a') {
			return "", fmt.Errorf("the format %%%c is not supported", s[i])
		}
		b.WriteString(d)
	}
	return b.String(), nil
}

var jodaFormats = map[string]string{"yyyy": "%Y", "y": "%Y", "yy": "%y", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "d": "%-d", "dd": "%d",
	"H": "%-H", "HH": "%H", "h": "%-I", "hh": "%I", "m": "%-M", "mm": "%M", "s": "%-S", "ss": "%S", "SSS": "%g", "a": "%p",
	"E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "D": "%-j", "DDD": "%j", "xxxx": "%G", "ww": "%V", "e": "%u"}

// jodaFormat translates the formats of format_datetime and parse_datetime.
func jodaFormat(s string, parse bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return "", fmt.Errorf("a quote in the format is not closed")
			}
			text := s[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			b.WriteString(strings.ReplaceAll(text, "%", "%%"))
			i += end + 2
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			d, ok := jodaFormats[s[i:i+n]]
			if !ok || parse && strings.ContainsRune("ExweD", rune(c)) {
				return "", fmt.Errorf("the format %s is not supported", s[i:i+n])
			}
			b.WriteString(d)
			i += n
		default:
			if c == '%' {
				b.WriteByte('%')
			}
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}
