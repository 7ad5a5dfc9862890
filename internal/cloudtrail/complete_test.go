package cloudtrail

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"
)

var at = time.Date(2026, 10, 15, 12, 0, 0, 0, time.UTC)

func completed(t *testing.T, event string, n int) Record {
	t.Helper()
	text, err := Complete([]byte(event), n, at)
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(text) {
		t.Fatalf("%s", text)
	}
	return mustParse(t, string(text))
}

func TestComplete(t *testing.T) {
	for _, c := range []struct{ event, path, want string }{
		{`{}`, "eventversion", "1.11"},
		{`{}`, "eventtime", "2026-10-15T12:00:00Z"},
		{`{}`, "useridentity.type", "IAMUser"},
		{`{}`, "useridentity.arn", "arn:aws:iam::111122223333:user/alice"},
		{`{}`, "recipientaccountid", "111122223333"},
		{`{}`, "sourceipaddress", "198.51.100.7"},
		{`{}`, "eventtype", "AwsApiCall"},
		{`{}`, "eventcategory", "Management"},
		{`{}`, "managementevent", "true"},
		{`{}`, "readonly", "true"},
		{`{}`, "errorcode", "NULL"},
		{`{"eventName":"CreateUser"}`, "readonly", "false"},
		{`{"eventName":"GetUser"}`, "readonly", "true"},
		{`{"eventName":"CreateUser","readOnly":"x"}`, "readonly", "x"},
		{`{"eventTime":"2026-10-01T00:00:00Z"}`, "eventtime", "2026-10-01T00:00:00Z"},
		{`{"eventTime":null}`, "eventtime", "NULL"},
		{`{"eventCategory":null}`, "eventcategory", "NULL"},
		{`{"userIdentity":null}`, "useridentity.type", "NULL"},
		{`{"userIdentity":{"type":"Root"}}`, "useridentity.type", "Root"},
		{`{"userIdentity":{"type":"Root"}}`, "useridentity.username", "NULL"},
		{`{"recipientAccountId":"222233334444","awsRegion":"cn-north-1"}`, "useridentity.arn", "arn:aws-cn:iam::222233334444:user/alice"},
		{`{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin"}`, "eventtype", "AwsConsoleSignIn"},
		{`{"managementEvent":false}`, "eventcategory", "Data"},
		{`{"eventCategory":"Data"}`, "managementevent", "false"},
		{`{"eventCategory":"NetworkActivity"}`, "eventtype", "AwsVpceEvents"},
		{`{"eventname":"x"}`, "eventname", "x"},
		{`{"requestParameters":{"a":null}}`, "requestparameters", `{"a":null}`},
		{`{"errorCode":"AccessDenied","additionalEventData":{"MFAUsed":"No"}}`, "additionaleventdata", `{"MFAUsed":"No"}`},
	} {
		r := completed(t, c.event, 0)
		got, ok := r.Text(c.path)
		if !ok {
			got = "NULL"
		}
		if got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.event, c.path, got, c.want)
		}
	}
}

func TestCompleteIDs(t *testing.T) {
	seen := map[string]bool{}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for n := range 3 {
		for _, e := range []string{`{}`, `{"eventName":"x"}`} {
			a, b := completed(t, e, n), completed(t, e, n)
			id, _ := a.Text("eventid")
			again, _ := b.Text("eventid")
			request, _ := a.Text("requestid")
			if id != again || seen[id] || seen[request] || !uuid.MatchString(id) || !uuid.MatchString(request) {
				t.Errorf("%s %d: %s %s %s", e, n, id, again, request)
			}
			seen[id], seen[request] = true, true
		}
	}
}

func TestCompleteRefuses(t *testing.T) {
	for _, e := range []string{``, `[]`, `7`, `null`, `{`, `{} {}`} {
		if text, err := Complete([]byte(e), 0, at); err == nil {
			t.Errorf("%s: %s", e, text)
		}
	}
}
