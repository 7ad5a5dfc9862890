package terminal_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"trailscribe/internal/terminal"
)

// What a value holds comes back whole, and nothing in it reaches the screen as a command.
func TestObjectEscapesWhatAScreenObeys(t *testing.T) {
	hostile := "a\x1b[31m\u202ecod\u009b1m\U000e0041é\n"
	var out bytes.Buffer
	stream := terminal.NewStream(&out)
	term := terminal.New(terminal.Options{Out: stream, Err: stream, Env: func(string) string { return "" }})
	if err := term.Object(map[string]string{"text": hostile}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b", "\u202e", "\u009b", "\U000e0041"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is in %q", bad, out.String())
		}
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["text"] != hostile {
		t.Errorf("%q came back as %q (%v)", hostile, back["text"], err)
	}
}
