package yaml

import (
	"regexp"
	"strings"
	"sync"
)

// Kind is what a value must be.
type Kind uint8

// The kinds of a Shape.
const (
	Text   Kind = iota + 1 // a text; a bare number is refused, because 1.10 would lose its zero
	Int                    // a whole number
	Number                 // a whole number or one with a fraction
	Bool                   // true or false
	List                   // items of one shape
	Object                 // known keys
	Map                    // any keys, values of one shape
	Either                 // one of several shapes, told apart by whether a scalar, a list or a mapping is written
	Any                    // anything YAML can write and JSON too
)

// Shape says what a value may be. Decode holds files to it, and Schema tells editors the same.
type Shape struct {
	Kind    Kind
	Title   string   // of the whole file, for editors
	Help    string   // what it means, shown by editors
	Fields  []Field  // Object: the keys it knows, in the order people write them
	Item    *Shape   // List: each item. Map: each value
	Keys    []string // Map: the only keys allowed; empty: any
	Values  []string // Text: the only texts allowed; empty: any
	Pattern string   // Text, and keys of a Map: regular expression for the whole of it
	Like    string   // Pattern in words: "lower-case words joined by hyphens, such as root/console-login"
	Hint    string   // what to write instead, where another kind of value stands or a key is not as Pattern wants it
	Bare    bool     // Text, and keys of a Map with a Pattern: a number, date or truth value without quotes is taken as it is written
	Empty   bool     // Text: may be empty
	Null    bool     // null may be written
	Min     int64    // Int and Number: limits, if not both are 0
	Max     int64
	AtLeast int // List, Map: fewest items
	Shapes  []*Shape

	once  sync.Once
	whole *regexp.Regexp // Pattern, compiled when it is first needed
}

// matches reports whether a text is as Pattern wants it. A Pattern that is not a regular expression is a mistake in the program.
func (s *Shape) matches(text string) bool {
	s.once.Do(func() { s.whole = regexp.MustCompile(`\A(?:` + s.Pattern + `)\z`) })
	return s.whole.MatchString(text)
}

// Field is a key of an object.
type Field struct {
	Name     string
	Shape    *Shape
	Help     string // what the key means
	Required bool
	Default  string // what holds without the key, in words, for editors and docs
}

// Texts is a list of texts.
func Texts() *Shape { return &Shape{Kind: List, Item: &Shape{Kind: Text}} }

// OneOf is a text with a fixed set of values.
func OneOf(values ...string) *Shape { return &Shape{Kind: Text, Values: values} }

// Choice is names that a program offers, and which of them hold where a file says nothing.
type Choice struct{ Names, Usual []string }

// List is the shape of a list of such names, with one at least.
func (c Choice) List() *Shape { return &Shape{Kind: List, AtLeast: 1, Item: OneOf(c.Names...)} }

// Default is the usual names as a file writes them.
func (c Choice) Default() string { return "[" + strings.Join(c.Usual, ", ") + "]" }

// ListOf is a list of items of one shape.
func ListOf(item *Shape) *Shape { return &Shape{Kind: List, Item: item} }
