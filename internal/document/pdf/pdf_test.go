package pdf

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

var fonts = os.DirFS("../../../templates/fonts")

// memory is an output that keeps its files.
type memory map[string]*bytes.Buffer

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

func (m memory) Create(name string) (io.WriteCloser, error) {
	m[name] = new(bytes.Buffer)
	return memoryFile{m[name]}, nil
}

func write(t testing.TB, d *document.Document) ([]byte, document.Written) {
	t.Helper()
	out := memory{}
	w, err := New(Options{Fonts: fonts}).Write(context.Background(), out, d)
	if err != nil {
		t.Fatal(err)
	}
	return out[File].Bytes(), w
}

func TestEveryDocument(t *testing.T) {
	for _, n := range documenttest.All() {
		t.Run(n.Name, func(t *testing.T) {
			file, w := write(t, n.Document)
			t.Log(len(file), w)
			if dir := os.Getenv("PDF_OUT"); dir != "" {
				os.WriteFile(dir+"/"+n.Name+".pdf", file, 0o644)
			}
		})
	}
}
