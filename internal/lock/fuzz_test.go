package lock

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzHolder: whatever a lock file holds, the holder that people are told of is a number and a plain name.
func FuzzHolder(f *testing.F) {
	for _, s := range []string{`{"PID":12,"Host":"a.example"}`, `{"Host":"\u001b[31m"}`, "", "null", "{", `{"PID":1e99}`,
		strings.Repeat("x", longest+1)} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "lock")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if h := holderOf(path); strings.ContainsFunc(h.Host, func(r rune) bool { return r <= ' ' || r > '~' }) || len(h.Host) > 253 {
			t.Errorf("%q names the host %q", b, h.Host)
		}
	})
}
