package kms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"golang.org/x/crypto/ssh"

	"trailscribe/internal/manifest"
	driver "trailscribe/internal/manifest/kms"
)

// fake answers as KMS does, with a key of its own. Source of the limits: API_Sign of the KMS reference.
type fake struct {
	key    crypto.Signer
	use    types.KeyUsageType
	by     []types.SigningAlgorithmSpec
	refuse error
	broken bool // gives a signature of something else
}

func (f *fake) GetPublicKey(_ context.Context, in *kms.GetPublicKeyInput, _ ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error) {
	if f.refuse != nil {
		return nil, f.refuse
	}
	der, err := x509.MarshalPKIXPublicKey(f.key.Public())
	return &kms.GetPublicKeyOutput{KeyId: aws.String("arn:aws:kms:eu-central-1:111122223333:key/1"), PublicKey: der, KeyUsage: f.use,
		SigningAlgorithms: f.by}, err
}

func (f *fake) Sign(_ context.Context, in *kms.SignInput, _ ...func(*kms.Options)) (*kms.SignOutput, error) {
	if len(in.Message) > 4096 || in.MessageType != types.MessageTypeRaw || in.SigningAlgorithm != f.by[0] {
		return nil, errors.New("ValidationException")
	}
	if *in.KeyId != "arn:aws:kms:eu-central-1:111122223333:key/1" {
		return nil, errors.New("NotFoundException: the alias may point elsewhere by now")
	}
	hash := map[types.SigningAlgorithmSpec]crypto.Hash{types.SigningAlgorithmSpecEcdsaSha256: crypto.SHA256,
		types.SigningAlgorithmSpecEcdsaSha384: crypto.SHA384, types.SigningAlgorithmSpecEcdsaSha512: crypto.SHA512,
		types.SigningAlgorithmSpecRsassaPkcs1V15Sha512: crypto.SHA512}[in.SigningAlgorithm]
	message := in.Message
	if f.broken {
		message = append([]byte("x"), message...)
	}
	if hash != 0 {
		h := hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	out, err := f.key.Sign(rand.Reader, message, hash)
	return &kms.SignOutput{Signature: out}, err
}

func curve(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysOfEachKindSign(t *testing.T) {
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for by, key := range map[types.SigningAlgorithmSpec]crypto.Signer{
		types.SigningAlgorithmSpecEd25519Sha512: e, types.SigningAlgorithmSpecEcdsaSha256: curve(t, elliptic.P256()),
		types.SigningAlgorithmSpecEcdsaSha384: curve(t, elliptic.P384()), types.SigningAlgorithmSpecEcdsaSha512: curve(t, elliptic.P521()),
		types.SigningAlgorithmSpecRsassaPkcs1V15Sha512: r,
	} {
		t.Run(string(by), func(t *testing.T) {
			f := &fake{key: key, use: types.KeyUsageTypeSignVerify, by: []types.SigningAlgorithmSpec{by}}
			s, err := driver.New(t.Context(), f, "alias/reports")
			if err != nil {
				t.Fatal(err)
			}
			m := &manifest.Manifest{Format: manifest.Format, Run: "small/2026-10/r1"}
			for i := range 2000 { // more than KMS signs at once
				m.Files = append(m.Files, manifest.File{Name: "results/" + strings.Repeat("x", i%50), Size: int64(i)})
			}
			signature, err := s.Sign(t.Context(), m.Canonical())
			if err != nil {
				t.Fatal(err)
			}
			public, err := ssh.NewPublicKey(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			got, err := manifest.SignedBy(fstest.MapFS{manifest.Signature: {Data: signature}}, m,
				[][]byte{bytes.TrimSpace(ssh.MarshalAuthorizedKey(public))})
			if err != nil || got != s.Fingerprint() {
				t.Errorf("signed by %q (%v), want %s", got, err, s.Fingerprint())
			}
			f.broken = true
			if _, err := s.Sign(t.Context(), m.Canonical()); err == nil || !strings.Contains(err.Error(), "does not fit the public key") {
				t.Errorf("a signature of something else: %v", err)
			}
		})
	}
}

func TestKeysThatCannotSign(t *testing.T) {
	good := curve(t, elliptic.P256())
	small, err := rsa.GenerateKey(rand.Reader, 1024) // one that must not sign
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f    *fake
		want string
	}{
		"to encrypt": {&fake{key: good, use: types.KeyUsageTypeEncryptDecrypt}, "not for SIGN_VERIFY"},
		"other curve": {&fake{key: curve(t, elliptic.P224()), use: types.KeyUsageTypeSignVerify},
			"a key of this kind does not sign manifests"},
		"other ways": {&fake{key: good, use: types.KeyUsageTypeSignVerify, by: []types.SigningAlgorithmSpec{"RSASSA_PSS_SHA_256"}},
			"does not sign with ECDSA_SHA_256"},
		"small": {&fake{key: small, use: types.KeyUsageTypeSignVerify,
			by: []types.SigningAlgorithmSpec{types.SigningAlgorithmSpecRsassaPkcs1V15Sha512}}, "at least 2048"},
		"refused": {&fake{refuse: errors.New("AccessDeniedException")}, "reading the public key of alias/reports from KMS"},
	} {
		if _, err := driver.New(t.Context(), c.f, "alias/reports"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
