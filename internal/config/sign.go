package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Kinds of places where the key that signs reports is.
const (
	SignFile  = "file"      // a private key as ssh-keygen writes it; Name is its path
	SignAgent = "ssh-agent" // Name is a fingerprint, "" for the only key
	SignKMS   = "kms"       // Name is the id, ARN or alias of a key of AWS KMS
	SignEnv   = "env"       // Name is that of an environment variable that holds the private key
)

// SigningKey says where the key that signs reports is.
type SigningKey struct{ Kind, Name string }

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ParseSigningKey reads the value of the setting sign: the path of a private key, ssh-agent, ssh-agent:FINGERPRINT, kms:KEY or env:NAME.
// "none" and "" mean that nothing signs. A value that holds a key instead of naming one is refused and not repeated.
func ParseSigningKey(text string) (SigningKey, error) {
	kind, name, named := strings.Cut(text, ":")
	switch {
	case text == "" || text == "none":
		return SigningKey{}, nil
	case strings.Contains(text, "PRIVATE KEY") || strings.ContainsAny(text, "\n\r"):
		return SigningKey{}, errors.New("this is a private key, not the name of one: put it into a file, or into a variable and write env:NAME")
	case text == SignAgent:
		return SigningKey{Kind: SignAgent}, nil
	case kind == SignAgent && named:
		if !strings.HasPrefix(name, "SHA256:") {
			return SigningKey{}, fmt.Errorf("%q is not a fingerprint; write ssh-agent:SHA256:… as ssh-add -l prints it", name)
		}
		return SigningKey{SignAgent, name}, nil
	case kind == SignKMS && named:
		if name == "" {
			return SigningKey{}, errors.New("kms: needs the id, ARN or alias of a key, such as kms:alias/reports")
		}
		return SigningKey{SignKMS, name}, nil
	case kind == SignEnv && named:
		if !variableName.MatchString(name) {
			return SigningKey{}, errors.New("env: needs the name of an environment variable that holds the private key")
		}
		return SigningKey{SignEnv, name}, nil
	case strings.Contains(text, "://"):
		return SigningKey{}, fmt.Errorf("%q is not the path of a key on this machine", text)
	}
	return SigningKey{SignFile, text}, nil
}
