package integrity

import (
	"bytes"
	"testing"
)

// Whatever a digest file holds: no panic, and what was read of it has a meaning or an error.
func FuzzDigest(f *testing.F) {
	f.Add([]byte(`{"awsAccountId":"111122223333","digestStartTime":"2015-08-17T14:01:31Z","digestEndTime":"2015-08-17T15:01:31Z",` +
		`"digestS3Bucket":"b","digestS3Object":"o","digestPublicKeyFingerprint":"f","digestSignatureAlgorithm":"SHA256withRSA",` +
		`"previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,"previousDigestHashAlgorithm":null,` +
		`"previousDigestSignature":null,"logFiles":[{"s3Bucket":"b","s3Object":"l","hashValue":"00","hashAlgorithm":"SHA-256"}]}`))
	f.Add([]byte(`{"logFiles":[[],{}],"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var d digest
		err := d.parse(text)
		if err == nil && d.class == "" && (d.endText == "" || d.start.After(d.end) || d.bucket == "" || d.fingerprint == "") {
			t.Errorf("accepted without what counts: %+v", d)
		}
	})
}

// Whatever a file of keys holds: keys or an error; a key that is given is one of RSA with the size of CloudTrail's.
func FuzzKeys(f *testing.F) {
	f.Add([]byte(`{"PublicKeyList":[{"Value":"MIIB","ValidityStartTime":1.5,"ValidityEndTime":"2026-10-01T00:00:00+00:00","Fingerprint":"x"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := ReadKeys(text)
		if err != nil {
			return
		}
		for _, k := range keys {
			if public, err := k.Public(); err == nil && public.N.BitLen() < least {
				t.Errorf("a key of %d bits is accepted", public.N.BitLen())
			}
		}
	})
}

// Whatever a log file holds: a class or a hash.
func FuzzBody(f *testing.F) {
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := decode(bytes.NewReader(text), 1<<20, nil)
		if err != nil {
			t.Errorf("an error of reading, though nothing could fail: %v", err)
		}
		if b.class == "" && b.sum == [32]byte{} {
			t.Error("neither a class nor a hash")
		}
	})
}
