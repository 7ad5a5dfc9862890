package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ParamTypes are the types a parameter can have, in the order documents list them.
func ParamTypes() []string {
	return []string{"text", "texts", "id", "ids", "int", "number", "bool", "date", "dates", "instant", "clock", "duration", "zone", "cidrs"}
}

// element is the type of a list's items; "" where the type is not a list.
func element(typ string) string {
	switch typ {
	case "texts":
		return "text"
	case "ids":
		return "id"
	case "dates":
		return "date"
	case "cidrs":
		return "cidr"
	}
	return ""
}

// IsList reports whether a parameter type holds several values.
func IsList(typ string) bool { return element(typ) != "" }

var (
	idForm    = regexp.MustCompile(`^[\x21-\x7e]+$`)
	clockForm = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)
	dayForm   = regexp.MustCompile(`^([0-9]{1,5})d$`)
)

// ParseValue turns text, from a flag, a report or a configuration, into a parameter's typed value:
//
//	text id zone        string; an id has no white space; a zone is an IANA name
//	clock               string, hours and minutes: "09:00"
//	int                 int64
//	number              float64, finite
//	bool                bool, from true or false
//	date                time.Time, midnight UTC, from 2026-10-01
//	instant             time.Time in UTC to the millisecond, from RFC 3339
//	duration            time.Duration, from 90m, 24h or 7d
//	texts ids cidrs     []string, never nil; a cidr is masked, and a single address is a network of one
//	dates               []time.Time, never nil
//
// A list is a JSON array or items between commas; an item with a comma needs the array.
func ParseValue(typ, text string) (any, error) {
	item := element(typ)
	if item == "" {
		return parseItem(typ, text)
	}
	var parts []string
	switch t := strings.TrimSpace(text); {
	case t == "":
	case strings.HasPrefix(t, "["):
		d := json.NewDecoder(strings.NewReader(t))
		if err := d.Decode(&parts); err != nil || d.More() {
			return nil, fmt.Errorf(`%q is not a list of texts; write ["a", "b"] or a,b`, text)
		}
	default:
		for _, p := range strings.Split(t, ",") {
			if p = strings.TrimSpace(p); p != "" {
				parts = append(parts, p)
			}
		}
	}
	if typ == "dates" {
		dates := make([]time.Time, 0, len(parts))
		for _, p := range parts {
			v, err := parseItem(item, p)
			if err != nil {
				return nil, err
			}
			dates = append(dates, v.(time.Time))
		}
		return dates, nil
	}
	texts := make([]string, 0, len(parts))
	for _, p := range parts {
		v, err := parseItem(item, p)
		if err != nil {
			return nil, err
		}
		texts = append(texts, v.(string))
	}
	return texts, nil
}

