package manifest

import (
	"fmt"
	"strings"
	"testing"
)

func TestTrustedKeys(t *testing.T) {
	_, line := sign(1, Namespace, nil)
	pub := strings.TrimSuffix(string(line), " auditor")
	for _, c := range []struct {
		text string
		keys int
		bad  string
	}{
		{"", 0, ""},
		{"# nobody\n\n  \n", 0, ""},
		{pub + "\n", 1, ""},
		{pub + " auditor@example.com\r\n" + pub, 2, ""},
		{"auditor@example.com,other@example.com " + pub, 1, ""},
		{`auditor@example.com namespaces="git,trailscribe-manifest" ` + pub + " comment", 1, ""},
		{`auditor@example.com namespaces="trailscribe-*" ` + pub, 1, ""},
		{`auditor@example.com namespaces="git, file" ` + pub, 0, ""},
		{`auditor@example.com namespaces="*,!trailscribe-manifest" ` + pub, 0, ""},
		{`auditor@example.com namespaces="!trailscribe-manifest,*" ` + pub, 0, ""},
		{`auditor@example.com cert-authority ` + pub, 0, "1:21: the option cert-authority is not checked here"},
		{`a namespaces="*",valid-before="20300101" ` + pub, 0, "1:3: the option valid-before is not checked here"},
		{`namespaces="*" ` + pub, 0, "1:1: options need the principals"},
		{"cert-authority " + pub, 0, "1:1: options need the principals"},
		{pub + "\nä ssh-dss AAAA\n", 1, "2:3: a key of the kind ssh-dss cannot be checked; allowed: ssh-ed25519"},
		{pub + "\nä ssh-rsa AAAA\n", 1, "2:11: it is not a public key of the kind ssh-rsa"},
		{"sk-ssh-ed25519@openssh.com AAAA", 0, "1:1: a key of the kind sk-ssh-ed25519@openssh.com"},
		{"a ssh-ed25519", 0, "1:3: the key itself is missing"},
		{"ssh-ed25519 AAAA====", 0, "1:13: the key is not base64"},
		{"ssh-ed25519 AAAA", 0, "1:13: it is not a public key of the kind ssh-ed25519"},
		{"auditor@example.com", 0, "1:1: there is no key in this line"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----", 0, "1:1: there is no key in this line"},
	} {
		keys, problems := TrustedKeys([]byte(c.text))
		got := ""
		for _, p := range problems {
			got += fmt.Sprintf("%d:%d: %s\n", p.Line, p.Col, p.Text)
			if p.Width < 1 || p.Source == "" {
				t.Errorf("%q: %+v", c.text, p)
			}
		}
		if len(keys) != c.keys || !strings.HasPrefix(got, c.bad) || (c.bad == "") != (got == "") {
			t.Errorf("%q: %d keys, %q; want %d, %q", c.text, len(keys), got, c.keys, c.bad)
		}
		for _, k := range keys {
			if string(k) != pub {
				t.Errorf("%q: the key is %q", c.text, k)
			}
		}
	}
}

func FuzzTrustedKeys(f *testing.F) {
	_, line := sign(1, Namespace, nil)
	f.Add(string(line))
	f.Add(`a@b namespaces="x,!y",cert-authority ` + string(line))
	f.Add("a \"ssh-ed25519\n\x00 ssh-ed25519 A")
	f.Fuzz(func(t *testing.T, text string) {
		keys, problems := TrustedKeys([]byte(text))
		for _, k := range keys {
			if _, err := publicKey(k); err != nil {
				t.Fatalf("%q gave the key %q: %v", text, k, err)
			}
		}
		lines := strings.Split(text, "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > len([]rune(p.Source))+1 {
				t.Fatalf("%q: the problem is at %d:%d", text, p.Line, p.Col)
			}
		}
	})
}
