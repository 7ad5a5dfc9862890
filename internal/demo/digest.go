package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source"
)

// The trail whose digests the sample has.
const (
	sampleBucket = "example-org-cloudtrail-logs"
	sampleTrail  = "example-org-trail"
)

// chains are the digests of the sample: one chain for each account and region, as CloudTrail writes them, but of a day each instead of
// an hour, so that a sample is not mostly digests.
type chains struct {
	s    *script
	logs map[chain][]file // without their content
	last time.Time        // delivery
}

type chain struct{ account, region string }

func newChains(s *script) *chains { return &chains{s: s, logs: map[chain][]file{}, last: s.o.To} }

func (c *chains) add(p place, f file) {
	f.data = nil
	k := chain{p.account, p.region}
	c.logs[k] = append(c.logs[k], f)
	if f.delivered.After(c.last) {
		c.last = f.delivered
	}
}

// put writes the digests and the public keys of their regions. Of one log file there is only the entry in a digest: somebody deleted it.
func (c *chains) put(ctx context.Context, to source.Sink) error {
	c.deleted()
	keys := slices.SortedFunc(maps.Keys(c.logs), func(a, b chain) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.region, b.region))
	})
	made := make([][]file, len(keys))
	var work errgroup.Group
	work.SetLimit(4)
	for i, k := range keys {
		work.Go(func() error {
			made[i] = c.digests(ctx, k)
			return ctx.Err()
		})
	}
	err := work.Wait()
	der, fingerprint := sample.Public(&signer().PublicKey)
	regions := map[string]bool{}
	for i := range made {
		for _, f := range made[i] {
			if err == nil {
				err = to.Put(ctx, f.object, bytes.NewReader(f.data))
			}
		}
		regions[keys[i].region] = true
	}
	text := fmt.Appendf(nil, "{\"PublicKeyList\": [{\"Value\": \"%s\",\n  \"ValidityStartTime\": %q, \"ValidityEndTime\": %q, "+
		"\"Fingerprint\": %q}]}\n",
		base64.StdEncoding.EncodeToString(der), c.s.o.From.AddDate(0, -1, 0).Format(time.RFC3339), c.last.AddDate(0, 1, 0).Format(time.RFC3339),
		fingerprint)
	for _, r := range slices.Sorted(maps.Keys(regions)) {
		if err == nil {
			err = to.Put(ctx, source.Object{Key: cloudtrail.FolderKeys + "/" + r + ".json", Size: int64(len(text)), Modified: c.last},
				bytes.NewReader(text))
		}
	}
	if err != nil {
		return fmt.Errorf("writing the digests of the sample: %w", err)
	}
	return nil
}

// deleted plants the entry of a log file that is not there: of the main account and region, on the day after logging was stopped.
func (c *chains) deleted() {
	at := c.s.day(14).Add(9*time.Hour + 42*time.Minute)
	k := chain{c.s.account(0), c.s.main()}
	if !c.s.inside(at) || c.logs[k] == nil {
		return
	}
	rnd := rand.New(rand.NewPCG(uint64(c.s.o.Seed), 14))
	letters := make([]byte, 16)
	for i := range letters {
		letters[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rnd.IntN(32)]
	}
	name := c.place(k).Log(at, string(letters))
	c.logs[k] = append(c.logs[k], file{object: source.Object{Key: name}, hash: sample.Hash([]byte(name)), delivered: at})
}

func (c *chains) place(k chain) sample.Place {
	return sample.Place{Account: k.account, Region: k.region, Trail: sampleTrail, Home: c.s.main()}
}

// digests are those of one chain, a day each, from the first day of the sample to the day of the last delivery anywhere.
func (c *chains) digests(ctx context.Context, k chain) (out []file) {
	logs, at := c.logs[k], c.place(k)
	slices.SortStableFunc(logs, func(a, b file) int {
		return cmp.Or(a.delivered.Compare(b.delivered), strings.Compare(a.object.Key, b.object.Key))
	})
	_, fingerprint := sample.Public(&signer().PublicKey)
	var before *sample.Digest
	var text []byte
	var signature string
	for day := c.s.o.From; !day.After(c.last) && ctx.Err() == nil; day = day.AddDate(0, 0, 1) {
		end := day.AddDate(0, 0, 1)
		d := &sample.Digest{Account: k.account, Start: day.Format(sample.Stamp), End: end.Format(sample.Stamp), Bucket: sampleBucket,
			Object: at.Digest(end, false), Fingerprint: fingerprint, Algorithm: "SHA256withRSA"}
		if before != nil {
			d.After(before.Bucket, before.Object, text, signature)
		}
		for len(logs) > 0 && logs[0].delivered.Before(end) {
			d.Logs = append(d.Logs, sample.Log{Bucket: sampleBucket, Object: logs[0].object.Key, Hash: logs[0].hash, HashAlgorithm: "SHA-256"})
			logs = logs[1:]
		}
		text = d.Text()
		signature = d.Sign(signer(), text)
		data := sample.Gzip(text)
		out = append(out, file{object: source.Object{Key: d.Object, Size: int64(len(data)), Modified: end, Class: "STANDARD",
			Meta: sample.Meta(signature)}, data: data})
		before = d
	}
	return out
}
