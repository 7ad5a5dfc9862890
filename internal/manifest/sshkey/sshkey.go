// Package sshkey signs manifests with a key of OpenSSH: one in a file or a variable, or one that ssh-agent holds. The private key never
// stands in a message, an error or a file that this program writes.
package sshkey

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"trailscribe/internal/manifest"
)

// ErrPassphrase says that the key is encrypted and no passphrase, or a wrong one, was given.
var ErrPassphrase = errors.New("the key is encrypted and its passphrase is missing or wrong")

type signer struct {
	key  ssh.Signer
	name string
}

// New is a signer by a private key in the form of OpenSSH or PEM. name says where the key came from, for messages.
func New(private, passphrase []byte, name string) (manifest.Signer, error) {
	key, err := ssh.ParsePrivateKey(private)
	if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
		if len(passphrase) == 0 {
			return nil, ErrPassphrase
		}
		key, err = ssh.ParsePrivateKeyWithPassphrase(private, passphrase)
	}
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, ErrPassphrase
	case err != nil: // what a parser says may quote the key
		return nil, errors.New("it is not a private key as ssh-keygen writes it")
	}
	if err := manifest.CheckKey(key.PublicKey()); err != nil {
		return nil, err
	}
	return &signer{key, name}, nil
}

func (s *signer) Name() string { return s.name }

func (s *signer) Fingerprint() string { return ssh.FingerprintSHA256(s.key.PublicKey()) }

func (s *signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := manifest.SSH(s.key, message)
	if err != nil {
		return nil, fmt.Errorf("the key of %s did not sign: %w", s.name, err)
	}
	return out, nil
}