func parseItem(typ, text string) (any, error) {
	trimmed := strings.TrimSpace(text)
	switch typ {
	case "text":
		if strings.ContainsRune(text, 0) {
			return nil, errors.New("a text cannot contain the character U+0000")
		}
		if !utf8.ValidString(text) {
			return nil, fmt.Errorf("%q is not UTF-8", text)
		}
		return text, nil
	case "id":
		if !idForm.MatchString(trimmed) {
			return nil, fmt.Errorf("%q is not an id; an id is ASCII without white space", text)
		}
		return trimmed, nil
	case "int":
		n, err := strconv.ParseInt(trimmed, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", text)
		}
		return n, nil
	case "number":
		f, err := strconv.ParseFloat(trimmed, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(trimmed, "xXpP_") {
			return nil, fmt.Errorf("%q is not a number; write 12 or 0.5", text)
		}
		return f, nil
	case "bool":
		switch strings.ToLower(trimmed) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", text)
	case "date":
		t, err := time.Parse(time.DateOnly, trimmed)
		if err != nil || t.Year() < 1 {
			return nil, fmt.Errorf("%q is not a date; write 2026-10-01", text)
		}
		return t, nil
	case "instant":
		t, err := time.Parse(time.RFC3339Nano, trimmed)
		if err != nil {
			return nil, fmt.Errorf("%q is not an instant; write 2026-10-01T08:00:00Z", text)
		}
		if t.Nanosecond()%int(time.Millisecond) != 0 {
			return nil, fmt.Errorf("%q is finer than a millisecond", text)
		}
		if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 { // the offset may lead out of the years that can be written
			return nil, fmt.Errorf("%q is not of the years 1 to 9999 in UTC", text)
		}
		return t, nil
	case "clock":
		m := clockForm.FindStringSubmatch(trimmed)
		if m == nil {
			return nil, fmt.Errorf("%q is not a time of day; write 09:00", text)
		}
		h, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("%02d:%s", h, m[2]), nil
	case "duration":
		if m := dayForm.FindStringSubmatch(trimmed); m != nil {
			n, _ := strconv.Atoi(m[1])
			return time.Duration(n) * 24 * time.Hour, nil
		}
		d, err := time.ParseDuration(trimmed)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("%q is not a duration; write 90m, 24h or 7d", text)
		}
		return d, nil
	case "zone":
		if err := checkZone(trimmed); err != nil {
			return nil, err
		}
		return trimmed, nil
	case "cidr":
		if p, err := netip.ParsePrefix(trimmed); err == nil {
			return p.Masked().String(), nil
		}
		if a, err := netip.ParseAddr(trimmed); err == nil && a.Zone() == "" {
			return netip.PrefixFrom(a, a.BitLen()).String(), nil
		}
		return nil, fmt.Errorf("%q is not a network; write 192.0.2.0/24 or 2001:db8::/32", text)
	}
	return nil, fmt.Errorf("%q is not a parameter type; allowed: %s", typ, strings.Join(ParamTypes(), ", "))
}

func checkZone(name string) error {
	if name == "" || name == "Local" {
		return fmt.Errorf("%q is not a time zone; write an IANA name such as Europe/Berlin or UTC", name)
	}
	if _, err := time.LoadLocation(name); err != nil {
		return fmt.Errorf("%q is not a time zone; write an IANA name such as Europe/Berlin or UTC", name)
	}
	return nil
}

// FormatValue is the text of a typed value, so that ParseValue gives the value again: what a record and a report print.
func FormatValue(typ string, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case []string:
		b, _ := json.Marshal(x) // texts always encode
		return string(b)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Duration:
		if x%(24*time.Hour) == 0 && x != 0 {
			return strconv.FormatInt(int64(x/(24*time.Hour)), 10) + "d"
		}
		return x.String()
	case time.Time:
		if typ == "date" {
			return x.Format(time.DateOnly)
		}
		return x.UTC().Format("2006-01-02T15:04:05.999Z07:00")
	case []time.Time:
		days := make([]string, len(x))
		for i, t := range x {
			days[i] = t.Format(time.DateOnly)
		}
		b, _ := json.Marshal(days)
		return string(b)
	}
	return fmt.Sprint(v)
}

// Facts of the configuration that a parameter's default can come from, and the types it then can have.
var facts = map[string][]string{
	"accounts":            {"ids", "texts"},
	"automation":          {"texts"}, // roles and sessions together
	"automation.roles":    {"texts"},
	"automation.sessions": {"texts"},
	"networks":            {"cidrs", "texts"},
	"regions":             {"ids", "texts"},
	"admins":              {"texts", "ids"},
	"calendar":            {"text", "id"}, // the calendar's id
}

// calendarFacts shape the relation's day_kind and are given by cases; no parameter takes its default from them.
var calendarFacts = []string{"holidays", "workdays"}

// FactNames are the facts of the configuration that a parameter's default can come from, sorted.
func FactNames() []string { return slices.Sorted(maps.Keys(facts)) }

// caseFacts are the facts that a case can give.
func caseFacts() []string {
	names := slices.DeleteFunc(FactNames(), func(n string) bool { return n == "automation" })
	return append(names, calendarFacts...)
}
