package pdf

import (
	"bytes"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/document/documenttest"
)

// A file of the document is attached byte for byte, associated as its data, and dated by the document and not by the machine.
func TestFilesAreAttached(t *testing.T) {
	d := documenttest.Full()
	data := []byte(strings.Repeat(`{"a":"(endstream endobj"}`, 500))
	d.Files = []document.File{{Name: "record.json", Type: "application/json", Description: "The record", Data: data}}
	file, _ := write(t, d)
	o, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, b := range o.body {
		if !bytes.Contains(b[:min(len(b), 60)], []byte("/Type /EmbeddedFile")) {
			continue
		}
		found++
		dict, got, err := unstream(b)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes of %d are attached: %v", len(got), len(data), err)
		}
		if want := "/ModDate (" + d.As.UTC().Format("D:20060102150405Z") + ")"; !bytes.Contains(dict, []byte(want)) {
			t.Errorf("%s lacks %s", dict, want)
		}
	}
	catalog := string(o.body[o.root])
	if found != 1 || !strings.Contains(catalog, "/AF [") || !strings.Contains(catalog, "/EmbeddedFiles <</Names [") {
		t.Errorf("%d files, catalog %s", found, catalog)
	}
	again, _ := write(t, d)
	if !bytes.Equal(file, again) {
		t.Error("the same document gave other bytes")
	}
}
