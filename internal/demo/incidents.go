package demo

import (
	"strconv"
	"strings"
	"time"
)

// at puts a record into an account, region and time, under an id that stays the same for every seed, and returns the id. Planted answers
// are the queries whose rows this one event makes, with its account and id as key.
func (s *script) at(account, region string, t time.Time, r record, queries ...string) string {
	r.at, r.region = t, region
	if r.id == "" {
		h := hash(account+region+t.Format(time.RFC3339)+r.name+strconv.Itoa(len(s.incidents[place{account, region, t.Truncate(24 * time.Hour)}])),
			32)
		r.id = h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32]
	}
	r.identity = strings.ReplaceAll(r.identity, "%DAY%", t.Format("2006-01-02"))
	if !s.inside(t) || s.silent(account, t) {
		return r.id
	}
	p := place{account, region, t.Truncate(24 * time.Hour)}
	s.incidents[p] = append(s.incidents[p], r)
	for _, q := range queries {
		s.say(p, q, r.name, account, r.id)
	}
	return r.id
}

func (s *script) say(p place, query, what string, keys ...string) {
	if s.inside(p.day) {
		s.planted[p] = append(s.planted[p], Planted{query, keys, what})
	}
}

func writes(r record, request, response string) record {
	r.write, r.request, r.response = true, request, response
	return r
}

// plant writes the incidents of the report's month. Answers that any such event gives (changes, refusals, odd hours) are noted when the
// event is made.
func (s *script) plant() {
	s.takeover()
	s.spray()
	s.oddHours()
	s.serviceAsRoot()
	if !s.o.Few {
		s.rootUse()
		s.networkProject()
		s.organization()
	}
}

