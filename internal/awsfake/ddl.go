package awsfake

import (
	"encoding/json"
	"fmt"
	"strings"

	"trailscribe/internal/sql"
)

// definition is a CREATE DATABASE or CREATE EXTERNAL TABLE, in Hive's language: names in backticks, backslashes in texts.
type definition struct {
	input map[string]json.RawMessage // DatabaseInput or TableInput
}

// hiveLiteral reads 'text' with Hive's escapes.
func (s *scanner) hiveLiteral() string {
	s.space()
	if s.at >= len(s.text) || s.text[s.at] != '\'' {
		s.fail()
		return ""
	}
	var b strings.Builder
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '\'':
			s.at = i + 1
			return b.String()
		case c == '\\' && i+1 < len(s.text):
			i++
			switch c := s.text[i]; c {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(c)
			}
		default:
			b.WriteByte(c)
		}
	}
	s.fail()
	return ""
}

// properties reads ('key' = 'value', …).
func (s *scanner) properties() map[string]string {
	out := map[string]string{}
	s.want("(")
	for s.err == "" {
		key := s.hiveLiteral()
		s.want("=")
		out[key] = s.hiveLiteral()
		if s.take(")") {
			break
		}
		s.want(",")
	}
	return out
}

// hiveColumn is a column with its comment, as Glue keeps it.
type hiveColumn struct {
	Name, Type string
	Comment    string `json:",omitempty"`
}

// columns reads (name type [COMMENT 'text'], …).
func (s *scanner) columns() []hiveColumn {
	var out []hiveColumn
	s.want("(")
	for s.err == "" {
		name := s.name('`')
		if len(name) != 1 {
			s.fail()
			break
		}
		c := hiveColumn{Name: name[0], Type: s.hiveTypeText()}
		if _, err := sql.ParseHiveType(c.Type); err != nil && s.err == "" {
			s.err = fmt.Sprintf("cannot recognize the type of column %s: %v", c.Name, err)
		}
		if s.take("COMMENT") {
			c.Comment = s.hiveLiteral()
		}
		out = append(out, c)
		if s.take(")") {
			break
		}
		s.want(",")
	}
	return out
}

// hiveTypeText reads a type up to the comma, the parenthesis or the word behind it.
func (s *scanner) hiveTypeText() string {
	var b strings.Builder
	for depth := 0; s.err == ""; {
		w := s.peek()
		switch {
		case w == "", depth == 0 && (w == "," || w == ")" || w == "COMMENT"):
			return b.String()
		case w == "<" || w == "(":
			depth++
		case w == ">" || w == ")":
			depth--
		case w == "`":
			name := s.name('`')
			b.WriteString(strings.Join(name, "."))
			continue
		}
		b.WriteString(strings.ToLower(w))
		s.at += len(w)
	}
	return b.String()
}

// createDatabaseText reads what stands behind CREATE DATABASE.
func (s *scanner) createDatabaseText(st *statement) {
	st.kind, st.class, st.hive = "CREATE_DATABASE", "DDL", true
	st.ifExists = s.take("IF", "NOT", "EXISTS")
	st.table = s.name('`')
	input := map[string]json.RawMessage{"Name": raw(strings.Join(st.table, "."))}
	if s.take("COMMENT") {
		input["Description"] = raw(s.hiveLiteral())
	}
	if s.take("LOCATION") {
		input["LocationUri"] = raw(s.hiveLiteral())
	}
	if s.take("WITH", "DBPROPERTIES") {
		input["Parameters"] = raw(s.properties())
	}
	st.definition = &definition{input}
	s.end()
}

// createExternalTableText reads what stands behind CREATE EXTERNAL TABLE.
func (s *scanner) createExternalTableText(st *statement) {
	st.kind, st.class, st.hive = "CREATE_TABLE", "DDL", true
	st.ifExists = s.take("IF", "NOT", "EXISTS")
	st.table = s.name('`')
	columns := s.columns()
	input := map[string]json.RawMessage{"TableType": raw("EXTERNAL_TABLE"), "PartitionKeys": raw([]hiveColumn{})}
	if len(st.table) > 0 {
		input["Name"] = raw(st.table[len(st.table)-1])
	}
	parameters := map[string]string{"EXTERNAL": "TRUE"}
	serde := map[string]any{"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}
	place := map[string]any{"Columns": columns, "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
		"OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat", "SerdeInfo": serde}
	if s.take("COMMENT") {
		parameters["comment"] = s.hiveLiteral()
	}
	if s.take("PARTITIONED", "BY") {
		input["PartitionKeys"] = raw(s.columns())
	}
	if s.take("ROW", "FORMAT", "SERDE") {
		serde["SerializationLibrary"] = s.hiveLiteral()
		if s.take("WITH", "SERDEPROPERTIES") {
			serde["Parameters"] = s.properties()
		}
	}
	switch {
	case s.take("STORED", "AS", "INPUTFORMAT"):
		place["InputFormat"] = s.hiveLiteral()
		s.want("OUTPUTFORMAT")
		place["OutputFormat"] = s.hiveLiteral()
	case s.take("STORED", "AS", "PARQUET"):
		place["InputFormat"], place["OutputFormat"] = parquetInput, parquetOutput
		serde["SerializationLibrary"] = parquetSerde
	}
	if !s.take("LOCATION") && s.err == "" {
		s.err = "a table needs LOCATION"
	}
	where := s.hiveLiteral()
	place["Location"] = where
	if _, _, ok := splitS3(where); !ok && s.err == "" {
		s.err = "LOCATION must be s3://bucket/prefix"
	}
	if s.take("TBLPROPERTIES") {
		for k, v := range s.properties() {
			parameters[k] = v
		}
	}
	input["Parameters"], input["StorageDescriptor"] = raw(parameters), raw(place)
	st.definition = &definition{input}
	s.end()
}

// define runs a CREATE DATABASE or CREATE EXTERNAL TABLE.
func (s *Server) define(x *execution) error {
	st := x.statement
	db, own := x.database, st.table[len(st.table)-1]
	if len(st.table) > 1 {
		db = st.table[len(st.table)-2]
	}
	if err := s.defined(st, db, own); err != nil {
		return err
	}
	s.answer(x, nil, nil, 0)
	return s.result(x, ".txt", nil)
}

func (s *Server) defined(st *statement, db, own string) error {
	g := &s.glue
	g.mu.Lock()
	defer g.mu.Unlock()
	if st.kind == "CREATE_DATABASE" {
		if g.databases[own] != nil && !st.ifExists {
			return athenaError(2, 1003, "FAILED: Execution Error, return code 1 from "+
				"org.apache.hadoop.hive.ql.exec.DDLTask. Database %s already exists", own)
		}
		if g.databases[own] == nil {
			g.databases[own] = &database{Name: own, CreateTime: s.o.Now(), input: st.definition.input, tables: map[string]*table{}}
		}
		return nil
	}
	if t, err := g.table(db, own); err == nil {
		if st.ifExists {
			return nil // the old definition stays, and nobody says so
		}
		return athenaError(2, 1003, "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "+
			"AlreadyExistsException(message:Table %s already exists)", t.name)
	}
	if _, fail := g.add(db, st.definition.input, s.o.Now()); fail != nil {
		return athenaError(2, 1003, "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. %s", fail.message)
	}
	return nil
}
