package awsfake

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// call is one request.
type call struct {
	*Server
	w         http.ResponseWriter
	r         *http.Request
	body      []byte
	id        string
	service   string
	operation string
	key       string // access key that signed it
	arn       string // role that it was handed out for; "": the user
	values    url.Values
	format    errorFormat
	later     func() // sends the answer once no lock is held
}

// failure is an answer that is an error.
type failure struct {
	status        int
	code, message string
}

// errorFormat is how a service writes errors.
type errorFormat uint8

const (
	xmlErrors   errorFormat = iota // S3
	queryErrors                    // STS
	jsonErrors                     // Athena, Glue
)

func refuse(code, format string, args ...any) *failure {
	return &failure{400, code, fmt.Sprintf(format, args...)}
}

func (c *call) fail(f *failure) {
	switch c.format {
	case jsonErrors:
		c.w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		c.w.Header().Set("X-Amzn-Errortype", f.code)
		c.w.WriteHeader(f.status)
		body := map[string]any{"__type": f.code, "message": f.message}
		if f.code == "TooManyRequestsException" {
			body["Reason"] = "CONCURRENT_QUERY_LIMIT_EXCEEDED"
		}
		if f.code == "InvalidRequestException" {
			body["AthenaErrorCode"] = "INVALID_INPUT"
		}
		json.NewEncoder(c.w).Encode(body)
	case queryErrors:
		type e struct {
			Type, Code, Message string
		}
		c.xml(f.status, struct {
			XMLName   xml.Name `xml:"ErrorResponse"`
			Error     e
			RequestID string `xml:"RequestId"`
		}{Error: e{"Sender", f.code, f.message}, RequestID: c.id})
	default:
		if c.r.Method == http.MethodHead || f.status == http.StatusNotModified {
			c.w.WriteHeader(f.status)
			return
		}
		c.xml(f.status, struct {
			XMLName   xml.Name `xml:"Error"`
			Code      string
			Message   string
			Resource  string
			RequestID string `xml:"RequestId"`
		}{Code: f.code, Message: f.message, Resource: c.r.URL.Path, RequestID: c.id})
	}
}

func (c *call) xml(status int, v any) *failure {
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.WriteHeader(status)
	fmt.Fprint(c.w, xml.Header)
	if err := xml.NewEncoder(c.w).Encode(v); err != nil {
		panic(fmt.Sprintf("awsfake: an answer cannot be written as XML: %v", err))
	}
	return nil
}

// json runs an operation of a service that speaks JSON 1.1.
func (c *call) json(operations map[string]func(*call) (any, *failure)) *failure {
	do := operations[c.operation]
	if do == nil {
		return refuse("UnknownOperationException", "the fake does not know the operation %s of %s", c.operation, c.service)
	}
	out, err := do(c)
	if err != nil {
		return err
	}
	if out == nil {
		out = struct{}{}
	}
	b, e := json.Marshal(out)
	if e != nil {
		panic(fmt.Sprintf("awsfake: an answer cannot be written as JSON: %v", e))
	}
	c.w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	c.w.Write(b)
	return nil
}

// read takes the input of a JSON operation.
func read[T any](c *call) (T, *failure) {
	var in T
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &in); err != nil {
			return in, refuse("SerializationException", "%v", err)
		}
	}
	return in, nil
}

// operation makes a typed function one of the table of operations.
func operation[In, Out any](do func(c *call, in In) (Out, *failure)) func(*call) (any, *failure) {
	return func(c *call) (any, *failure) {
		in, err := read[In](c)
		if err != nil {
			return nil, err
		}
		out, err := do(c, in)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

func (c *call) form() {
	c.values, _ = url.ParseQuery(string(c.body))
	c.operation = c.values.Get("Action")
}

func (c *call) expired() *failure {
	const text = "The security token included in the request is expired"
	switch c.service {
	case "s3":
		return &failure{400, "ExpiredToken", "The provided token has expired."}
	case "sts":
		return &failure{403, "ExpiredToken", text}
	}
	return &failure{400, "ExpiredTokenException", text}
}

// caller is the ARN of who asks.
func (c *call) caller() string {
	if c.arn != "" {
		return c.arn
	}
	return "arn:" + c.partition() + ":iam::" + c.o.Account + ":user/fake"
}

// partition is the AWS partition of the fake's region, which ARNs begin with.
func (s *Server) partition() string {
	switch {
	case strings.HasPrefix(s.o.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(s.o.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// denied is the answer to a caller without a permission.
func (c *call) denied() *failure {
	if c.service == "s3" {
		return &failure{403, "AccessDenied", fmt.Sprintf("User: %s is not authorized to perform: s3:%s on resource: %q because no "+
			"identity-based policy allows the s3:%s action", c.caller(), c.operation, "arn:"+c.partition()+":s3:::"+
			strings.Trim(c.r.URL.Path, "/"), c.operation)}
	}
	code, status := "AccessDeniedException", 400
	if c.service == "sts" {
		code, status = "AccessDenied", 403
	}
	return &failure{status, code, fmt.Sprintf("User: %s is not authorized to perform: %s:%s on resource: arn:%s:%s:%s:%s:* because no "+
		"identity-based policy allows the %s:%s action", c.caller(), c.service, c.operation, c.partition(), c.service, c.o.Region, c.o.Account,
		c.service, c.operation)}
}

// seconds is how JSON services write times.
func seconds(t time.Time) float64 {
	return float64(t.UnixMilli()) / 1000
}
