package json

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"trailscribe/internal/run"
)

// said explains fields that do not explain themselves, by their type and name.
var said = map[string]string{
	"index.digest":           "the evidence digest: SHA-256 of record.json in hex",
	"index.results":          "the file of rows of each query",
	"index.record":           "record.json: only facts that the same inputs give again",
	"index.cost":             "estimate and bill, from the journal of the run; no part of the record. Only of engines that cost money",
	"file.file":              "relative to the run; empty for a query that gave no result",
	"Cost.currency":          "ISO 4217",
	"Cost.price_micros":      "millionths of the currency for 10^12 billed bytes; 0: not known",
	"Cost.mode":              "the way in which the run worked",
	"Cost.estimated":         "in all, as billed, for each way of working",
	"Cost.billed":            "in all",
	"Cost.lines":             "the statements in the order they were planned, then the engine's own work",
	"CostLine.of":            "id of a statement, id#population, populations, staging or counting",
	"CostBilled.executions":  "of the engine, also those that failed and were free",
	"CostBilled.cost_micros": "millionths of the currency",
	"CostMode.cost_micros":   "millionths of the currency",
}

// Schema is the JSON Schema (draft 2020-12) of data/run.json, made from the types that are written.
func Schema() []byte {
	s := schemaOf(reflect.TypeFor[index]())
	root := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "A run of a report: data/run.json"},
		{"description", "format of the record: " + run.Format}}
	b, err := json.MarshalIndent(append(root, s...), "", "  ")
	if err != nil { // strings, booleans and objects always encode
		return nil
	}
	return append(b, '\n')
}

// object is a JSON object that keeps the order of its keys.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func schemaOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{{"type", "string"}, {"format", "date-time"}}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{{"type", "string"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return object{{"anyOf", []object{schemaOf(t.Elem()), {{"type", "null"}}}}}
	case reflect.Struct:
		fields, required := object{}, []string{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			kind := f.Type
			if option == "" {
				required = append(required, name)
			} else if kind.Kind() == reflect.Pointer { // left out rather than null
				kind = kind.Elem()
			}
			s := schemaOf(kind)
			if text := said[t.Name()+"."+name]; text != "" {
				s = append(object{{"description", text}}, s...)
			}
			fields = append(fields, member{name, s})
		}
		return object{{"type", "object"}, {"properties", fields}, {"required", required}, {"additionalProperties", false}}
	case reflect.Slice:
		return object{{"type", "array"}, {"items", schemaOf(t.Elem())}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Float64:
		return object{{"type", "number"}}
	case reflect.String:
		return object{{"type", "string"}}
	}
	return object{{"type", "integer"}}
}
