package awsconfig

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Attempts and longest pause of a call that AWS asks to repeat. The SDK's own three attempts do not outlast a throttled minute.
const (
	Attempts = 10
	MaxPause = 20 * time.Second
)

// Retryer repeats calls that were throttled, lost or answered by a 5xx, with growing random pauses. It has no quota over
// calls: a report must not fail because another query of it was throttled before. Adaptive mode is not used, because it
// holds up all calls of a client.
//
// Errors with one of the codes are given back at once. Athena's TooManyRequestsException is such a one: all query slots
// are taken, which seconds do not cure.
func Retryer(except ...string) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = Attempts, MaxPause
		o.RateLimiter = ratelimit.None
		if len(except) > 0 {
			codes := map[string]bool{}
			for _, c := range except {
				codes[c] = true
			}
			no := retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
				if codes[Code(err)] {
					return aws.FalseTernary
				}
				return aws.UnknownTernary
			})
			o.Retryables = append([]retry.IsErrorRetryable{no}, o.Retryables...)
		}
	})
}
