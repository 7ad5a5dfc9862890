package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzManifest: a manifest is read, and written and read again the same, or it is damaged and its day is read anew.
func FuzzManifest(f *testing.F) {
	f.Add(`{"parts":[{"name":"part-1.parquet","size":1,"crc32c":2,"rows":3}],"files":[{"key":"a","size":1,"state":"read","part":"part-1.parquet"}]}`, true)
	f.Add(`{"parts":[{"name":"part-/../../x"}]}`, true)
	f.Add(`{"parts":null,"files":[null]}`, true)
	f.Add("{}", false)
	f.Add("\n", false)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, body string, signed bool) {
		text := body
		if signed {
			sum := sha256.Sum256([]byte(body))
			text = hex.EncodeToString(sum[:]) + "\n" + body
		}
		if err := os.WriteFile(filepath.Join(dir, manifestName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := loadManifest(dir)
		if err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatal(err)
			}
			return
		}
		for _, p := range m.Parts {
			if strings.ContainsAny(p.Name, "/\x00") || filepath.Base(p.Name) != p.Name {
				t.Fatalf("a part is called %q", p.Name)
			}
		}
		if err := m.save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := loadManifest(dir)
		if err != nil || len(again.Parts) != len(m.Parts) || len(again.Files) != len(m.Files) {
			t.Fatalf("%+v is read again as %+v (%v)", m, again, err)
		}
	})
}
