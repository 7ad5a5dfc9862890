package awsconfig

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
)

// Code is the code of an error that AWS answered with ("AccessDenied"), "" for any other error.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Explain says in one sentence what went wrong with a call to AWS, and what to do about it. The hint is "" where nothing
// general can be advised. Texts that AWS sent are shortened and free of control characters.
func Explain(err error) (sentence, hint string) {
	if err == nil {
		return "", ""
	}
	if sentence, hint := explainHere(err); sentence != "" {
		return sentence, hint
	}
	call := callName(err)
	var api smithy.APIError
	if !errors.As(err, &api) {
		return explainNetwork(err, call)
	}
	message := plain(api.ErrorMessage())
	for _, k := range known {
		for _, code := range k.codes {
			if code == api.ErrorCode() && (k.when == "" || strings.Contains(strings.ToLower(message), k.when)) {
				if k.denied {
					return explainDenied(call, message)
				}
				return withMessage(call+" "+k.says, message, k.quote), k.hint
			}
		}
	}
	return withMessage(fmt.Sprintf("%s answered %s", call, plain(api.ErrorCode())), message, true), ""
}

func withMessage(sentence, message string, quote bool) string {
	if quote && message != "" {
		return sentence + ": " + strings.TrimSuffix(message, ".") + "."
	}
	return sentence + "."
}

// known are the answers of AWS that people meet. The first that fits counts.
var known = []struct {
	codes  []string
	when   string // in the message, lower case; "": any
	says   string // after the name of the call
	hint   string
	quote  bool // the message says more than we do
	denied bool
}{
	{codes: []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "ExpiredRequest", "TokenRefreshRequired"},
		says: "was refused because the AWS credentials have expired", hint: "sign in again ('aws sso login' for SSO profiles) and start the " +
			"same command; a run goes on where it stopped"},
	{codes: []string{"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidToken", "AuthFailure",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature"},
		says: "was refused because AWS does not know these credentials", hint: "check AWS_ACCESS_KEY_ID and AWS_PROFILE; keys of one " +
			"partition (aws, aws-cn, aws-us-gov) are unknown in the others"},
	{codes: []string{"RequestTimeTooSkewed", "RequestInTheFuture"},
		says: "was refused because the clock of this machine is wrong", hint: "set the clock; AWS accepts a few minutes of difference"},
	{codes: []string{"SignatureDoesNotMatch", "InvalidSignatureException"}, when: "expired",
		says: "was refused because the clock of this machine is wrong", hint: "set the clock; AWS accepts a few minutes of difference"},
	{codes: []string{"SignatureDoesNotMatch", "InvalidSignatureException"},
		says: "was refused because the signature is wrong", hint: "AWS_SECRET_ACCESS_KEY does not belong to " +
			"AWS_ACCESS_KEY_ID, or a proxy changes the requests"},
	{codes: []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403", "AuthorizationError",
		"UnauthorizedException"}, denied: true},
	{codes: []string{"KMS.DisabledException", "KMS.KMSInvalidStateException", "KMSDisabledException"},
		says: "failed because the encryption key is disabled", hint: "enable the KMS key, or cancel its deletion", quote: true},
	{codes: []string{"NoSuchBucket"}, says: "failed because the S3 bucket does not exist",
		hint: "check the bucket's name, and that the credentials are those of its partition", quote: true},
	{codes: []string{"NoSuchKey", "NotFound", "404"}, says: "failed because there is no such object in S3",
		hint: "check bucket and prefix; HEAD answers this for a missing bucket too"},
	{codes: []string{"InvalidObjectState"}, says: "failed because the object is in an archive storage class (Glacier)",
		hint: "restore it and copy it back, or lengthen the time before the lifecycle rule moves logs there"},
	{codes: []string{"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "BucketRegionError",
		"MovedPermanently", "301"},
		says: "failed because the bucket is in another region", hint: "set region: under athena: to the region of the bucket; Athena reads " +
			"its results bucket in its own region only", quote: true},
	{codes: []string{"TooManyRequestsException"}, says: "was refused because all query slots of the account are taken",
		hint: "wait for other queries to end, run fewer at once, or ask AWS for a higher quota of active DML queries"},
	{codes: []string{"ThrottlingException", "Throttling", "RequestLimitExceeded", "SlowDown", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "ProvisionedThroughputExceededException", "BandwidthLimitExceeded"},
		says: "was throttled by AWS more often than is repeated", hint: "start the command again later; nothing that was paid for is lost"},
	{codes: []string{"EntityNotFoundException"}, says: "found no such database or table in Glue",
		hint: "see 'trailscribe infra status'; 'trailscribe infra apply' makes what is missing", quote: true},
	{codes: []string{"AlreadyExistsException"}, says: "found it there already", quote: true},
	{codes: []string{"ConcurrentModificationException", "VersionMismatchException"},
		says: "failed because somebody else changed the same thing at the same time",
		hint: "run the command again: it reads the new state first"},
	{codes: []string{"MetadataException"}, says: "failed in the catalog", quote: true},
	{codes: []string{"InvalidRequestException"}, when: "workgroup", says: "was refused because of the workgroup",
		hint: "see 'trailscribe infra status'; 'trailscribe infra apply' makes the workgroup", quote: true},
	{codes: []string{"InvalidRequestException"}, when: "output location", says: "was refused because no place for results is set",
		hint: "set output: under athena:, or an output location in the workgroup", quote: true},
	{codes: []string{"InvalidRequestException", "InvalidInputException", "ValidationException", "ValidationError", "InvalidArgument",
		"MalformedPolicyDocument"}, says: "was refused", quote: true},
	{codes: []string{"InternalServerException", "InternalServiceException", "InternalError", "InternalFailure", "ServiceUnavailable",
		"ServiceUnavailableException", "OperationTimeoutException"},
		says: "failed inside AWS more often than is repeated", hint: "start the command again later", quote: true},
	{codes: []string{"InvalidIdentityToken", "IDPCommunicationError", "InvalidGrantException", "UnauthorizedClientException"},
		says: "was refused: the sign-in session is over", hint: "sign in again with 'aws sso login'", quote: true},
	{codes: []string{"RegionDisabledException"}, says: "failed because the region is not enabled for this account",
		hint: "enable the region, or name another under region:", quote: true},
}

