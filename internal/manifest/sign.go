package manifest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Signer signs the canonical bytes of a manifest.
type Signer interface {
	// Name says which key signs, for messages: never anything secret.
	Name() string
	// Fingerprint is that of the public key, as ssh-keygen -l prints it.
	Fingerprint() string
	// Sign gives the text of manifest.json.sig, as SSH signs message with the key.
	Sign(ctx context.Context, message []byte) (signature []byte, err error)
}

// SSH signs a message in OpenSSH's form (PROTOCOL.sshsig), for Namespace. `ssh-keygen -Y verify -n trailscribe-manifest` accepts it.
func SSH(key ssh.Signer, message []byte) ([]byte, error) {
	s, err := sshsig.SignWithRand(bytes.NewReader(message), rand.Reader, key, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, err
	}
	return sshsig.Armor(s), nil
}

// CheckKey says why signatures of a key would not count; nil where they do.
func CheckKey(key ssh.PublicKey) error {
	if !slices.Contains(KeyTypes, key.Type()) {
		return fmt.Errorf("a key of the kind %s does not sign manifests; allowed: %s", key.Type(), strings.Join(KeyTypes, ", "))
	}
	_, err := parseKey(key.Marshal())
	return err
}
