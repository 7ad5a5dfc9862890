package demo

import (
	"strconv"
	"strings"
	"time"
)

// machine is the personType of callers that the queries about people do not count.
const machine = "machine"

// cast is who appears in one account on one day.
type cast struct {
	sso                                                       []actor
	emma, backup, scanner, deploy, app, function, autoscaling actor
	config, ec2, lambda, cloudtrail, elb                      actor
}

func newCast(account string, index int, day time.Time) *cast {
	c := &cast{
		emma:        iamUser(account, "emma.nilsson", "198.51.100.40", cli+"s3.ls"),
		backup:      iamUser(account, "backup-agent", "203.0.113.10", boto),
		scanner:     role(account, "inventory-scanner", "scan", "203.0.113.20", boto, ""),
		deploy:      role(account, "github-deploy", "GitHubActions", "203.0.113.30", terraform, ""),
		app:         role(account, "app-server", "i-0"+hash(account+"app", 16), "10.0.12.34", goSDK, "2.0"),
		function:    role(account, "orders-api", "orders-api", "203.0.113.40", boto, ""),
		autoscaling: linkedRole(account, "autoscaling", "AWSServiceRoleForAutoScaling", "AutoScaling"),
		config:      awsService("config"), ec2: awsService("ec2"), lambda: awsService("lambda"), cloudtrail: awsService("cloudtrail"),
		elb: awsService("elasticloadbalancing"),
	}
	for i, p := range people {
		if index == 2 && i%2 == 1 {
			continue // half of the people do not work in the third account
		}
		c.sso = append(c.sso, ssoPerson(account, p.name, p.set, p.ip))
	}
	d := day.Format("2006-01-02")
	for _, a := range []*actor{&c.deploy, &c.scanner, &c.app, &c.function, &c.autoscaling} {
		a.identity = strings.ReplaceAll(a.identity, "%DAY%", d)
	}
	for i := range c.sso {
		c.sso[i].identity = strings.ReplaceAll(c.sso[i].identity, "%DAY%", d)
	}
	return c
}

func (a actor) does(source, name string) record {
	r := record{source: source + ".amazonaws.com", name: name, identity: a.identity, ip: a.ip, agent: a.agent, console: a.console,
		tls: a.kind != "service"}
	if a.kind != "service" {
		r.person, r.personType = a.key, a.kind
		if !a.person {
			r.personType = machine
		}
	}
	return r
}

// Buckets of the made-up company. None of their names looks like that of a log bucket.
var buckets = []string{"example-orders-data", "example-web-assets", "example-analytics-lake", "example-customer-exports",
	"example-build-artifacts"}

const logBucket = "example-org-cloudtrail-logs"

// fixed are events that come whatever the volume: a service in every second hour, the nightly backup, sign-ins of the day, the traps.
func (u *unit) fixed() {
	c := u.cast
	if u.region == u.s.main() {
		for h := 0; h < 24; h += 2 {
			u.serviceAssumesRole(u.day.Add(time.Duration(h)*time.Hour + 7*time.Minute))
		}
		for _, x := range u.s.silences {
			if x.account == u.account {
				for _, t := range []time.Time{x.from.Add(-time.Second), x.to} {
					if t.Truncate(24 * time.Hour).Equal(u.day) {
						u.serviceAssumesRole(t)
					}
				}
			}
		}
		if u.index == 0 {
			for i := range 3 {
				r := c.backup.does("ec2", "CreateSnapshot")
				r.at, r.write = u.day.Add(2*time.Hour+time.Duration(15+i)*time.Minute), true
				r.request = `{"volumeId":"vol-0` + hash("volume"+strconv.Itoa(i), 16) + `","description":"nightly"}`
				r.response = `{"snapshotId":"snap-0` + u.hex(16) + `","volumeId":"vol-0` + hash("volume"+strconv.Itoa(i), 16) +
					`","status":"pending","encrypted":true}`
				u.add(r)
			}
		}
		if !free(u.day) {
			u.signIns()
		}
	}
	if u.day.Day() == 2 {
		// Every account and region has a change early in the month, so that no used region looks new.
		r := c.deploy.does("ec2", "CreateTags")
		r.at, r.write = u.day.Add(9*time.Hour+30*time.Minute), true
		r.request = `{"resourcesSet":{"items":[{"resourceId":"i-0` + hash(u.account+u.region, 16) +
			`"}]},"tagSet":{"items":[{"key":"team","value":"platform"}]}}`
		u.add(r)
	}
}

