package awsconfig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func variables(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// isolate keeps the machine's own AWS settings out of a test.
func isolate(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	none := t.TempDir() + "/none"
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
}

func TestLoad(t *testing.T) {
	isolate(t)
	ctx := context.Background()
	if _, err := Load(ctx, Options{}); !errors.Is(err, ErrNoRegion) {
		t.Errorf("without a region: %v", err)
	}
	if _, err := Load(ctx, Options{Region: "cn-north-1", FIPS: true}); !errors.Is(err, ErrNoFIPS) {
		t.Errorf("FIPS in China: %v", err)
	}
	if _, err := Load(ctx, Options{Region: "eu-central-1", RoleARN: "auditor"}); !errors.Is(err, ErrRole) {
		t.Errorf("a role that is not an ARN: %v", err)
	}
	var missing config.SharedConfigProfileNotExistError
	if _, err := Load(ctx, Options{Region: "eu-central-1", Profile: "nobody"}); !errors.As(err, &missing) {
		t.Errorf("a profile that is not there: %v", err)
	}
	cfg, err := Load(ctx, Options{Region: "us-west-2", Env: variables("AWS_REGION", "eu-west-1", "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE",
		"AWS_SECRET_ACCESS_KEY", "s", "AWS_ENDPOINT_URL", "http://127.0.0.1:1")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Credentials.Retrieve(ctx)
	if err != nil || cfg.Region != "us-west-2" || c.AccessKeyID != "AKIAEXAMPLE" || !CustomEndpoint(cfg) ||
		cfg.RequestChecksumCalculation != aws.RequestChecksumCalculationWhenRequired {
		t.Errorf("%s %s %v %v", cfg.Region, c.AccessKeyID, cfg.BaseEndpoint, err)
	}
}

// TestEndpoints: the setting beats the environment, and a service's own URL the common one.
func TestEndpoints(t *testing.T) {
	isolate(t)
	host := func(o Options) string {
		t.Helper()
		if o.Region == "" {
			o.Region = "eu-central-1"
		}
		cfg, err := Load(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		cfg.HTTPClient = roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.Host
			return &http.Response{StatusCode: 400, Body: io.NopCloser(strings.NewReader("{}")), Header: http.Header{}}, nil
		})
		athena.NewFromConfig(cfg).ListWorkGroups(context.Background(), &athena.ListWorkGroupsInput{})
		return got
	}
	keys := []string{"AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "s"}
	for _, c := range []struct {
		name, want string
		o          Options
	}{
		{"AWS's own", "athena.eu-central-1.amazonaws.com", Options{Env: variables(keys...)}},
		{"FIPS", "athena-fips.us-gov-west-1.amazonaws.com", Options{FIPS: true, Region: "us-gov-west-1", Env: variables(keys...)}},
		{"common URL", "common", Options{Env: variables(append(keys, "AWS_ENDPOINT_URL", "http://common")...)}},
		{"own URL", "own", Options{Env: variables(append(keys, "AWS_ENDPOINT_URL", "http://common", "AWS_ENDPOINT_URL_ATHENA",
			"http://own")...)}},
		{"setting", "set", Options{Endpoint: "http://set/", Env: variables(append(keys, "AWS_ENDPOINT_URL_ATHENA", "http://own")...)}},
	} {
		if got := host(c.o); got != c.want {
			t.Errorf("%s: asked %q, want %q", c.name, got, c.want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestRoleWithExternalID(t *testing.T) {
	isolate(t)
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
	}))
	defer srv.Close()
	cfg, err := Load(context.Background(), Options{Region: "eu-central-1", RoleARN: "arn:aws:iam::111122223333:role/audit/reader",
		ExternalID: "a b", Session: "run-1", Endpoint: srv.URL, Env: variables("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "s")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Credentials.Retrieve(context.Background())
	if err != nil || c.AccessKeyID != "ASIAROLE" {
		t.Fatal(c.AccessKeyID, err)
	}
	for _, want := range []string{"ExternalId=a+b", "RoleSessionName=run-1", "role%2Faudit%2Freader"} {
		if !strings.Contains(body, want) {
			t.Errorf("the call %s lacks %s", body, want)
		}
	}
}

func TestRetryer(t *testing.T) {
	throttled := &smithy.GenericAPIError{Code: "ThrottlingException"}
	full := &smithy.GenericAPIError{Code: "TooManyRequestsException"}
	plainRetryer, own := Retryer(), Retryer("TooManyRequestsException")
	for _, c := range []struct {
		name string
		r    aws.Retryer
		err  error
		want bool
	}{
		{"throttle", plainRetryer, throttled, true}, {"full", plainRetryer, full, true}, {"throttle, slots apart", own, throttled, true},
		{"full, slots apart", own, full, false}, {"denied", plainRetryer, &smithy.GenericAPIError{Code: "AccessDenied"}, false},
	} {
		if got := c.r.IsErrorRetryable(c.err); got != c.want {
			t.Errorf("%s: repeated %v, want %v", c.name, got, c.want)
		}
	}
	if plainRetryer.MaxAttempts() != Attempts {
		t.Error(plainRetryer.MaxAttempts())
	}
	for range 10_000 { // no quota over calls
		release, err := plainRetryer.GetRetryToken(context.Background(), throttled)
		if err != nil {
			t.Fatal(err)
		}
		release(errors.New("again"))
	}
}

func TestRepeatedOverHTTP(t *testing.T) {
	isolate(t)
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(500)
			return
		}
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
	defer srv.Close()
	cfg, err := Load(context.Background(), Options{Region: "eu-central-1", Endpoint: srv.URL, Env: variables("AWS_ACCESS_KEY_ID", "a",
		"AWS_SECRET_ACCESS_KEY", "s")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(context.Background(), nil)
	if err != nil || *out.Account != "111122223333" || n.Load() != 3 {
		t.Errorf("%v after %d calls", err, n.Load())
	}
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{"eu-central-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "eusc-de-east-1": "aws-eusc", "": "aws"} {
		if got := Partition(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}
