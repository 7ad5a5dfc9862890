package awsfake

import (
	"strings"
)

// statement is a text for Athena, told apart by its kind.
type statement struct {
	kind     string // SELECT CREATE_TABLE_AS_SELECT UNLOAD INSERT EXPLAIN CREATE_DATABASE CREATE_TABLE DROP_TABLE
	class    string // DML DDL UTILITY
	query    string // the SELECT in it
	table    []string
	columns  []string // of INSERT INTO t (…)
	options  map[string]string
	list     map[string][]string // options that are arrays
	to       string              // of UNLOAD
	ifExists bool                // IF EXISTS, IF NOT EXISTS
	noData   bool                // WITH NO DATA
	validate bool                // EXPLAIN (TYPE VALIDATE)
	hive     bool                // parsed by Hive, not by Trino

	definition *definition // of CREATE DATABASE and CREATE EXTERNAL TABLE
}

// scanner reads a statement word by word.
type scanner struct {
	text string
	at   int
	err  string
}

// space passes white space and comments.
func (s *scanner) space() {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case strings.IndexByte(" \t\n\v\f\r", rest[0]) >= 0:
			s.at++
		case strings.HasPrefix(rest, "--"):
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest) - 1
			}
			s.at += n + 1
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest, "*/")
			if n < 0 {
				n = len(rest) - 2
			}
			s.at += n + 2
		default:
			return
		}
	}
}

// peek is the next word in upper case, or the next sign.
func (s *scanner) peek() string {
	s.space()
	end := s.at
	for end < len(s.text) && letter(s.text[end]) {
		end++
	}
	if end == s.at && end < len(s.text) {
		end++
	}
	return upper(s.text[s.at:end])
}

// letter tells what words are made of. Only ASCII: a longer word must not change its length in upper case.
func letter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// take passes words if they are the next ones.
func (s *scanner) take(words ...string) bool {
	from := s.at
	for _, w := range words {
		if s.peek() != w {
			s.at = from
			return false
		}
		s.at += len(w)
	}
	return true
}

func (s *scanner) want(words ...string) {
	if !s.take(words...) && s.err == "" {
		s.err = "mismatched input '" + s.peek() + "'. Expecting: '" + strings.Join(words, " ") + "'"
	}
}

// name reads a name with its parts. quote is what the dialect quotes names with: " in Trino, ` in Hive.
func (s *scanner) name(quote byte) []string {
	var parts []string
	for {
		s.space()
		if s.at >= len(s.text) {
			s.fail()
			return parts
		}
		if s.text[s.at] == quote {
			end := strings.IndexByte(s.text[s.at+1:], quote)
			if end < 0 {
				s.fail()
				return parts
			}
			parts = append(parts, strings.ToLower(s.text[s.at+1:s.at+1+end]))
			s.at += end + 2
		} else {
			word := s.peek()
			if word == "" || !letter(word[0]) || word[0] >= '0' && word[0] <= '9' {
				s.fail()
				return parts
			}
			parts = append(parts, strings.ToLower(word))
			s.at += len(word)
		}
		if s.peek() != "." {
			return parts
		}
		s.at++
	}
}

func (s *scanner) fail() {
	if s.err == "" {
		s.err = "mismatched input '" + s.peek() + "'"
	}
}

// literal reads 'text'.
func (s *scanner) literal() string {
	s.space()
	if s.at >= len(s.text) || s.text[s.at] != '\'' {
		s.fail()
		return ""
	}
	var b strings.Builder
	for i := s.at + 1; i < len(s.text); i++ {
		if s.text[i] == '\'' {
			if i+1 < len(s.text) && s.text[i+1] == '\'' {
				i++
			} else {
				s.at = i + 1
				return b.String()
			}
		}
		b.WriteByte(s.text[i])
	}
	s.fail()
	return ""
}

// with reads (key = value, …); a value is a text, a number, a truth value or ARRAY['…'].
func (s *scanner) with(st *statement) {
	st.options, st.list = map[string]string{}, map[string][]string{}
	s.want("(")
	for s.err == "" {
		key := s.peek()
		s.at += len(key)
		key = strings.ToLower(key)
		s.want("=")
		switch {
		case s.take("ARRAY"):
			s.want("[")
			for s.err == "" && !s.take("]") {
				st.list[key] = append(st.list[key], strings.ToLower(s.literal()))
				if s.peek() != "]" {
					s.want(",")
				}
			}
		case s.peek() == "'":
			st.options[key] = s.literal()
		default:
			word := s.peek()
			s.at += len(word)
			st.options[key] = strings.ToLower(word)
		}
		if s.take(")") {
			return
		}
		s.want(",")
	}
}

