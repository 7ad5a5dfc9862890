package integrity_test

import (
	"bytes"
	"compress/gzip"
)

// storedGzip compresses as another program would: other bytes, the same content.
func storedGzip(text []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		panic(err)
	}
	z.Name = "log.json"
	if _, err := z.Write(text); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
