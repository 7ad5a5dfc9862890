// Package listkeys looks CloudTrail's public keys up at AWS.
package listkeys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/integrity"
)

// Client is what is asked of CloudTrail; *cloudtrail.Client is one.
type Client interface {
	ListPublicKeys(context.Context, *cloudtrail.ListPublicKeysInput, ...func(*cloudtrail.Options)) (*cloudtrail.ListPublicKeysOutput, error)
}

// Options of the look-up.
type Options struct {
	Client Client
	Now    func() time.Time // nil: time.Now; AWS is not asked about the future
}

// Keys asks AWS once for each region and range. It is an integrity.Keys.
type Keys struct {
	o     Options
	mu    sync.Mutex
	asked map[question]*answer
}

type question struct {
	region   string
	from, to int64 // hours since 1970: ranges of places differ by minutes
}

type answer struct {
	once sync.Once
	keys []integrity.Key
	err  error
}

// New makes a look-up.
func New(o Options) (*Keys, error) {
	if o.Client == nil {
		return nil, errors.New("public keys are looked up with a CloudTrail client")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Keys{o: o, asked: map[question]*answer{}}, nil
}

// Keys are those of a region that were valid at some time of the range.
func (k *Keys) Keys(ctx context.Context, region string, from, to time.Time) ([]integrity.Key, error) {
	if now := k.o.Now(); to.After(now) {
		to = now
	}
	if from.After(to) {
		from = to.Add(-time.Hour)
	}
	q := question{region, from.Unix() / 3600, to.Unix()/3600 + 1}
	k.mu.Lock()
	a := k.asked[q]
	if a == nil {
		a = &answer{}
		k.asked[q] = a
	}
	k.mu.Unlock()
	a.once.Do(func() { a.keys, a.err = k.ask(ctx, region, from, to) })
	return a.keys, a.err
}

func (k *Keys) ask(ctx context.Context, region string, from, to time.Time) ([]integrity.Key, error) {
	out, err := k.o.Client.ListPublicKeys(ctx, &cloudtrail.ListPublicKeysInput{StartTime: aws.Time(from.UTC()), EndTime: aws.Time(to.UTC())},
		func(o *cloudtrail.Options) { o.Region = region }) // key pairs are per region
	if err != nil {
		sentence, hint := awsconfig.Explain(err)
		if hint != "" {
			sentence += " " + hint + "."
		}
		return nil, fmt.Errorf("asking CloudTrail for the public keys of %s: %s", region, sentence)
	}
	if aws.ToString(out.NextToken) != "" { // it is reserved; taking a part for the whole would make keys unknown
		return nil, fmt.Errorf("CloudTrail gave only a part of the public keys of %s, and no documented way to the rest", region)
	}
	keys := make([]integrity.Key, 0, len(out.PublicKeyList))
	for _, p := range out.PublicKeyList {
		keys = append(keys, integrity.Key{Fingerprint: strings.ToLower(aws.ToString(p.Fingerprint)), Value: p.Value,
			From: aws.ToTime(p.ValidityStartTime), To: aws.ToTime(p.ValidityEndTime)})
	}
	return keys, nil
}

// Found is every key that was given, by region, sorted: what a copy must keep so that it can be verified without AWS.
func (k *Keys) Found() integrity.KeySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := integrity.KeySet{}
	for q, a := range k.asked {
		if len(a.keys) > 0 {
			out[q.region] = append(out[q.region], a.keys...)
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b integrity.Key) int { return strings.Compare(a.Fingerprint, b.Fingerprint) })
	}
	return out
}
