package demo

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"sync"
)

// The key that signs the digests of the sample. It is public, and signs nothing but samples.
const sampleKey = "" +
	"MIIEogIBAAKCAQEAjnnJSJDD8a5buwSRDKKieS5B/A9qIXCB50F15hK4bL7xqls6TYM5ycEI5FA5aA9NEd1ReicaXJZ0W55ccZp9" +
	"/zxrwz1eo5bIFcBp950QsL1mfWmMBbwCEVTUwcl7nlLPw5xMHUi8VK5HE/gfIvvVvgB6XiAvnRAlzJIL+7fHUaqSa/Pa/0KQD6mO" +
	"M51YmfiDNzW/SpKRueC1eWPQLn3Io/YOzirD6G6mbsAuZBWFlNn/Uv1Lbj0haAgcK+jiOimjeF57o/s0Tc3oDUWHheT1xx8XZiyW" +
	"YxLgl/Y4v1g30hOHpBVBmFP64bOX9n0zli4GXxx68ZY0w/R2aSooAcdWXQIDAQABAoIBABJ62HFJmai84VgKGRhG9gT6y4M6qpzo" +
	"v2iz9GthrTspryXWDGNmbHXvTEx03WVSasAw8TMDZGdy+mexzDLOA566Aw5BZQeZ9Jzhprz/ydzqzCLjME7EGo6N7sSt8hNQkXNB" +
	"UBwSRZ9ENaLw8XTzrj8lR7nyucpJAGYe4WAGb9t3L004S5UAdEsddoY5RQwUYcay/tYV2dXguvu2twi4aeOfHAopPRxKr+lGkNkb" +
	"NSxp9y1cAKgpcrqsMA7LwdB+Xc6UIHmxnfGD9F7R3rIbfRzE2rM3u5TKDvI6zLVsON7REZzdB9gpwrKPCe68qSsFMP33+nFUlQ1u" +
	"7tY9bfHaw7ECgYEAx0WOr6UDRZeI8kzt80rLkHMq3Ngd8kbVSQMLItXZUlgMSvgHfhndfx7SdLl9gh3IdYEqlwp1V2G2E68UlqyI" +
	"Ps5HGg0VYdGaLl/LMyz7MJ+xYheryB1IH3E5gD1bCUvr+N5HjWDpk3SwockeD4n9qUk35GUUoX1PSZGpNKKCMaUCgYEAtwkTEHrv" +
	"2fRJk9MOSF9ZlZmSKfwjw5yWZcc7ToNolqPSSOkOpnKk9rTRRu9NLqXKAqozQXKUR3vZo1Qxh9KXITTeBh4s6/GzxDHj3r7Zj6kU" +
	"EbroQoTs/TlL1U6RdqaANLaTXP68AdXaVehEmLYIGStdzqFgLilT7fCJe6NPhFkCgYBfogYkTXEQiPT0M+9Of2rKXDsJ2b4lc9EQ" +
	"RSGnCjJNzmu33ujZn9gpFcWytwKA24JEwkSKUD6YPRCAydl7pjmMyrpcykKku07fSqHeYYv7fehHR0ztsP/X9yK9ZLS39XO98A8u" +
	"zn/KgIn0WuzOUE8oWzczqT8JcXYHvJwT4pnQ8QKBgCwpIFRllOD9M5Na5KNJfg++EanXj7luWksMGp8CzYUq2V2F/WbjWjG7xpJa" +
	"wkBy955U+jDcODJXC1eAxMKEaLo2SysmtKfolPrNHrFrUop6vMDaW5dRAuzFmipI3ofF/EC7nCpfu3Sl6Bu6AnLl2GZaNDPac54v" +
	"knRiCImwCUthAoGAc0B3G1MFhSBvyIIu8IKn0ptT7Uy5CD5xlInkWwYQs2fvPyUqmFF749FtuAhcJtC1QqxID7qwWKqbimS4MJ+U" +
	"YTBlBZZM0+4FWaA8dKDncxSrHRLohjHAn6pJ5Aci7BuipdkeVXwKjpv0lsxKrPy+lBRE89weGy7FlraloWE8BOM="

var signer = sync.OnceValue(func() *rsa.PrivateKey {
	der, err := base64.StdEncoding.DecodeString(sampleKey)
	if err != nil {
		panic(err) // a constant
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		panic(err)
	}
	return key
})
