package athena

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/demo"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
	"trailscribe/internal/result"
	"trailscribe/internal/source/dir"
	"trailscribe/internal/sql"
)

// dice makes conditions and statements, the same ones for the same seed.
type dice struct{ *rand.Rand }

func (d dice) pick(list ...string) string { return list[d.IntN(len(list))] }

// atom is a condition over the columns of one relation, which e names.
func (d dice) atom(e string) string {
	return strings.ReplaceAll(d.pick(
		"@eventsource = '%s'", "@eventsource IN ('s3.amazonaws.com', 'ec2.amazonaws.com')", "@eventname = '%n'",
		"@eventname IN ('%n', '%n', '%n')", "@eventname <> '%n'",
		"@eventsource = '%s' AND @eventname = '%n'", "@eventsource = '%s' OR @eventsource = '%s'", "@actor_type = 'root'",
		"@actor_type IN ('root', 'user')", "@denied", "@is_write", "@is_service",
		"@errorcode IS NOT NULL", "@errorcode IS NULL", "nullif(@errorcode, '') = 'AccessDenied'", "coalesce(@mfa, '?') = 'no'",
		"@outcome = 'failed'", "@succeeded",
		"json_extract_scalar(@requestparameters, '$.bucketName') IS NOT NULL", "regexp_like(@useragent, 'aws-cli')", "@actor LIKE 'a%'",
		"@actor LIKE '%s%' ESCAPE '!'",
		"contains(ARRAY['111122223333'], @account_id)", "@event_time < TIMESTAMP '2026-10-12 03:00:00.000'",
		"date_format(@local_time, '%H:%i') >= '18:00'", "@useridentity.type = 'Root'",
		"@useridentity.sessioncontext.sessionissuer.type IS NOT NULL", "TRY_CAST(@eventid AS bigint) IS NOT NULL", "@source_ip IS NULL",
		"@actor_account_id <> @account_id", "any_match(@resources, x -> x.type = 'AWS::S3::Bucket')",
		"CASE WHEN @denied THEN true WHEN @is_write THEN NULL ELSE @via_console END", "@copies > 1", "@day_kind = 'weekend'",
		"@readonly = 'false'", "(@mfa = 'yes') IS NULL", "@outcome IS DISTINCT FROM 'success'", "true", "false",
	), "@", e)
}

func (d dice) condition(e string, depth int) string {
	if depth == 0 || d.IntN(3) == 0 {
		x := d.atom(e)
		for strings.Contains(x, "%s") {
			x = strings.Replace(x, "%s", d.pick("s3.amazonaws.com", "iam.amazonaws.com", "signin.amazonaws.com", "ec2.amazonaws.com",
				"sts.amazonaws.com"), 1)
		}
		for strings.Contains(x, "%n") {
			x = strings.Replace(x, "%n", d.pick("ConsoleLogin", "AssumeRole", "CreateUser", "GetObject", "PutBucketPolicy", "DescribeInstances",
				"AuthorizeSecurityGroupIngress"), 1)
		}
		return "(" + x + ")"
	}
	a, b := d.condition(e, depth-1), d.condition(e, depth-1)
	switch d.IntN(7) {
	case 0:
		return "NOT " + a
	case 1, 2:
		return "(" + a + " OR " + b + ")"
	}
	return "(" + a + " AND " + b + ")"
}

