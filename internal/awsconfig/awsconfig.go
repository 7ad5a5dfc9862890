// Package awsconfig is the one way to reach AWS: credentials, region, role, endpoints, retries, and errors in plain words.
package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// Options say whose account is reached, and how. The zero value takes everything from where the AWS command line takes it.
type Options struct {
	Profile    string // of the shared AWS files; "": AWS_PROFILE, else default
	Region     string // "": AWS_REGION, else the profile's
	RoleARN    string // role to take for every call, also in another account; "": none
	ExternalID string // what the role's trust policy may ask for (sts:ExternalId)
	Session    string // how the taken role's session is called in the other account's CloudTrail; "": trailscribe
	// URL that answers for all services, for VPC endpoints and tests; "": AWS's own, or AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>
	Endpoint string
	FIPS     bool // use the FIPS 140 endpoints

	// Env reads the environment; nil: the process's own. With Env the process's variables for credentials, region and
	// endpoints are not needed: those that Env knows win. It is how several configurations live in one process.
	Env func(string) string
}

// ErrNoRegion is what Load returns where neither options nor environment nor profile name a region.
var ErrNoRegion = errors.New("no AWS region is known")

// ErrNoFIPS is what Load returns where FIPS endpoints are asked for in a partition that has none.
var ErrNoFIPS = errors.New("this AWS partition has no FIPS endpoints")

// ErrRole is what Load returns for a role that is not an ARN of a role.
var ErrRole = errors.New("this is not the ARN of an IAM role")

// Load finds credentials, region and endpoints. It makes no call: wrong or expired credentials show with the first call.
// The error, and that of every later call, is one that Explain puts into plain words.
func Load(ctx context.Context, o Options) (aws.Config, error) {
	env := environment{o.Env}
	var opts []func(*config.LoadOptions) error
	with := func(f config.LoadOptionsFunc) { opts = append(opts, f) }
	if profile := first(o.Profile, env.get("AWS_PROFILE")); profile != "" {
		with(config.WithSharedConfigProfile(profile))
	}
	if region := first(o.Region, env.get("AWS_REGION"), env.get("AWS_DEFAULT_REGION")); region != "" {
		with(config.WithRegion(region))
	}
	if id, secret := env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY"); id != "" && secret != "" && o.Profile == "" {
		with(config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, env.get("AWS_SESSION_TOKEN"))))
	}
	if o.FIPS || strings.EqualFold(env.get("AWS_USE_FIPS_ENDPOINT"), "true") {
		with(config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	with(config.WithLogger(logging.Nop{})) // the screen is the command's; the SDK would write hints on checksums between its lines
	with(config.WithRetryer(func() aws.Retryer { return Retryer() }))
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, ErrNoRegion
	}
	if o.FIPS && strings.HasPrefix(Partition(cfg.Region), "aws-cn") {
		return aws.Config{}, fmt.Errorf("region %s: %w", cfg.Region, ErrNoFIPS)
	}
	switch {
	case o.Endpoint != "":
		cfg.BaseEndpoint = aws.String(strings.TrimSuffix(o.Endpoint, "/"))
		cfg.ConfigSources = append([]any{fixed(o.Endpoint)}, cfg.ConfigSources...)
	case o.Env != nil:
		if url := env.get("AWS_ENDPOINT_URL"); url != "" {
			cfg.BaseEndpoint = aws.String(url)
		}
		cfg.ConfigSources = append([]any{env}, cfg.ConfigSources...)
	}
	if CustomEndpoint(cfg) {
		// Stores other than AWS refuse or spoil the checksums that the SDK adds to each upload.
		cfg.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		cfg.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	}
	if o.RoleARN != "" {
		if parts := strings.Split(o.RoleARN, ":"); len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" ||
			!strings.HasPrefix(parts[5], "role/") {
			return aws.Config{}, fmt.Errorf("role %q: %w", o.RoleARN, ErrRole)
		}
		cfg.Credentials = assume(cfg, o)
	}
	return cfg, nil
}

// renewBefore is how long before their end the credentials of a role are renewed, so that no call of a long run meets
// the end. A role taken from another role lasts an hour at most.
const renewBefore = 5 * time.Minute

func assume(cfg aws.Config, o Options) aws.CredentialsProvider {
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName = first(o.Session, "trailscribe")
		if o.ExternalID != "" {
			a.ExternalID = aws.String(o.ExternalID)
		}
	})
	return aws.NewCredentialsCache(role, func(c *aws.CredentialsCacheOptions) {
		c.ExpiryWindow, c.ExpiryWindowJitterFrac = renewBefore, 0.5
	})
}

// CustomEndpoint reports whether all services are reached at one URL that is not AWS's own. S3 is then asked with the
// bucket in the path, because no name is made for it.
func CustomEndpoint(cfg aws.Config) bool { return cfg.BaseEndpoint != nil && *cfg.BaseEndpoint != "" }

// environment is Options.Env as a source of the SDK. Without a function it knows nothing: the SDK reads the process's own.
type environment struct{ read func(string) string }

func (e environment) get(name string) string {
	if e.read == nil {
		return ""
	}
	return e.read(name)
}

// GetServiceBaseEndpoint is what the SDK asks its sources for: the URL of one service, which goes before the common one.
func (e environment) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	url := e.get("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_")))
	if url == "" {
		url = e.get("AWS_ENDPOINT_URL")
	}
	return url, url != "", nil
}

// fixed is one URL for every service, stronger than any of the environment.
type fixed string

// GetServiceBaseEndpoint is what the SDK asks its sources for.
func (f fixed) GetServiceBaseEndpoint(context.Context, string) (string, bool, error) {
	return strings.TrimSuffix(string(f), "/"), true, nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
