package integrity_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/integrity"
	"trailscribe/internal/integrity/integritytest"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source"
)

var seeds = flag.Int("seeds", 3, "how many trails each scenario is tried on")

var place = sample.Place{Account: "111122223333", Region: "eu-central-1", Trail: "my_trail", Home: "eu-central-1"}

// two log files each hour, so that there is something to tamper with
func two(int) int { return 2 }

// scenario is a way to tamper with a trail, or a control that must be valid. The numbers are those of docs/evidence.md.
type scenario struct {
	name    string
	edit    integritytest.Edit // before signing
	place   *sample.Place
	do      func(w *integritytest.World)
	options func(w *integritytest.World, o *integrity.Options)
	copied  bool // verified as a copy, not as the bucket
	want    integrity.Result
	classes []integrity.Class // exactly these, besides notices, each in its number; one "×n" means n times
	check   func(t *testing.T, w *integritytest.World, r *integrity.Report)
}

func classes(r *integrity.Report) (out []integrity.Class) {
	all := slices.Clone(r.Findings)
	for _, p := range r.Places {
		all = append(all, p.Findings...)
	}
	for _, f := range all {
		if f.Class != integrity.Notice {
			out = append(out, f.Class)
		}
	}
	slices.Sort(out)
	return out
}

func of(c ...integrity.Class) []integrity.Class { slices.Sort(c); return c }

// mid is an hour with neighbours on both sides; the hour depends on the seed.
func mid(w *integritytest.World) int { return 2 + w.Rand.IntN(integritytest.Hours-4) }

func edited(w *integritytest.World, key string, f func(plain []byte) []byte) {
	w.Files[key] = sample.Gzip(f(bytes.Clone(w.Plain(key))))
}

func aLog(w *integritytest.World) string {
	logs := w.Digests[mid(w)].LogKeys
	return logs[w.Rand.IntN(len(logs))]
}

func signedBy(sign func(d *integritytest.Signed) string) func(w *integritytest.World) {
	return func(w *integritytest.World) {
		d := w.Digests[mid(w)]
		w.Meta[d.Key]["signature"] = sign(d)
	}
}

func pkcs(h crypto.Hash, sum []byte) string {
	sig, err := rsa.SignPKCS1v15(nil, integritytest.Key(integritytest.Current), h, sum)
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(sig)
}

const fixed = 5 // the hour that edits before signing change

func editing(f func(w *integritytest.World, d *sample.Digest)) integritytest.Edit {
	return integritytest.Edit{Logs: two, Digest: func(w *integritytest.World, i int, d *sample.Digest) {
		if i == fixed {
			f(w, d)
		}
	}}
}

func texting(f func(string) string) integritytest.Edit {
	return integritytest.Edit{Logs: two, Text: func(i int, text []byte) []byte {
		if i == fixed {
			return []byte(f(string(text)))
		}
		return text
	}}
}

func otherBucket(_ *integritytest.World, i int, d *sample.Digest) {
	if i < fixed {
		d.Bucket = "former-logs"
		for k := range d.Logs {
			d.Logs[k].Bucket = d.Bucket
		}
	}
}