// "User: arn is not authorized to perform: glue:GetTable on resource: arn because …"
var denied = regexp.MustCompile(`(?:^User: (\S+) is )?not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on (?:resource:? ?)?"?(arn:[^\s"]+))?`)

func explainDenied(call, message string) (string, string) {
	if strings.Contains(message, "kms:") || strings.Contains(strings.ToLower(message), "kms key") {
		return call + " was refused because the encryption key may not be used: " + strings.TrimSuffix(message, ".") + ".",
			"the caller needs kms:Decrypt on the key of the logs, and kms:GenerateDataKey on that of the results"
	}
	m := denied.FindStringSubmatch(message)
	if m == nil {
		return withMessage(call+" was refused: the permission is missing", message, true),
			"'trailscribe infra iam' prints the permissions that are needed; a policy of the bucket, the organization or " +
				"a permission boundary can deny too"
	}
	s := call + " was refused: "
	if m[1] != "" {
		s += m[1] + " lacks the permission " + m[2]
	} else {
		s += "the permission " + m[2] + " is missing"
	}
	if m[3] != "" {
		s += " on " + strings.TrimSuffix(m[3], ".")
	}
	hint := "'trailscribe infra iam' prints the permissions that are needed"
	switch {
	case strings.Contains(message, "explicit deny"):
		hint = "a policy denies it outright (of the caller, the bucket, the organization or a permission boundary); that must " +
			"change, more permissions do not help"
	case m[2] == "sts:AssumeRole":
		hint = "the role's trust policy must name this caller, and external_id: must be what it asks for"
	}
	return s + ".", hint
}

// explainHere explains errors that arise before a call reaches AWS.
func explainHere(err error) (string, string) {
	var profile config.SharedConfigProfileNotExistError
	var cancelled *aws.RequestCanceledError
	text := err.Error()
	switch {
	case errors.Is(err, ErrNoRegion):
		return "No AWS region is known.", "set region: under athena: in trailscribe.yaml, or AWS_REGION"
	case errors.Is(err, ErrNoFIPS):
		return "This AWS partition has no FIPS endpoints.", "remove fips: under athena:, or AWS_USE_FIPS_ENDPOINT"
	case errors.Is(err, ErrRole):
		return plain(text) + ".", "write arn:aws:iam::111122223333:role/name, with the partition of the region"
	case errors.As(err, &profile):
		return "There is no AWS profile " + plain(profile.Profile) + ".", "see 'aws configure list-profiles'; set " +
			"profile: under athena:, or AWS_PROFILE"
	case errors.Is(err, context.Canceled), errors.As(err, &cancelled) && !errors.Is(err, context.DeadlineExceeded):
		return "The call was stopped.", ""
	case errors.Is(err, context.DeadlineExceeded):
		return callName(err) + " took too long.", "check the network and, behind a proxy, HTTPS_PROXY"
	case Code(err) == "" && (strings.Contains(text, "get identity: get credentials") ||
		strings.Contains(text, "failed to refresh cached credentials") || strings.Contains(text, "static credentials are empty") ||
		strings.Contains(text, "get credentials:")):
		if strings.Contains(text, "SSO") || strings.Contains(text, "sso") {
			return "The SSO session of this profile is over.", "sign in again with 'aws sso login'"
		}
		return "No AWS credentials were found.", "set AWS_PROFILE, sign in with 'aws sso login', or give " +
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case strings.Contains(text, "Missing Region"):
		return "No AWS region is known.", "set region: under athena: in trailscribe.yaml, or AWS_REGION"
	}
	return "", ""
}

func explainNetwork(err error, call string) (string, string) {
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var op *net.OpError
	var attempts *retry.MaxAttemptsError
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("%s did not reach AWS: the host %s is not known.", call, plain(dns.Name)),
			"check the region's name, the endpoint setting and the network"
	case errors.As(err, &unknown):
		return call + " did not trust the certificate of the other side.", "behind a proxy that opens TLS, name its certificate in AWS_CA_BUNDLE"
	case errors.As(err, &op):
		return fmt.Sprintf("%s did not reach AWS: %s.", call, plain(op.Error())),
			"check the network, the proxy (HTTPS_PROXY) and the endpoint setting"
	case errors.As(err, &attempts):
		return fmt.Sprintf("%s failed %d times: %s.", call, attempts.Attempt, plain(attempts.Err.Error())), ""
	}
	return plain(err.Error()) + ".", ""
}

// callName is the call that failed, as the documentation of AWS writes it: Athena StartQueryExecution.
func callName(err error) string {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Service() + " " + op.Operation()
	}
	return "A call to AWS"
}

// longest is how many characters of a text from AWS are shown.
const longest = 400

// plain makes one short line of a text from elsewhere: no control or direction characters, no line breaks.
func plain(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}
