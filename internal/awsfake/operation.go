package awsfake

import (
	"net/http"
	"net/url"
	"strings"
)

// Operation is a request as AWS's own permissions and documents name it, "glue:GetTable", and the access key that signed it.
// It is how tests that stand between the program and another AWS tell what was asked. body is what the request sends.
func Operation(r *http.Request, body []byte) (name, key string) {
	service, key := credential(r)
	target := r.Header.Get("X-Amz-Target")
	switch {
	case target != "":
		service, operation, _ := strings.Cut(target, ".")
		return map[string]string{"AmazonAthena": "athena", "AWSGlue": "glue"}[service] + ":" + operation, key
	case service == "sts":
		values, _ := url.ParseQuery(string(body)) // what cannot be read has no action
		return "sts:" + values.Get("Action"), key
	}
	return "s3:" + s3Operation(r), key
}
