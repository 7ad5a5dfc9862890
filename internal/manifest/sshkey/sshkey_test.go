package sshkey_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"trailscribe/internal/manifest"
	"trailscribe/internal/manifest/sshkey"
)

// keys are one of each kind that signs.
func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	out := map[string]crypto.Signer{}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out["ed25519"] = e
	for name, curve := range map[string]elliptic.Curve{"p256": elliptic.P256(), "p384": elliptic.P384(), "p521": elliptic.P521()} {
		if out[name], err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	if out["rsa"], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	return out
}

func private(t *testing.T, key crypto.Signer, passphrase string) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func public(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	k, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(ssh.MarshalAuthorizedKey(k))
}

// accepted holds a signature against this program's own verification, and where it is there against ssh-keygen.
func accepted(t *testing.T, s manifest.Signer, public []byte) {
	t.Helper()
	m := &manifest.Manifest{Format: manifest.Format, Run: "small/2026-10/r1", Evidence: strings.Repeat("a", 64)}
	signature, err := s.Sign(t.Context(), m.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	by, err := manifest.SignedBy(fstest.MapFS{manifest.Signature: {Data: signature}}, m, [][]byte{public})
	if err != nil || by != s.Fingerprint() {
		t.Errorf("signed by %q (%v), want %s", by, err, s.Fingerprint())
	}
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"signers": append([]byte("auditor "), public...), "sig": signature} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(tool, "-Y", "verify", "-f", filepath.Join(dir, "signers"), "-I", "auditor", "-n", manifest.Namespace,
		"-s", filepath.Join(dir, "sig"))
	c.Stdin = bytes.NewReader(m.Canonical())
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("ssh-keygen -Y verify: %v\n%s", err, out)
	}
}

func TestKeysOfEachKindSign(t *testing.T) {
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			s, err := sshkey.New(private(t, key, ""), nil, "keys/reports")
			if err != nil {
				t.Fatal(err)
			}
			accepted(t, s, public(t, key))
		})
	}
}

func TestEncryptedKey(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := private(t, key, "secret")
	for _, passphrase := range []string{"", "wrong"} {
		if _, err := sshkey.New(text, []byte(passphrase), "key"); !errors.Is(err, sshkey.ErrPassphrase) {
			t.Errorf("passphrase %q: %v", passphrase, err)
		}
	}
	s, err := sshkey.New(text, []byte("secret"), "key")
	if err != nil {
		t.Fatal(err)
	}
	accepted(t, s, public(t, key))
}

func TestWhatIsNotAKeyIsNotRepeated(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024) // one that must not sign
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"text":        "hunter2",
		"damaged":     "-----BEGIN OPENSSH PRIVATE KEY-----\naHVudGVyMg==\n-----END OPENSSH PRIVATE KEY-----\n",
		"public":      "ssh-ed25519 AAAAhunter2",
		"small RSA":   string(private(t, small, "")),
		"nothing":     "",
		"certificate": "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n",
	} {
		if _, err := sshkey.New([]byte(text), nil, "key"); err == nil || strings.Contains(err.Error(), "hunter2") ||
			strings.Contains(err.Error(), "aHVudGVyMg") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// ask starts an agent with these keys and gives its socket.
func ask(t *testing.T, list ...crypto.Signer) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") //nolint:usetesting // short: the path of a socket has at most 104 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ring := agent.NewKeyring()
	for _, key := range list {
		var k any = key
		if e, ok := key.(ed25519.PrivateKey); ok {
			k = &e
		}
		if err := ring.Add(agent.AddedKey{PrivateKey: k}); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skip("no sockets of files here: ", err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, conn) }() // it ends with the connection
		}
	}()
	return l.Addr().String()
}

func TestAgent(t *testing.T) {
	all := keys(t)
	var list []crypto.Signer
	for _, key := range all {
		list = append(list, key)
	}
	one, many := ask(t, all["p256"]), ask(t, list...)
	s, err := sshkey.Agent(t.Context(), one, "")
	if err != nil {
		t.Fatal(err)
	}
	accepted(t, s, public(t, all["p256"]))
	for name, key := range all {
		k, err := ssh.NewPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		s, err := sshkey.Agent(t.Context(), many, ssh.FingerprintSHA256(k))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		accepted(t, s, public(t, key))
	}
	for name, c := range map[string]struct{ socket, fingerprint, want string }{
		"which of many": {many, "", "name one: ssh-agent:SHA256:"},
		"unknown":       {one, "SHA256:x", "the agent has no key SHA256:x; it has SHA256:"},
		"empty":         {ask(t), "", "add one with ssh-add"},
		"no agent":      {"", "", "SSH_AUTH_SOCK is not set"},
		"gone":          {filepath.Join(t.TempDir(), "s"), "", "cannot be reached"},
	} {
		if _, err := sshkey.Agent(t.Context(), c.socket, c.fingerprint); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// An agent that asks its user and gets no answer does not hold the program.
func TestAgentThatDoesNotAnswer(t *testing.T) {
	dir, err := os.MkdirTemp("", "agent") //nolint:usetesting // as short as above
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skip("no sockets of files here: ", err)
	}
	defer l.Close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		if conn, err := l.Accept(); err == nil {
			defer conn.Close()
			stop()
			<-t.Context().Done()
		}
	}()
	if _, err := sshkey.Agent(ctx, l.Addr().String(), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
