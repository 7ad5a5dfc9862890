package demo

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// script is what happens: how many events each account, region and day has, and the incidents between them.
type script struct {
	o         Options
	month     time.Time // the month of the report: incidents are in it
	accounts  map[string]int
	incidents map[place][]record
	planted   map[place][]Planted
	silences  []silence
}

// place is where and when log files are written: one account, region and UTC day.
type place struct {
	account, region string
	day             time.Time
}

// silence is a time in which an account logs nothing.
type silence struct {
	account  string
	from, to time.Time
	planted  bool // in the month of the report
}

func newScript(o Options) *script {
	s := &script{o: o, accounts: map[string]int{}, incidents: map[place][]record{}, planted: map[place][]Planted{}}
	last := o.To.Add(-time.Nanosecond)
	s.month = time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC)
	for i, a := range o.Accounts {
		s.accounts[a] = i
	}
	s.silence(2, s.day(18).Add(5*time.Hour), s.day(18).Add(21*time.Hour), true)
	s.silence(1, s.month.AddDate(0, 0, -19), s.month.AddDate(0, 0, -18), false)
	s.plant()
	return s
}

// day is a day of the report's month at midnight.
func (s *script) day(n int) time.Time { return s.month.AddDate(0, 0, n-1) }

// account is the nth account, or the last where there are fewer.
func (s *script) account(n int) string { return s.o.Accounts[min(n, len(s.o.Accounts)-1)] }

func (s *script) main() string { return s.o.Regions[0] }

// global is the region in which IAM and other global services log.
func (s *script) global() string {
	for _, r := range s.o.Regions {
		if r == "us-east-1" {
			return r
		}
	}
	return s.main()
}

func (s *script) inside(t time.Time) bool { return !t.Before(s.o.From) && t.Before(s.o.To) }

// silence takes the voice of the nth account, if there are so many: a sample of one account stays whole.
func (s *script) silence(n int, from, to time.Time, planted bool) {
	if n < len(s.o.Accounts) && s.inside(from) && s.inside(to) {
		s.silences = append(s.silences, silence{s.o.Accounts[n], from, to, planted})
	}
}

func (s *script) silent(account string, t time.Time) bool {
	for _, x := range s.silences {
		if x.account == account && !t.Before(x.from) && t.Before(x.to) {
			return true
		}
	}
	return false
}

// gaps are the silences as the query for them must give them: from the last event before to the first after, both planted.
func (s *script) gaps() []Planted {
	var out []Planted
	for _, x := range s.silences {
		if x.planted {
			out = append(out, Planted{"activity/log-gaps", []string{x.account, x.from.Add(-time.Second).Format(time.RFC3339)},
				fmt.Sprintf("account %s says nothing for %d hours", x.account, int(x.to.Sub(x.from).Hours()))})
		}
	}
	return out
}

var regionWeight = []float64{0.58, 0.22, 0.14, 0.06}
var accountWeight = []float64{0.5, 0.32, 0.18}

func weight(table []float64, i int) float64 {
	if i < len(table) {
		return table[i]
	}
	return table[len(table)-1]
}

// units are the places in order of day, account and region, each with its share of the events.
func (s *script) units() []*unit {
	type slot struct {
		place
		w float64
	}
	var slots []slot
	var sum float64
	for day := s.o.From; day.Before(s.o.To); day = day.AddDate(0, 0, 1) {
		for i, a := range s.o.Accounts {
			for j, r := range s.o.Regions {
				w := weight(accountWeight, i) * weight(regionWeight, j)
				if free(day) {
					w *= 0.45
				}
				slots = append(slots, slot{place{a, r, day}, w})
				sum += w
			}
			// An incident can stand in a region that is not used otherwise.
			for r := range s.extraRegions(a, day) {
				slots = append(slots, slot{place{a, r, day}, 0})
			}
		}
	}
	units := make([]*unit, 0, len(slots))
	var before float64
	for i, x := range slots {
		// Rounding the running total instead of each share keeps the sum at what was asked for.
		n := int((before+x.w)/sum*float64(s.o.Events)) - int(before/sum*float64(s.o.Events))
		before += x.w
		units = append(units, &unit{s: s, place: x.place, index: s.accounts[x.account], background: n,
			rnd: rand.New(rand.NewPCG(uint64(s.o.Seed), uint64(i)))})
	}
	if s.o.Broken {
		for _, u := range units {
			if u.background > 20 && !u.day.Before(s.month) {
				u.broken = true
				break
			}
		}
	}
	return units
}

func (s *script) extraRegions(account string, day time.Time) map[string]bool {
	out := map[string]bool{}
	for p := range s.incidents {
		if p.account == account && p.day.Equal(day) {
			out[p.region] = true
		}
	}
	for _, r := range s.o.Regions {
		delete(out, r)
	}
	if len(out) > 1 {
		panic("demo: more than one region of incidents besides the used ones would have no order")
	}
	return out
}

func free(day time.Time) bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }

// working says whether people work at an instant. The hours lie inside 08:00 to 18:00 both in UTC and in central European time.
func working(t time.Time) bool {
	return !free(t) && t.Hour() >= 8 && t.Hour() < 16
}

// outside is what the out-of-hours queries call so with their default hours, in UTC.
func outside(t time.Time) bool { return free(t) || t.Hour() < 8 || t.Hour() >= 18 }