// statement reads events or history or both, in every way in which a place can read a relation.
func (d dice) statement() string {
	one := d.pick("events", "history")
	c := func(e string) string { return d.condition(e, 2) }
	const out = "count(*) AS n, min(eventid) AS a, max(eventid) AS b, min(actor) AS c"
	text := func(e, column, path string) string {
		return "json_extract_scalar(" + e + column + ", '$." + path + "')"
	}
	switch d.IntN(16) {
	case 0, 1, 2:
		return "SELECT " + out + " FROM " + one + " WHERE " + c("")
	case 3:
		return "WITH x AS (SELECT eventid, actor, denied, mfa, eventname FROM " + one + " WHERE " + c("") + ") SELECT " + out +
			" FROM x WHERE denied OR mfa IS NULL OR eventname = 'ConsoleLogin'"
	case 4, 10, 11:
		return "SELECT count(*) AS n, min(e.eventid) AS a, max(h.eventid) AS b FROM events e " + d.pick("JOIN", "LEFT JOIN", "RIGHT JOIN",
			"FULL JOIN") +
			" history h ON e.actor_key = h.actor_key AND e.eventname = h.eventname AND e.account_id = h.account_id WHERE " +
			d.pick(c("e.")+" AND "+c("h."), c("e.")+" OR "+c("h."), c("e.")+" AND coalesce(h.is_write, true)",
				"coalesce(e.is_write, true) AND "+c("h."), "coalesce(h.denied, e.is_write) AND coalesce(h.is_write, true)")
	case 5:
		return "SELECT " + out + " FROM events WHERE " + c("") + " AND eventname " + d.pick("IN", "NOT IN") + " (SELECT eventname FROM " + one +
			" WHERE eventname IS NOT NULL AND " + c("") + ")"
	case 6:
		return "SELECT " + out + " FROM (SELECT eventid, actor FROM events WHERE " + c("") + " " + d.pick("UNION ALL", "EXCEPT", "INTERSECT") +
			" SELECT eventid, actor FROM " + one + " WHERE " + c("") + ")"
	case 7:
		return "SELECT count(*) AS n, min(e.eventid) AS a FROM events e WHERE " + c("e.") + " AND " + d.pick("", "NOT ") +
			"EXISTS (SELECT 1 FROM history h WHERE h.actor_key = e.actor_key AND " + c("h.") + ")"
	case 8:
		return "WITH x AS (SELECT eventname, count(*) AS n FROM events WHERE " + c("") +
			" GROUP BY eventname), y AS (SELECT eventname, count(*) AS n FROM " + one + " WHERE " + c("") +
			" GROUP BY eventname) SELECT count(*) AS n, sum(x.n) AS a, sum(y.n) AS b FROM x " + d.pick("JOIN", "LEFT JOIN", "FULL JOIN") +
			" y ON x.eventname = y.eventname WHERE " + d.pick("y.n IS NULL", "x.n > 1", "true")
	}
	switch d.IntN(3) {
	case 0:
		return "SELECT count(DISTINCT " + text("", "requestparameters", "bucketName") + ") AS n, min(" +
			text("", "additionaleventdata", "MFAUsed") + ") AS a, max(" + text("", "responseelements", "ConsoleLogin") + ") AS b FROM " + one +
			" WHERE " + c("")
	case 1:
		return "WITH x AS (SELECT actor, " + text("", "requestparameters", d.pick("bucketName", "userName", "roleName")) + " AS name FROM " +
			one + " WHERE " + c("") +
			") SELECT count(*) AS n, min(actor) AS a, max(name) AS b FROM x WHERE name IS NOT NULL"
	}
	return "SELECT count(*) AS n, min(" + text("e.", "requestparameters", "userName") + ") AS a, max(" +
		text("h.", "requestparameters", "bucketName") + ") AS b FROM events e " + d.pick("JOIN", "LEFT JOIN", "FULL JOIN") +
		" history h ON e.eventname = h.eventname AND " + text("h.", "requestparameters", "bucketName") + " = " +
		text("e.", "requestparameters", "bucketName") + " WHERE " + c("e.")
}

