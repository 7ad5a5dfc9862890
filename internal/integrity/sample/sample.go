// Package sample writes digest files as CloudTrail does, with a key of one's own: for sample logs and for tests of the verification. It
// shares no code with that, so that a mistake in one is not repeated in the other.
package sample

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/md5" //nolint:gosec // the fingerprint that CloudTrail gives a public key
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Stamp is how digests write a time.
const Stamp = "2006-01-02T15:04:05Z"

// Log is an entry of a digest.
type Log struct {
	Bucket        string  `json:"s3Bucket"`
	Object        string  `json:"s3Object"`
	Hash          string  `json:"hashValue"`
	HashAlgorithm string  `json:"hashAlgorithm"`
	Newest        *string `json:"newestEventTime"`
	Oldest        *string `json:"oldestEventTime"`
}

// Digest has the fields of a digest file in CloudTrail's order. Nil texts are null.
type Digest struct {
	Account               string  `json:"awsAccountId"`
	Start                 string  `json:"digestStartTime"`
	End                   string  `json:"digestEndTime"`
	Bucket                string  `json:"digestS3Bucket"`
	Object                string  `json:"digestS3Object"`
	Fingerprint           string  `json:"digestPublicKeyFingerprint"`
	Algorithm             string  `json:"digestSignatureAlgorithm"`
	Newest                *string `json:"newestEventTime"`
	Oldest                *string `json:"oldestEventTime"`
	PreviousBucket        *string `json:"previousDigestS3Bucket"`
	PreviousObject        *string `json:"previousDigestS3Object"`
	PreviousHash          *string `json:"previousDigestHashValue"`
	PreviousHashAlgorithm *string `json:"previousDigestHashAlgorithm"`
	PreviousSignature     *string `json:"previousDigestSignature"`
	Logs                  []Log   `json:"logFiles"`
}

// Text is the JSON of the digest.
func (d *Digest) Text() []byte {
	if d.Logs == nil {
		d.Logs = []Log{}
	}
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // texts and lists of them
	}
	return b
}

// After makes the digest the one that follows another with this text and signature; a nil text makes it a starting digest.
func (d *Digest) After(bucket, object string, text []byte, signature string) {
	d.PreviousBucket, d.PreviousObject, d.PreviousHash, d.PreviousHashAlgorithm, d.PreviousSignature = nil, nil, nil, nil, nil
	if text != nil {
		hash, algorithm := Hash(text), "SHA-256"
		d.PreviousBucket, d.PreviousObject, d.PreviousHash, d.PreviousHashAlgorithm, d.PreviousSignature = &bucket, &object, &hash, &algorithm,
			&signature
	}
}

// Signed is the text that is signed for a digest with this JSON.
func (d *Digest) Signed(text []byte) []byte {
	previous := "null"
	if d.PreviousSignature != nil {
		previous = *d.PreviousSignature
	}
	return []byte(d.End + "\n" + d.Bucket + "/" + d.Object + "\n" + Hash(text) + "\n" + previous)
}

// Sign is the signature of a digest with this JSON, in hexadecimal. PKCS #1 v1.5 has no random part: equal texts give equal signatures.
func (d *Digest) Sign(key *rsa.PrivateKey, text []byte) string {
	sum := sha256.Sum256(d.Signed(text))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // only keys that are too small
	}
	return hex.EncodeToString(sig)
}

// Meta is the metadata of the object.
func Meta(signature string) map[string]string {
	return map[string]string{"signature": signature, "signature-algorithm": "SHA256withRSA"}
}

// Hash is SHA-256 in hexadecimal.
func Hash(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

// Public is the key as ListPublicKeys gives it, and its fingerprint.
func Public(key *rsa.PublicKey) (der []byte, fingerprint string) {
	der = x509.MarshalPKCS1PublicKey(key)
	return der, fmt.Sprintf("%x", md5.Sum(der)) //nolint:gosec // see the import
}

// Place is where a trail's files are.
type Place struct {
	Prefix       string // before AWSLogs, without a slash at its end
	Organization string // o-…, for a trail of an organisation
	Account      string
	Region       string
	Trail, Home  string
}

func (p Place) root() string {
	root := "AWSLogs/"
	if p.Prefix != "" {
		root = p.Prefix + "/" + root
	}
	if p.Organization != "" {
		root += p.Organization + "/"
	}
	return root + p.Account
}

// Digest is the key of the digest whose window ends then.
func (p Place) Digest(end time.Time, backfill bool) string {
	suffix := ""
	if backfill {
		suffix = "_backfill"
	}
	return fmt.Sprintf("%s/CloudTrail-Digest/%s/%s/%s_CloudTrail-Digest_%s_%s_%s_%s%s.json.gz", p.root(), p.Region, end.Format("2006/01/02"),
		p.Account, p.Region, p.Trail, p.Home, end.Format("20060102T150405Z"), suffix)
}

// Log is the key of a log file delivered then.
func (p Place) Log(at time.Time, letters string) string {
	return fmt.Sprintf("%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz", p.root(), p.Region, at.Format("2006/01/02"), p.Account, p.Region,
		at.Format("20060102T1504Z"), letters)
}

// Gzip compresses as CloudTrail does: one stream, without a name or time.
func Gzip(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err) // a buffer takes every write
	}
	return b.Bytes()
}
