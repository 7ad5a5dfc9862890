package awsfake

import "testing"

// Each reading of a table in Parquet counts its own columns, and its own fields of a row.
func TestColumns(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	if _, x := p.ask(t, `CREATE TABLE "default"."staged" WITH (format = 'PARQUET', external_location = 's3://results/staged/', partitioned_by = ARRAY['k']) AS
		SELECT eventname, eventid, awsregion, useridentity, day AS k FROM cloudtrail`); x.Status.State != succeeded {
		t.Fatal(reason(x))
	}
	read := func(text string) int64 {
		t.Helper()
		_, x := p.ask(t, text)
		if x.Status.State != succeeded {
			t.Fatalf("%s: %s", text, reason(x))
		}
		return *x.Statistics.DataScannedInBytes
	}
	name, id, typ := read("SELECT eventname FROM staged"), read("SELECT eventid FROM staged"),
		read("SELECT useridentity.type AS t FROM staged")
	first, region := read("SELECT eventname FROM staged WHERE k = '2026/07/01'"), read("SELECT awsregion FROM staged")
	if name == 0 || id == 0 || typ == 0 || first == 0 || first >= name {
		t.Fatal(name, id, typ, first)
	}
	if whole := read("SELECT useridentity FROM staged"); whole < 5*typ {
		t.Errorf("a row reads %d bytes, one of its fields %d", whole, typ)
	}
	for text, want := range map[string]int64{
		"SELECT eventname AS x FROM staged UNION ALL SELECT eventid FROM staged":                          name + id,
		"SELECT eventname AS x FROM staged WHERE k = '2026/07/01' UNION ALL SELECT eventid FROM staged":   first + id,
		"WITH c AS (SELECT * FROM staged) SELECT eventname AS x FROM c UNION ALL SELECT eventid FROM c":   name + id,
		"WITH c AS (SELECT * FROM staged) SELECT eventname AS x FROM c UNION ALL SELECT eventname FROM c": 2 * name,
		"WITH c AS (SELECT eventname, awsregion FROM staged WHERE k = '2026/07/01') SELECT eventname AS x FROM c UNION ALL SELECT " +
			"eventname FROM c": 2 * first,
		"SELECT a.eventname AS x FROM staged a JOIN staged b ON a.eventname = b.awsregion": name +
			region,
		"SELECT (SELECT max(eventid) FROM staged) AS m, eventname FROM staged WHERE eventname NOT IN (SELECT awsregion FROM staged)": name + id +
			region,
		"SELECT eventname AS x FROM staged UNION ALL SELECT useridentity.type FROM staged WHERE k IN ('none', 'nothing')":       name,
		"SELECT max(useridentity.type) AS x, (SELECT count(*) FROM staged WHERE regexp_like(eventname, '^G')) AS n FROM staged": name + typ,
	} {
		if got := read(text); got != want {
			t.Errorf("%s: %d bytes, want %d", text, got, want)
		}
	}
}
