package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// KeyProblem is one thing wrong in a file of trusted keys. Line and Col count from 1, Col in characters.
type KeyProblem struct {
	Line, Col, Width int
	Text             string // what is wrong
	Source           string // the whole line
}

// TrustedKeys reads a file of public keys: one a line, as ssh-keygen writes them into a .pub file, or as ssh-keygen -Y verify takes them
// ("ALLOWED SIGNERS" in ssh-keygen(1)) with principals and options before the key. Blank lines and those that begin with # are left out.
// Of the options only namespaces is known, and a key whose namespaces do not have Namespace is not trusted for a manifest. A certificate
// authority, a time limit or another kind of key is a problem, since whoever wrote the line meant something that is not checked here.
// keys are as Check takes them.
func TrustedKeys(text []byte) (keys [][]byte, problems []KeyProblem) {
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		words := splitKey(line)
		if len(words) == 0 || strings.HasPrefix(words[0].text, "#") {
			continue
		}
		bad := func(at word, format string, args ...any) {
			problems = append(problems, KeyProblem{Line: number, Col: len([]rune(line[:at.from])) + 1, Width: len([]rune(at.text)),
				Text: fmt.Sprintf(format, args...), Source: line})
		}
		at := -1
		for i, w := range words[:min(3, len(words))] {
			if isKeyType(w.text) {
				at = i
				break
			}
		}
		switch {
		case at < 0:
			bad(words[0], "there is no key in this line; write ssh-ed25519 AAAA…, or principals before it")
			continue
		case !slices.Contains(KeyTypes, words[at].text):
			bad(words[at], "a key of the kind %s cannot be checked; allowed: %s", words[at].text, strings.Join(KeyTypes, ", "))
			continue
		case at+1 == len(words):
			bad(words[at], "the key itself is missing behind its kind")
			continue
		}
		line := []byte(words[at].text + " " + words[at+1].text)
		if _, err := publicKey(line); err != nil {
			bad(words[at+1], "%v", err)
			continue
		}
		if at == 1 && (strings.ContainsAny(words[0].text, `="`) || words[0].text == "cert-authority") {
			bad(words[0], "options need the principals before them")
			continue
		}
		if at == 2 {
			trusted, unknown := options(words[1].text)
			if unknown != "" {
				bad(words[1], "the option %s is not checked here, so the key cannot be trusted under it; allowed: namespaces", unknown)
				continue
			}
			if !trusted {
				continue
			}
		}
		keys = append(keys, line)
	}
	return keys, problems
}

func isKeyType(s string) bool {
	return strings.HasPrefix(s, "ssh-") || strings.HasPrefix(s, "ecdsa-") || strings.HasPrefix(s, "sk-")
}

// options reads namespaces="a,b" and reports whether they have Namespace; unknown is the first option that is something else.
func options(text string) (trusted bool, unknown string) {
	trusted = true
	for _, o := range splitQuoted(text, func(r rune) bool { return r == ',' }) {
		name, value, _ := strings.Cut(o.text, "=")
		if !strings.EqualFold(name, "namespaces") {
			return false, name
		}
		trusted = false
		for _, pattern := range strings.Split(strings.Trim(value, `"`), ",") {
			pattern, not := strings.CutPrefix(pattern, "!")
			if ok, err := path.Match(pattern, Namespace); err != nil || !ok {
				continue
			}
			if trusted = !not; not {
				break
			}
		}
		if !trusted {
			return false, ""
		}
	}
	return trusted, ""
}

// word is a part of a line and the byte at which it begins.
type word struct {
	from int
	text string
}

func splitKey(line string) []word {
	return splitQuoted(line, func(r rune) bool { return r == ' ' || r == '\t' })
}

// splitQuoted splits at separators outside of double quotes.
func splitQuoted(s string, separator func(rune) bool) (words []word) {
	from, quoted := -1, false
	for i, r := range s {
		if r == '"' {
			quoted = !quoted
		}
		switch {
		case !quoted && separator(r):
			if from >= 0 {
				words = append(words, word{from, s[from:i]})
			}
			from = -1
		case from < 0:
			from = i
		}
	}
	if from >= 0 {
		words = append(words, word{from, s[from:]})
	}
	return words
}
