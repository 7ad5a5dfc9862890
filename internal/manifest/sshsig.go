package manifest

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Namespace is what a signature is for, as `ssh-keygen -Y sign -n` and `-Y verify -n` take it.
const Namespace = "trailscribe-manifest"

// KeyTypes are the kinds of keys whose signatures count, as OpenSSH names them. RSA signs with SHA-2 only and has at least 2,048 bits.
// Keys of AWS KMS are of these kinds too: ECC_NIST_EDWARDS25519, ECC_NIST_P256 and so on, RSA_2048 and so on.
var KeyTypes = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSA}

// verify checks an SSHSIG (OpenSSH's PROTOCOL.sshsig): what `ssh-keygen -Y verify` does, without needing it. It gives the fingerprint of
// the key.
func verify(message, signature []byte, trusted [][]byte) (fingerprint string, err error) {
	block, _ := pem.Decode(signature)
	if block == nil || block.Type != "SSH SIGNATURE" {
		return "", errors.New("not an SSH signature")
	}
	blob, ok := bytes.CutPrefix(block.Bytes, []byte("SSHSIG\x00\x00\x00\x01"))
	if !ok {
		return "", errors.New("not an SSH signature of version 1")
	}
	var part [5][]byte // public key, namespace, reserved, hash, signature
	for i := range part {
		if part[i], blob, ok = field(blob); !ok {
			return "", errors.New("the signature is cut off")
		}
	}
	key, err := parseKey(part[0])
	if err != nil {
		return "", err
	}
	var sig ssh.Signature
	if err := ssh.Unmarshal(part[4], &sig); err != nil || len(sig.Rest) > 0 || len(blob) > 0 {
		return "", errors.New("not a signature of an SSH key")
	}
	if sig.Format == ssh.KeyAlgoRSA {
		return "", errors.New("signed with SHA-1; an RSA key signs with rsa-sha2-512 or rsa-sha2-256")
	}
	if string(part[1]) != Namespace {
		return "", fmt.Errorf("signed for %.40q, not for %q", part[1], Namespace)
	}
	var sum []byte
	switch string(part[3]) {
	case "sha512":
		s := sha512.Sum512(message)
		sum = s[:]
	case "sha256":
		s := sha256.Sum256(message)
		sum = s[:]
	default:
		return "", fmt.Errorf("unknown hash %.40q", part[3])
	}
	known := false
	for _, line := range trusted {
		b, err := publicKey(line)
		if err != nil {
			return "", fmt.Errorf("the trusted key %.40q: %w", line, err)
		}
		known = known || bytes.Equal(b, part[0])
	}
	if !known {
		return "", errors.New("signed by a key that is not trusted, " + fingerprintOf(part[0]))
	}
	signed := []byte("SSHSIG")
	for _, p := range [][]byte{part[1], part[2], part[3], sum} {
		signed = append(binary.BigEndian.AppendUint32(signed, uint32(len(p))), p...)
	}
	if key.Verify(signed, &sig) != nil {
		return "", errors.New("the signature does not fit the manifest")
	}
	return fingerprintOf(part[0]), nil
}

// parseKey is a public key in the SSH wire format whose signatures count.
func parseKey(b []byte) (ssh.PublicKey, error) {
	kind, _, _ := field(b)
	if !slices.Contains(KeyTypes, string(kind)) {
		return nil, fmt.Errorf("a key of the kind %.40q cannot be checked; allowed: %s", kind, strings.Join(KeyTypes, ", "))
	}
	key, err := ssh.ParsePublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("not a public key of the kind %s", kind)
	}
	if c, ok := key.(ssh.CryptoPublicKey); ok {
		if k, ok := c.CryptoPublicKey().(*rsa.PublicKey); ok && k.N.BitLen() < 2048 {
			return nil, fmt.Errorf("an RSA key of %d bits; at least 2048 count", k.N.BitLen())
		}
	}
	return key, nil
}

// publicKey is the key of a line "ssh-ed25519 AAAA… comment" in the SSH wire format.
func publicKey(line []byte) ([]byte, error) {
	words := bytes.Fields(line)
	if len(words) < 2 || !slices.Contains(KeyTypes, string(words[0])) {
		return nil, errors.New("it is not written as " + ssh.KeyAlgoED25519 + " AAAA…")
	}
	b, err := base64.StdEncoding.DecodeString(string(words[1]))
	if err != nil {
		return nil, fmt.Errorf("the key is not base64: %w", err)
	}
	if kind, _, _ := field(b); string(kind) != string(words[0]) {
		return nil, fmt.Errorf("it is not a public key of the kind %s", words[0])
	}
	_, err = parseKey(b)
	return b, err
}

// fingerprintOf is what ssh-keygen -l prints of a key.
func fingerprintOf(key []byte) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// field is a string of the SSH wire format: length, bytes.
func field(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if n > uint64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}
