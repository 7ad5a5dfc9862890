package trino

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

// FuzzCell: a value of an answer is an error or of the Go type that its column's kind has.
func FuzzCell(f *testing.F) {
	for _, s := range []string{`"x"`, "1", "1.5", `"NaN"`, `"Infinity"`, "true", `"2026-10-01"`,
		`"2026-10-01 01:02:03.123456789012 Europe/Berlin"`, `"2026-10-01 01:02 +14:00"`, `"x Local"`, `[1,null]`, `{"a":[{}]}`, `"AAE="`, "null",
		`"`} {
		for _, t := range []string{"varchar", "bigint", "double", "real", "boolean", "date", "timestamp(3)", "timestamp(3) with time zone",
			"array(row(bigint, a varchar))", "map(varchar, varbinary)", "decimal(3,1)", "json"} {
			f.Add(t, s)
		}
	}
	f.Fuzz(func(t *testing.T, typ, raw string) {
		x, err := sql.ParseType(typ)
		if err != nil || !json.Valid([]byte(raw)) {
			return // an answer is JSON
		}
		for _, k := range []result.Kind{result.Text, result.Float, result.Instant} {
			v, err := cell(k, x, json.RawMessage(raw))
			if err != nil || v == nil {
				return
			}
			if _, isText := v.(string); k == result.Text && !isText {
				t.Fatalf("%s %s is a %T", typ, raw, v)
			}
		}
	})
}

// FuzzAnswer: whatever a server answers, the client ends with rows or an error.
func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"id":"1","columns":[{"name":"a","type":"varchar"}],"data":[["x"],[null]]}`)
	f.Add(200, `{"error":{"message":"m","errorName":"SYNTAX_ERROR"}}`)
	f.Add(200, `{"columns":[null],"data":[null,[],{}],"nextUri":"x"}`)
	f.Add(200, `{"nextUri":":"}`)
	f.Add(404, "not here")
	var status int
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/statement" {
			w.Write([]byte(`{"data":[["last"]]}`))
			return
		}
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	f.Cleanup(server.Close)
	c, err := newClient(server.URL)
	if err != nil {
		f.Fatal(err)
	}
	c.http.Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != c.base.Host {
			return nil, errors.New("an answer leads elsewhere")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	f.Fuzz(func(t *testing.T, s int, text string) {
		if s < 200 || s > 599 || s == http.StatusServiceUnavailable || s == http.StatusBadGateway || s/100 == 3 {
			s = 200
		}
		status, body = s, text
		rows, types, err := c.exec(t.Context(), "SELECT 1")
		if err != nil {
			if fault(t.Context(), err) == nil {
				t.Fatalf("the error %v is none", err)
			}
			return
		}
		if s != 200 {
			t.Fatalf("%d gives %d rows of %q", s, len(rows), types)
		}
	})
}
