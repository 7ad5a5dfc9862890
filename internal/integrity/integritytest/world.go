// Package integritytest makes small trails with digest chains, signed by keys of its own, that tests then tamper with.
package integritytest

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"trailscribe/internal/integrity"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source/mem"
)

// Hours is how many digests a trail of a test has.
const Hours = 12

// keys are made once: each takes a while.
var keys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 3 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

// Key is one of three keys: the trail's, the one it is rotated to, and one that AWS does not know.
func Key(n int) *rsa.PrivateKey { return keys()[n] }

// The keys by what they are for.
const (
	Current = iota
	Rotated
	Foreign
)

// Public is the public key as ListPublicKeys gives it, valid from from to to.
func Public(key *rsa.PrivateKey, from, to time.Time) integrity.Key {
	der, fingerprint := sample.Public(&key.PublicKey)
	return integrity.Key{Fingerprint: fingerprint, Value: der, From: from, To: to}
}

// Signed is a digest as it was delivered.
type Signed struct {
	sample.Digest
	Key        string
	Text       []byte
	Signature  string
	Start, End time.Time
	LogKeys    []string
}

// World is a bucket with one trail.
type World struct {
	Rand     *mathrand.Rand
	Place    sample.Place
	Bucket   string
	Files    map[string][]byte
	Meta     map[string]map[string]string
	Keys     integrity.KeySet
	Digests  []*Signed
	From, To time.Time         // the window of the whole chain
	plain    map[string][]byte // log files as they were delivered
}

// Edit changes digest i before it is signed.
type Edit struct {
	Digest func(w *World, i int, d *sample.Digest)
	Text   func(i int, text []byte) []byte // after the digest became JSON
	Key    func(i int) *rsa.PrivateKey
	Logs   func(i int) int                  // how many log files; nil: none to three
	Body   func(i int, at time.Time) string // of the first log file of an hour; "": made up
}

// New makes a trail with a digest each hour. The windows do not begin at full hours, as CloudTrail's do not.
func New(seed uint64, place sample.Place, e Edit) *World {
	r := mathrand.New(mathrand.NewPCG(seed, 7))
	w := &World{Rand: r, Place: place, Bucket: "example-logs", Files: map[string][]byte{}, Meta: map[string]map[string]string{},
		plain: map[string][]byte{}, Keys: integrity.KeySet{}}
	w.From = time.Date(2026, 10, 5, r.IntN(20), r.IntN(60), 1+r.IntN(58), 0, time.UTC)
	w.To = w.From.Add(Hours * time.Hour)
	w.Keys[place.Region] = []integrity.Key{Public(Key(Current), w.From.AddDate(0, 0, -10), w.To.AddDate(0, 0, 10))}
	for i := range Hours {
		w.hour(i, e)
	}
	return w
}

func (w *World) hour(i int, e Edit) {
	start := w.From.Add(time.Duration(i) * time.Hour)
	d := &Signed{Start: start, End: start.Add(time.Hour)}
	d.Key = w.Place.Digest(d.End, false)
	key := Key(Current)
	if e.Key != nil {
		key = e.Key(i)
	}
	_, fingerprint := sample.Public(&key.PublicKey)
	d.Digest = sample.Digest{Account: w.Place.Account, Start: start.Format(sample.Stamp), End: d.End.Format(sample.Stamp), Bucket: w.Bucket,
		Object: d.Key, Fingerprint: fingerprint, Algorithm: "SHA256withRSA"}
	if n := len(w.Digests); n > 0 {
		p := w.Digests[n-1]
		d.After(p.Bucket, p.Object, p.Text, p.Signature)
	}
	n := w.Rand.IntN(4)
	if e.Logs != nil {
		n = e.Logs(i)
	}
	for k := range n {
		body, at := "", start.Add(time.Duration(2+w.Rand.IntN(55))*time.Minute)
		if e.Body != nil && k == 0 {
			body = e.Body(i, at)
		}
		d.LogKeys = append(d.LogKeys, w.Log(at, body))
		d.Logs = append(d.Logs, w.Entry(d.LogKeys[k]))
	}
	if e.Digest != nil {
		e.Digest(w, i, &d.Digest)
	}
	d.Text = d.Digest.Text()
	if e.Text != nil {
		d.Text = e.Text(i, d.Text)
	}
	d.Signature = d.Sign(key, d.Text)
	w.put(d)
	w.Digests = append(w.Digests, d)
}

func (w *World) put(d *Signed) {
	w.Files[d.Key], w.Meta[d.Key] = sample.Gzip(d.Text), sample.Meta(d.Signature)
}

// Log puts a log file and gives its key; an empty body is made up.
func (w *World) Log(at time.Time, body string) string {
	if body == "" {
		body = fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","eventTime":%q,"eventID":"%016x"}]}`, at.Format(time.RFC3339), w.Rand.Uint64())
	}
	key := w.Place.Log(at, fmt.Sprintf("%016X", w.Rand.Uint64()))
	w.plain[key] = []byte(body)
	w.Files[key] = sample.Gzip(w.plain[key])
	return key
}

// Entry is the entry of a digest for a log file.
func (w *World) Entry(key string) sample.Log {
	return sample.Log{Bucket: w.Bucket, Object: key, Hash: sample.Hash(w.Plain(key)), HashAlgorithm: "SHA-256"}
}

// Plain is the decoded content of a log file as it was delivered.
func (w *World) Plain(key string) []byte { return w.plain[key] }

// Sign puts a digest again as if the holder of the key had made it.
func (w *World) Sign(d *Signed, key *rsa.PrivateKey) {
	d.Text = d.Digest.Text()
	d.Signature = d.Digest.Sign(key, d.Text)
	w.put(d)
}

// Backfill puts a backfill digest that lists log files of hour i.
func (w *World) Backfill(i int, logs ...string) *Signed {
	d := &Signed{Start: w.Digests[i].Start, End: w.Digests[i].End}
	d.Key = w.Place.Digest(d.End, true)
	_, fingerprint := sample.Public(&Key(Current).PublicKey)
	d.Digest = sample.Digest{Account: w.Place.Account, Start: d.Start.Format(sample.Stamp), End: d.End.Format(sample.Stamp), Bucket: w.Bucket,
		Object: d.Key, Fingerprint: fingerprint, Algorithm: "SHA256withRSA"}
	for _, k := range logs {
		d.Logs = append(d.Logs, w.Entry(k))
	}
	w.Sign(d, Key(Current))
	w.Meta[d.Key]["backfill-generation-timestamp"] = d.End.Add(5 * time.Hour).Format(sample.Stamp)
	return d
}

// Remove takes files away.
func (w *World) Remove(keys ...string) {
	for _, k := range keys {
		delete(w.Files, k)
		delete(w.Meta, k)
	}
}

// Source is the bucket as it is now.
func (w *World) Source() (*mem.Source, error) {
	return mem.New(mem.Options{Name: "s3://" + w.Bucket + "/", Files: w.Files, Meta: w.Meta})
}
