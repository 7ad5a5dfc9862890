package cache

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

// A value of any size stands in the cache once: not again as the least and the greatest of its row group.
func TestLargeValuesAreKeptOnce(t *testing.T) {
	const size, records = 2 << 20, 4
	random := rand.New(rand.NewPCG(1, 2))
	var values [records][]byte
	for i := range values {
		text := make([]byte, size) // hard to pack
		for k := range text {
			text[k] = byte(' ' + random.IntN(94))
		}
		var err error
		if values[i], err = json.Marshal(string(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, field := range []string{"eventName", "eventTime", "errorMessage", "requestParameters", "userAgent"} {
		file := []byte(`{"Records":[`)
		for i := range records {
			if i > 0 {
				file = append(file, ',')
			}
			file = fmt.Appendf(file, `{"eventVersion":"1.11","eventID":"%d","eventSource":"iam.amazonaws.com",%q:%s}`, i, field, values[i])
		}
		dir := t.TempDir()
		c := open(t, dir, memory(t, map[string][]byte{"one.json": append(file, "]}"...)}), func(o *Options) { o.Memory = 64 << 20 })
		s := fill(t, c, Window{})
		if n := len(rows(t, s)); n != records {
			t.Errorf("%s: %d rows", field, n)
		}
		kept := int64(0)
		for _, name := range parquetFiles(t, dir) {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			kept += info.Size()
		}
		if most := int64(records*size) * 11 / 10; kept < size/2 || kept > most {
			t.Errorf("%s: the cache has %d bytes for %d values of %d bytes", field, kept, records, size)
		}
	}
}
