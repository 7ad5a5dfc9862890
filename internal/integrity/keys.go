package integrity

import (
	"context"
	"crypto/fips140"
	"crypto/md5" //nolint:gosec // the fingerprint that CloudTrail gives a public key
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Key is a public key of CloudTrail, as ListPublicKeys gives it.
type Key struct {
	Fingerprint string
	Value       []byte // DER
	From, To    time.Time
}

// Keys finds public keys. An error says that they could not be looked up; no key is not an error.
type Keys interface {
	// Keys are those of a region that were valid at some time from from to to. Key pairs are per region.
	Keys(ctx context.Context, region string, from, to time.Time) ([]Key, error)
}

// least is the size of CloudTrail's keys in bits; its exponent is 65537.
const least = 2048

// Public is the RSA key. It is an error if the key is not the one that its fingerprint says, or weaker than CloudTrail's are.
func (k Key) Public() (*rsa.PublicKey, error) {
	public, err := x509.ParsePKCS1PublicKey(k.Value)
	if err != nil {
		any, err := x509.ParsePKIXPublicKey(k.Value)
		if p, ok := any.(*rsa.PublicKey); ok && err == nil {
			public = p
		} else {
			return nil, fmt.Errorf("the public key %s is not an RSA key", k.Fingerprint)
		}
	}
	if public.N.BitLen() < least || public.E != 65537 {
		return nil, fmt.Errorf("the public key %s has %d bits and the exponent %d; CloudTrail's have %d and 65537", k.Fingerprint,
			public.N.BitLen(), public.E, least)
	}
	// The fingerprint is the MD5 of the key. That is not documented, and MD5 is not there in FIPS mode; a collision does not help
	// who wants to forge a signature, so it only has to notice a key that was exchanged in a file.
	if !fips140.Enabled() && fmt.Sprintf("%x", md5.Sum(k.Value)) != strings.ToLower(k.Fingerprint) { //nolint:gosec // see the import
		return nil, fmt.Errorf("the public key %s is not the one with this fingerprint", k.Fingerprint)
	}
	return public, nil
}

// KeySet is public keys by region.
type KeySet map[string][]Key

// Keys are those of a region; which of them fits is not its concern.
func (s KeySet) Keys(_ context.Context, region string, _, _ time.Time) ([]Key, error) {
	return s[region], nil
}

// keyFile is the answer of ListPublicKeys as the AWS command line prints it.
type keyFile struct {
	PublicKeyList []struct {
		Value                              []byte
		ValidityStartTime, ValidityEndTime json.RawMessage
		Fingerprint                        string
	}
}

// ReadKeys reads what `aws cloudtrail list-public-keys` prints, and what WriteKeys writes.
func ReadKeys(text []byte) ([]Key, error) {
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("it is not what 'aws cloudtrail list-public-keys --output json' prints: %w", err)
	}
	if f.PublicKeyList == nil {
		return nil, errors.New("it has no PublicKeyList: it is not what 'aws cloudtrail list-public-keys --output json' prints")
	}
	out := make([]Key, 0, len(f.PublicKeyList))
	for i, k := range f.PublicKeyList {
		from, err := keyTime(k.ValidityStartTime)
		to, err2 := keyTime(k.ValidityEndTime)
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		out = append(out, Key{Fingerprint: strings.ToLower(k.Fingerprint), Value: k.Value, From: from, To: to})
	}
	return out, nil
}

// keyTime reads a time as the versions of the AWS command line print it: as a text, or as seconds since 1970.
func keyTime(raw json.RawMessage) (time.Time, error) {
	var text string
	var seconds float64
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return time.Time{}, nil
	case json.Unmarshal(raw, &seconds) == nil && math.Abs(seconds) < 1e12:
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	case json.Unmarshal(raw, &text) == nil:
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40s is not a time", raw)
}

// WriteKeys is the keys in the form that ReadKeys reads, sorted.
func WriteKeys(keys []Key) ([]byte, error) {
	type key struct {
		Value                              []byte
		ValidityStartTime, ValidityEndTime time.Time
		Fingerprint                        string
	}
	list := make([]key, 0, len(keys))
	for _, k := range keys {
		list = append(list, key{k.Value, k.From.UTC(), k.To.UTC(), k.Fingerprint})
	}
	slices.SortFunc(list, func(a, b key) int {
		if c := a.ValidityStartTime.Compare(b.ValidityStartTime); c != 0 {
			return c
		}
		return strings.Compare(a.Fingerprint, b.Fingerprint)
	})
	return json.MarshalIndent(map[string]any{"PublicKeyList": slices.CompactFunc(list, func(a, b key) bool {
		return a.Fingerprint == b.Fingerprint && string(a.Value) == string(b.Value)
	})}, "", "  ")
}
