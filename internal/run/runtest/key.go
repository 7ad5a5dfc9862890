package runtest

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"

	"trailscribe/internal/manifest"
)

// Key is an Ed25519 key that signs manifests as ssh-keygen -Y sign does; each number is another key. It is a manifest.Signer.
type Key byte

func (k Key) private() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), byte(k)))
}

// Public is the line of a .pub file.
func (k Key) Public() string {
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString(k.wire()) + " auditor@example.com"
}

func (k Key) wire() []byte {
	return wire("ssh-ed25519", string(k.private().Public().(ed25519.PublicKey)))
}

// Name is what errors call it.
func (k Key) Name() string { return "a key for tests" }

// Fingerprint is what ssh-keygen -l prints of the public key.
func (k Key) Fingerprint() string {
	sum := sha256.Sum256(k.wire())
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// Sign signs the canonical bytes of a manifest, by OpenSSH's PROTOCOL.sshsig.
func (k Key) Sign(_ context.Context, message []byte) ([]byte, error) {
	sum := sha512.Sum512(message)
	signed := append([]byte("SSHSIG"), wire(manifest.Namespace, "", "sha512", string(sum[:]))...)
	signature := wire("ssh-ed25519", string(ed25519.Sign(k.private(), signed)))
	blob := append([]byte("SSHSIG\x00\x00\x00\x01"), wire(string(k.wire()), manifest.Namespace, "", "sha512", string(signature))...)
	return pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: blob}), nil
}

// wire is texts in the wire format of SSH: length, bytes.
func wire(texts ...string) (b []byte) {
	for _, s := range texts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

var _ manifest.Signer = Key(0)
