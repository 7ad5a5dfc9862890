package sql

import (
	"os"
	"testing"
)

// large is as long as the longest query of a library can reasonably get: 100 lines with everything in it.
func large(b *testing.B) string {
	text, err := os.ReadFile("testdata/large.sql")
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func BenchmarkParse(b *testing.B) {
	text := large(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ps := Parse(text, nil); ps != nil {
			b.Fatal(ps)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	p, ps := Parse(large(b), nil)
	if ps != nil {
		b.Fatal(ps)
	}
	b.ReportAllocs()
	for b.Loop() {
		printTrino(p.query, nil, nil)
	}
}

// BenchmarkCompile is the whole way of a query: read, checked, bound, written for both engines.
func BenchmarkCompile(b *testing.B) {
	text := large(b)
	events := []Column{
		{"account_id", "varchar"}, {"actor", "varchar"}, {"actor_key", "varchar"}, {"actor_type", "varchar"}, {"awsregion", "varchar"},
		{"denied", "boolean"}, {"errorcode", "varchar"}, {"event_time", "timestamp(3)"}, {"eventid", "varchar"}, {"eventname", "varchar"},
		{"eventsource", "varchar"}, {"is_automation", "boolean"}, {"is_write", "boolean"}, {"local_time", "timestamp(3)"},
		{"requestparameters", "varchar"}, {"source_ip", "varchar"}, {"source_kind", "varchar"}, {"succeeded", "boolean"},
	}
	catalog := Catalog{"events": events, "history": events}
	types := Types{"period_from": "instant", "period_to": "instant", "approved": "texts", "networks": "cidrs", "max_addresses": "int"}
	values := Values{"period_from": at("2026-10-01T00:00:00Z"), "period_to": at("2026-11-01T00:00:00Z"),
		"approved": []string{"a"}, "networks": []string{"10.0.0.0/8"}, "max_addresses": int64(5)}
	b.ReportAllocs()
	for b.Loop() {
		p, ps := Parse(text, nil)
		if ps != nil {
			b.Fatal(ps)
		}
		c, ps := p.Check(catalog, types)
		if c == nil {
			b.Fatal(ps)
		}
		bound, err := c.Bind(values)
		if err != nil {
			b.Fatal(err)
		}
		if bound.Text(Trino, nil) == "" || bound.Text(DuckDB, nil) == "" {
			b.Fatal("no text")
		}
	}
}
