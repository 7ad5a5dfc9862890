package config

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
	"time"

	"trailscribe/internal/period"
	"trailscribe/internal/yaml"
)

// Built-in names of what Trailscribe makes in AWS, and how many queries run at once.
const (
	DefaultWorkgroup   = "trailscribe"
	DefaultDatabase    = "trailscribe"
	DefaultTable       = "cloudtrail"
	DefaultConcurrency = 5
	DefaultResultsDays = 30
)

// CatalogExisting is the value of catalog: for a table that others made.
const CatalogExisting = "existing"

// Athena is where the logs are in AWS, what the table over them is called, and who asks. Credentials never stand here.
type Athena struct {
	Region, Profile, Role, ExternalID, Endpoint Setting
	FIPS                                        bool
	Workgroup, Database, Table                  Setting // with Or(Default(DefaultTable)) and so on
	Catalog                                     Setting // managed, existing; not set: managed
	Logs, Output, Staging                       Setting // s3://bucket/prefix
	Organization                                Setting // o-…; not set: the trail is of a single account
	Accounts, Regions                           List    // not set: found in the bucket
	FirstDay                                    Setting // yyyy-mm-dd; not set: found in the bucket
	Concurrency                                 int     // queries at once; DefaultConcurrency where nothing is written
	// after which results in a bucket made by Trailscribe expire; 0: never. DefaultResultsDays where nothing is written
	ResultsDays  int
	ReuseMinutes int     // age of rows that Athena may answer with; 0: never
	PricePerTB   Setting // US dollars per 10^12 bytes, decimal text; see Micros

	fipsOrigin, concurrencyOrigin, resultsDaysOrigin, reuseOrigin string
}

// First is FirstDay as a time, midnight UTC; zero where it is not set.
func (a Athena) First() time.Time {
	t, err := period.ParseDay(a.FirstDay.Value)
	if err != nil {
		return time.Time{}
	}
	return t
}

// ReuseOrigin is where ReuseMinutes comes from.
func (a Athena) ReuseOrigin() string { return cmp.Or(a.reuseOrigin, "default") }

// Cost guards runs that cost money, in US dollars as decimal text; see Micros.
type Cost struct {
	ConfirmOver Setting // a run estimated at more asks first
	MaxPerRun   Setting // a run estimated at more does not start
}

// Micros is an amount in millionths; false where it is not set.
func (s Setting) Micros() (int64, bool) {
	if !s.IsSet() {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s.Value)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	return r.Num().Int64() / r.Denom().Int64(), r.IsInt()
}

func (a Athena) show(add func(name, value, origin string)) {
	for _, s := range []struct {
		name string
		s    Setting
	}{
		{"role", a.Role}, {"external_id", a.ExternalID}, {"endpoint", a.Endpoint}, {"workgroup", a.Workgroup},
		{"database", a.Database}, {"table", a.Table}, {"catalog", a.Catalog}, {"logs", a.Logs}, {"output", a.Output}, {"staging", a.Staging},
		{"organization", a.Organization}, {"first_day", a.FirstDay}, {"price_per_tb", a.PricePerTB},
	} {
		add("athena."+s.name, s.s.Value, s.s.Origin)
	}
	add("athena.accounts", strings.Join(a.Accounts.Values, ", "), a.Accounts.Origin)
	add("athena.regions", strings.Join(a.Regions.Values, ", "), a.Regions.Origin)
	add("athena.concurrency", strconv.Itoa(a.Concurrency), a.concurrencyOrigin)
	add("athena.results_days", strconv.Itoa(a.ResultsDays), a.resultsDaysOrigin)
	add("athena.reuse_minutes", strconv.Itoa(a.ReuseMinutes), a.reuseOrigin)
	if a.FIPS {
		add("athena.fips", "true", a.fipsOrigin)
	} else {
		add("athena.fips", "false", a.fipsOrigin)
	}
}

// athena reads the section of that name.
func (l *loader) athena(v *yaml.Value) {
	a := &l.c.Athena
	get := func(name string) Setting { return setting(v.Get(name)) }
	*a = Athena{
		Region: get("region"), Profile: get("profile"), Role: get("role"), ExternalID: get("external_id"), Endpoint: get("endpoint"),
		Workgroup: get("workgroup"), Database: get("database"), Table: get("table"), Catalog: get("catalog"),
		Logs: get("logs"), Output: get("output"), Staging: get("staging"), Organization: get("organization"),
		Accounts: list(v.Get("accounts")), Regions: list(v.Get("regions")), FirstDay: get("first_day"), PricePerTB: get("price_per_tb"),
		Concurrency: DefaultConcurrency, ResultsDays: DefaultResultsDays,
	}
	if f := v.Get("fips"); f != nil {
		a.FIPS, a.fipsOrigin = f.Bool(), originOf(f.Where())
	}
	if n := v.Get("concurrency"); n != nil {
		a.Concurrency, a.concurrencyOrigin = int(n.Int()), originOf(n.Where())
	}
	if n := v.Get("results_days"); n != nil {
		a.ResultsDays, a.resultsDaysOrigin = int(n.Int()), originOf(n.Where())
	}
	if n := v.Get("reuse_minutes"); n != nil {
		a.ReuseMinutes, a.reuseOrigin = int(n.Int()), originOf(n.Where())
	}
	if id := v.Get("external_id"); id != nil && !a.Role.IsSet() {
		l.add(id.Scalar(), "config-athena", "name the role: it is the role that asks for it", "external_id is of no use without role")
	}
	if d := v.Get("first_day"); d != nil {
		if _, err := period.ParseDay(d.Text()); err != nil {
			l.add(d.Scalar(), "config-day", "", "%q is not a day of the calendar", d.Text())
		}
	}
	if o := v.Get("output"); o != nil && a.Staging.IsSet() && a.Output.Value == a.Staging.Value {
		l.add(v.Get("staging").Scalar(), "config-athena", "give staging a prefix of its own: it is emptied after each run",
			"staging is the same place as output")
	}
}
