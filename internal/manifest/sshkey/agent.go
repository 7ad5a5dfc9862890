package sshkey

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"trailscribe/internal/manifest"
)

type agentSigner struct {
	socket, fingerprint string
}

// Agent is a signer by a key that ssh-agent holds: that of a fingerprint as ssh-add -l prints it, or "" for the only one whose
// signatures count. socket is $SSH_AUTH_SOCK. The agent is asked for its keys at once, so that a key that is not there is an error before
// any work.
func Agent(ctx context.Context, socket, fingerprint string) (manifest.Signer, error) {
	if socket == "" {
		return nil, errors.New("SSH_AUTH_SOCK is not set: no ssh-agent is running for this program")
	}
	s := &agentSigner{socket: socket, fingerprint: fingerprint}
	err := s.open(ctx, func(a agent.Agent) error {
		keys, err := a.List()
		if err != nil {
			return fmt.Errorf("the agent does not list its keys: %w", err)
		}
		var have []string
		for _, k := range keys {
			if manifest.CheckKey(k) == nil {
				have = append(have, ssh.FingerprintSHA256(k))
			}
		}
		for _, f := range have {
			if f == fingerprint {
				return nil
			}
		}
		switch {
		case len(have) == 0:
			return errors.New("the agent has no key that signs manifests; add one with ssh-add, of the kinds " +
				strings.Join(manifest.KeyTypes, ", "))
		case fingerprint != "":
			return fmt.Errorf("the agent has no key %s; it has %s", fingerprint, strings.Join(have, ", "))
		case len(have) > 1:
			return fmt.Errorf("the agent has %d keys; name one: ssh-agent:%s", len(have), strings.Join(have, " or ssh-agent:"))
		}
		s.fingerprint = have[0]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// open connects for one use: an agent may be stopped while queries run, and started again.
func (s *agentSigner) open(ctx context.Context, do func(agent.Agent) error) error {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", s.socket)
	if err != nil {
		return fmt.Errorf("ssh-agent cannot be reached at SSH_AUTH_SOCK: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() }) // the user may be asked to confirm, for as long as it takes
	defer stop()
	if err := do(agent.NewClient(conn)); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	return nil
}

func (s *agentSigner) Name() string { return "ssh-agent" }

func (s *agentSigner) Fingerprint() string { return s.fingerprint }

func (s *agentSigner) Sign(ctx context.Context, message []byte) (out []byte, err error) {
	err = s.open(ctx, func(a agent.Agent) error {
		keys, err := a.Signers()
		if err != nil {
			return fmt.Errorf("the agent does not list its keys: %w", err)
		}
		for _, k := range keys {
			if ssh.FingerprintSHA256(k.PublicKey()) == s.fingerprint {
				out, err = manifest.SSH(k, message)
				return err
			}
		}
		return fmt.Errorf("the agent no longer has the key %s", s.fingerprint)
	})
	return out, err
}
