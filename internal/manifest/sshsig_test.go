package manifest

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func wire(parts ...string) (b []byte) {
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return b
}

// sign makes an SSHSIG by hand, as PROTOCOL.sshsig has it.
func sign(seed byte, namespace string, message []byte) (signature, public []byte) {
	key := ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
	pub := string(wire("ssh-ed25519", string(key.Public().(ed25519.PublicKey))))
	sum := sha512.Sum512(message)
	signed := append([]byte("SSHSIG"), wire(namespace, "", "sha512", string(sum[:]))...)
	blob := append([]byte("SSHSIG\x00\x00\x00\x01"),
		wire(pub, namespace, "", "sha512", string(wire("ssh-ed25519", string(ed25519.Sign(key, signed)))))...)
	return pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: blob}),
		[]byte("ssh-ed25519 " + base64.StdEncoding.EncodeToString([]byte(pub)) + " auditor")
}

func TestSignature(t *testing.T) {
	dir := folder(t)
	m, err := Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	good, pub := sign(1, Namespace, m.Canonical())
	_, other := sign(2, Namespace, nil)
	elsewhere, _ := sign(1, "file", m.Canonical())
	stale, _ := sign(1, Namespace, append(m.Canonical(), ' '))
	for _, c := range []struct {
		name      string
		signature []byte
		trusted   [][]byte
		want      string
	}{
		{"nobody asked", nil, nil, ""},
		{"good", good, [][]byte{other, pub}, ""},
		{"none", nil, [][]byte{pub}, Unsigned},
		{"other key", good, [][]byte{other}, BadSigner},
		{"other namespace", elsewhere, [][]byte{pub}, BadSigner},
		{"other manifest", stale, [][]byte{pub}, BadSigner},
		{"cut", good[:len(good)/2], [][]byte{pub}, BadSigner},
		{"empty", []byte{}, [][]byte{pub}, BadSigner},
		{"no key", good, [][]byte{[]byte("auditor@example.com")}, BadSigner},
	} {
		os.Remove(filepath.Join(dir, Signature))
		if c.signature != nil {
			put(t, dir, Signature, string(c.signature))
		}
		_, wrong, err := Check(os.DirFS(dir), c.trusted)
		got := ""
		for _, w := range wrong {
			got += w.What
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q (%v), want %q", c.name, got, err, c.want)
		}
	}
}

func TestSignatureOfOpenSSH(t *testing.T) {
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here")
	}
	dir := folder(t)
	key := filepath.Join(t.TempDir(), "key")
	for _, args := range [][]string{{"-q", "-t", "ed25519", "-N", "", "-f", key}, {"-q", "-Y", "sign", "-f", key, "-n", Namespace,
		filepath.Join(dir, Name)}} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	pub, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	keys, problems := TrustedKeys(pub)
	if len(problems) > 0 || len(keys) != 1 {
		t.Fatal(keys, problems)
	}
	m, wrong, err := Check(os.DirFS(dir), keys)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	fingerprint, err := SignedBy(os.DirFS(dir), m, keys)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-l", "-f", key+".pub").CombinedOutput()
	if err != nil || !strings.Contains(string(out), " "+fingerprint+" ") {
		t.Errorf("ssh-keygen says %s (%v), we say %s", out, err, fingerprint)
	}
}

func FuzzVerify(f *testing.F) {
	good, pub := sign(1, Namespace, []byte("m"))
	f.Add(good)
	f.Add([]byte("-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := verify([]byte("another message"), b, [][]byte{pub}); err == nil {
			t.Fatalf("%q was accepted for another message", b)
		}
	})
}
