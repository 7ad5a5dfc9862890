package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/scalar"
)

// literalPath reads the path of a function of JSON.
func literalPath(k *checker, c *ast.Call, r *resolved) {
	lit, ok := c.Args[1].(*ast.StringLit)
	if !ok {
		k.problem(c.Args[1], "the path of "+r.fn.name+" is a literal like '$.a.b'", "", "not-supported")
		return
	}
	path, err := scalar.JSONPath(lit.Value)
	if err != nil {
		k.problem(c.Args[1], err.Error(), "", "not-supported")
	}
	r.path = path
}

// emitJSON writes a function of JSON text and a path.
func emitJSON(macro string) func(*emitter, *ast.Call, *resolved) string {
	return func(e *emitter, c *ast.Call, r *resolved) string {
		text, path := e.as(c.Args[0], r.params[0]), r.path
		if macro != "tr_json_size" && r.params[0].Kind == JSONType {
			text = "CAST(" + text + " AS VARCHAR)"
		}
		call := macro + "(" + text + ", " + ast.StringText(path) + ")"
		if macro == "tr_json_extract" {
			call = "CAST(" + call + " AS JSON)"
		}
		if last := lastPlainKey(path); macro != "tr_json_size" && last != "" && !strings.ContainsRune(text, '(') {
			// Most rows lack the key. The function is Go and reads the whole text; to look for the key first is several
			// times cheaper. A key of these characters is written as it is, unless there is an escape like \u0061.
			return "CASE WHEN contains(" + text + ", " + ast.StringText(`"`+last+`"`) + ") OR contains(" + text + `, '\u') THEN ` + call + " END"
		}
		return call
	}
}

// lastPlainKey is the last key of a DuckDB path that JSON never needs to escape, "" where there is none.
func lastPlainKey(path string) string {
	for end := len(path); ; {
		i := strings.LastIndex(path[:end], `."`)
		if i < 0 {
			return ""
		}
		key, _, closed := strings.Cut(path[i+2:], `"`)
		if closed && key != "" && strings.Trim(key, "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return key
		}
		end = i
	}
}