// takeover: a password is guessed, and the intruder makes a second identity, blinds the log and opens data. A Tuesday.
func (s *script) takeover() {
	a, r, g, day := s.account(0), s.main(), s.global(), s.day(13)
	clock := func(h, m int) time.Time { return day.Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute) }
	here := func(region string) place { return place{a, region, day} }
	const from = "203.0.113.66"
	for i := range 12 {
		s.at(a, g, clock(10, 2).Add(time.Duration(40*i)*time.Second), signIn(a, "emma.nilsson", from, time.Time{}, false, "No"))
	}
	date := day.Format("2006-01-02")
	s.say(here(g), "signin/failed", "twelve failed sign-ins of one user", a, "emma.nilsson", from, date)
	s.say(here(g), "signin/brute-force", "twelve failed sign-ins of one user, then a success", a, "one user", "emma.nilsson", date)
	s.at(a, g, clock(10, 11), signIn(a, "emma.nilsson", from, time.Time{}, true, "No"), "signin/console-without-mfa")

	emma := iamUser(a, "emma.nilsson", from, browser)
	emma.identity = strings.Replace(emma.identity, "AKIA", "ASIA", 1)
	emma.console = true
	const name = "svc-backup2"
	s.at(a, g, clock(10, 20), writes(emma.does("iam", "CreateUser"), `{"userName":"`+name+`"}`,
		`{"user":{"path":"/","userName":"`+name+`","userId":"`+unique("AIDA", name)+`","arn":"arn:aws:iam::`+a+`:user/`+name+`"}}`))
	s.at(a, g, clock(10, 21), writes(emma.does("iam", "CreateAccessKey"), `{"userName":"`+name+`"}`,
		`{"accessKey":{"userName":"`+name+`","status":"Active","accessKeyId":"AKIA`+strings.ToUpper(hash("arn:aws:iam::"+a+":user/"+name, 16))+
			`"}}`), "iam/access-key-for-other-user")
	s.at(a, g, clock(10, 22), writes(emma.does("iam", "AttachUserPolicy"), `{"userName":"`+name+
		`","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`, ""), "iam/admin-policy-attached")

	intruder := iamUser(a, name, from, cli+"ec2.run-instances")
	const far = "eu-north-1"
	refused := intruder.does("ec2", "RunInstances")
	refused.write, refused.denied, refused.code = true, true, "Client.UnauthorizedOperation"
	refused.message = "You are not authorized to perform this operation. User: " + intruder.arn +
		" is not authorized to perform: ec2:RunInstances"
	s.at(a, far, clock(10, 35), refused)
	s.at(a, far, clock(10, 36), writes(intruder.does("ec2", "RunInstances"), `{"instancesSet":{"items":[{"imageId":"ami-0`+hash("miner", 16)+
		`","minCount":8,"maxCount":8}]},"instanceType":"g5.12xlarge"}`,
		`{"reservationId":"r-0`+hash("r", 16)+`","ownerId":"`+a+`","instancesSet":{"items":[{"instanceId":"i-0`+hash("miner", 16)+
			`","instanceType":"g5.12xlarge"}]}}`))
	s.say(here(far), "activity/new-regions", "eight large machines in a region nobody uses", a, far)

	s.at(a, r, clock(11, 2), writes(intruder.does("cloudtrail", "StopLogging"),
		`{"name":"arn:aws:cloudtrail:`+r+`:`+a+`:trail/example-org-trail"}`, ""), "logging/trail-stopped-or-weakened")
	s.at(a, r, clock(11, 10), writes(intruder.does("guardduty", "UpdateDetector"), `{"detectorId":"`+hash(a, 32)+`","enable":false}`, ""))
	s.at(a, r, clock(11, 12), writes(intruder.does("config", "StopConfigurationRecorder"), `{"configurationRecorderName":"default"}`, ""))
	s.at(a, g, clock(11, 20), writes(intruder.does("iam", "UpdateAssumeRolePolicy"),
		`{"roleName":"app-server","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:root\"},\"Action\":\"sts:AssumeRole\"}]}"}`, ""))

	bucket := "example-customer-exports-" + a[:4]
	arn := `[{"accountId":"` + a + `","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::` + bucket + `"}]`
	block := writes(intruder.does("s3", "PutBucketPublicAccessBlock"), `{"bucketName":"`+bucket+
		`","publicAccessBlock":"","PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,"RestrictPublicBuckets":false}}`, "")
	block.resources = arn
	s.at(a, r, clock(11, 24), block, "s3/public-access-opened")
	policy := writes(intruder.does("s3", "PutBucketPolicy"), `{"bucketName":"`+bucket+
		`","policy":"","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"Public","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::`+bucket+`","arn:aws:s3:::`+bucket+`/*"]}]}}`, "")
	policy.resources = arn
	s.at(a, r, clock(11, 25), policy, "s3/public-access-opened")
	group := "sg-0" + hash(a+r, 16)
	id := s.at(a, r, clock(11, 30), writes(intruder.does("ec2", "AuthorizeSecurityGroupIngress"),
		`{"groupId":"`+group+`","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]},"prefixListIds":{}}]}}`,
		`{"_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"`+a+`","groupId":"`+group+`","securityGroupRuleId":"sgr-0`+
			hash("4", 16)+`","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"},{"groupOwnerId":"`+a+
			`","groupId":"`+group+`","securityGroupRuleId":"sgr-0`+hash("6", 16)+
			`","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv6":"::/0"}]}}`))
	s.say(here(r), "network/security-group-open-to-world", "SSH opened to the world", a, id, "tcp 22 from 0.0.0.0/0")
	s.say(here(r), "network/security-group-open-to-world", "SSH opened to the world", a, id, "tcp 22 from ::/0")
	for i := range 60 {
		get := intruder.does("s3", "GetObject")
		key := "customers/2026-" + strconv.Itoa(100+i) + ".csv"
		get.data, get.request = true, `{"bucketName":"`+bucket+`","Host":"`+bucket+`.s3.`+r+`.amazonaws.com","key":"`+key+`"}`
		get.resources = `[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::` + bucket + `/` + key + `"},` + arn[1:]
		get.extra = `{"SignatureVersion":"SigV4","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":` +
			strconv.Itoa(52_428_800+i) + `}`
		s.at(a, r, clock(11, 40).Add(time.Duration(5*i)*time.Second), get)
	}
	visitor := record{source: "sts.amazonaws.com", name: "AssumeRole", ip: "203.0.113.67", agent: boto, shared: true,
		identity:  `{"type":"AWSAccount","principalId":"AIDAEXAMPLESTRANGER01","accountId":"123456789012"}`,
		request:   `{"roleArn":"arn:aws:iam::` + a + `:role/app-server","roleSessionName":"x"}`,
		resources: `[{"accountId":"` + a + `","type":"AWS::IAM::Role","ARN":"arn:aws:iam::` + a + `:role/app-server"}]`}
	s.at(a, g, clock(11, 50), visitor)
	s.say(here(g), "access/cross-account", "a strange account takes a role", a, "123456789012", "123456789012/AIDAEXAMPLESTRANGER01",
		"sts.amazonaws.com", "AssumeRole")
	lifecycle := writes(intruder.does("s3", "PutBucketLifecycle"), `{"bucketName":"`+logBucket+
		`","lifecycle":"","LifecycleConfiguration":{"Rule":{"ID":"clean","Status":"Enabled","Expiration":{"Days":1}}}}`, "")
	s.at(a, r, clock(11, 54), lifecycle, "logging/log-bucket-changes")
	remove := writes(intruder.does("s3", "DeleteObject"), `{"bucketName":"`+logBucket+`","key":"AWSLogs/`+a+`/CloudTrail/`+r+`/`+
		day.Format("2006/01/02")+`/`+hash("log", 16)+`.json.gz"}`, "")
	remove.data = true
	s.at(a, r, clock(11, 55), remove, "logging/log-objects-changed")
	key := hash(a+r, 8) + "-1111-4222-8333-" + hash(a, 12)
	s.at(a, r, clock(12, 0), writes(intruder.does("kms", "ScheduleKeyDeletion"), `{"keyId":"`+key+`","pendingWindowInDays":7}`,
		`{"keyId":"arn:aws:kms:`+r+`:`+a+`:key/`+key+`","keyState":"PendingDeletion","pendingWindowInDays":7}`))

	maria := ssoPerson(a, people[0].name, people[0].set, people[0].ip)
	s.at(a, r, clock(13, 40), writes(maria.does("cloudtrail", "StartLogging"), `{"name":"example-org-trail"}`, ""))
	s.at(a, r, clock(14, 0), writes(maria.does("kms", "CancelKeyDeletion"), `{"keyId":"arn:aws:kms:`+r+`:`+a+`:key/`+key+`"}`, ""))
	s.at(a, g, clock(14, 5), writes(maria.does("iam", "UpdateAccessKey"), `{"userName":"`+name+`","status":"Inactive","accessKeyId":"AKIA`+
		strings.ToUpper(hash("arn:aws:iam::"+a+":user/"+name, 16))+`"}`, ""))
	s.at(a, r, clock(14, 20), writes(maria.does("s3", "DeleteBucketPolicy"), `{"bucketName":"`+bucket+`"}`, ""))
	s.at(a, r, clock(14, 25), writes(maria.does("ec2", "RevokeSecurityGroupIngress"),
		`{"groupId":"`+group+`","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}`, `{"_return":true}`))
}

