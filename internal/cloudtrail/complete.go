package cloudtrail

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Complete fills what a short test event leaves out with the defaults of an ordinary management event, so that a case
// needs only the fields it is about. A field given as null is taken out: the event then lacks it. n tells events of a
// case apart: eventID and requestID are made from it and from the text of the event, requestID of an event that names its
// eventID from the text alone, so that an event given twice has two equal copies. at is the default event time.
//
// The defaults agree with what is given: an account named in recipientAccountId is also the account of the default
// identity, a name that begins with Get, List, Describe and the like is readOnly, a Data event has managementEvent false,
// ConsoleLogin has the event type of a sign-in. A field that is given is never changed, userIdentity as a whole.
func Complete(event []byte, n int, at time.Time) ([]byte, error) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(event, &given); err != nil { // all of it: a Decoder leaves what stands behind the object
		return nil, fmt.Errorf("reading a test event, which must be one JSON object: %w", err)
	}
	if given == nil {
		return nil, fmt.Errorf("reading a test event: it must be one JSON object")
	}
	keys := slices.Sorted(maps.Keys(given))
	has := map[string]string{} // lower case -> spelling; of two that differ only in case, the first of the sorted keys counts
	for _, k := range slices.Backward(keys) {
		has[strings.ToLower(k)] = k
	}
	text := func(key, otherwise string) string {
		if k, ok := has[strings.ToLower(key)]; ok {
			var s string
			if json.Unmarshal(given[k], &s) == nil && s != "" {
				return s
			}
		}
		return otherwise
	}

	request := n
	if text("eventID", "") != "" {
		request = 0
	}
	region := text("awsRegion", "eu-central-1")
	account := text("recipientAccountId", "111122223333")
	source := text("eventSource", "ec2.amazonaws.com")
	name := text("eventName", "DescribeInstances")
	category := text("eventCategory", "")
	if category == "" {
		category = "Management"
		if k, ok := has["managementevent"]; ok && strings.Trim(string(given[k]), `"`) == "false" {
			category = "Data"
		}
	}
	eventType := "AwsApiCall"
	switch {
	case name == "ConsoleLogin" && source == "signin.amazonaws.com":
		eventType = "AwsConsoleSignIn"
	case category == "Insight":
		eventType = "AwsCloudTrailInsight"
	case category == "NetworkActivity":
		eventType = "AwsVpceEvents"
	case category == "Aggregated":
		eventType = "AwsAggregatedEvent"
	}
	identity := map[string]any{
		"type": "IAMUser", "principalId": "AIDAEXAMPLEALICE0000A", "userName": "alice", "accountId": account,
		"accessKeyId": "AKIAEXAMPLEALICE0000",
		"arn":         fmt.Sprintf("arn:%s:iam::%s:user/alice", partition(region), account),
	}
	defaults := []struct {
		key   string
		value any
	}{
		{"eventVersion", "1.11"},
		{"userIdentity", identity},
		{"eventTime", at.UTC().Format("2006-01-02T15:04:05Z")},
		{"eventSource", source},
		{"eventName", name},
		{"awsRegion", region},
		{"sourceIPAddress", "198.51.100.7"},
		{"userAgent", "aws-cli/2.17.0"},
		{"requestID", uuid(event, request, "request")},
		{"eventID", uuid(event, n, "event")},
		{"readOnly", readOnly(name)},
		{"eventType", eventType},
		{"managementEvent", category == "Management"},
		{"recipientAccountId", account},
		{"eventCategory", category},
	}
	var b bytes.Buffer
	b.WriteByte('{')
	add := func(key string, value []byte) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(quote(nil, []byte(key)))
		b.WriteByte(':')
		b.Write(value)
	}
	for _, f := range defaults {
		if k, ok := has[strings.ToLower(f.key)]; ok {
			if k == f.key && !isNull(given[k]) {
				add(k, given[k])
			}
			continue
		}
		v, err := json.Marshal(f.value)
		if err != nil {
			return nil, fmt.Errorf("completing a test event with %s: %w", f.key, err)
		}
		add(f.key, v)
	}
	for _, k := range keys {
		known := false
		for _, f := range defaults {
			known = known || f.key == k
		}
		if !known && !isNull(given[k]) {
			add(k, given[k])
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func isNull(v json.RawMessage) bool { return string(v) == "null" }

// readOnly guesses from the verb; a case about readOnly gives it.
func readOnly(name string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Search", "View", "Check"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// uuid is made from the content, so that the same case has the same ids everywhere.
func uuid(event []byte, n int, what string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d ", what, n)
	h.Write(event)
	s := h.Sum(nil)
	s[6], s[8] = s[6]&0x0f|0x50, s[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", s[0:4], s[4:6], s[6:8], s[8:10], s[10:16])
}
