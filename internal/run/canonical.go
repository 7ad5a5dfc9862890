package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// Canonical is the form in which a record is written and hashed: one line of JSON with the fields in the order of the
// types, no HTML escapes, a line feed at the end. Lists are always there, empty as []; a text that does not apply is "";
// a figure that could not be observed is null; a time that does not apply is left out, all others are UTC.
func (r *Record) Canonical() ([]byte, error) {
	v := reflect.New(reflect.TypeFor[Record]()).Elem()
	v.Set(reflect.ValueOf(*r))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(settle(v).Interface()); err != nil {
		return nil, fmt.Errorf("writing the record: %w", err)
	}
	return b.Bytes(), nil
}

// settle is a copy of v with nil lists made empty and times in UTC.
func settle(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(settle(v.Index(i)))
		}
		return out
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return reflect.ValueOf(t.UTC())
		}
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(settle(v.Field(i)))
		}
		return out
	}
	return v
}