// rootUse: a sign-in as root without a second factor on a Sunday, and a delegated root session on a working day.
func (s *script) rootUse() {
	a, g := s.account(1), s.global()
	t := s.day(11).Add(14*time.Hour + 12*time.Minute)
	login := signIn(a, "", "203.0.113.5", time.Time{}, true, "No")
	r := root(a, "203.0.113.5", `,"accessKeyId":""`)
	login.identity, login.person, login.personType = r.identity, r.key, r.kind
	s.at(a, g, t, login, "root/console-login", "root/console-login-without-mfa", "root/any-activity")
	r = root(a, "203.0.113.5", `,"accessKeyId":"ASIA`+strings.ToUpper(hash(a+"root", 16))+
		`","sessionContext":{"attributes":{"creationDate":"%DAY%T14:12:00Z","mfaAuthenticated":"false"}}`)
	s.at(a, g, t.Add(6*time.Minute), writes(r.does("account", "PutAlternateContact"), `{"alternateContactType":"BILLING"}`, ""),
		"root/any-activity")

	sofia := ssoPerson(s.account(0), people[2].name, people[2].set, people[2].ip)
	day := s.day(20)
	s.at(s.account(0), g, day.Add(13*time.Hour), writes(sofia.does("sts", "AssumeRoot"),
		`{"targetPrincipal":"`+a+`","taskPolicyArn":{"arn":"arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"},"durationSeconds":900}`, ""),
		"root/delegated-sessions")
	d := root(a, people[2].ip, `,"accessKeyId":"ASIA`+strings.ToUpper(hash(a+"delegated", 16))+
		`","sessionContext":{"attributes":{"creationDate":"%DAY%T13:00:00Z","mfaAuthenticated":"false"},"assumedRoot":"true"}`)
	s.at(a, s.main(), day.Add(13*time.Hour+2*time.Minute), writes(d.does("s3", "DeleteBucketPolicy"),
		`{"bucketName":"example-orders-data-`+a[:4]+`"}`, ""), "root/delegated-sessions")
}