func (u *unit) serviceAssumesRole(at time.Time) {
	r := u.cast.ec2.does("sts", "AssumeRole")
	arn := "arn:aws:iam::" + u.account + ":role/app-server"
	r.at, r.shared = at, true
	r.request = `{"roleArn":"` + arn + `","roleSessionName":"i-0` + hash(u.account+"app", 16) + `"}`
	r.response = `{"credentials":{"accessKeyId":"ASIA` + strings.ToUpper(u.hex(16)) + `","sessionToken":"EXAMPLE","expiration":"` +
		at.Add(6*time.Hour).Format("Jan 2, 2006, 3:04:05 PM") + `"}}`
	r.resources = `[{"accountId":"` + u.account + `","type":"AWS::IAM::Role","ARN":"` + arn + `"}]`
	u.add(r)
}

// signIns: a console sign-in of each person by single sign-on, which always says that no second factor was used, and one of an IAM user
// who used one.
func (u *unit) signIns() {
	for i, a := range u.cast.sso {
		r := a.does("signin", "ConsoleLogin")
		r.at, r.write, r.kind, r.console = u.day.Add(8*time.Hour+time.Duration(3+5*i+u.rnd.IntN(5))*time.Minute), true, "AwsConsoleSignIn", false
		r.response = `{"ConsoleLogin":"Success"}`
		r.extra = `{"LoginTo":"https://eu-central-1.console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"}`
		u.add(r)
		if u.index == 0 {
			r := record{source: "signin.amazonaws.com", name: "UserAuthentication", kind: "AwsServiceEvent", at: r.at.Add(-20 * time.Second),
				write: true, ip: a.ip, agent: browser,
				identity: `{"type":"IdentityCenterUser","accountId":"` + u.account + `","onBehalfOf":{"userId":"` + hash(a.key, 10) +
					`-example","identityStoreArn":"arn:aws:identitystore::` + u.account + `:identitystore/d-9067example"}}`,
				extra: `{"AuthWorkflowID":"` + u.hex(16) + `","LoginTo":"https://d-9067example.awsapps.com/start/","UserName":"` + a.key +
					`","CredentialType":"PASSWORD,TOTP"}`,
				details: `{"UserAuthentication":"Success"}`}
			u.add(r)
		}
	}
	if u.index == 1 {
		r := u.signIn("emma.nilsson", "198.51.100.40", u.day.Add(8*time.Hour+50*time.Minute), true, "Yes")
		u.add(r)
	}
}

// signIn is a console sign-in with a password; an empty name is one that AWS hides because no such user exists.
func (u *unit) signIn(name, ip string, at time.Time, success bool, mfa string) record {
	return signIn(u.account, name, ip, at, success, mfa)
}

func signIn(account, name, ip string, at time.Time, success bool, mfa string) record {
	r := record{source: "signin.amazonaws.com", name: "ConsoleLogin", kind: "AwsConsoleSignIn", at: at, write: true, ip: ip, agent: browser,
		identity: signingIn(account, name),
		extra:    `{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"` + mfa + `"}`}
	if name != "" {
		r.person, r.personType = "arn:aws:iam::"+account+":user/"+name, "user"
	}
	if success {
		r.response = `{"ConsoleLogin":"Success"}`
		return r
	}
	r.failed, r.response, r.message = true, `{"ConsoleLogin":"Failure"}`, "Failed authentication"
	if name == "" {
		r.message = "No username found in supplied account"
	}
	return r
}

func (u *unit) ordinary(at time.Time, human bool) {
	if human {
		u.person(at)
	} else {
		u.machine(at)
	}
}

