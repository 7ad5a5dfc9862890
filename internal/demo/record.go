package demo

import (
	"strconv"
	"time"
)

// record is what one event says; texts that hold JSON are written as they are. Its zero value is a read by the program of a user.
type record struct {
	source, name   string
	identity       string // JSON
	ip, agent      string
	code, message  string
	request        string // JSON, "" is null
	response       string // JSON, "" is null
	extra          string // JSON of additionalEventData
	details        string // JSON of serviceEventDetails
	resources      string // JSON
	kind           string // eventType, "" is AwsApiCall
	id             string // eventID
	write          bool
	data           bool
	console        bool // sessionCredentialFromConsole
	tls            bool
	shared         bool // another account sees the same action
	region         string
	account        string
	person         string // actor_key, where the actor is a person and not a service
	personType     string // actor_type of person
	at             time.Time
	late           time.Duration // delivered so much later than usual
	denied, failed bool
}

// The fields in the order in which CloudTrail writes them.
func (r *record) append(b []byte, u *unit) []byte {
	b = append(b, `{"eventVersion":"1.11","userIdentity":`...)
	b = append(b, r.identity...)
	b = append(b, `,"eventTime":"`...)
	b = r.at.AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(b, `","eventSource":"`...)
	b = append(b, r.source...)
	b = append(b, `","eventName":"`...)
	b = append(b, r.name...)
	b = append(b, `","awsRegion":"`...)
	b = append(b, r.region...)
	b = append(b, `","sourceIPAddress":"`...)
	b = append(b, r.ip...)
	b = append(b, `","userAgent":"`...)
	b = append(b, r.agent...)
	b = append(b, '"')
	if r.code != "" {
		b = append(append(append(b, `,"errorCode":"`...), r.code...), '"')
	}
	if r.message != "" {
		b = append(append(b, `,"errorMessage":`...), strconv.Quote(r.message)...)
	}
	b = field(b, "requestParameters", r.request, true)
	b = field(b, "responseElements", r.response, true)
	b = field(b, "additionalEventData", r.extra, false)
	b = append(b, `,"requestID":"`...)
	b = u.uuid(b)
	b = append(b, `","eventID":"`...)
	b = append(b, r.id...)
	b = append(b, `","readOnly":`...)
	b = strconv.AppendBool(b, !r.write)
	b = field(b, "resources", r.resources, false)
	b = append(b, `,"eventType":"`...)
	if r.kind == "" {
		b = append(b, "AwsApiCall"...)
	} else {
		b = append(b, r.kind...)
	}
	b = append(b, `","managementEvent":`...)
	b = strconv.AppendBool(b, !r.data)
	b = append(append(append(b, `,"recipientAccountId":"`...), r.account...), '"')
	if r.shared {
		b = append(u.uuid(append(b, `,"sharedEventID":"`...)), '"')
	}
	b = field(b, "serviceEventDetails", r.details, false)
	if r.data {
		b = append(b, `,"eventCategory":"Data"`...)
	} else {
		b = append(b, `,"eventCategory":"Management"`...)
	}
	if r.tls {
		b = append(b, `,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"`...)
		b = append(append(append(append(b, service(r.source)...), '.'), r.region...), `.amazonaws.com"}`...)
	}
	if r.console {
		b = append(b, `,"sessionCredentialFromConsole":"true"`...)
	}
	return append(b, '}')
}

func field(b []byte, name, json string, always bool) []byte {
	if json == "" {
		if !always {
			return b
		}
		json = "null"
	}
	b = append(append(append(b, `,"`...), name...), `":`...)
	return append(b, json...)
}

func service(source string) string {
	const domain = ".amazonaws.com"
	if n := len(source) - len(domain); n > 0 && source[n:] == domain {
		return source[:n]
	}
	return source
}

const hexDigits = "0123456789abcdef"

// uuid appends a version 4 UUID from the unit's own stream of random numbers.
func (u *unit) uuid(b []byte) []byte {
	var raw [16]byte
	x, y := u.rnd.Uint64(), u.rnd.Uint64()
	for i := range 8 {
		raw[i], raw[8+i] = byte(x>>(8*i)), byte(y>>(8*i))
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	for i, c := range raw {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

// hex is n random hexadecimal digits, at most 16.
func (u *unit) hex(n int) string {
	x := u.rnd.Uint64()
	b := make([]byte, n)
	for i := range b {
		b[i] = hexDigits[x&15]
		x >>= 4
	}
	return string(b)
}

// letters is n random letters and digits as AWS uses them in names of files and ids.
func (u *unit) letters(n int) string {
	const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = set[u.rnd.IntN(len(set))]
	}
	return string(b)
}
