package integrity_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/integrity"
	"trailscribe/internal/integrity/integritytest"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source/mem"
)

var clean = flag.Int("clean", 25, "how many untouched trails are verified")

// An untouched trail is valid, whatever part of it is asked for.
func TestCleanChains(t *testing.T) {
	for seed := range uint64(*clean) {
		w := integritytest.New(1000+seed, place, integritytest.Edit{})
		pick := func() time.Time { return w.From.Add(time.Duration(w.Rand.Int64N(int64(w.To.Sub(w.From))))) }
		a, b := pick(), pick()
		if b.Before(a) {
			a, b = b, a
		}
		for _, x := range []struct {
			rng    integrity.Range
			copied bool
		}{{integrity.Range{From: w.From, To: w.To}, false}, {integrity.Range{From: a, To: b}, false}, {integrity.Range{}, true},
			{integrity.Range{From: a, To: b, Until: b.Add(time.Hour)}, true}} {
			r := run(t, w, x.copied, nil, x.rng)
			if r.Result() != integrity.Verified || len(classes(r)) > 0 {
				t.Errorf("seed %d, %+v: %s with %v\n%s", seed, x.rng, r.Result(), classes(r), tell(r))
			}
		}
	}
}

// Two accounts, two regions, a trail of an organisation and one of an account in one folder; each place is told apart.
func TestPlaces(t *testing.T) {
	files, meta, keys := map[string][]byte{}, map[string]map[string]string{}, integrity.KeySet{}
	var gone string
	for i, p := range []sample.Place{
		{Account: "111122223333", Region: "eu-central-1", Trail: "a", Home: "eu-central-1"},
		{Account: "111122223333", Region: "us-east-1", Trail: "a", Home: "eu-central-1"},
		{Account: "444455556666", Region: "us-east-1", Trail: "b", Home: "us-east-1"},
		{Organization: "o-exampleorgid", Account: "444455556666", Region: "us-east-1", Trail: "org", Home: "us-east-1"},
	} {
		w := integritytest.New(uint64(i), p, integritytest.Edit{Logs: two})
		maps.Copy(files, w.Files)
		maps.Copy(meta, w.Meta)
		maps.Copy(keys, w.Keys)
		if i == 2 {
			gone = w.Digests[4].LogKeys[0]
			delete(files, gone)
		}
	}
	src, err := mem.New(mem.Options{Files: files, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	o := integrity.Options{Source: src, Keys: keys}
	r, err := integrity.Check(context.Background(), o, integrity.Range{})
	if err != nil {
		t.Fatal(err)
	}
	var results []string
	for _, p := range r.Places {
		results = append(results, fmt.Sprintf("%s %s %s %s %v", p.Root, p.Region, p.Result(), p.Trails, p.CopyOf))
	}
	want := []string{"AWSLogs/111122223333/ eu-central-1 valid [a_eu-central-1] [example-logs]",
		"AWSLogs/111122223333/ us-east-1 valid [a_eu-central-1] [example-logs]",
		"AWSLogs/444455556666/ us-east-1 failed [b_us-east-1] [example-logs]",
		"AWSLogs/o-exampleorgid/444455556666/ us-east-1 valid [org_us-east-1] [example-logs]"}
	if !slices.Equal(results, want) {
		t.Errorf("places are\n%s\nwant\n%s\n%s", strings.Join(results, "\n"), strings.Join(want, "\n"), tell(r))
	}
	if f := r.Places[2].Findings; len(f) != 1 || f[0].Class != integrity.Missing || f[0].Key != gone {
		t.Errorf("findings are %+v, want %s missing", f, gone)
	}
	r, err = integrity.Check(context.Background(), o,
		integrity.Range{Accounts: []string{"111122223333", "999999999999"}, Regions: []string{"us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Places) != 1 || r.Places[0].Result() != integrity.Verified || len(r.Findings) != 1 || r.Result() != integrity.Incomplete {
		t.Errorf("of an account that is nowhere: %+v", r)
	}
}

// Digests and logs that lost their folders are matched by name.
func TestLooseFiles(t *testing.T) {
	w := integritytest.New(3, place, integritytest.Edit{Logs: two})
	files, meta := map[string][]byte{}, map[string]map[string]string{}
	for k, b := range w.Files {
		files["evidence/"+path.Base(k)], meta["evidence/"+path.Base(k)] = b, w.Meta[k]
	}
	delete(files, "evidence/"+path.Base(w.Digests[5].LogKeys[0]))
	src, err := mem.New(mem.Options{Files: files, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	r, err := integrity.Check(context.Background(), integrity.Options{Source: src, Keys: w.Keys}, integrity.Range{})
	if err != nil {
		t.Fatal(err)
	}
	if got := classes(r); !slices.Equal(got, of(integrity.Missing)) {
		t.Errorf("found %v, want one missing log\n%s", got, tell(r))
	}
}

// What was delivered after the newest digest is pending: counted, no fault. Long after it, it is a time without digests.
func TestPending(t *testing.T) {
	w := integritytest.New(4, place, integritytest.Edit{Logs: two})
	w.Log(w.To.Add(10*time.Minute), "")
	r := run(t, w, false, nil, integrity.Range{From: w.From, To: w.To.Add(time.Hour), Now: w.To.Add(time.Hour)})
	if _, logs := r.Totals(); r.Result() != integrity.Verified || logs.Pending != 1 {
		t.Errorf("%s with %+v, want valid with one pending\n%s", r.Result(), logs, tell(r))
	}
	r = run(t, w, false, nil, integrity.Range{From: w.From, To: w.To.Add(time.Hour), Now: w.To.Add(30 * time.Hour)})
	if got := classes(r); !slices.Equal(got, of(integrity.TailUncovered)) {
		t.Errorf("a day later: %v\n%s", got, tell(r))
	}
	later := integrity.Range{From: w.To.AddDate(1, 0, 0), To: w.To.AddDate(1, 1, 0), Now: w.To}
	if r = run(t, w, false, nil, later); r.Result() != integrity.Incomplete {
		t.Errorf("a period that has not begun is %s\n%s", r.Result(), tell(r))
	}
	w.Log(w.To.Add(50*time.Hour), "")
	r = run(t, w, true, nil, integrity.Range{})
	if got := classes(r); !slices.Equal(got, of(integrity.TailUncovered)) {
		t.Errorf("with no period: %v\n%s", got, tell(r))
	}
}

// Hashes that a reader took already are used; a file whose hash differs is looked at.
func TestKnownHashes(t *testing.T) {
	w := integritytest.New(5, place, integritytest.Edit{Logs: two})
	k := w.Digests[3].LogKeys[1]
	known := knownHashes{}
	for _, name := range keysOf(w.Files) {
		known[name] = [32]byte(unhex(t, sample.Hash(w.Plain(name))))
	}
	w.Files[k] = sample.Gzip([]byte("{}"))
	known[k] = [32]byte(unhex(t, sample.Hash([]byte("{}"))))
	r := run(t, w, false, func(_ *integritytest.World, o *integrity.Options) { o.Known = known }, integrity.Range{From: w.From, To: w.To})
	if got := classes(r); !slices.Equal(got, of(integrity.Modified)) {
		t.Errorf("found %v\n%s", got, tell(r))
	}
}

type knownHashes map[string][32]byte

func (k knownHashes) SHA256(key string) ([32]byte, bool) { h, ok := k[key]; return h, ok }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The one signature of AWS that is public together with its key: both are in the CloudTrail user guide, in the example of a digest file
// and of ListPublicKeys. The digest itself was masked there, so its hash is the one that the signature holds.
func TestSignatureOfAWS(t *testing.T) {
	for _, x := range publicVectors {
		der, err := base64.StdEncoding.DecodeString(x.key)
		if err != nil {
			t.Fatal(err)
		}
		public, err := integrity.Key{Fingerprint: x.fingerprint, Value: der}.Public()
		if err != nil {
			t.Fatal(err)
		}
		sig, sum := unhex(t, x.signature), unhex(t, x.sum)
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum, sig); err != nil {
			t.Errorf("the signature %.8s… is refused: %v", x.signature, err)
		}
		sig[7] ^= 1
		if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum, sig) == nil {
			t.Errorf("the signature %.8s… with one bit changed is accepted", x.signature)
		}
	}
}

// A file of keys is what the AWS command line prints, in either form of times; what is written is read again.
func TestKeyFile(t *testing.T) {
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	want := integritytest.Public(integritytest.Key(integritytest.Current), from, from.AddDate(0, 1, 0))
	text, err := integrity.WriteKeys([]integrity.Key{want, want})
	if err != nil {
		t.Fatal(err)
	}
	older := fmt.Sprintf(`{"PublicKeyList":[{"Value":%q,"ValidityStartTime":%d.0,"ValidityEndTime":%d,"Fingerprint":%q}]}`,
		base64.StdEncoding.EncodeToString(want.Value), want.From.Unix(), want.To.Unix(), strings.ToUpper(want.Fingerprint))
	for _, text := range [][]byte{text, []byte(older)} {
		got, err := integrity.ReadKeys(text)
		if err != nil || len(got) != 1 || got[0].Fingerprint != want.Fingerprint || !bytes.Equal(got[0].Value, want.Value) ||
			!got[0].From.Equal(want.From) || !got[0].To.Equal(want.To) {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"PublicKeyList":[{"Value":"?"}]}`, `{"PublicKeyList":[{"ValidityStartTime":"yesterday"}]}`} {
		if _, err := integrity.ReadKeys([]byte(bad)); err == nil {
			t.Errorf("%q is read as keys", bad)
		}
	}
}

// A digest that proves nothing, because it lacks what CloudTrail writes, still names log files: those that are not there are told.
func TestLogsOfABadDigestAreLookedFor(t *testing.T) {
	const day = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/07/111122223333_CloudTrail_us-east-1_20261007T0805Z_"
	const name = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/07/111122223333_CloudTrail-Digest_us-east-1_20261007T0805Z_1.json.gz"
	entry := func(letters string) string {
		return fmt.Sprintf(`{"s3Bucket":"logs","s3Object":"%s%s.json.gz","hashAlgorithm":"SHA-256","hashValue":%q}`, day, letters,
			sample.Hash([]byte("{}")))
	}
	text := fmt.Sprintf(`{"awsAccountId":"111122223333","digestStartTime":"2026-10-07T00:00:00Z","digestEndTime":"2026-10-07T23:59:59Z",`+
		`"digestS3Bucket":"logs","digestS3Object":%q,"previousDigestS3Object":null,"logFiles":[%s,%s]}`, name, entry("here"), entry("gone"))
	src, err := mem.New(mem.Options{Files: map[string][]byte{name: sample.Gzip([]byte(text)),
		day + "here.json.gz": sample.Gzip([]byte("{}"))}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := integrity.Check(context.Background(), integrity.Options{Source: src, Keys: integrity.KeySet{}}, integrity.Range{})
	if err != nil {
		t.Fatal(err)
	}
	if got := classes(r); !slices.Equal(got, of(integrity.Malformed, integrity.Missing, integrity.NoDigests)) {
		t.Errorf("found %v\n%s", got, tell(r))
	}
	if _, logs := r.Totals(); logs != (integrity.Count{Failed: 1, Unverifiable: 1}) {
		t.Errorf("log files are %+v; the one that is there is not proved by such a digest", logs)
	}
}
