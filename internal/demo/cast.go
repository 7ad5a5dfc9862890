package demo

import (
	"fmt"
	"strings"
)

// actor is somebody who calls AWS, as userIdentity shows them in one account.
type actor struct {
	key      string // actor_key of the relation events
	kind     string // actor_type
	identity string // JSON; %DAY% stands for the day the session began
	ip       string
	agent    string
	console  bool
	person   bool
	arn      string // as error messages print it
}

// People who sign in through IAM Identity Center, with the permission set they use.
var people = []struct{ name, set, ip string }{
	{"maria.keller@example.com", "AdministratorAccess", "198.51.100.21"},
	{"jonas.brandt@example.com", "AdministratorAccess", "198.51.100.22"},
	{"sofia.rossi@example.com", "PlatformEngineer", "198.51.100.23"},
	{"tom.baker@example.com", "PlatformEngineer", "198.51.100.24"},
	{"li.wei@example.com", "NetworkEngineer", "198.51.100.25"},
	{"amina.diallo@example.com", "DataAnalyst", "198.51.100.26"},
	{"noah.larsen@example.com", "DataAnalyst", "198.51.100.27"},
	{"eva.novak@example.com", "ReadOnly", "198.51.100.28"},
}

const (
	browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
	cli     = "aws-cli/2.17.62 md/awscrt#0.21.2 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.11.9 " +
		"cfg/retry-mode#standard md/prompt#off md/command#"
	boto = "Boto3/1.35.24 md/Botocore#1.35.24 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.12.5 " +
		"cfg/retry-mode#legacy Botocore/1.35.24"
	goSDK     = "aws-sdk-go-v2/1.31.0 os/linux lang/go#1.23.1 md/GOOS#linux md/GOARCH#amd64 api/s3#1.63.0"
	terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.9.6 (+https://www.terraform.io) terraform-provider-aws/5.68.0 " +
		"(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.31.0"
)

// hash is a short stable number of a text, in hexadecimal digits, for ids that must not change from day to day.
func hash(text string, n int) string {
	x := uint64(14695981039346656037)
	var b strings.Builder
	for b.Len() < n {
		for i := range len(text) {
			x = (x ^ uint64(text[i])) * 1099511628211
		}
		fmt.Fprintf(&b, "%016x", x)
	}
	return b.String()[:n]
}

// unique is an id of IAM such as AROA… for a name.
func unique(prefix, name string) string { return prefix + strings.ToUpper(hash(name, 17)) }

func ssoPerson(account, name, set, ip string) actor {
	role := "AWSReservedSSO_" + set + "_" + hash(set+account, 16)
	id := unique("AROA", role)
	arn := "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + name
	return actor{key: name, kind: "identity-center", ip: ip, agent: browser, console: true, person: true, arn: arn,
		identity: `{"type":"AssumedRole","principalId":"` + id + `:` + name + `","arn":"` + arn + `","accountId":"` + account +
			`","accessKeyId":"ASIA` + strings.ToUpper(hash(arn, 16)) +
			`","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"` + id + `","arn":"arn:aws:iam::` + account +
			`:role/aws-reserved/sso.amazonaws.com/eu-central-1/` + role +
			`","accountId":"` + account + `","userName":"` + role +
			`"},"attributes":{"creationDate":"%DAY%T08:00:00Z","mfaAuthenticated":"false"}}}`}
}

func iamUser(account, name, ip, agent string) actor {
	arn := "arn:aws:iam::" + account + ":user/" + name
	return actor{key: arn, kind: "user", ip: ip, agent: agent, person: true, arn: arn,
		identity: `{"type":"IAMUser","principalId":"` + unique("AIDA", arn) + `","arn":"` + arn + `","accountId":"` + account +
			`","accessKeyId":"AKIA` + strings.ToUpper(hash(arn, 16)) + `","userName":"` + name + `"}`}
}

// signingIn is the identity of a user in a sign-in record, where no key exists yet.
func signingIn(account, name string) string {
	if name == "" {
		return `{"type":"IAMUser","accountId":"` + account + `","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`
	}
	arn := "arn:aws:iam::" + account + ":user/" + name
	return `{"type":"IAMUser","principalId":"` + unique("AIDA", arn) + `","arn":"` + arn + `","accountId":"` + account +
		`","userName":"` + name + `"}`
}

// role is a session of an ordinary role; delivery is the version of the instance metadata service, "" where no instance holds the session.
func role(account, name, session, ip, agent, delivery string) actor {
	id := unique("AROA", account+name)
	key := "arn:aws:iam::" + account + ":role/" + name
	arn := "arn:aws:sts::" + account + ":assumed-role/" + name + "/" + session
	ec2 := ""
	if delivery != "" {
		ec2 = `,"ec2RoleDelivery":"` + delivery + `"`
	}
	return actor{key: key, kind: "role", ip: ip, agent: agent, arn: arn,
		identity: `{"type":"AssumedRole","principalId":"` + id + `:` + session + `","arn":"` + arn + `","accountId":"` + account +
			`","accessKeyId":"ASIA` + strings.ToUpper(hash(arn, 16)) +
			`","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"` + id + `","arn":"` + key + `","accountId":"` + account +
			`","userName":"` + name +
			`"},"attributes":{"creationDate":"%DAY%T00:00:00Z","mfaAuthenticated":"false"}` + ec2 + `}}`}
}

// linkedRole is the session of a service-linked role: the service works for itself.
func linkedRole(account, svc, name, session string) actor {
	host := svc + ".amazonaws.com"
	id := unique("AROA", account+name)
	return actor{key: "arn:aws:iam::" + account + ":role/aws-service-role/" + host + "/" + name, kind: "service", ip: host, agent: host,
		identity: `{"type":"AssumedRole","principalId":"` + id + `:` + session + `","arn":"arn:aws:sts::` + account + `:assumed-role/` + name +
			`/` + session + `","accountId":"` + account +
			`","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"` + id + `","arn":"arn:aws:iam::` + account +
			`:role/aws-service-role/` + host + `/` + name + `","accountId":"` + account + `","userName":"` + name +
			`"},"attributes":{"creationDate":"%DAY%T00:00:00Z","mfaAuthenticated":"false"}},"invokedBy":"` + host + `"}`}
}

// awsService is a call that a service makes for itself without a role.
func awsService(svc string) actor {
	host := svc + ".amazonaws.com"
	return actor{key: host, kind: "service", ip: host, agent: host, identity: `{"type":"AWSService","invokedBy":"` + host + `"}`}
}

func root(account, ip, extra string) actor {
	arn := "arn:aws:iam::" + account + ":root"
	return actor{key: arn, kind: "root", ip: ip, agent: browser, person: true, arn: arn,
		identity: `{"type":"Root","principalId":"` + account + `","arn":"` + arn + `","accountId":"` + account + `"` + extra + `}`}
}

// forwarded is what a service does with the rights of a: the identity is theirs, the service stands next to it.
func forwarded(a actor, by, ip string) actor {
	a.identity = strings.TrimSuffix(a.identity, "}") + `,"invokedBy":"` + by + `"}`
	a.ip, a.agent, a.person, a.console = ip, ip, false, false
	return a
}