// Statements made by chance give the same rows from a partitioned copy as from one that is not, planned or not.
func TestPartitionsByChance(t *testing.T) {
	definition := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{Seed: 1})
	logs, err := dir.New(dir.Options{Root: filepath.Join(t.TempDir(), "logs"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	scope := october("chance")
	scope.HistoryDays, scope.Columns = 30, nil
	if _, err := demo.Generate(t.Context(), demo.Options{Seed: 3, From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), To: scope.To,
		Events: 2500}, logs); err != nil {
		t.Fatal(err)
	}
	w.table(true, func(in *gluetypes.TableInput) {
		in.Parameters["projection.region.values"] = "eu-west-1,us-east-1,eu-central-1,ap-southeast-1,us-west-2,eu-north-1"
	})
	w.fill(logs)
	d := dice{rand.New(rand.NewPCG(11, 7))}
	var st []engine.Statement
	for i := range 120 {
		st = append(st, engine.Statement{ID: fmt.Sprintf("q%d", i), HistoryDays: []int{0, 10, 30}[i%3],
			Query: bind(t, definition, d.statement())})
	}
	answer := func(least int64, planned []engine.Statement) (map[string]string, *session) {
		scope.Planned = planned
		s, err := open(t.Context(), w.engine(definition, func(o *Options) { o.Mode, o.PartitionFrom = Staged, least }), scope)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		got, err := answers(t.Context(), s, st)
		if err != nil {
			t.Fatal(err)
		}
		return got, s.(*session)
	}
	want, _ := answer(1<<40, nil) // one piece, and no columns besides those of events
	planned := st[:90]
	got, s := answer(1, planned)
	different := 0
	for _, x := range st {
		if got[x.ID] != want[x.ID] {
			t.Errorf("%s: from partitions %s, without %s\n%s", x.ID, got[x.ID], want[x.ID], x.Query.Text(1, nil))
		}
		if !strings.HasPrefix(want[x.ID], "0") {
			different++
		}
	}
	read := 0
	for _, x := range planned {
		read += len(s.partitioning.of(x.Query, relation.Events))
	}
	t.Logf("%d columns extracted", len(s.extracted))
	t.Logf("%d partitions of events, %d of history; %d of %d statements found rows; a statement reads %d partitions of events",
		len(s.partitioning.partitions[relation.Events]), len(s.partitioning.partitions[relation.History]), different, len(st), read/len(planned))
	if len(s.partitioning.partitions[relation.Events]) < 20 || len(s.partitioning.partitions[relation.History]) < 5 || different < len(st)/2 ||
		len(s.extracted) < 5 {
		t.Error("too little to prove anything")
	}
}

// A row on which a condition fails is in a partition that every statement reads, and takes no other row with it.
func TestPartitionsOfFailingConditions(t *testing.T) {
	definition := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 30)
	found, err := open(t.Context(), w.engine(definition, func(o *Options) { o.Mode = Direct }), october("failing"))
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	s := found.(*session)
	// The names are Call0 to Call6.
	l := &partitioning{partitions: map[string][]partition{relation.Events: {
		{name: "e00", condition: "eventname = 'Call1'", only: map[string][]string{"eventname": {"Call1"}}},
		{name: "e01", condition: "CAST(nullif(substr(eventname, 5), '2') AS bigint) = CASE WHEN eventname = 'Call3' THEN CAST(eventname AS " +
			"bigint) ELSE 4 END"},
		{name: "e02", condition: "eventname IN ('Call3', 'Call5')", only: map[string][]string{"eventname": {"Call3", "Call5"}}},
	}}}
	got := map[string]string{}
	err = s.each(t.Context(), "partitioning", func() (string, error) {
		source, err := s.source()
		return "SELECT " + partitionKey +
			", array_join(array_agg(DISTINCT eventname ORDER BY eventname), ' ') AS names FROM (SELECT eventname, " +
			l.sql(&sql.Literals{Dialect: sql.Trino}) + " AS " + partitionKey + " FROM " + source + ") GROUP BY " + partitionKey, err
	}, []result.Column{{Name: partitionKey, Kind: result.Text}, {Name: "names", Kind: result.Text}},
		func(r result.Row) { got[r[0].(string)] = r[1].(string) })
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"e00": "Call1", "e01": "Call4", "e02": "Call5", "ex": "Call3", "er": "Call0 Call2 Call6"}; !maps.Equal(got,
		want) {
		t.Errorf("%v, want %v", got, want)
	}
	for text, want := range map[string]string{
		"SELECT eventid FROM events WHERE eventname = 'Call1'":                                      "[ex e00]",
		"SELECT eventid FROM events WHERE eventname IN ('Call3', 'Call5')":                          "[ex e01 e02]",
		"SELECT eventid FROM events WHERE eventname = 'Call2'":                                      "[ex e01 er]",
		"SELECT eventid FROM events":                                                                "[ex e00 e01 e02 er]",
		"SELECT eventid FROM events WHERE eventname = 'Call1' UNION ALL SELECT eventid FROM events": "[ex e00 e01 e02 er]",
		"SELECT eventid FROM events WHERE denied":                                                   "[ex e00 e01 e02 er]",
	} {
		if got := fmt.Sprint(l.of(bind(t, definition, text), relation.Events)); got != want {
			t.Errorf("%s reads %s, want %s", text, got, want)
		}
	}
}

