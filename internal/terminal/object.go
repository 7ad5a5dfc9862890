package terminal

import (
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Object prints a value as JSON on lines of its own. Characters that a screen would obey, or that nobody would see, are escaped, as
// Rows does.
func (t *Terminal) Object(v any) error {
	t.Done()
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("printing data: %w", err)
	}
	var b []byte
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r >= 0x7f && (unicode.IsControl(r) || !unicode.IsGraphic(r) || altered(string(data[:n]))) { // always inside a text
			quoted := jsonText(nil, string(data[:n]))
			b = append(b, quoted[1:len(quoted)-1]...)
		} else {
			b = append(b, data[:n]...)
		}
		data = data[n:]
	}
	if _, err := t.Out.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("printing data: %w", err)
	}
	return nil
}
