package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t *testing.T, text string) Record {
	t.Helper()
	r, err := ParseRecord([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// with makes an event of the fields under test.
func with(fields string) string { return `{"eventName":"E","eventID":"I",` + fields + `}` }

func TestCells(t *testing.T) {
	for _, c := range []struct{ fields, path, want string }{
		{`"errorCode":"AccessDenied"`, "errorcode", "AccessDenied"},
		{`"errorCode":""`, "errorcode", ""},
		{`"errorCode":null`, "errorcode", "NULL"},
		{`"errorCodes":"x"`, "errorcode", "NULL"},
		{`"readOnly":true`, "readonly", "true"},
		{`"readOnly":"true"`, "readonly", "true"},
		{`"readOnly": false `, "readonly", "false"},
		{`"apiVersion":243.0`, "apiversion", "243.0"},
		{`"apiVersion":9007199254740993`, "apiversion", "9007199254740993"},
		{`"apiVersion":-1e3`, "apiversion", "-1e3"},
		{`"sourceIPAddress":{ "ip" : "1.2.3.4" , "n" : [ 1, 2 ] }`, "sourceipaddress", `{"ip":"1.2.3.4","n":[1,2]}`},
		{`"requestParameters":{"a":{"Tagging":1,"tagging":2}}`, "requestparameters", `{"a":{"Tagging":1,"tagging":2}}`},
		{`"requestParameters": { "a b" : "c  d" } `, "requestparameters", `{"a b":"c  d"}`},
		{`"requestParameters":"text"`, "requestparameters", "text"},
		{`"requestParameters":[]`, "requestparameters", "[]"},
		{`"requestParameters":{"policy":"{\"Version\":\"2012-10-17\"}","e":"<&>\u003c"}`, "requestparameters",
			`{"policy":"{\"Version\":\"2012-10-17\"}","e":"<&>\u003c"}`},
		{`"userAgent":"a\"b\\c\/d\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00"`, "useragent", "a\"b\\c/d\b\f\n\r\tAé€😀"},
		{`"userAgent":"é€😀` + "\u202f" + `"`, "useragent", "é€😀\u202f"},
		{`"userAgent":"\ud83d"`, "useragent", "\uFFFD"},
		{`"userAgent":"\ude00x"`, "useragent", "\uFFFDx"},
		{`"userAgent":"\ud83d\ud83d\ude00"`, "useragent", "\uFFFD😀"},
		{`"userAgent":"\ud83d\n"`, "useragent", "\uFFFD\n"},
		{`"userAgent":"a` + "\xff\xc0" + `b"`, "useragent", "a\uFFFD\uFFFDb"},
		{`"userAgent":"a` + "\x00\x1b\n" + `b"`, "useragent", "a\x00\x1b\nb"},
		{`"requestParameters":{"a":"` + "\x1b\xff" + `\ud800"}`, "requestparameters", `{"a":"\u001b` + "\uFFFD" + `\ufffd"}`},
		{`"errorCode":"b"`, "errorcode", "b"},
		{`"errorCode":"a","errorCode":"b"`, "errorcode", "a"},
		{`"ERRORCODE":"a","errorcode":"b"`, "errorcode", "a"},
		{`"ERRORCODE":"a","errorCode":"b","errorcode":"c"`, "errorcode", "b"},
		{`"errorCode":null,"errorcode":"c"`, "errorcode", "NULL"},
		{`"error\u0043ode":"x"`, "errorcode", "x"},
		{`"userIdentity":{"type":"Root","sessionContext":{"sessionIssuer":{"arn":"x"},"sourceIdentity":"s"}}`,
			"useridentity.sessioncontext.sessionissuer.arn", "x"},
		{`"userIdentity":{"type":"Root","sessionContext":{"sessionIssuer":{},"sourceIdentity":"s"}}`,
			"useridentity.sessioncontext.sourceidentity", "s"},
		{`"USERIDENTITY":{"type":"a","arn":"b"},"userIdentity":{"type":"c"}`, "useridentity.type", "c"},
		{`"USERIDENTITY":{"type":"a","arn":"b"},"userIdentity":{"type":"c"}`, "useridentity.arn", "NULL"},
		{`"userIdentity":"{\"type\":\"Root\"}"`, "useridentity.type", "Root"},
		{`"userIdentity":{"inScopeOf":{"credentialsIssuedTo":"z"},"invokedByDelegate":{"accountId":"9"}}`,
			"useridentity.invokedbydelegate.accountid", "9"},
		{`"tlsDetails":{"cipherSuite":"X"}`, "tlsdetails.ciphersuite", "X"},
		{`"managementEvent":true`, "managementevent", "true"},
		{`"eventContext":{"requestContext":{}}`, "eventcontext", `{"requestContext":{}}`},
	} {
		r := mustParse(t, with(c.fields))
		got, ok := r.Text(c.path)
		if !ok {
			got = "NULL"
		}
		if got != c.want {
			t.Errorf("%s\n%s is %q, want %q", c.fields, c.path, got, c.want)
		}
	}
}

func TestMarksOfARecord(t *testing.T) {
	for _, c := range []struct {
		fields             string
		repaired, repeated bool
		misfit             string
	}{
		{`"errorCode":"x"`, false, false, ""},
		{`"errorCode":"a","errorCode":"b"`, false, true, ""},
		{`"errorCode":"a","errorcode":"b"`, false, true, ""},
		{`"userAgent":"` + "\xff" + `"`, true, false, ""},
		{`"unknown":"` + "\xff" + `"`, true, false, ""},
		{`"` + "\xff" + `":1`, true, false, ""},
		{`"requestParameters":{"a":1,"A":2}`, false, false, ""},
		{`"userIdentity":"alice"`, false, false, `{"useridentity":"alice"}`},
		{`"userIdentity":[ 1 , 2 ]`, false, false, `{"useridentity":[1,2]}`},
		{`"userIdentity":{"sessionContext":true},"tlsDetails":7`, false, false, `{"useridentity.sessioncontext":true,"tlsdetails":7}`},
		{`"userIdentity":"{\"type\":"`, false, false, `{"useridentity":"{\"type\":"}`},
		{`"resources":["arn:x",{"ARN":"y"}]`, false, false, `{"resources[1]":"arn:x"}`},
		{`"resources":"z"`, false, false, `{"resources":"z"}`},
		{`"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":5}}}`, false, false,
			`{"useridentity.sessioncontext.webidfederationdata.attributes":5}`},
	} {
		r := mustParse(t, with(c.fields))
		if r.repaired != c.repaired || r.repeated != c.repeated || string(r.Misfit()) != c.misfit {
			t.Errorf("%s: repaired %v, repeated %v, misfit %s", c.fields, r.repaired, r.repeated, r.Misfit())
		}
		if m := r.Misfit(); m != nil && !json.Valid(m) {
			t.Errorf("%s: misfit is not JSON: %s", c.fields, m)
		}
	}
}

func TestResources(t *testing.T) {
	show := func(r Record) string {
		if r.Resources() == nil {
			return "NULL"
		}
		var b strings.Builder
		for _, x := range r.Resources() {
			if x.Null {
				b.WriteString("(null)")
				continue
			}
			for _, c := range [][]byte{x.ARN(), x.AccountID(), x.Type()} {
				if c == nil {
					b.WriteString("-,")
				} else {
					fmt.Fprintf(&b, "%s,", c)
				}
			}
			b.WriteString(";")
		}
		return b.String()
	}
	for _, c := range [][2]string{
		{`"resources":null`, "NULL"},
		{`"resources":[]`, ""},
		{`"resources":[null]`, "(null)"},
		{`"resources":[{}]`, "-,-,-,;"},
		{`"resources":[{"ARN":"a","accountId":"1","type":"T"},{"accountId":"2"}]`, "a,1,T,;-,2,-,;"},
		{`"resources":[{"arn":"a"},{"arn":"x","ARN":"b"},{"ARN":"c","arn":"x"},{"ARN":null,"arn":"x"}]`, "a,-,-,;b,-,-,;c,-,-,;-,-,-,;"},
		{`"resources":[{"ARNPrefix":"p","type":"T","extra":{"ARN":"no"}}]`, "-,-,T,;"},
		{`"resources":{"ARN":"alone"}`, "alone,-,-,;"},
		{`"resources":"[{\"ARN\":\"inside\"}]"`, "inside,-,-,;"},
		{`"Resources":[{"ARN":"x"}],"resources":[]`, ""},
	} {
		r := mustParse(t, with(c[0]))
		if got := show(r); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
		clone := r.Clone()
		if got := show(clone); got != c[1] {
			t.Errorf("%s: the clone is %s, want %s", c[0], got, c[1])
		}
	}
}

func TestPairs(t *testing.T) {
	fed := func(v string) string {
		return with(`"userIdentity":{"sessionContext":{"webIdFederationData":{"federatedProvider":"p","attributes":` + v + `}}}`)
	}
	for _, c := range [][2]string{
		{`null`, "NULL"},
		{`{}`, ""},
		{`{"a":"b","c":null,"d":7,"e":{ "f" : 1 }}`, `a="b" c=NULL d="7" e="{\"f\":1}" `},
		{`{"a":"1","a":"2","A":"3"}`, `a="1" A="3" `},
	} {
		r := mustParse(t, fed(c[0]))
		got := ""
		if r.Pairs() == nil {
			got = "NULL"
		}
		for _, p := range r.Pairs() {
			if p.Value == nil {
				got += fmt.Sprintf("%s=NULL ", p.Key)
			} else {
				got += fmt.Sprintf("%s=%q ", p.Key, p.Value)
			}
		}
		if got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
}

func TestHas(t *testing.T) {
	r := mustParse(t, with(`"userIdentity":{"sessionContext":{}},"tlsDetails":null`))
	has := map[string]bool{}
	var walk func([]Node, string)
	walk = func(ns []Node, path string) {
		for _, n := range ns {
			if n.Kind == RowNode {
				if r.Has(n.Row) {
					has[path+n.Name] = true
				}
				walk(n.Fields, path+n.Name+".")
			}
		}
	}
	walk(Tree(), "")
	if d := cmp.Diff(map[string]bool{"useridentity": true, "useridentity.sessioncontext": true}, has); d != "" {
		t.Error(d)
	}
}

func TestParseRecordRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		kind Kind
	}{
		{"", Empty}, {"  ", Empty}, {"[]", NotJSON}, {"7", NotJSON}, {`{"eventName":"a"`, Truncated}, {with(`"a":1`) + "x", NotJSON},
		{`{"a":1}`, Foreign}, {`{"eventName":1,}`, NotJSON}, {`{"Records":[` + with(`"a":1`) + `]}`, Foreign},
	} {
		_, err := ParseRecord([]byte(c.text))
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != c.kind {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

func TestTime(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2026-10-01T02:03:04Z", "2026-10-01T02:03:04Z"},
		{"2026-10-01T02:03:04.5Z", "2026-10-01T02:03:04.5Z"},
		{"2026-10-01T02:03:04.123456789Z", "2026-10-01T02:03:04.123456789Z"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{"2026-02-29T00:00:00Z", ""}, {"2026-13-01T00:00:00Z", ""}, {"2026-10-01T24:00:00Z", ""}, {"2026-10-01T02:03:60Z", ""},
		{"2026-10-01 02:03:04", ""}, {"2026-10-01T02:03:04+00:00", ""}, {"2026-10-01T02:03:04.Z", ""}, {"2026-10-01T02:03Z", ""},
		{" 2026-10-01T02:03:04Z", ""}, {"", ""},
	} {
		r := mustParse(t, with(`"eventTime":"`+c.text+`"`))
		at, ok := r.Time()
		got := ""
		if ok {
			got = at.Format(time.RFC3339Nano)
		}
		if got != c.want || ok != r.Dated() {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestCategory(t *testing.T) {
	for _, c := range []struct{ fields, want string }{
		{`"eventCategory":"Management","eventSource":"s3.amazonaws.com"`, "management"},
		{`"eventCategory":"Data","eventSource":"s3.amazonaws.com"`, "data:s3"},
		{`"eventCategory":"Data","eventSource":"lambda.amazonaws.com"`, "data:lambda"},
		{`"eventCategory":"Data","eventSource":"bedrock-agentcore.amazonaws.com.cn"`, "data:bedrock-agentcore"},
		{`"eventCategory":"Data"`, "data:unknown"},
		{`"eventCategory":"NetworkActivity","eventSource":"ec2.amazonaws.com"`, "network"},
		{`"eventCategory":"Insight"`, "insight"},
		{`"eventCategory":"Aggregated"`, "aggregated"},
		{`"eventCategory":"ConfigurationItem"`, "other"},
		{`"eventType":"AwsCloudTrailInsight"`, "insight"},
		{`"eventType":"AwsVpceEvent"`, "network"},
		{`"eventType":"AwsAggregatedEvent"`, "aggregated"},
		{`"managementEvent":true,"eventSource":"s3.amazonaws.com","resources":[{"type":"AWS::S3::Object"}]`, "management"},
		{`"managementEvent":false,"eventSource":"kinesis.amazonaws.com"`, "data:kinesis"},
		{`"eventSource":"s3.amazonaws.com","resources":[{"type":"AWS::S3::Object"}]`, "data:s3"},
		{`"eventSource":"s3.amazonaws.com"`, "management"},
		{`"eventType":"AwsApiCall"`, "management"},
	} {
		r := mustParse(t, with(c.fields))
		if got := r.Category(); got != c.want {
			t.Errorf("%s: %s, want %s", c.fields, got, c.want)
		}
	}
	for call, want := range map[string]string{
		"s3 GetObject": "data:s3", "s3 PutObjectAcl": "data:s3", "s3 CreateBucket": "management", "s3 PutBucketPolicy": "management",
		"lambda Invoke": "data:lambda", "lambda CreateFunction20150331": "management", "dynamodb GetItem": "data:dynamodb",
		"dynamodb CreateTable": "management", "iam GetObject": "management",
	} {
		service, name, _ := strings.Cut(call, " ")
		r := mustParse(t, fmt.Sprintf(`{"eventVersion":"1.05","eventSource":"%s.amazonaws.com","eventName":"%s"}`, service, name))
		if got := r.Category(); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

func TestColumns(t *testing.T) {
	var b strings.Builder
	for _, c := range Columns() {
		fmt.Fprintf(&b, "%s %s", c.Name, c.Type)
		if c.Since != "" {
			fmt.Fprintf(&b, " since=%s", c.Since)
		}
		if c.JSON {
			b.WriteString(" json")
		}
		if c.Extra {
			b.WriteString(" extra")
		}
		b.WriteByte('\n')
	}
	golden(t, "columns.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

func TestClone(t *testing.T) {
	text := []byte(with(`"userAgent":"a\u0041","requestParameters":{ "x":1},"userIdentity":{"arn":"b"},"tlsDetails":3`))
	r, err := ParseRecord(text)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Clone()
	for i := range text {
		text[i] = '!'
	}
	for path, want := range map[string]string{"useragent": "aA", "requestparameters": `{"x":1}`, "useridentity.arn": "b", "eventname": "E"} {
		if got, _ := c.Text(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	if string(c.Misfit()) != `{"tlsdetails":3}` || !bytes.HasPrefix(c.Raw, []byte(`{"eventName"`)) {
		t.Errorf("%s %s", c.Misfit(), c.Raw)
	}
}