// What is laid out is bounded: as many partitions as one statement of Athena can write, and a text that it takes. The same
// statements give the same partitions.
func TestPartitioning(t *testing.T) {
	definition := enginetest.Definition(t, nil)
	e := onStand(t, &stand{}, func(o *Options) { o.Definition = definition })
	scope := october("many")
	for i := range 300 {
		scope.Planned = append(scope.Planned,
			engine.Statement{ID: fmt.Sprint(i),
				Query: bind(t, definition, fmt.Sprintf("SELECT requestparameters FROM events WHERE eventname = 'Call%d' AND eventsource = '%s'", i,
					strings.Repeat("x", i)))})
	}
	l := e.partitioning(scope, maxPartitioningText)
	if n := len(l.partitions[relation.Events]); n != maxPartitions {
		t.Errorf("%d partitions", n)
	}
	if l := e.partitioning(scope, 5000); len(l.partitions[relation.Events]) < 20 || len(l.sql(&sql.Literals{Dialect: sql.Trino})) > 6000 {
		t.Errorf("%d partitions in %d bytes", len(l.partitions[relation.Events]), len(l.sql(&sql.Literals{Dialect: sql.Trino})))
	}
	if l.sql(&sql.Literals{Dialect: sql.Trino}) != e.partitioning(scope, maxPartitioningText).sql(&sql.Literals{Dialect: sql.Trino}) {
		t.Error("the same statements are laid out in another way")
	}
	if l := e.partitioning(october("none"), maxPartitioningText); len(l.partitions) != 0 {
		t.Errorf("%v", l.partitions)
	}
	for text, want := range map[string]bool{ // whether it is worth a partition
		"SELECT requestparameters FROM events WHERE actor_type = 'root'": true,
		"SELECT requestparameters FROM events WHERE denied":              true,
		"SELECT requestparameters FROM events WHERE NOT is_service":      false,
		"SELECT requestparameters FROM events WHERE errorcode IS NULL":   false,
		"SELECT count(*) AS n FROM events WHERE actor_type = 'root'":     false, // it reads next to nothing
	} {
		scope := october("one")
		scope.Planned = []engine.Statement{{Query: bind(t, definition, text)}}
		if got := len(e.partitioning(scope, maxPartitioningText).partitions) > 0; got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

// An estimate knows that a statement reads its partitions and not the whole copy.
func TestEstimateKnowsPartitions(t *testing.T) {
	definition := enginetest.Definition(t, nil)
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(3, 20)
	scope := october("estimate")
	st := []engine.Statement{
		{ID: "root", Query: bind(t, definition, "SELECT requestparameters, eventid FROM events WHERE actor_type = 'root'")},
		{ID: "all", Query: bind(t, definition, "SELECT requestparameters, eventid, actor_type FROM events")},
		{ID: "unread", Query: bind(t, definition, "SELECT 1 AS one")},
	}
	for _, c := range []struct {
		least       int64
		partitioned bool
	}{{1, true}, {1 << 40, false}} {
		e := w.engine(definition, func(o *Options) { o.PartitionFrom = c.least })
		out, err := e.Estimate(t.Context(), scope, st)
		if err != nil {
			t.Fatal(err)
		}
		staged := out.Modes[0]
		root, all, unread := staged.PerStatement[0], staged.PerStatement[1], staged.PerStatement[2]
		if staged.Name != Staged || all < out.Bytes/10 || all > out.Bytes || unread != 0 || (root < all/50) != c.partitioned || root == 0 {
			t.Errorf("of %d bytes: root %d, all %d, unread %d", out.Bytes, root, all, unread)
		}
		if direct := out.Modes[1]; direct.PerStatement[0] != out.Bytes || direct.PerStatement[1] != out.Bytes {
			t.Errorf("direct: %v of %d", direct.PerStatement, out.Bytes)
		}
	}
}
