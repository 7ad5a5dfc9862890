package awsconfig

import (
	"fmt"
	"regexp"
	"strings"
)

// Place is a place in S3: a bucket, and a prefix without slashes at its ends.
type Place struct{ Bucket, Prefix string }

// bucketName is what a bucket may be called
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// ParsePlace reads s3://bucket or s3://bucket/prefix as a user writes it. A prefix that cannot be the location of a table is an
// error.
func ParsePlace(text string) (Place, error) {
	bucket, prefix, ok := Object(text)
	p := Place{bucket, strings.Trim(prefix, "/")}
	if !ok || !bucketName.MatchString(bucket) {
		return p, fmt.Errorf("%q is not a place in S3: write s3://bucket/prefix", text)
	}
	if strings.Contains(p.Prefix, "//") || strings.ContainsAny(p.Prefix, "${}\\\"'`") ||
		strings.ContainsFunc(p.Prefix, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return p, fmt.Errorf("the prefix of %q has // or a character that the location of a table cannot have", text)
	}
	return p, nil
}

// String is s3://bucket/prefix/ with the slash that Athena wants at the end; "" for no place.
func (p Place) String() string {
	if p.Bucket == "" {
		return ""
	}
	return "s3://" + p.Bucket + "/" + p.Key()
}

// Key is the prefix as keys begin: "" or "prefix/".
func (p Place) Key() string {
	if p.Prefix == "" {
		return ""
	}
	return p.Prefix + "/"
}

// Holds reports whether q is below p, or p itself.
func (p Place) Holds(q Place) bool {
	return p.Bucket == q.Bucket && strings.HasPrefix(q.Key(), p.Key())
}

// Object cuts the address of an object, s3://bucket/key, and keeps the key as it is. A bucket alone has the key "". ok is false
// for what is not an address in S3.
func Object(address string) (bucket, key string, ok bool) {
	rest, ok := strings.CutPrefix(address, "s3://")
	bucket, key, _ = strings.Cut(rest, "/")
	return bucket, key, ok && bucket != ""
}

// Location is the address of a folder as a catalog gives it, with the scheme s3 for Hadoop's s3a and s3n and one slash at its
// end, so that two of them can be compared.
func Location(address string) string {
	for _, scheme := range []string{"s3a://", "s3n://"} {
		if rest, ok := strings.CutPrefix(address, scheme); ok {
			address = "s3://" + rest
		}
	}
	return strings.TrimRight(address, "/") + "/"
}

// Below is the location of a folder below another one.
func Below(address string, names ...string) string {
	return Location(Location(address) + strings.Join(names, "/"))
}
