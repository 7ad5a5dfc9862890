package trinotest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client speaks Trino's client protocol; see trino.io/docs/current/develop/client-protocol.html.
type client struct{ base, catalog string }

type column struct{ Name, Type string }

// answer is what a statement gave, its cells as Athena writes them; nil is NULL.
type answer struct {
	columns []column
	rows    [][]*string
	scanned int64
}

func (c *client) run(ctx context.Context, statement string) (*answer, error) {
	out := &answer{}
	method, address, body := http.MethodPost, c.base+"/v1/statement", statement
	for tries := 0; ; {
		r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		for k, v := range map[string]string{"X-Trino-User": "conformance", "X-Trino-Source": "trailscribe", "X-Trino-Catalog": c.catalog,
			"X-Trino-Time-Zone": "UTC", "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME"} {
			r.Header.Set(k, v)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(got.Body)
		got.Body.Close()
		if err != nil {
			return nil, err
		}
		if (got.StatusCode == http.StatusServiceUnavailable || got.StatusCode == http.StatusBadGateway) && tries < 50 {
			tries++
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if got.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("trino answers %s: %.200s", got.Status, bytes.TrimSpace(data))
		}
		var page struct {
			NextURI string
			Columns []column
			Data    [][]json.RawMessage
			Error   *struct{ Message, ErrorName string }
			Stats   struct{ PhysicalInputBytes int64 }
		}
		if err := json.Unmarshal(data, &page); err != nil {
			return nil, err
		}
		if page.Error != nil {
			return nil, fmt.Errorf("%s: %s", page.Error.ErrorName, page.Error.Message)
		}
		if page.Columns != nil {
			out.columns = page.Columns
		}
		for _, row := range page.Data {
			cells := make([]*string, len(row))
			for i, raw := range row {
				if cells[i], err = text(out.columns[i], raw); err != nil {
					return nil, err
				}
			}
			out.rows = append(out.rows, cells)
		}
		out.scanned = page.Stats.PhysicalInputBytes
		if page.NextURI == "" {
			return out, nil
		}
		method, address, body = http.MethodGet, page.NextURI, ""
	}
}

// text is a cell as Athena writes it. Lists and rows are not: no statement of ours asks for one.
func text(c column, raw json.RawMessage) (*string, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	s := string(raw)
	switch s[0] {
	case '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		if c.Type == "varbinary" {
			b, err := base64.StdEncoding.DecodeString(s)
			if err != nil {
				return nil, err
			}
			s = strings.TrimSpace(fmt.Sprintf("% x", b))
			if hex.EncodedLen(len(b)) == 0 {
				s = ""
			}
		}
	case '[', '{':
		return nil, fmt.Errorf("the column %s is %s, which no result may be", c.Name, c.Type)
	}
	return &s, nil
}

// csvOf is Athena's results object: every value quoted, NULL as nothing between the commas, a header.
func csvOf(a *answer) []byte {
	var b bytes.Buffer
	line := func(n int, cell func(int) *string) {
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			if s := cell(i); s != nil {
				b.WriteString(`"` + strings.ReplaceAll(*s, `"`, `""`) + `"`)
			}
		}
		b.WriteByte('\n')
	}
	line(len(a.columns), func(i int) *string { return &a.columns[i].Name })
	for _, row := range a.rows {
		line(len(row), func(i int) *string { return row[i] })
	}
	return b.Bytes()
}
