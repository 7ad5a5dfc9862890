package awsfake

import (
	"strings"
	"sync"
	"time"
)

// PublicKey is one that ListPublicKeys gives.
type PublicKey struct {
	Value       []byte
	Fingerprint string
	From, To    time.Time
}

// trailState is CloudTrail's public keys by region.
type trailState struct {
	mu   sync.Mutex
	keys map[string][]PublicKey
}

// PublicKeys sets CloudTrail's keys of a region.
func (s *Server) PublicKeys(region string, keys ...PublicKey) {
	s.trail.mu.Lock()
	defer s.trail.mu.Unlock()
	s.trail.keys[region] = keys
}

type listKeysIn struct {
	StartTime, EndTime float64
	NextToken          string
}

type publicKeyOut struct {
	Value                              []byte
	ValidityStartTime, ValidityEndTime float64
	Fingerprint                        string
}

type listKeysOut struct{ PublicKeyList []publicKeyOut }

var cloudtrailOperations = map[string]func(*call) (any, *failure){"ListPublicKeys": operation(listKeys)}

// listKeys gives the keys of the region that the call was signed for, as AWS does.
func listKeys(c *call, in listKeysIn) (listKeysOut, *failure) {
	if in.StartTime > in.EndTime {
		return listKeysOut{}, refuse("InvalidTimeRangeException", "Start time must be before end time")
	}
	_, scope, _ := strings.Cut(c.r.Header.Get("Authorization"), "Credential=")
	parts := strings.Split(scope, "/")
	if len(parts) < 4 {
		return listKeysOut{}, refuse("IncompleteSignature", "the call has no region")
	}
	c.trail.mu.Lock()
	defer c.trail.mu.Unlock()
	out := listKeysOut{PublicKeyList: []publicKeyOut{}}
	for _, k := range c.trail.keys[parts[2]] {
		if seconds(k.To) >= in.StartTime && seconds(k.From) <= in.EndTime {
			out.PublicKeyList = append(out.PublicKeyList, publicKeyOut{k.Value, seconds(k.From), seconds(k.To), k.Fingerprint})
		}
	}
	return out, nil
}