func scenarios() []scenario {
	const (
		valid, incomplete, failed = integrity.Verified, integrity.Incomplete, integrity.Failed
	)
	gap := integrity.ChainGap
	trail := func(name string, at time.Time) string {
		return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","userIdentity":{"arn":"arn:aws:iam::111122223333:user/eve"},"eventTime":%q,`+
			`"eventSource":"cloudtrail.amazonaws.com","eventName":%q,"eventID":"1"}]}`, at.Format(time.RFC3339), name)
	}
	return []scenario{
		{name: "00 control: nothing was done", want: valid},
		{name: "01 a byte of a log is changed", do: func(w *integritytest.World) {
			edited(w, aLog(w), func(b []byte) []byte { b[w.Rand.IntN(len(b))] ^= 1; return b })
		}, want: failed, classes: of(integrity.Modified)},
		{name: "02 a log is deleted", do: func(w *integritytest.World) { w.Remove(aLog(w)) }, want: failed, classes: of(integrity.Missing)},
		{name: "03 control: a log is compressed again", do: func(w *integritytest.World) {
			k := aLog(w)
			w.Files[k] = storedGzip(w.Plain(k))
		}, want: valid},
		{name: "04 a second gzip stream follows a log", do: func(w *integritytest.World) {
			k := aLog(w)
			w.Files[k] = append(bytes.Clone(w.Files[k]), sample.Gzip([]byte(`{"Records":[]}`))...)
		}, want: failed, classes: of(integrity.TrailingData)},
		{name: "05 garbage follows a log", do: func(w *integritytest.World) {
			k := aLog(w)
			w.Files[k] = append(bytes.Clone(w.Files[k]), "garbage"...)
		}, want: failed, classes: of(integrity.TrailingData)},
		{name: "06 the trailer of a log is cut off", do: func(w *integritytest.World) {
			k := aLog(w)
			w.Files[k] = w.Files[k][:len(w.Files[k])-1-w.Rand.IntN(8)]
		}, want: failed, classes: of(integrity.Truncated)},
		{name: "07 the checksum of a log is changed", do: func(w *integritytest.World) {
			k := aLog(w)
			b := bytes.Clone(w.Files[k])
			b[len(b)-8+w.Rand.IntN(4)] ^= 0x40
			w.Files[k] = b
		}, want: failed, classes: of(integrity.Modified)},
		{name: "08 a log is cut in half", do: func(w *integritytest.World) {
			k := aLog(w)
			w.Files[k] = w.Files[k][:len(w.Files[k])/2]
		}, want: failed, classes: of(integrity.Truncated)},
		{name: "09 a log is plain JSON", do: func(w *integritytest.World) { k := aLog(w); w.Files[k] = w.Plain(k) },
			want: failed, classes: of(integrity.NotGzip)},
		{name: "10 two logs are exchanged", do: func(w *integritytest.World) {
			logs := w.Digests[mid(w)].LogKeys
			w.Files[logs[0]], w.Files[logs[1]] = w.Files[logs[1]], w.Files[logs[0]]
		}, want: failed, classes: of(integrity.Modified, integrity.Modified)},
		{name: "11 a log is in no digest", do: func(w *integritytest.World) { w.Log(w.Digests[mid(w)].Start.Add(20*time.Minute), "") },
			want: failed, classes: of(integrity.UnreferencedLog)},
		{name: "12 an entry is taken out of a digest", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			d.Logs = d.Logs[1:]
			w.Files[d.Key] = sample.Gzip(d.Digest.Text())
		}, want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "13 signed by a foreign key under the fingerprint", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			d.Logs = d.Logs[1:]
			w.Sign(d, integritytest.Key(integritytest.Foreign))
		}, want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "14 signed by a foreign key under its own fingerprint", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			_, d.Fingerprint = sample.Public(&integritytest.Key(integritytest.Foreign).PublicKey)
			w.Sign(d, integritytest.Key(integritytest.Foreign))
		}, want: failed, classes: of(integrity.UnknownKey, gap)},
		{name: "15 the newest digest has no signature", do: func(w *integritytest.World) {
			delete(w.Meta, w.Digests[integritytest.Hours-1].Key)
		}, want: failed, classes: of(integrity.BadSignature, integrity.TailUncovered)},
		{name: "15b control: another digest has no signature, and the next one holds it", do: func(w *integritytest.World) {
			delete(w.Meta, w.Digests[mid(w)].Key)
		}, want: valid},
		{name: "16 the signature is another digest's", do: func(w *integritytest.World) {
			i := mid(w)
			w.Meta[w.Digests[i].Key]["signature"] = w.Digests[i+1].Signature
		}, want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "17 the signature is not hexadecimal", do: signedBy(func(d *integritytest.Signed) string { return d.Signature[1:] }),
			want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "18 a second gzip stream follows a digest", do: func(w *integritytest.World) {
			k := w.Digests[mid(w)].Key
			w.Files[k] = append(bytes.Clone(w.Files[k]), sample.Gzip([]byte(`{}`))...)
		}, want: failed, classes: of(integrity.TrailingData, gap)},
		{name: "19 a digest is cut", do: func(w *integritytest.World) {
			k := w.Digests[mid(w)].Key
			w.Files[k] = w.Files[k][:len(w.Files[k])/2]
		}, want: failed, classes: of(integrity.Truncated, gap)},
		{name: "20 an older digest is put in the place of a newer", do: func(w *integritytest.World) {
			i := mid(w)
			a, b := w.Digests[i-1].Key, w.Digests[i].Key
			w.Files[b], w.Meta[b] = w.Files[a], w.Meta[a]
		}, want: failed, classes: of(integrity.Moved, gap)},
		{name: "21 a digest is deleted", do: func(w *integritytest.World) { w.Remove(w.Digests[mid(w)].Key) },
			want: failed, classes: of(integrity.Missing, gap)},
		{name: "22 two digests in a row are deleted", do: func(w *integritytest.World) { w.Remove(w.Digests[4].Key, w.Digests[5].Key) },
			want: failed, classes: of(integrity.Missing, gap), check: func(t *testing.T, w *integritytest.World, r *integrity.Report) {
				for _, f := range r.Places[0].Findings {
					if f.Class == gap && (!f.From.Equal(w.Digests[4].Start) || !f.To.Equal(w.Digests[5].End) || f.Logs != 4) {
						t.Errorf("the time without digests is %v to %v with %d logs", f.From, f.To, f.Logs)
					}
				}
			}},
		{name: "23 six digests and their logs are deleted", do: func(w *integritytest.World) {
			for _, d := range w.Digests[3:9] {
				w.Remove(append(d.LogKeys, d.Key)...)
			}
		}, want: failed, classes: of(integrity.Missing, gap), check: func(t *testing.T, w *integritytest.World, r *integrity.Report) {
			for _, f := range r.Places[0].Findings {
				if f.Class == gap && f.To.Sub(f.From) != 6*time.Hour {
					t.Errorf("the time without digests is %v to %v", f.From, f.To)
				}
			}
		}},
		{name: "24 the newest digest is deleted", do: func(w *integritytest.World) { w.Remove(w.Digests[integritytest.Hours-1].Key) },
			want: incomplete, classes: of(integrity.TailUncovered)},
		{name: "25 the newest four digests and their logs are deleted", do: func(w *integritytest.World) {
			for _, d := range w.Digests[integritytest.Hours-4:] {
				w.Remove(append(d.LogKeys, d.Key)...)
			}
		}, want: incomplete, classes: of(integrity.TailUncovered)},
		{name: "26 the oldest digest is deleted", do: func(w *integritytest.World) { w.Remove(w.Digests[0].Key) },
			want: failed, classes: of(integrity.HeadUncovered, integrity.Missing)},
		{name: "27 all digests are deleted", do: func(w *integritytest.World) {
			for _, d := range w.Digests {
				w.Remove(d.Key)
			}
		}, want: incomplete, classes: of(integrity.NoDigests)},
		{name: "28 the bucket is emptied",
			do: func(w *integritytest.World) { clear(w.Files) }, want: incomplete, classes: of(integrity.NoDigests)},
		{name: "29 logging is stopped and started again", edit: integritytest.Edit{Logs: two, Body: func(i int, at time.Time) string {
			switch i {
			case 4:
				return trail("StopLogging", at)
			case 7:
				return trail("StartLogging", at)
			}
			return ""
		}, Digest: func(w *integritytest.World, i int, d *sample.Digest) {
			if i == 7 {
				d.After("", "", nil, "")
			}
		}}, do: func(w *integritytest.World) {
			for _, d := range w.Digests[5:7] {
				w.Remove(append(d.LogKeys, d.Key)...)
			}
		}, want: incomplete, classes: of(gap), check: func(t *testing.T, _ *integritytest.World, r *integrity.Report) {
			e := r.Places[0].Findings[0].Events
			if len(e) != 2 || e[0].Name != "StopLogging" || e[1].Name != "StartLogging" || !strings.HasSuffix(e[0].Actor, ":user/eve") {
				t.Errorf("what was done to the trail is %+v", e)
			}
		}},
		{name: "30 a digest is moved", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			to := strings.Replace(d.Key, "/2026/10/", "/2026/11/", 1)
			w.Files[to], w.Meta[to] = w.Files[d.Key], w.Meta[d.Key]
			w.Remove(d.Key)
		}, want: failed, classes: of(integrity.Missing, gap)},
		{name: "31 a digest and its logs are deleted", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			w.Remove(append(d.LogKeys, d.Key)...)
		}, want: failed, classes: of(integrity.Missing, gap)},
		{name: "32 control: a backfill digest", do: func(w *integritytest.World) { backfill(w) }, want: valid},
		{name: "33 a backfill digest is deleted, its log is not", do: func(w *integritytest.World) { w.Remove(backfill(w).Key) },
			want: failed, classes: of(integrity.UnreferencedLog)},
		{name: "34 a backfill digest without its time", do: func(w *integritytest.World) {
			delete(w.Meta[backfill(w).Key], "backfill-generation-timestamp")
		}, want: failed, classes: of(integrity.Malformed)},
		{name: "35 control: hexadecimal in upper case", edit: integritytest.Edit{Digest: func(_ *integritytest.World, _ int, d *sample.Digest) {
			for k := range d.Logs {
				d.Logs[k].Hash = strings.ToUpper(d.Logs[k].Hash)
			}
		}}, do: signedBy(func(d *integritytest.Signed) string { return strings.ToUpper(d.Signature) }), want: valid},
		{name: "36 signed over SHA-1", do: signedBy(func(d *integritytest.Signed) string {
			sum := sha1.Sum(d.Signed(d.Text))
			return pkcs(crypto.SHA1, sum[:])
		}), want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "37 signed over MD5", do: signedBy(func(d *integritytest.Signed) string {
			sum := md5.Sum(d.Signed(d.Text))
			return pkcs(crypto.MD5, sum[:])
		}), want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "38 signed with PSS", do: signedBy(func(d *integritytest.Signed) string {
			sum := sha256.Sum256(d.Signed(d.Text))
			sig, err := rsa.SignPSS(rand.Reader, integritytest.Key(integritytest.Current), crypto.SHA256, sum[:], nil)
			if err != nil {
				panic(err)
			}
			return hex.EncodeToString(sig)
		}), want: failed, classes: of(integrity.BadSignature, gap)},
		{name: "39 the key list has a weak key under the fingerprint", do: func(w *integritytest.World) {
			weak := integritytest.Key(integritytest.Current).PublicKey
			weak.E = 3
			der, _ := sample.Public(&weak)
			w.Keys[place.Region] = []integrity.Key{{Fingerprint: w.Keys[place.Region][0].Fingerprint, Value: der}}
		}, want: failed, check: everyDigest(integrity.KeyMismatch)},
		{name: "40 the key list has another key under the fingerprint", do: func(w *integritytest.World) {
			der, _ := sample.Public(&integritytest.Key(integritytest.Foreign).PublicKey)
			w.Keys[place.Region] = []integrity.Key{{Fingerprint: w.Keys[place.Region][0].Fingerprint, Value: der}}
		}, want: failed, check: everyDigest(integrity.KeyMismatch)},
		{name: "41 the key was not valid at the time", do: func(w *integritytest.World) {
			w.Keys[place.Region] = []integrity.Key{integritytest.Public(integritytest.Key(integritytest.Current),
				w.From.AddDate(0, -2, 0), w.From.AddDate(0, -1, 0))}
		}, want: failed, check: everyDigest(integrity.KeyMismatch)},
		{name: "42 a digest is exchanged for another that was signed by the right key", do: func(w *integritytest.World) {
			d := w.Digests[mid(w)]
			d.Logs = d.Logs[1:]
			w.Sign(d, integritytest.Key(integritytest.Current))
		}, want: failed, classes: of(integrity.ChainMismatch, gap)},
		{name: "43 windows overlap", edit: editing(func(w *integritytest.World, d *sample.Digest) {
			d.Start = w.Digests[fixed-1].End.Add(-30 * time.Minute).Format(sample.Stamp)
		}), want: incomplete, classes: of(gap)},
		{name: "43b windows do not meet", edit: editing(func(w *integritytest.World, d *sample.Digest) {
			d.Start = w.Digests[fixed-1].End.Add(time.Minute).Format(sample.Stamp)
		}), want: incomplete, classes: of(gap)},
		{name: "44 two digests list one log", edit: editing(func(w *integritytest.World, d *sample.Digest) {
			d.Logs = append(d.Logs, w.Digests[fixed-1].Logs[0])
		}), want: failed, classes: of(integrity.DuplicateReference)},
		{name: "45 an unknown hash algorithm",
			edit: editing(func(_ *integritytest.World, d *sample.Digest) { d.Logs[0].HashAlgorithm = "SHA-3" }),
			want: failed, classes: of(integrity.BadAlgorithm)},
		{name: "45b an unknown signature algorithm", do: func(w *integritytest.World) {
			w.Meta[w.Digests[mid(w)].Key]["signature-algorithm"] = "SHA1withRSA"
		}, want: failed, classes: of(integrity.BadAlgorithm, gap)},
		{name: "46 a field is missing",
			edit: texting(func(s string) string { return strings.Replace(s, `"awsAccountId":"111122223333",`, "", 1) }),
			want: failed, classes: of(integrity.Malformed, gap)},
		{name: "46b a field stands twice",
			edit: texting(func(s string) string { return strings.Replace(s, `"logFiles":`, `"logFiles":[],"logFiles":`, 1) }),
			want: failed, classes: of(integrity.Malformed, gap)},
		{name: "46c control: a field more",
			edit: texting(func(s string) string { return strings.Replace(s, `{`, `{"new":{"a":[1]},`, 1) }), want: valid},
		{name: "46d a field of another type", edit: texting(func(s string) string {
			return strings.Replace(s, `"awsAccountId":"111122223333"`, `"awsAccountId":111122223333`, 1)
		}), want: failed, classes: of(integrity.Malformed, gap)},
		{name: "47 a digest of another trail's account is in the folder", do: func(w *integritytest.World) {
			other := place
			other.Account = "999988887777"
			x := integritytest.New(99, other, integritytest.Edit{Logs: func(int) int { return 0 }})
			d := x.Digests[3]
			to := strings.ReplaceAll(w.Digests[mid(w)].Key, "my_trail", "other")
			w.Files[to], w.Meta[to] = x.Files[d.Key], x.Meta[d.Key]
		}, want: failed, classes: of(integrity.Moved)},
		{name: "48 an organisation's trail without its id in the path",
			place: &sample.Place{Organization: "o-exampleorgid", Account: place.Account,
				Region: place.Region, Trail: place.Trail, Home: place.Home}, do: func(w *integritytest.World) {
				for _, k := range keysOf(w.Files) {
					to := strings.Replace(k, "/o-exampleorgid", "", 1)
					w.Files[to], w.Meta[to] = w.Files[k], w.Meta[k]
					w.Remove(k)
				}
			}, want: failed, check: everyDigest(integrity.Moved)},
		{name: "48b control: an organisation's trail",
			place: &sample.Place{Prefix: "a/AWSLogs", Organization: "o-exampleorgid", Account: place.Account,
				Region: place.Region, Trail: place.Trail, Home: place.Home}, want: valid},
		{name: "49 control: another bucket in the middle of the chain, in a copy",
			edit: integritytest.Edit{Logs: two, Digest: otherBucket}, copied: true,
			want: valid},
		{name: "49b the chain goes on in another bucket",
			edit: integritytest.Edit{Logs: two, Digest: otherBucket}, do: func(w *integritytest.World) {
				for _, d := range w.Digests[:fixed] {
					w.Remove(append(d.LogKeys, d.Key)...)
				}
			}, want: incomplete, classes: of(integrity.Unverifiable, integrity.HeadUncovered)},
		{name: "50 some of previous are null", edit: editing(func(_ *integritytest.World, d *sample.Digest) { d.PreviousHash = nil }),
			want: failed, classes: of(integrity.Malformed, gap)},
		{name: "51 a digest that names itself", edit: editing(func(_ *integritytest.World, d *sample.Digest) { d.PreviousObject = &d.Object }),
			want: failed, classes: of(integrity.ChainMismatch, gap)},
		{name: "52 a digest bomb", do: func(w *integritytest.World) {
			w.Files[w.Digests[mid(w)].Key] = sample.Gzip(bytes.Repeat([]byte{' '}, 1<<20))
		}, options: limits, want: failed, classes: of(integrity.Malformed, gap)},
		{name: "53 a log bomb", do: func(w *integritytest.World) { w.Files[aLog(w)] = sample.Gzip(make([]byte, 1<<20)) }, options: limits,
			want: failed, classes: of(integrity.Malformed)},
		{name: "54 control: connections break off", options: func(w *integritytest.World, o *integrity.Options) {
			o.Source = &flaky{Source: o.Source, times: 2, seen: map[string]int{}}
		}, want: valid},
		{name: "55 a log may not be read", options: func(w *integritytest.World, o *integrity.Options) {
			o.Source = &denied{o.Source, aLog(w)}
		}, want: incomplete, classes: of(integrity.Unverifiable)},
		{name: "57 control: a log was written again with the same content", options: func(w *integritytest.World, o *integrity.Options) {
			o.Source = &dated{o.Source, aLog(w), w.To.AddDate(0, 1, 0)}
		}, want: valid, check: func(t *testing.T, _ *integritytest.World, r *integrity.Report) {
			if f := r.Places[0].Findings; len(f) != 1 || f[0].Class != integrity.Notice || f[0].Logs != 1 {
				t.Errorf("findings are %+v, want one notice", f)
			}
		}},
		{name: "58 a copy without metadata", do: func(w *integritytest.World) { clear(w.Meta) }, copied: true, want: incomplete,
			classes: of(integrity.Unverifiable, integrity.TailUncovered), check: func(t *testing.T, _ *integritytest.World, r *integrity.Report) {
				if d, _ := r.Totals(); d.Valid != integritytest.Hours-1 || d.Unverifiable != 1 {
					t.Errorf("digests are %+v; all but the newest are signed in the next one", d)
				}
			}},
		{name: "58b a copy without keys", copied: true, options: func(w *integritytest.World, o *integrity.Options) {
			o.Keys = integrity.KeySet{}
		}, want: incomplete, check: everyDigest(integrity.Unverifiable)},
		{name: "59 control: the key is rotated", edit: integritytest.Edit{Key: func(i int) *rsa.PrivateKey {
			if i >= fixed {
				return integritytest.Key(integritytest.Rotated)
			}
			return integritytest.Key(integritytest.Current)
		}}, do: func(w *integritytest.World) {
			w.Keys[place.Region] = append(w.Keys[place.Region],
				integritytest.Public(integritytest.Key(integritytest.Rotated), w.From.Add(time.Hour), w.To.AddDate(0, 1, 0)))
		}, want: valid},
		{name: "60 control: no log files at all", edit: integritytest.Edit{Logs: func(int) int { return 0 }}, want: valid},
	}
}

