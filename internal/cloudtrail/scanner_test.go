package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// pair is a key of an object and its value, in the order of the text.
type pair struct {
	key   string
	value json.RawMessage
}

// pairsOf reads an object with encoding/json; nil if it is none.
func pairsOf(text []byte) (l []pair) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	l = []pair{}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return nil
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil
		}
		l = append(l, pair{k.(string), v})
	}
	return l
}

// lower is ASCII only, as keys are folded.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// pick is the rule of the keys: the first exact spelling, else the first other one.
func pick(l []pair, key string) (json.RawMessage, bool) {
	for _, p := range l {
		if p.key == key {
			return p.value, true
		}
	}
	for _, p := range l {
		if len(p.key) <= 64 && lower(p.key) == lower(key) {
			return p.value, true
		}
	}
	return nil, false
}

// cellOf is what a value becomes in the table, by encoding/json; false for NULL.
func cellOf(v json.RawMessage) (string, bool) {
	switch v[0] {
	case 'n':
		return "", false
	case '"':
		var s string
		if err := json.Unmarshal(v, &s); err != nil {
			panic(err)
		}
		return s, true
	case '{', '[':
		var b bytes.Buffer
		if err := json.Compact(&b, v); err != nil {
			panic(err)
		}
		return b.String(), true
	}
	return string(v), true
}

// reference fills the text leaves below f from the object's text.
func reference(object []byte, f *field, cells map[string]string) {
	l := pairsOf(object)
	for _, k := range f.kids {
		v, ok := pick(l, k.key)
		if !ok {
			continue
		}
		switch k.shape {
		case text:
			if s, ok := cellOf(v); ok {
				cells[k.path] = s
			}
		case row:
			if v[0] == '"' { // an object as text
				var s string
				if json.Unmarshal(v, &s) != nil {
					continue
				}
				s = escapeControls(s)
				if json.Valid([]byte(s)) && pairsOf([]byte(s)) != nil {
					nested := map[string]string{}
					reference([]byte(s), k, nested)
					for path, c := range nested {
						cells[path] = c
					}
				}
				continue
			}
			reference(v, k, cells)
		}
	}
}

// escapeControls escapes the control characters that stand raw inside the strings of JSON. encoding/json refuses them; the
// scanner reads them, in an object written as text as in the record around it.
func escapeControls(s string) string {
	var b strings.Builder
	inside, escaped := false, false
	for i := range len(s) {
		c := s[i]
		if inside && c < ' ' {
			fmt.Fprintf(&b, "\\u%04x", c)
		} else {
			b.WriteByte(c)
		}
		if c == '"' && !escaped {
			inside = !inside
		}
		escaped = inside && c == '\\' && !escaped
	}
	return b.String()
}

// compareWithEncodingJSON parses one event both ways.
func compareWithEncodingJSON(t *testing.T, in []byte) {
	t.Helper()
	rec, err := ParseRecord(in)
	var r *Refusal
	if err != nil && !errors.As(err, &r) {
		t.Fatalf("%q: %v", in, err)
	}
	if err != nil {
		inside := strings.HasPrefix(string(r.Reason.Kind), "inside-") // the text inside a wrapper is another text
		if json.Valid(in) && pairsOf(in) != nil && !inside && r.Kind != Foreign && r.Kind != TooDeep {
			t.Fatalf("%q is JSON, and refused: %v", in, err)
		}
		return
	}
	strict := compact(nil, rec.Raw)
	if !json.Valid(strict) {
		t.Fatalf("%q accepted and not JSON: %q", in, strict)
	}
	for i, c := range rec.cells {
		if c != nil && !utf8.Valid(c) {
			t.Fatalf("%q: cell %d is not UTF-8: %q", in, i, c)
		}
	}
	if m := rec.Misfit(); m != nil && !json.Valid(m) {
		t.Fatalf("%q: misfit %q", in, m)
	}
	// Odd text is put right before it is compared: encoding/json refuses raw control characters.
	want := map[string]string{}
	reference(strict, fields, want)
	for path, i := range leafByPath {
		got, ok := "", rec.cells[i] != nil
		if ok {
			got = string(rec.cells[i])
		}
		if w, has := want[path]; has != ok || w != got {
			t.Fatalf("%q\n%s is %q (%v), encoding/json has %q (%v)", in, path, got, ok, w, has)
		}
	}
}

func FuzzRecord(f *testing.F) {
	for _, s := range []string{
		with(`"userAgent":"a\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d\ud83dx\ude00"`),
		with(`"requestParameters":{"a":[1,-2.5e+10,true,false,null,"\u00e9"],"":{}}`),
		with(`"userIdentity":{"type":"x","Type":"y","sessionContext":{"attributes":{"mfaAuthenticated":false}}}`),
		with(`"ERRORCODE":1,"errorCode":{ },"errorcode":[ ]`),
		with(`"userIdentity":"{\"type\":\"Root\",\"arn\":null}"`),
		with(`"resources":[null,{"ARN":"x"},3]`),
		with("\"userAgent\":\"\x01\xff\xed\xa0\x80\""),
		`{"eventName":"","eventID":""}`,
		` {"detail":{"eventName":"a","eventID":"b"},"detail-type":"c"} `,
		`{"CloudTrailEvent":"{\"eventName\":\"a\",\"eventID\":\"b\"}"}`,
	} {
		f.Add([]byte(s))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f.Add([]byte(randomEvent(r)))
	}
	f.Fuzz(func(t *testing.T, in []byte) { compareWithEncodingJSON(t, in) })
}

func TestRandomEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3_000 {
		compareWithEncodingJSON(t, []byte(randomEvent(r)))
	}
}

// randomEvent makes an event of the record's own keys in odd spellings and orders, with values of any type and blanks.
func randomEvent(r *rand.Rand) string {
	var b strings.Builder
	randomObject(r, &b, fields, 0, `"eventName":"x","eventID":"y"`)
	s := b.String()
	if r.IntN(20) == 0 { // damage
		c := []byte(s)
		c[r.IntN(len(c))] = "\"\\{}[],:\x00\x80 0n"[r.IntN(13)]
		s = string(c)
	}
	return s
}

func blank(r *rand.Rand, b *strings.Builder) {
	if r.IntN(8) == 0 {
		b.WriteString([]string{" ", "\n\t", "\r\n  "}[r.IntN(3)])
	}
}

func randomObject(r *rand.Rand, b *strings.Builder, f *field, depth int, first string) {
	b.WriteString("{")
	n := 0
	if first != "" {
		b.WriteString(first)
		n++
	}
	for range r.IntN(12) {
		if n > 0 {
			b.WriteByte(',')
		}
		n++
		blank(r, b)
		var k *field
		key := []string{"other", "", "é", "a\\u0042", "\\ud83d"}[r.IntN(5)]
		if f != nil && len(f.kids) > 0 && r.IntN(6) > 0 {
			k = f.kids[r.IntN(len(f.kids))]
			key = k.key
			switch r.IntN(10) {
			case 0:
				key = strings.ToLower(key)
			case 1:
				key = strings.ToUpper(key)
			case 2:
				key = fmt.Sprintf(`\u%04x`, key[0]) + key[1:]
			}
		}
		b.WriteString(`"` + key + `"`)
		blank(r, b)
		b.WriteByte(':')
		blank(r, b)
		if k != nil && k.shape == row && r.IntN(4) > 0 && depth < 6 {
			randomObject(r, b, k, depth+1, "")
		} else {
			randomValue(r, b, depth)
		}
		blank(r, b)
	}
	b.WriteString("}")
}

func randomValue(r *rand.Rand, b *strings.Builder, depth int) {
	switch n := r.IntN(14); {
	case n < 6:
		b.WriteByte('"')
		for range r.IntN(20) {
			b.WriteString([]string{"a", "Zz", " ", "é", "€", "😀", `\"`, `\\`, `\/`, `\n`, `\u0000`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, `\ude00`,
				`\uD83D\uD83D`, "\x7f", "\xff", "\xe2\x82", "{", "]", ":", "<"}[r.IntN(23)])
		}
		b.WriteByte('"')
	case n < 8:
		b.WriteString([]string{"0", "-0", "1", "243.0", "1e3", "-1.5E-7", "9007199254740993", "1" + strings.Repeat("0", 400)}[r.IntN(8)])
	case n < 11:
		b.WriteString([]string{"true", "false", "null"}[n-8])
	case n == 11 && depth < 6:
		b.WriteByte('[')
		for i := range r.IntN(4) {
			if i > 0 {
				b.WriteByte(',')
			}
			blank(r, b)
			randomValue(r, b, depth+1)
		}
		b.WriteByte(']')
	case depth < 6:
		randomObject(r, b, nil, depth+1, "")
	default:
		b.WriteString("{}")
	}
}

// The scanner agrees with encoding/json about what is JSON, but for raw control characters.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, `[1,2]`, `{"a":"b"}`, `[-]`, `[01]`, `[1.]`, `[1e]`, `["\u12"]`, `[tru]`, `[nul]`, `{"a"}`,
		`{"a":}`, `{,}`, `[,]`, `[1,]`, `{"a":1,}`, `[1 2]`, "[\"\t\"]", `["\ud800"]`, "[\"\xff\"]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		wrapped := append(append([]byte("["), in...), ']') // the scanner wants something behind a number
		s := scanner{b: wrapped, depth: 5000}
		end := s.value(0, 0)
		got := end == len(wrapped)
		want := json.Valid(wrapped)
		if s.fault == deep {
			return
		}
		if got != want && !(got && s.odd && json.Valid(compact(nil, wrapped))) {
			t.Fatalf("%q: %v, encoding/json says %v", wrapped, got, want)
		}
		if got && !json.Valid(compact(nil, wrapped)) {
			t.Fatalf("%q: compact is not JSON: %q", wrapped, compact(nil, wrapped))
		}
	})
}

func TestQuote(t *testing.T) {
	for _, s := range []string{"", "a", `"\`, "\x00\x1f\x7f", "é\xff😀"} {
		var got string
		if err := json.Unmarshal(quote(nil, []byte(s)), &got); err != nil || got != strings.ToValidUTF8(s, "\uFFFD") {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var text []byte
	for len(text) < 1<<20 {
		text = append(text, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:session","arn":"arn:aws:sts::111122223333:assumed-role/r/session","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/r","accountId":"111122223333","userName":"r"},"webIdFederationData":{},"attributes":{"creationDate":"2026-10-01T00:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-10-01T00:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#5.10.210 md/arch#x86_64","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]},"filterSet":{}},"responseElements":null,"requestID":"`+fmt.Sprint(r.Uint64())+`","eventID":"`+fmt.Sprint(r.Uint64())+`","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`+"\n"...)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, err := range Read(bytes.NewReader(text), Limits{}).Records() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