func (u *unit) person(at time.Time) {
	a := u.cast.sso[u.rnd.IntN(len(u.cast.sso))]
	x := u.rnd.IntN(1000)
	if u.region == u.s.global() && x < 150 {
		r := a.does("iam", []string{"ListRoles", "GetRole", "ListUsers", "GetAccountSummary"}[x%4])
		if r.name == "GetRole" {
			r.request = `{"roleName":"app-server"}`
		}
		r.at = at
		u.add(r)
		return
	}
	var r record
	switch {
	case x < 420:
		r = a.does("ec2", []string{"DescribeInstances", "DescribeSecurityGroups", "DescribeVolumes", "DescribeSubnets",
			"DescribeInstanceStatus"}[x%5])
		r.request = `{"filterSet":{},"maxResults":1000}`
	case x < 520:
		r = a.does("monitoring", []string{"DescribeAlarms", "GetMetricData"}[x%2])
	case x < 600:
		r = a.does("logs", []string{"DescribeLogGroups", "FilterLogEvents"}[x%2])
		r.request = `{"logGroupName":"/aws/lambda/orders-api","limit":50}`
	case x < 680:
		r = a.does("lambda", "GetFunction20150331v2")
		r.request = `{"functionName":"orders-api"}`
	case x < 830:
		r = u.object(a, []string{"GetObject", "GetObject", "ListObjects", "HeadObject"}[x%4])
	case x < 880:
		// What S3 does with the rights of a person: it decrypts the object that was read.
		r = forwarded(a, "AWS Internal", "AWS Internal").does("kms", "Decrypt")
		r.person, r.tls = "", false
		key := "arn:aws:kms:" + u.region + ":" + u.account + ":key/" + hash(u.account+u.region, 8) + "-1111-4222-8333-" + hash(u.account, 12)
		r.request = `{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::` + buckets[x%len(buckets)] +
			`"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`
		r.resources = `[{"accountId":"` + u.account + `","type":"AWS::KMS::Key","ARN":"` + key + `"}]`
	case x < 920:
		r = a.does("cloudformation", "DescribeStacks")
		r.request = `{"stackName":"orders"}`
	case x < 950:
		r = a.does("cloudtrail", "LookupEvents")
		r.request = `{"maxResults":50}`
	case x < 985:
		r = a.does("ec2", []string{"StartInstances", "StopInstances", "RebootInstances"}[x%3])
		r.write, r.request = true, `{"instancesSet":{"items":[{"instanceId":"i-0`+u.hex(16)+`"}]},"force":false}`
		if x%5 == 0 {
			r.code, r.message = "Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set."
		}
	case x < 997:
		r = a.does("secretsmanager", "GetSecretValue")
		r.request = `{"secretId":"prod/orders/db"}`
		u.refuse(&r, a, "secretsmanager:GetSecretValue")
	default:
		// Somebody mistypes a password.
		r = u.signIn("emma.nilsson", "198.51.100.40", at, false, "No")
		r.person = "arn:aws:iam::" + u.account + ":user/emma.nilsson"
		if !at.Before(u.s.month) && !u.s.silent(u.account, at) {
			u.planted = append(u.planted, Planted{"signin/failed", []string{u.account, "emma.nilsson", "198.51.100.40", at.Format("2006-01-02")},
				"a mistyped password"})
		}
	}
	r.at = at
	u.add(r)
}

// refuse makes a call a refused one; AWS then leaves the parameters out.
func (u *unit) refuse(r *record, a actor, action string) {
	r.code, r.denied, r.request, r.response = "AccessDenied", true, "", ""
	if strings.HasPrefix(action, "ec2:") {
		r.code = "Client.UnauthorizedOperation"
	}
	r.message = "User: " + a.arn + " is not authorized to perform: " + action +
		" because no identity-based policy allows the " + action + " action"
}

func (u *unit) object(a actor, name string) record {
	r := a.does("s3", name)
	i := int(float64(len(buckets)) * u.rnd.Float64() * u.rnd.Float64())
	b := buckets[i] + "-" + u.account[:4]
	key := "2026/part-" + strconv.Itoa(10000+u.rnd.IntN(80000)) + ".parquet"
	r.data, r.write = true, name == "PutObject" || name == "DeleteObject"
	r.request = `{"bucketName":"` + b + `","Host":"` + b + `.s3.` + u.region + `.amazonaws.com","key":"` + key + `"}`
	object := `{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::` + b + `/` + key + `"},`
	if name == "ListObjects" {
		r.request = `{"bucketName":"` + b + `","Host":"` + b + `.s3.` + u.region + `.amazonaws.com","list-type":"2","prefix":"2026/"}`
		object = `{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::` + b + `/2026/"},`
	}
	in, out := "0", "0"
	switch name {
	case "GetObject":
		out = strconv.Itoa(u.rnd.IntN(1 << 22))
	case "PutObject":
		in = strconv.Itoa(u.rnd.IntN(1 << 20))
	}
	r.resources = `[` + object + `{"accountId":"` + u.account + `","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::` + b + `"}]`
	r.extra = `{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":` + in +
		`,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"` + u.hex(16) + u.hex(16) + `=","bytesTransferredOut":` + out + `}`
	return r
}