// parenthesised is the text between the parentheses that open here.
func (s *scanner) parenthesised() string {
	s.want("(")
	from, depth := s.at, 1
	for s.at < len(s.text) {
		s.space()
		if s.at >= len(s.text) {
			break
		}
		switch c := s.text[s.at]; c {
		case '\'', '"':
			end := strings.IndexByte(s.text[s.at+1:], c)
			if end < 0 {
				s.fail()
				return ""
			}
			s.at += end + 1
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.at++
				return s.text[from : s.at-1]
			}
		}
		s.at++
	}
	s.fail()
	return ""
}

// parseStatement tells what a text asks for. The failure is what Athena says to a text it cannot read.
func parseStatement(text string) (*statement, *failure) {
	s := &scanner{text: text}
	st := &statement{class: "DML"}
	switch {
	case s.take("CREATE", "DATABASE"), s.take("CREATE", "SCHEMA"):
		s.createDatabaseText(st)
	case s.take("CREATE", "EXTERNAL", "TABLE"):
		s.createExternalTableText(st)
	case s.take("CREATE", "TABLE"):
		st.kind, st.class = "CREATE_TABLE_AS_SELECT", "DDL"
		st.ifExists = s.take("IF", "NOT", "EXISTS")
		st.table = s.name('"')
		if s.take("WITH") {
			s.with(st)
		}
		s.want("AS")
		st.query = strings.TrimSpace(s.text[s.at:])
		upper := strings.ToUpper(st.query)
		for _, end := range []string{"WITH NO DATA", "WITH DATA"} {
			if strings.HasSuffix(upper, end) {
				st.noData, st.query = end == "WITH NO DATA", st.query[:len(st.query)-len(end)]
				break
			}
		}
	case s.take("UNLOAD"):
		st.kind = "UNLOAD"
		st.query = s.parenthesised()
		s.want("TO")
		st.to = s.literal()
		s.want("WITH")
		s.with(st)
		s.end()
	case s.take("INSERT", "INTO"):
		st.kind = "INSERT"
		st.table = s.name('"')
		if from := s.at; s.take("(") {
			if w := s.peek(); w == "SELECT" || w == "WITH" || w == "(" {
				s.at = from
			} else {
				for s.err == "" {
					st.columns = append(st.columns, s.name('"')...)
					if s.take(")") {
						break
					}
					s.want(",")
				}
			}
		}
		st.query = strings.TrimSpace(s.text[s.at:])
	case s.take("DROP", "TABLE"):
		st.kind, st.class, st.hive = "DROP_TABLE", "DDL", true
		st.ifExists = s.take("IF", "EXISTS")
		st.table = s.name('`')
		s.end()
	case s.take("EXPLAIN"):
		st.kind, st.class = "EXPLAIN", "UTILITY"
		if strings.HasPrefix(s.text[s.at:], " (") && s.take("(", "TYPE", "VALIDATE", ")") {
			st.validate = true
		}
		st.query = strings.TrimSpace(s.text[s.at:])
	default:
		switch s.peek() {
		case "SELECT", "WITH", "VALUES", "(":
			st.kind, st.query = "SELECT", text
		default:
			return nil, invalidRequest("line 1:1: mismatched input '%s' (the fake runs SELECT, CREATE TABLE AS, UNLOAD, INSERT INTO, EXPLAIN, "+
				"CREATE DATABASE, CREATE EXTERNAL TABLE and DROP TABLE)", s.peek())
		}
	}
	if s.err != "" {
		return nil, invalidRequest("line 1:%d: %s", s.at+1, s.err)
	}
	return st, nil
}

func (s *scanner) end() {
	s.take(";")
	if s.peek() != "" {
		s.fail()
	}
}

func invalidRequest(format string, args ...any) *failure {
	return refuse("InvalidRequestException", format, args...)
}
