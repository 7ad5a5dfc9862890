package sql

import (
	"strings"
	"testing"
)

// Columns are called as a Trino 435 calls them: the engine compares the names that Athena says with these.
func TestNamesOfColumns(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT resources[1].arn, useridentity.arn, (useridentity).type, events.useridentity.arn, element_at(resources, 1).arn, 1 + 1" +
			" FROM events": "_col0 arn type arn_2 _col4 _col5",
		"SELECT eventname, eventid AS eventname_2, eventname, eventsource AS eventname, eventid AS eventname_3" +
			" FROM events": "eventname eventname_2 eventname_3 eventname_4 eventname_3_2",
		"SELECT x.*, 1" +
			" FROM (SELECT eventname, copies FROM events) x": "eventname copies _col2",
	} {
		c, ps := check(t, text)
		if c == nil {
			t.Fatal(text, ps)
		}
		var got []string
		for _, x := range c.Columns() {
			got = append(got, x.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}
