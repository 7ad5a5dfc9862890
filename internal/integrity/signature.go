package integrity

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// signed is the text that CloudTrail signs for a digest: the strings as they are in the JSON, never reformatted.
func (d *digest) signed() []byte {
	previous := d.prevSignature
	if d.first {
		previous = "null"
	}
	return fmt.Appendf(nil, "%s\n%s/%s\n%x\n%s", d.endText, d.bucket, d.object, d.hash, previous)
}

// verify holds a signature in hexadecimal against the digest: PKCS #1 v1.5 over SHA-256 and nothing else.
func (d *digest) verify(key *rsa.PublicKey, signature string) bool {
	sig, err := hex.DecodeString(signature)
	sum := sha256.Sum256(d.signed())
	return err == nil && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil
}

// validity is how far outside a digest's window its key may begin or end: the digest is signed some time after its window.
const validity = 3 * time.Hour

// times are between which its key must have been valid.
func (d *digest) times() (from, to time.Time) {
	if t, err := time.Parse(time.RFC3339, d.generated); d.backfill && err == nil {
		return t.Add(-validity), t.Add(validity)
	}
	return d.start.Add(-validity), d.end.Add(validity)
}

// authenticate says whether the digest is CloudTrail's. A signature counts wherever it is kept: in the object's metadata, or in
// the digest that came next, which is what a copy without metadata has.
func (d *digest) authenticate(keys []Key, keysErr error, isBucket bool) {
	if d.class != "" {
		return
	}
	fail := func(c Class, format string, args ...any) { d.class, d.says = c, fmt.Sprintf(format, args...) }
	if d.metaAlg != "" && d.metaAlg != "SHA256withRSA" {
		fail(BadAlgorithm, "the signature-algorithm of its metadata is %q", d.metaAlg)
		return
	}
	if d.backfill && d.generated == "" && (isBucket || d.metaSignature != "") {
		fail(Malformed, "its metadata has no backfill-generation-timestamp")
		return
	}
	next := ""
	if d.next != nil {
		next = d.next.prevSignature
	}
	if d.metaSignature == "" && next == "" {
		if isBucket {
			fail(BadSignature, "its metadata has no signature: something other than CloudTrail wrote the object")
		} else {
			fail(Unverifiable, "its signature is not here: no metadata was kept with it, and no later digest has it")
		}
		return
	}
	if keysErr != nil {
		fail(Unverifiable, "its public key could not be looked up: %s", keysErr)
		return
	}
	key, class, says := choose(keys, d)
	if class != "" {
		fail(class, "%s", says)
		return
	}
	if d.metaSignature != "" {
		if !d.verify(key, d.metaSignature) {
			fail(BadSignature, "the signature of its metadata does not fit its content")
			return
		}
		d.signature = d.metaSignature
	} else if d.verify(key, next) {
		d.signature, d.signedByOther = next, true
	} else {
		fail(BadSignature, "the signature that the next digest has of it does not fit its content")
		return
	}
	d.class = Valid
}

// choose finds the key of a digest.
func choose(keys []Key, d *digest) (*rsa.PublicKey, Class, string) {
	from, to := d.times()
	covers := func(k Key) bool {
		return (k.From.IsZero() || !k.From.After(to)) && (k.To.IsZero() || !k.To.Before(from))
	}
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Fingerprint == d.fingerprint })
	if i < 0 {
		if !slices.ContainsFunc(keys, covers) {
			return nil, Unverifiable, fmt.Sprintf("no public key of %s and its time is known (fingerprint %s)", d.name.region, d.fingerprint)
		}
		return nil, UnknownKey, fmt.Sprintf("no public key of %s has the fingerprint %s", d.name.region, d.fingerprint)
	}
	k := keys[i]
	public, err := k.Public()
	switch {
	case err != nil:
		return nil, KeyMismatch, err.Error()
	case !covers(k):
		return nil, KeyMismatch, fmt.Sprintf("its key %s was valid from %s to %s", k.Fingerprint, k.From.UTC().Format(time.RFC3339),
			k.To.UTC().Format(time.RFC3339))
	}
	return public, "", ""
}
