package main

import (
	"context"
	"errors"
	"os"

	awskms "github.com/aws/aws-sdk-go-v2/service/kms"

	"trailscribe/internal/config"
	"trailscribe/internal/manifest"
	"trailscribe/internal/manifest/kms"
	"trailscribe/internal/manifest/sshkey"
	"trailscribe/internal/regular"
)

// passphraseVariable holds the passphrase of an encrypted key. There is no flag for it: command lines are read by others.
const passphraseVariable = "TRAILSCRIBE_SIGN_PASSPHRASE" //nolint:gosec // the name of a variable

// mostKey is how many bytes a private key may have.
const mostKey = 64 << 10

// signer is the key that signs the manifest; nil for none. A key that cannot sign is an error here, before any query runs.
func (p *program) signer(ctx context.Context, s *setup, set config.Settings) (manifest.Signer, error) {
	x := set.Get(config.Sign)
	key, err := config.ParseSigningKey(x.Value)
	if err != nil {
		return nil, usage("see sign: in docs/configuration.md", "--sign: %w", err)
	}
	switch key.Kind {
	case config.SignFile:
		return p.fileSigner(key.Name, x.AsWritten())
	case config.SignEnv:
		private := p.env(key.Name)
		if private == "" {
			return nil, usage("", "--sign: the environment variable %s, which should hold the private key, is empty", key.Name)
		}
		return p.keySigner([]byte(private), "env:"+key.Name)
	case config.SignAgent:
		signer, err := sshkey.Agent(ctx, p.env("SSH_AUTH_SOCK"), key.Name)
		if err != nil {
			return nil, &codedError{code: exitUsage, err: errors.New("--sign ssh-agent: " + err.Error()), hint: "start it and add the key: " +
				"eval $(ssh-agent); ssh-add KEY"}
		}
		return signer, nil
	case config.SignKMS:
		cfg, err := p.aws(ctx, s, set)
		if err != nil {
			return nil, err
		}
		signer, err := kms.New(ctx, awskms.NewFromConfig(cfg), key.Name)
		if err != nil {
			return nil, inPlainWords(err)
		}
		return signer, nil
	}
	return nil, nil
}

// fileSigner reads a private key from a file. One that others may read is told, as ssh-keygen does.
func (p *program) fileSigner(path, written string) (manifest.Signer, error) {
	private, err := regular.Read(p.at(path), mostKey)
	if err != nil {
		return nil, usage("name a private key as ssh-keygen -t ed25519 makes it", "reading the key that signs: %w", err)
	}
	if info, err := os.Stat(p.at(path)); err == nil && readByOthers(info) {
		p.term.Warn("the private key " + written + " can be read by others; chmod 600 " + written)
	}
	return p.keySigner(private, written)
}

func (p *program) keySigner(private []byte, name string) (manifest.Signer, error) {
	signer, err := sshkey.New(private, []byte(p.env(passphraseVariable)), name)
	switch {
	case errors.Is(err, sshkey.ErrPassphrase):
		return nil, usage("set "+passphraseVariable+", or add the key to ssh-agent and sign with --sign ssh-agent", "the key %s: %w", name, err)
	case err != nil:
		return nil, usage("make one: ssh-keygen -t ed25519 -f KEY", "the key %s: %w", name, err)
	}
	return signer, nil
}
