package demo

import (
	"context"
	"math/rand/v2"
	"slices"
	"sort"
	"time"
)

// unit makes the events of one account, region and day. It has its own stream of random numbers, so that units can be made in any order.
type unit struct {
	s *script
	place
	index      int // of the account
	background int // events between the incidents
	broken     bool
	rnd        *rand.Rand
	cast       *cast
	events     []event
	buf        []byte // the texts of the events, one after the other
	planted    []Planted
}

// event is a finished record; its text is buf[from:to] of the unit.
type event struct {
	at       time.Time
	late     time.Duration
	from, to int
}

// Quarter hours of a day: how loud machines are, which never sleep, and people, who begin at eight, eat at noon and go home.
var peopleCurve = func() [96]float64 {
	var c [96]float64
	hours := map[int]float64{8: 1.2, 9: 2.4, 10: 2.8, 11: 2.2, 12: 1.1, 13: 1.9, 14: 2.5, 15: 1.6}
	for q := range c {
		c[q] = hours[q/4]
	}
	return c
}()

const machineLevel = 0.35

// make fills the unit, unless ctx ends: then it holds what there was until then.
func (u *unit) make(ctx context.Context) {
	u.cast = newCast(u.account, u.index, u.day)
	u.events = make([]event, 0, u.background+16)
	u.buf = make([]byte, 0, u.background*1100+16<<10)
	for _, r := range u.s.incidents[u.place] {
		u.add(r)
	}
	u.planted = append(u.planted, u.s.planted[u.place]...)
	u.fixed()
	var level [96]float64
	var sum float64
	for q := range level {
		level[q] = machineLevel
		if !free(u.day) {
			level[q] += peopleCurve[q]
		}
		sum += level[q]
		level[q] = sum
	}
	times := make([]int, u.background)
	for i := range times {
		x := u.rnd.Float64() * sum
		q := sort.SearchFloat64s(level[:], x)
		times[i] = min(q, 95)*900 + u.rnd.IntN(900)
	}
	slices.Sort(times)
	for i, t := range times {
		if i%1000 == 0 && ctx.Err() != nil {
			return
		}
		at := u.day.Add(time.Duration(t) * time.Second)
		human := 0.0
		if working(at) {
			human = peopleCurve[t/900] / (peopleCurve[t/900] + machineLevel)
		}
		u.ordinary(at, u.rnd.Float64() < human)
	}
	slices.SortStableFunc(u.events, func(a, b event) int { return a.at.Compare(b.at) })
}

// add writes a record, unless its account is silent then, and notes the answers that follow from who did it and when.
func (u *unit) add(r record) {
	if u.s.silent(u.account, r.at) || !u.s.inside(r.at) {
		return
	}
	r.account = u.account
	if r.region == "" {
		r.region = u.region
	}
	if r.id == "" {
		r.id = string(u.uuid(nil))
	}
	u.answers(&r)
	from := len(u.buf)
	u.buf = r.append(u.buf, u)
	u.events = append(u.events, event{r.at, r.late, from, len(u.buf)})
}

// answers are rows that any event of a kind gives, planted or not.
func (u *unit) answers(r *record) {
	if r.at.Before(u.s.month) {
		return
	}
	say := func(query, what string, keys ...string) { u.planted = append(u.planted, Planted{query, keys, what}) }
	if r.person != "" && r.personType != machine && outside(r.at) {
		say("out-of-hours/by-user", r.person+" was active outside working hours", r.personType, r.person)
	}
	if r.denied && r.person != "" {
		say("access/denied-calls", r.person+" was refused "+r.name, r.account, r.person, r.source, r.name)
	}
	if r.code != "" || r.failed {
		return
	}
	for _, q := range changeQueries[r.source+" "+r.name] {
		say(q, r.name+" by "+r.person, r.account, r.id)
	}
}

// changeQueries are the queries that list every successful call of a name.
var changeQueries = func() map[string][]string {
	m := map[string][]string{}
	for query, calls := range map[string][]string{
		"iam/policy-changes": {"iam.amazonaws.com PutRolePolicy", "iam.amazonaws.com AttachUserPolicy", "iam.amazonaws.com AttachRolePolicy",
			"iam.amazonaws.com CreatePolicyVersion", "iam.amazonaws.com DeletePolicyVersion"},
		"iam/trust-policy-changes": {"iam.amazonaws.com UpdateAssumeRolePolicy"},
		"s3/bucket-policy-changes": {"s3.amazonaws.com PutBucketPolicy", "s3.amazonaws.com DeleteBucketPolicy",
			"s3.amazonaws.com PutBucketLifecycle",
			"s3.amazonaws.com PutBucketEncryption"},
		"network/security-group-changes": {"ec2.amazonaws.com AuthorizeSecurityGroupIngress", "ec2.amazonaws.com RevokeSecurityGroupIngress",
			"ec2.amazonaws.com CreateSecurityGroup"},
		"network/acl-changes":              {"ec2.amazonaws.com CreateNetworkAclEntry"},
		"network/route-changes":            {"ec2.amazonaws.com CreateRoute", "ec2.amazonaws.com CreateRouteTable"},
		"network/gateway-changes":          {"ec2.amazonaws.com CreateInternetGateway", "ec2.amazonaws.com AttachInternetGateway"},
		"network/vpc-changes":              {"ec2.amazonaws.com CreateVpc", "ec2.amazonaws.com CreateSubnet"},
		"organizations/changes":            {"organizations.amazonaws.com DetachPolicy", "organizations.amazonaws.com CreateAccount"},
		"logging/config-recording-changes": {"config.amazonaws.com StopConfigurationRecorder"},
		"logging/detection-weakened":       {"guardduty.amazonaws.com UpdateDetector"},
		"kms/key-disabled-or-deleted":      {"kms.amazonaws.com ScheduleKeyDeletion"},
	} {
		for _, c := range calls {
			m[c] = append(m[c], query)
		}
	}
	return m
}()
