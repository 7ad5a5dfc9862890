// Package unread is why a log file was not read: a closed list of kinds with arguments, and no sentence. A record keeps kind and
// arguments; templates/lang has the words for each kind.
package unread

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Kind is one reason, by its name in files.
type Kind string

// Reason is a kind and its arguments. The zero Reason is that of a file that was read.
type Reason struct {
	Kind Kind   `json:"kind"`
	Args string `json:"args,omitempty"` // a JSON object with the arguments of the kind, "" where it has none
}

// Word is an argument that a language has a word for.
type Word string

// Argument is one of a reason's: a text that is data, a number, a word, or another reason.
type Argument struct {
	Name   string
	Text   string
	Number *int64
	Word   Word
	Found  *Reason
}

// wordMark begins a word where it stands as a text of a record.
const wordMark = "="

// Because is a reason with its arguments in the order of Kinds: int, int64, string, Word or Reason.
func Because(k Kind, args ...any) Reason {
	names := Kinds[k]
	if len(names) == 0 {
		return Reason{Kind: k}
	}
	b := []byte{'{'}
	for i, a := range args[:min(len(args), len(names))] {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, names[i]), ':')
		if w, ok := a.(Word); ok {
			a = wordMark + string(w)
		}
		b = append(b, encode(a)...)
	}
	return Reason{k, string(append(b, '}'))}
}

// The arguments that At adds.
const (
	recordArg = "record"
	byteArg   = "byte"
)

// At is the reason with its place in the file: the number of the record, from 1, and the decoded bytes before it. Without a record it
// is the reason alone.
func (r Reason) At(record, offset int64) Reason {
	if record <= 0 {
		return r
	}
	head := "{"
	if args := strings.TrimSuffix(r.Args, "}"); args != "" && args != "{" {
		head = args + ","
	}
	r.Args = head + fmt.Sprintf(`"%s":%d,"%s":%d}`, recordArg, record, byteArg, offset)
	return r
}

// Place is what At has added to the arguments, and the others.
func Place(all []Argument) (others []Argument, record, offset int64, ok bool) {
	for _, a := range all {
		switch {
		case a.Number != nil && a.Name == recordArg:
			record, ok = *a.Number, true
		case a.Number != nil && a.Name == byteArg:
			offset = *a.Number
		default:
			others = append(others, a)
		}
	}
	return others, record, offset, ok
}

// encode is JSON without HTML escapes, so that a text stands in a record as it is.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if r, ok := v.(Reason); ok {
		args := r.Args
		if args == "" {
			args = "{}"
		}
		v = found{r.Kind, json.RawMessage(args)}
	}
	if err := e.Encode(v); err != nil {
		return []byte(`""`) // strings, numbers and our own JSON always encode
	}
	return bytes.TrimSpace(b.Bytes())
}

// found is a reason inside another.
type found struct {
	Kind Kind            `json:"kind"`
	Args json.RawMessage `json:"args"`
}

// Arguments are those of the reason in the order in which they were given. An error: the text is not one that Because makes.
func (r Reason) Arguments() (all []Argument, err error) {
	if r.Args == "" {
		return nil, nil
	}
	d := json.NewDecoder(strings.NewReader(r.Args))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("the arguments of the reason %.40q are not a JSON object", r.Kind)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("reading the arguments of the reason %.40q: %w", r.Kind, err)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("reading the arguments of the reason %.40q: %w", r.Kind, err)
		}
		a, err := argument(fmt.Sprint(name), raw)
		if err != nil {
			return nil, fmt.Errorf("reading the arguments of the reason %.40q: %w", r.Kind, err)
		}
		all = append(all, a)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("reading the arguments of the reason %.40q: %w", r.Kind, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more behind the arguments of the reason %.40q", r.Kind)
	}
	return all, nil
}

func argument(name string, raw json.RawMessage) (Argument, error) {
	a := Argument{Name: name}
	switch raw[0] {
	case '"':
		if err := json.Unmarshal(raw, &a.Text); err != nil {
			return a, err
		}
		if w, ok := strings.CutPrefix(a.Text, wordMark); ok {
			a.Text, a.Word = "", Word(w)
		}
	case '{':
		var f found
		if err := json.Unmarshal(raw, &f); err != nil {
			return a, err
		}
		a.Found = &Reason{Kind: f.Kind}
		if args := string(f.Args); args != "{}" && args != "null" {
			a.Found.Args = args
		}
	default:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return a, fmt.Errorf("%s is not a text, a whole number or a reason", name)
		}
		a.Number = &n
	}
	return a, nil
}

// String is the reason for errors of the command line: its name, and the arguments behind it.
func (r Reason) String() string {
	args, err := r.Arguments()
	if err != nil || len(args) == 0 {
		return string(r.Kind)
	}
	var parts []string
	for _, a := range args {
		switch {
		case a.Number != nil:
			parts = append(parts, fmt.Sprintf("%s %d", a.Name, *a.Number))
		case a.Found != nil:
			parts = append(parts, a.Name+" "+a.Found.String())
		case a.Word != "":
			parts = append(parts, a.Name+" "+string(a.Word))
		default:
			parts = append(parts, a.Name+" "+a.Text)
		}
	}
	return string(r.Kind) + " (" + strings.Join(parts, ", ") + ")"
}
