package scalar

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// uri is an address as Java's class java.net.URI takes it apart, which Trino's url_extract_ functions go by: RFC 2396, stricter
// than browsers and logs. A part that is not there is "".
type uri struct{ host, path, query string }

// parseURI is false for text that Java refuses: blanks, quotes, braces, a % without two digits.
func parseURI(s string) (u uri, ok bool) {
	s, fragment, _ := strings.Cut(s, "#")
	if !legal(fragment, "[]") {
		return u, false
	}
	rest := s
	if at := strings.IndexAny(s, ":/?"); at >= 0 && s[at] == ':' {
		if !scheme(s[:at]) {
			return u, false
		}
		if rest = s[at+1:]; rest == "" {
			return u, false
		}
		if rest[0] != '/' { // mailto:x@y has no parts
			return u, legal(rest, "[]")
		}
	}
	rest, u.query, _ = strings.Cut(rest, "?")
	if !legal(u.query, "[]") {
		return u, false
	}
	if after, found := strings.CutPrefix(rest, "//"); found {
		end := strings.IndexByte(after, '/')
		if end < 0 {
			end = len(after)
		}
		authority := after[:end]
		if rest = after[end:]; authority == "" && rest == "" {
			return u, false
		}
		if authority != "" {
			if u.host, ok = host(authority); !ok && !legal(authority, "") {
				return u, false
			}
		}
	}
	u.path = rest
	return u, legal(rest, "")
}

func scheme(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9') && r != '+' && r != '-' && r != '.') {
			return false
		}
	}
	return s != ""
}

// legal reports whether every letter may stand in a URI; more are further ones that may stand in this part.
func legal(s, more string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '%' {
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 2
		}
	}
	for _, r := range s {
		switch {
		case r >= 0x80:
			if unicode.IsControl(r) || unicode.Is(unicode.Z, r) {
				return false
			}
		case r <= ' ' || r == 0x7f || strings.ContainsRune("\"<>\\^`{|}", r):
			return false
		case (r == '[' || r == ']') && !strings.ContainsRune(more, r):
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// host is the host of [user@]host[:port]; false where this is not such an authority, and Java knows no host.
func host(authority string) (string, bool) {
	rest := authority
	if user, after, found := strings.Cut(rest, "@"); found {
		if rest = after; !legal(user, "") {
			return "", false
		}
	}
	var name, port string
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return "", false
		}
		a, err := netip.ParseAddr(rest[1:end])
		if err != nil || !a.Is6() {
			return "", false
		}
		name, rest = rest[:end+1], rest[end+1:]
		if rest != "" && rest[0] != ':' {
			return "", false
		}
		port = strings.TrimPrefix(rest, ":")
	} else {
		name, port, _ = strings.Cut(rest, ":")
		if a, err := netip.ParseAddr(name); (err != nil || !a.Is4()) && !hostname(name) {
			return "", false
		}
	}
	for _, c := range port {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return name, true
}

// hostname: labels of letters, digits and inner hyphens; the last begins with a letter.
func hostname(s string) bool {
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for i, l := range labels {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for j := range len(l) {
			c := l[j]
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && c != '-' && (c < '0' || c > '9') || j == 0 && i == len(labels)-1 && !letter {
				return false
			}
		}
	}
	return true
}

// decoded replaces %41 by A, and bytes that are not UTF-8 by U+FFFD.
func decoded(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	t, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return strings.ToValidUTF8(t, "\uFFFD")
}

// uriParameter is url_extract_parameter: the first parameter of that name, decoded as a form.
func uriParameter(s, name string) (string, bool) {
	u, ok := parseURI(s)
	if !ok || u.query == "" {
		return "", false
	}
	for _, arg := range strings.Split(u.query, "&") {
		if key, value, _ := strings.Cut(arg, "="); key == name {
			v, err := url.QueryUnescape(value)
			return strings.ToValidUTF8(v, "\uFFFD"), err == nil
		}
	}
	return "", false
}
