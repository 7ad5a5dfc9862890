package finding

import (
	"strings"

	"trailscribe/internal/result"
)

// Conflicts are the events whose copies differ: the logs hold records with one account and event id that do not say the same.
// Each such record is a row, so that the key of a query can repeat for no other reason. A nil Conflicts holds none.
type Conflicts struct {
	events  map[[2]string]bool // account, event id
	ids     map[string]bool
	partial bool
}

// NewConflicts is none yet. partial says that there are more events than will be added.
func NewConflicts(partial bool) *Conflicts {
	return &Conflicts{events: map[[2]string]bool{}, ids: map[string]bool{}, partial: partial}
}

// Add adds an event; the account is "" where its records do not say it.
func (c *Conflicts) Add(account, eventID string) {
	c.events[[2]string{account, eventID}] = true
	c.ids[eventID] = true
}

// none reports whether no event is known or suspected to have copies that differ.
func (c *Conflicts) none() bool { return c == nil || len(c.events) == 0 && !c.partial }

// eventColumns are where a result shows event id and account, -1 where it does not.
func eventColumns(cols []result.Column) (id, account int) {
	id, account = -1, -1
	for i, c := range cols {
		switch {
		case c.Kind != result.Text:
		case strings.EqualFold(c.Name, "eventid"):
			id = i
		case strings.EqualFold(c.Name, "account_id"):
			account = i
		}
	}
	return id, account
}

// Rows is a function that reports whether a row rests on such an event, which its event id shows; nil where no row of these
// columns can: they show no event id, or there are no such events.
func (c *Conflicts) Rows(cols []result.Column) func(result.Row) bool {
	id, account := eventColumns(cols)
	if c == nil || len(c.events) == 0 || id < 0 {
		return nil
	}
	return func(r result.Row) bool {
		event, _ := r[id].(string)
		if event == "" {
			return false
		}
		if account < 0 {
			return c.ids[event]
		}
		of, _ := r[account].(string)
		return c.events[[2]string{of, event}]
	}
}

// repeat is a key that more than one row has.
type repeat struct {
	rows     int64
	event    string // account and id of the event that the first of them shows
	conflict bool   // copies that differ are the reason, as far as the rows show
	same     map[[8]byte]int64
}

// excuse looks at the rows of a repeated key. Copies that differ are the reason where all rows show one event and that is
// among c, or may be. Rows without an event id may come from any event.
type excuse struct {
	conflicts   *Conflicts
	differs     func(result.Row) bool
	id, account int
}

func (c *Conflicts) excuse(cols []result.Column) excuse {
	id, account := eventColumns(cols)
	return excuse{c, c.Rows(cols), id, account}
}

func (x excuse) look(k *repeat, r result.Row) {
	k.rows++
	if x.id < 0 {
		k.conflict = true
		return
	}
	event, _ := r[x.id].(string)
	if x.account >= 0 {
		of, _ := r[x.account].(string)
		event = of + " " + event
	}
	if k.rows == 1 {
		k.event = event
		k.conflict = x.conflicts.partial || x.differs != nil && x.differs(r)
	}
	k.conflict = k.conflict && k.event == event
}
