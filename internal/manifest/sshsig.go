package manifest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
)

// Namespace is what a signature is for, as `ssh-keygen -Y sign -n` and `-Y verify -n` take it.
const Namespace = "trailscribe-manifest"

// keyType is the one kind of key that signs: the smallest whose signatures have one form only.
const keyType = "ssh-ed25519"

// verify checks an SSHSIG (OpenSSH's PROTOCOL.sshsig) with an Ed25519 key: what `ssh-keygen -Y verify` does, without needing it.
// It gives the fingerprint of the key.
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
	key, ok := ed25519Part(part[0], ed25519.PublicKeySize)
	sig, ok2 := ed25519Part(part[4], ed25519.SignatureSize)
	if !ok || !ok2 || len(blob) > 0 {
		return "", errors.New("not a signature of an Ed25519 key")
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
	if !ed25519.Verify(key, signed, sig) {
		return "", errors.New("the signature does not fit the manifest")
	}
	return fingerprintOf(part[0]), nil
}

// publicKey is the key of a line "ssh-ed25519 AAAA… comment" in the SSH wire format.
func publicKey(line []byte) ([]byte, error) {
	words := bytes.Fields(line)
	if len(words) < 2 || string(words[0]) != keyType {
		return nil, errors.New("it is not written as " + keyType + " AAAA…")
	}
	b, err := base64.StdEncoding.DecodeString(string(words[1]))
	if err != nil {
		return nil, fmt.Errorf("the key is not base64: %w", err)
	}
	if _, ok := ed25519Part(b, ed25519.PublicKeySize); !ok {
		return nil, errors.New("it is not a public Ed25519 key")
	}
	return b, nil
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

func ed25519Part(b []byte, size int) ([]byte, bool) {
	name, b, ok := field(b)
	value, rest, ok2 := field(b)
	return value, ok && ok2 && string(name) == keyType && len(value) == size && len(rest) == 0
}
