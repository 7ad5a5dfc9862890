package awsfake

import (
	"encoding/xml"
	"strings"
	"sync"
	"time"
)

// roleState is the credentials that were handed out for roles.
type roleState struct {
	mu   sync.Mutex
	keys map[string]*role
	may  []Trust
}

type role struct {
	arn   string
	until time.Time
}

// Trust is a role that may be taken.
type Trust struct {
	ARN        string
	ExternalID string        // that must be given; "": none needed
	For        time.Duration // how long its credentials last; 0: an hour
}

// Role makes a role that AssumeRole can take. Without one no role can be taken.
func (s *Server) Role(t Trust) {
	s.roles.mu.Lock()
	defer s.roles.mu.Unlock()
	s.roles.may = append(s.roles.may, t)
}

func (r *roleState) get(key string) *role {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[key]
}

func (c *call) sts() *failure {
	switch c.operation {
	case "GetCallerIdentity":
		type result struct{ Arn, UserId, Account string }
		account := strings.Split(c.caller(), ":")[4]
		return c.xml(200, struct {
			XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
			Result  result   `xml:"GetCallerIdentityResult"`
		}{Result: result{c.caller(), "AIDAFAKE", account}})
	case "AssumeRole":
		return c.assumeRole()
	}
	return refuse("InvalidAction", "the fake does not know the operation %s of sts", c.operation)
}

func (c *call) assumeRole() *failure {
	arn, session := c.values.Get("RoleArn"), c.values.Get("RoleSessionName")
	c.roles.mu.Lock()
	defer c.roles.mu.Unlock()
	for _, t := range c.roles.may {
		if t.ARN != arn || t.ExternalID != c.values.Get("ExternalId") {
			continue
		}
		parts := strings.Split(arn, ":")
		_, name, _ := strings.Cut(parts[5], "role/")
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			name = name[i+1:]
		}
		taken := "arn:" + parts[1] + ":sts::" + parts[4] + ":assumed-role/" + name + "/" + session
		key := "ASIA" + strings.ToUpper(strings.ReplaceAll(newID(), "-", ""))[:16]
		until := c.o.Now().Add(time.Hour)
		if t.For > 0 {
			until = c.o.Now().Add(t.For)
		}
		c.roles.keys[key] = &role{taken, until}
		type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
		type user struct{ Arn, AssumedRoleId string }
		type result struct {
			Credentials     credentials
			AssumedRoleUser user
		}
		return c.xml(200, struct {
			XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
			Result  result   `xml:"AssumeRoleResult"`
		}{Result: result{credentials{key, "secret", "token", until.UTC().Format(time.RFC3339)}, user{taken, "AROAFAKE:" + session}}})
	}
	return &failure{403, "AccessDenied", "User: " + c.caller() + " is not authorized to perform: sts:AssumeRole on resource: " + arn}
}