// networkProject: a planned network, in working hours; the queries for network changes list it.
func (s *script) networkProject() {
	a, r, t := s.account(1), s.main(), s.day(6).Add(9*time.Hour)
	li := ssoPerson(a, people[4].name, people[4].set, people[4].ip)
	vpc, igw, acl, rtb := "vpc-0"+hash("v", 16), "igw-0"+hash("i", 16), "acl-0"+hash("a", 16), "rtb-0"+hash("r", 16)
	for i, x := range []struct{ name, request, response string }{
		{"CreateVpc", `{"cidrBlock":"10.40.0.0/16"}`, `{"vpc":{"vpcId":"` + vpc + `","cidrBlock":"10.40.0.0/16"}}`},
		{"CreateSubnet", `{"vpcId":"` + vpc + `","cidrBlock":"10.40.1.0/24"}`, `{"subnet":{"subnetId":"subnet-0` + hash("s", 16) +
			`","vpcId":"` + vpc + `"}}`},
		{"CreateInternetGateway", `{}`, `{"internetGateway":{"internetGatewayId":"` + igw + `","attachmentSet":{}}}`},
		{"AttachInternetGateway", `{"internetGatewayId":"` + igw + `","vpcId":"` + vpc + `"}`, `{"_return":true}`},
		{"CreateRouteTable", `{"vpcId":"` + vpc + `"}`, `{"routeTable":{"routeTableId":"` + rtb + `","vpcId":"` + vpc + `"}}`},
		{"CreateRoute", `{"routeTableId":"` + rtb + `","destinationCidrBlock":"0.0.0.0/0","gatewayId":"` + igw + `"}`, `{"_return":true}`},
		{"CreateNetworkAclEntry", `{"networkAclId":"` + acl +
			`","ruleNumber":100,"egress":false,"ruleAction":"allow","aclProtocol":"6","portRange":{"from":443,"to":443},"cidrBlock":"10.0.0.0/8"}`,
			`{"_return":true}`},
		{"CreateSecurityGroup", `{"groupName":"edge","groupDescription":"public site","vpcId":"` + vpc + `"}`,
			`{"_return":true,"groupId":"sg-0` + hash("edge", 16) + `"}`},
		{"AuthorizeSecurityGroupIngress", `{"groupId":"sg-0` + hash("edge", 16) +
			`","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`, `{"_return":true}`},
	} {
		s.at(a, r, t.Add(time.Duration(i)*2*time.Minute), writes(li.does("ec2", x.name), x.request, x.response))
	}
}

// spray: one address tries many names that do not exist.
func (s *script) spray() {
	a, g, day := s.account(2), s.global(), s.day(15)
	const from = "203.0.113.99"
	for i := range 14 {
		s.at(a, g, day.Add(10*time.Hour+time.Duration(50*i)*time.Second), signIn(a, "", from, time.Time{}, false, "No"))
	}
	p := place{a, g, day}
	s.say(p, "signin/failed", "fourteen names that do not exist", a, "HIDDEN_DUE_TO_SECURITY_REASONS", from, day.Format("2006-01-02"))
	s.say(p, "signin/brute-force", "one address tries many names", a, "one address", from, day.Format("2006-01-02"))
}

// oddHours: changes in the night between Thursday and Friday, delivered a day late, and work on a Saturday.
func (s *script) oddHours() {
	a, r := s.account(1), s.main()
	tom := ssoPerson(a, people[3].name, people[3].set, "203.0.113.77")
	for i := range 5 {
		x := writes(tom.does("ec2", "TerminateInstances"), `{"instancesSet":{"items":[{"instanceId":"i-0`+hash("night"+
			strconv.Itoa(i), 16)+`"}]}}`, "")
		x.late = 26 * time.Hour
		s.at(a, r, s.day(23).Add(time.Hour+time.Duration(30+i)*time.Minute), x)
	}
	sofia := ssoPerson(a, people[2].name, people[2].set, people[2].ip)
	for i := range 8 {
		x := sofia.does("cloudformation", "DescribeStacks")
		if i%4 == 3 {
			x = writes(sofia.does("cloudformation", "UpdateStack"), `{"stackName":"orders"}`, "")
		}
		s.at(a, r, s.day(24).Add(11*time.Hour+time.Duration(7*i)*time.Minute), x)
	}
}

func (s *script) organization() {
	a, g, t := s.account(0), s.global(), s.day(21).Add(10*time.Hour)
	jonas := ssoPerson(a, people[1].name, people[1].set, people[1].ip)
	s.at(a, g, t, writes(jonas.does("organizations", "DetachPolicy"), `{"policyId":"p-`+hash("scp", 8)+
		`","targetId":"ou-ab12-`+hash("ou", 8)+`"}`, ""))
	s.at(a, g, t.Add(9*time.Minute), writes(jonas.does("organizations", "CreateAccount"),
		`{"email":"HIDDEN_DUE_TO_SECURITY_REASONS","accountName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`, ""))
}

// serviceAsRoot is a trap: a service that works with the identity of root is not a root use.
func (s *script) serviceAsRoot() {
	a := s.account(0)
	x := forwarded(root(a, "", ""), "autoscaling.amazonaws.com", "autoscaling.amazonaws.com").does("ec2", "TerminateInstances")
	x.person = ""
	s.at(a, s.main(), s.day(8).Add(3*time.Hour), writes(x, `{"instancesSet":{"items":[{"instanceId":"i-0`+hash("old", 16)+`"}]}}`, ""))
}