func limits(_ *integritytest.World, o *integrity.Options) {
	o.Limits = integrity.Limits{Digest: 64 << 10, Log: 64 << 10}
}

// backfill puts a log that only a backfill digest lists.
func backfill(w *integritytest.World) *integritytest.Signed {
	i := mid(w)
	return w.Backfill(i, w.Log(w.Digests[i].Start.Add(30*time.Minute), ""))
}

func everyDigest(c integrity.Class) func(*testing.T, *integritytest.World, *integrity.Report) {
	return func(t *testing.T, _ *integritytest.World, r *integrity.Report) {
		n := 0
		for _, f := range r.Places[0].Findings {
			if f.Kind == integrity.KindDigest && f.Class == c {
				n++
			}
		}
		if n != integritytest.Hours {
			t.Errorf("%d digests are %s, want all %d", n, c, integritytest.Hours)
		}
	}
}

func TestScenarios(t *testing.T) {
	all := scenarios()
	var verdicts, right int
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			for seed := range uint64(*seeds) {
				verdicts++
				if verify(t, s, seed) {
					right++
				}
			}
		})
	}
	t.Logf("%d scenarios x %d trails: %d of %d verdicts as expected", len(all), *seeds, right, verdicts)
}

func verify(t *testing.T, s scenario, seed uint64) bool {
	t.Helper()
	at := place
	if s.place != nil {
		at = *s.place
	}
	e := s.edit
	if e.Logs == nil && s.edit.Key == nil {
		e.Logs = two
	}
	w := integritytest.New(seed, at, e)
	if s.do != nil {
		s.do(w)
	}
	r := run(t, w, s.copied, s.options, integrity.Range{From: w.From, To: w.To})
	got := classes(r)
	if r.Result() != s.want || s.check == nil && !slices.Equal(got, s.classes) || s.classes != nil && !slices.Equal(got, s.classes) {
		t.Errorf("seed %d: %s with %v, want %s with %v\n%s", seed, r.Result(), got, s.want, s.classes, tell(r))
		return false
	}
	if s.check != nil {
		s.check(t, w, r)
	}
	return !t.Failed()
}

