// Package kms signs manifests with an asymmetric key of AWS KMS. The private key never leaves KMS, and CloudTrail records each signature.
//
// KMS signs what OpenSSH's form of a signature is made over, so anybody checks it with ssh-keygen and the public key, without AWS.
// Source of the algorithms: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
package kms

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"golang.org/x/crypto/ssh"

	"trailscribe/internal/manifest"
)

// API is what a signer asks of KMS: kms:GetPublicKey and kms:Sign on one key. *kms.Client is one.
type API interface {
	GetPublicKey(ctx context.Context, in *kms.GetPublicKeyInput, o ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
	Sign(ctx context.Context, in *kms.SignInput, o ...func(*kms.Options)) (*kms.SignOutput, error)
}

type signer struct {
	api    API
	key    string // as it was asked for
	arn    string // which key that is; an alias may point to another one later
	public ssh.PublicKey
	by     algorithm
}

// algorithm is how a kind of key signs.
type algorithm struct {
	kms    types.SigningAlgorithmSpec
	format string // of the SSH signature
}

// New is a signer by the key of an id, ARN or alias. It asks for the public key at once, so that a key that is not there, or that
// signs in no way that counts, is an error before any work.
func New(ctx context.Context, api API, key string) (manifest.Signer, error) {
	out, err := api.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &key})
	if err != nil {
		return nil, fmt.Errorf("reading the public key of %s from KMS: %w", key, err)
	}
	s := &signer{api: api, key: key, arn: aws.ToString(out.KeyId)}
	public, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("reading the public key of %s: %w", key, err)
	}
	if out.KeyUsage != types.KeyUsageTypeSignVerify {
		return nil, fmt.Errorf("the key %s is for %s, not for SIGN_VERIFY; make one of the spec ECC_NIST_EDWARDS25519 or ECC_NIST_P256", key,
			out.KeyUsage)
	}
	if s.by, err = algorithmOf(public); err != nil {
		return nil, fmt.Errorf("the key %s: %w", key, err)
	}
	if !slices.Contains(out.SigningAlgorithms, s.by.kms) {
		return nil, fmt.Errorf("the key %s does not sign with %s", key, s.by.kms)
	}
	if s.public, err = ssh.NewPublicKey(public); err != nil {
		return nil, fmt.Errorf("the key %s: %w", key, err)
	}
	if err := manifest.CheckKey(s.public); err != nil {
		return nil, fmt.Errorf("the key %s: %w", key, err)
	}
	return s, nil
}

func algorithmOf(public any) (algorithm, error) {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return algorithm{types.SigningAlgorithmSpecEd25519Sha512, ssh.KeyAlgoED25519}, nil
	case *rsa.PublicKey:
		return algorithm{types.SigningAlgorithmSpecRsassaPkcs1V15Sha512, ssh.KeyAlgoRSASHA512}, nil
	case *ecdsa.PublicKey:
		switch k.Curve.Params().BitSize {
		case 256:
			if k.Curve.Params().Name == "P-256" { // not secp256k1
				return algorithm{types.SigningAlgorithmSpecEcdsaSha256, ssh.KeyAlgoECDSA256}, nil
			}
		case 384:
			return algorithm{types.SigningAlgorithmSpecEcdsaSha384, ssh.KeyAlgoECDSA384}, nil
		case 521:
			return algorithm{types.SigningAlgorithmSpecEcdsaSha512, ssh.KeyAlgoECDSA521}, nil
		}
	}
	return algorithm{}, errors.New("a key of this kind does not sign manifests; make one of the spec ECC_NIST_EDWARDS25519 or ECC_NIST_P256")
}

func (s *signer) Name() string { return "KMS " + s.key }

func (s *signer) Fingerprint() string { return ssh.FingerprintSHA256(s.public) }

func (s *signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	return manifest.SSH(call{ctx, s}, message)
}

// call is the key for the time of one signature.
type call struct {
	ctx context.Context
	*signer
}

func (c call) PublicKey() ssh.PublicKey { return c.public }

func (c call) Sign(_ io.Reader, data []byte) (*ssh.Signature, error) {
	out, err := c.api.Sign(c.ctx, &kms.SignInput{KeyId: &c.arn, Message: data, MessageType: types.MessageTypeRaw,
		SigningAlgorithm: c.by.kms})
	if err != nil {
		return nil, fmt.Errorf("signing with %s in KMS: %w", c.key, err)
	}
	blob := out.Signature
	if _, ok := c.public.(ssh.CryptoPublicKey).CryptoPublicKey().(*ecdsa.PublicKey); ok { // DER in KMS, two numbers in SSH (RFC 5656, 3.1.2)
		var n struct{ R, S *big.Int }
		if rest, err := asn1.Unmarshal(blob, &n); err != nil || len(rest) > 0 {
			return nil, fmt.Errorf("KMS gave a signature of %s that is not one of ECDSA", c.key)
		}
		blob = ssh.Marshal(n)
	}
	sig := &ssh.Signature{Format: c.by.format, Blob: blob}
	if err := c.public.Verify(data, sig); err != nil {
		return nil, fmt.Errorf("the signature that KMS gave does not fit the public key of %s: %w", c.key, err)
	}
	return sig, nil
}

// SignWithAlgorithm is Sign: a key of KMS signs in one way here. Without it, SSH would sign with SHA-1 for an RSA key.
func (c call) SignWithAlgorithm(rand io.Reader, data []byte, format string) (*ssh.Signature, error) {
	if format != "" && format != c.by.format {
		return nil, fmt.Errorf("the key %s signs with %s, not with %s", c.key, c.by.format, format)
	}
	return c.Sign(rand, data)
}