func (u *unit) machine(at time.Time) {
	c := u.cast
	x := u.rnd.IntN(1000)
	var r record
	switch {
	case x < 160:
		r = u.object(c.app, []string{"GetObject", "PutObject", "GetObject", "ListObjects"}[x%4])
	case x < 300:
		r = u.object(c.function, []string{"GetObject", "PutObject", "DeleteObject"}[x%3])
	case x < 420:
		r = c.function.does("dynamodb", []string{"GetItem", "PutItem", "Query"}[x%3])
		r.data, r.write = true, x%3 == 1
		r.request = `{"tableName":"orders","key":{"pk":"order#` + u.hex(6) + `"}}`
		r.resources = `[{"accountId":"` + u.account + `","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:` + u.region + `:` + u.account +
			`:table/orders"}]`
	case x < 520:
		u.serviceAssumesRole(at)
		return
	case x < 580:
		r = c.lambda.does("sts", "AssumeRole")
		arn := "arn:aws:iam::" + u.account + ":role/orders-api"
		r.shared, r.request = true, `{"roleArn":"`+arn+`","roleSessionName":"orders-api"}`
		r.resources = `[{"accountId":"` + u.account + `","type":"AWS::IAM::Role","ARN":"` + arn + `"}]`
	case x < 640:
		r = c.cloudtrail.does("s3", "PutObject")
		r.data, r.write = true, true
		r.request = `{"bucketName":"` + logBucket + `","key":"AWSLogs/` + u.account + `/CloudTrail/` + u.region + `/` + at.Format("2006/01/02") +
			`/` + u.hex(16) + `.json.gz"}`
		r.resources = `[{"accountId":"` + u.s.account(0) + `","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::` + logBucket + `"}]`
	case x < 720:
		r = c.autoscaling.does("ec2", []string{"DescribeInstances", "DescribeLaunchTemplates", "RunInstances", "TerminateInstances"}[x%4])
		r.write = x%4 > 1
		r.request = `{"instancesSet":{"items":[{"instanceId":"i-0` + u.hex(16) + `"}]}}`
	case x < 780:
		r = c.elb.does("ec2", "DescribeSecurityGroups")
	case x < 830:
		r = c.config.does("config", "PutEvaluations")
		r.write = true
	case x < 900:
		r = c.app.does("logs", "CreateLogStream")
		r.write, r.request = true, `{"logGroupName":"/app/orders","logStreamName":"`+at.Format("2006/01/02")+`/`+u.hex(8)+`"}`
	case x < 930:
		r = c.scanner.does([]string{"ec2", "s3", "iam", "kms"}[x%4], []string{"DescribeInstances", "ListBuckets", "ListUsers", "ListKeys"}[x%4])
		if x%4 == 2 && u.region != u.s.global() {
			r = c.scanner.does("rds", "DescribeDBInstances")
		}
	case x < 945:
		r = c.scanner.does("ec2", "DescribeInstanceAttribute")
		u.refuse(&r, c.scanner, "ec2:DescribeInstanceAttribute")
	case x < 960:
		r = c.function.does("dynamodb", "PutItem")
		r.data, r.write, r.code, r.message = true, true, "ProvisionedThroughputExceededException",
			"The level of configured provisioned throughput for the table was exceeded."
	case x < 975:
		r = c.scanner.does("ec2", "DescribeImages")
		r.code, r.message = "Client.RequestLimitExceeded", "Request limit exceeded."
	case x < 985 && working(at):
		u.deploy(at)
		return
	default:
		r = c.app.does("ssm", "UpdateInstanceInformation")
		r.write, r.request = true, `{"instanceId":"i-0`+hash(u.account+"app", 16)+`","agentVersion":"3.3.987.0","platformType":"Linux"}`
	}
	r.at = at
	u.add(r)
}

// deploy is one step of a roll-out by infrastructure code, in working hours.
func (u *unit) deploy(at time.Time) {
	a := u.cast.deploy
	var r record
	switch x := u.rnd.IntN(8); x {
	case 0:
		if u.region != u.s.global() {
			return
		}
		r = a.does("iam", "PutRolePolicy")
		r.request = `{"roleName":"orders-api","policyName":"orders","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:PutItem\"],\"Resource\":\"arn:aws:dynamodb:*:` + u.account + `:table/orders\"}]}"}`
	case 1:
		r = a.does("ec2", "AuthorizeSecurityGroupIngress")
		r.request = `{"groupId":"sg-0` + hash(u.account+u.region, 16) +
			`","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":8443,"toPort":8443,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/16"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`
		r.response = `{"_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"` + u.account + `","groupId":"sg-0` +
			hash(u.account+u.region, 16) + `","securityGroupRuleId":"sgr-0` + u.hex(16) +
			`","isEgress":false,"ipProtocol":"tcp","fromPort":8443,"toPort":8443,"cidrIpv4":"10.0.0.0/16"}]}}`
	case 2:
		b := buckets[u.rnd.IntN(len(buckets))] + "-" + u.account[:4]
		r = a.does("s3", "PutBucketEncryption")
		r.request = `{"bucketName":"` + b +
			`","encryption":"","ServerSideEncryptionConfiguration":{"Rule":{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}}}`
	case 3, 4:
		r = a.does("lambda", "UpdateFunctionCode20150331v2")
		r.request = `{"functionName":"orders-api","publish":true}`
	default:
		// CloudFormation works with the rights of who started the stack.
		r = forwarded(a, "cloudformation.amazonaws.com", "cloudformation.amazonaws.com").does("lambda", "UpdateFunctionConfiguration20150331v2")
		r.request, r.tls = `{"functionName":"orders-api","timeout":30}`, false
	}
	r.at, r.write = at, true
	u.add(r)
}