func run(t *testing.T, w *integritytest.World, copied bool, options func(*integritytest.World, *integrity.Options),
	rng integrity.Range) *integrity.Report {
	t.Helper()
	src, err := w.Source()
	if err != nil {
		t.Fatal(err)
	}
	o := integrity.Options{Source: src, Keys: w.Keys, Bucket: w.Bucket, Wait: []time.Duration{0, 0, 0}}
	if copied {
		o.Bucket = ""
	}
	if options != nil {
		options(w, &o)
	}
	r, err := integrity.Check(context.Background(), o, rng)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tell(r *integrity.Report) string {
	var b strings.Builder
	for _, p := range r.Places {
		fmt.Fprintf(&b, "%s %s digests %+v logs %+v covered %v\n", p.Account, p.Region, p.Digests, p.Logs, p.Covered)
		for _, f := range p.Findings {
			fmt.Fprintf(&b, "  %+v\n", f)
		}
	}
	return b.String()
}

func keysOf(m map[string][]byte) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// flaky breaks off each file some times: in the middle, or before it begins.
type flaky struct {
	source.Source
	times int
	mu    sync.Mutex
	seen  map[string]int
}

func (f *flaky) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	f.mu.Lock()
	n := f.seen[key]
	f.seen[key]++
	f.mu.Unlock()
	if n >= f.times {
		return f.Source.Open(ctx, key)
	}
	if n%2 == 0 {
		return nil, source.Object{}, fmt.Errorf("503 SlowDown")
	}
	r, o, err := f.Source.Open(ctx, key)
	return io.NopCloser(io.MultiReader(io.LimitReader(r, 20), broken{})), o, err
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, fmt.Errorf("connection reset by peer") }

// denied lets one file not be read.
type denied struct {
	source.Source
	key string
}

func (d *denied) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	if key == d.key {
		return nil, source.Object{}, fmt.Errorf("AccessDenied: %w", fs.ErrPermission)
	}
	return d.Source.Open(ctx, key)
}

// dated says that one file was written at another time.
type dated struct {
	source.Source
	key string
	at  time.Time
}

func (d *dated) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range d.Source.List(ctx, prefix) {
			if o.Key == d.key {
				o.Modified = d.at
			}
			if !yield(o, err) {
				return
			}
		}
	}
}
