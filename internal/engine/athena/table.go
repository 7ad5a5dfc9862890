package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// table is the table over the logs, and how a scope is found in it.
type table struct {
	columns    []string // select list of relation.RecordColumns, without file, seq, account, region and day
	layout     layout
	partitions []string          // names of the partition columns
	injected   []string          // partition columns that every query must name values of
	kinds      map[string]string // projection type of each partition column
	types      map[string]string // type of each partition column
	state      string            // changes when the definition does
}

// layout is where in a key account, region and day stand, and which partition column holds each.
type layout struct {
	root                 string // "AWSLogs/" or "AWSLogs/o-abc/" where accounts are looked for; "": only below base
	base                 string // of the keys, relative to the source: "AWSLogs/o-abc/", "" where the table says nothing
	account, region      string // partition columns, "" where they are fixed or none
	fixedAccount         string // what stands in the location in their place
	fixedRegion          string //
	day                  string // partition column that holds yyyy/MM/dd
	year, month, dayPart string // partition columns of a table that is partitioned by these three
	known                bool   // the three come from columns or fixed values; else from each file's key
}

// table reads the table from the catalog, once.
func (e *Engine) physical(ctx context.Context) (*table, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.table != nil {
		return e.table, nil
	}
	out, err := e.o.Glue.GetTable(ctx, &glue.GetTableInput{DatabaseName: &e.o.Database, Name: &e.o.Table})
	if err != nil {
		return nil, fault(ctx, fmt.Sprintf("ask for the table %s.%s", e.o.Database, e.o.Table), err)
	}
	t, lacks, err := readTable(out.Table, e.o.Source.Name())
	if err != nil {
		return nil, &engine.Fault{Reason: engine.Refused, Hint: "see 'trailscribe infra status'; 'trailscribe " +
			"infra apply' makes a table that fits", Err: fmt.Errorf("the table %s.%s cannot be used: %w", e.o.Database, e.o.Table, err)}
	}
	if len(lacks) > 0 {
		e.o.Warn(fmt.Sprintf("the table %s.%s lacks %s: read as empty", e.o.Database, e.o.Table, strings.Join(lacks, ", ")))
	}
	e.table = t
	return t, nil
}

// required are columns without which no event can be told.
var required = []string{"eventtime", "eventname", "eventsource", "useridentity"}

func readTable(g *types.Table, source string) (*table, []string, error) {
	if g == nil || g.StorageDescriptor == nil {
		return nil, nil, fmt.Errorf("the catalog does not say what columns it has and where it is")
	}
	t := &table{kinds: map[string]string{}, types: map[string]string{}}
	have := map[string]*sql.Type{}
	for _, c := range g.StorageDescriptor.Columns {
		typ, err := sql.ParseHiveType(aws.ToString(c.Type))
		if err != nil {
			return nil, nil, fmt.Errorf("column %s: %w", aws.ToString(c.Name), err)
		}
		have[strings.ToLower(aws.ToString(c.Name))] = typ
	}
	for _, c := range g.PartitionKeys {
		n := strings.ToLower(aws.ToString(c.Name))
		t.partitions = append(t.partitions, n)
		t.types[n] = strings.ToLower(aws.ToString(c.Type))
		t.kinds[n] = g.Parameters["projection."+n+".type"]
		if t.kinds[n] == "injected" {
			t.injected = append(t.injected, n)
		}
	}
	for _, n := range required {
		if have[n] == nil {
			return nil, nil, fmt.Errorf("it has no column %s", n)
		}
	}
	a := &adapter{}
	own := map[string]bool{"file": true, "seq": true, "account": true, "region": true, "day": true}
	for _, c := range relation.RecordColumns() {
		if own[c.Name] {
			continue
		}
		want, err := sql.ParseType(c.Type)
		if err != nil {
			return nil, nil, err
		}
		x := a.expr(sql.Name(c.Name), c.Name, have[c.Name], want)
		if x != sql.Name(c.Name) {
			x += " AS " + sql.Name(c.Name)
		}
		t.columns = append(t.columns, x)
	}
	location := awsconfig.Location(aws.ToString(g.StorageDescriptor.Location))
	template := ""
	if strings.EqualFold(g.Parameters["projection.enabled"], "true") {
		if template = g.Parameters["storage.location.template"]; template != "" {
			location = awsconfig.Location(template)
		}
	}
	if err := t.readLayout(location, source, template != ""); err != nil {
		return nil, nil, err
	}
	state, err := json.Marshal([]any{g.StorageDescriptor.Columns, g.PartitionKeys, location, g.Parameters, g.StorageDescriptor.SerdeInfo,
		g.StorageDescriptor.InputFormat})
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(state)
	t.state = hex.EncodeToString(sum[:])
	return t, a.lacks, nil
}

var (
	placeholder  = regexp.MustCompile(`^\$\{([a-z0-9_]+)\}$`)
	organization = regexp.MustCompile(`^o-[a-z0-9]+$`)
	twelve       = regexp.MustCompile(`^[0-9]{12}$`)
)

// readLayout finds account, region and day in the place of the table.
func (t *table) readLayout(location, source string, projected bool) error {
	rest, ok := strings.CutPrefix(location, source)
	if !ok {
		if strings.HasPrefix(source, location) && len(t.partitions) == 0 {
			return fmt.Errorf("it reads %s, which is more than the logs at %s; set logs: to the place of the table", location, source)
		}
		return fmt.Errorf("it reads %s and not the logs at %s", location, source)
	}
	l := &t.layout
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	at := slices.Index(parts, "AWSLogs")
	if !projected || at < 0 {
		l.base = strings.TrimPrefix(rest, "/")
		t.registered()
		t.narrow(parts, at)
		return nil
	}
	column := func(s string) (string, bool) {
		m := placeholder.FindStringSubmatch(strings.ToLower(s))
		if m == nil || !slices.Contains(t.partitions, m[1]) {
			return "", false
		}
		return m[1], true
	}
	parts = parts[at+1:]
	base := strings.Join(strings.Split(rest, "/")[:at+1], "/") + "/"
	if len(parts) > 0 && organization.MatchString(parts[0]) {
		base += parts[0] + "/"
		parts = parts[1:]
	}
	l.base, l.root = base, base
	if len(parts) < 4 || parts[1] != "CloudTrail" {
		return fmt.Errorf("its location %s is not of the form AWSLogs/account/CloudTrail/region/day", location)
	}
	if c, ok := column(parts[0]); ok {
		l.account = c
	} else if twelve.MatchString(parts[0]) {
		l.fixedAccount = parts[0]
	} else {
		return fmt.Errorf("its location %s has no account where it should stand", location)
	}
	if c, ok := column(parts[2]); ok {
		l.region = c
	} else if !strings.Contains(parts[2], "$") {
		l.fixedRegion = parts[2]
	} else {
		return fmt.Errorf("its location %s has no region where it should stand", location)
	}
	switch days := parts[3:]; len(days) {
	case 1:
		l.day, ok = column(days[0])
	case 3:
		var ok2, ok3 bool
		l.year, ok = column(days[0])
		l.month, ok2 = column(days[1])
		l.dayPart, ok3 = column(days[2])
		ok = ok && ok2 && ok3
	default:
		ok = false
	}
	if !ok {
		return fmt.Errorf("its location %s has no day where it should stand", location)
	}
	for _, n := range []string{l.account, l.region, l.day} {
		if n != "" && !t.text(n) {
			return fmt.Errorf("its partition column %s is of type %s where its place needs text: a table of string columns is needed", n, t.types[n])
		}
	}
	l.known = true
	return nil
}

// text reports whether a partition column is text.
func (t *table) text(column string) bool {
	typ := t.types[column]
	return typ == "" || typ == "string" || strings.HasPrefix(typ, "varchar") || strings.HasPrefix(typ, "char")
}

// asText is a partition column as a text of at least so many digits, whatever type it has.
func (t *table) asText(column string, digits int) string {
	if t.text(column) {
		return sql.Name(column)
	}
	return fmt.Sprintf("lpad(CAST(%s AS varchar), %d, '0')", sql.Name(column), digits)
}

// unbounded reports whether no partition column bounds the days that a query reads: it then reads all that is below the table's place.
func (t *table) unbounded() bool { return t.layout.day == "" && t.layout.year == "" }

// narrow finds out that a table without computed partitions is in the folder of one account or region. Its place binds where it has no
// partitions; partitions added by hand have places of their own, so that only the control count can say what they leave out.
func (t *table) narrow(parts []string, at int) {
	l := &t.layout
	if at < 0 {
		return
	}
	root, parts := strings.Join(parts[:at+1], "/")+"/", parts[at+1:]
	if len(parts) > 0 && organization.MatchString(parts[0]) {
		root, parts = root+parts[0]+"/", parts[1:]
	}
	if len(parts) == 0 || !twelve.MatchString(parts[0]) {
		return
	}
	l.root = root
	if len(t.partitions) > 0 {
		return
	}
	l.fixedAccount = parts[0]
	if len(parts) > 2 && parts[1] == "CloudTrail" {
		l.fixedRegion = parts[2]
	}
}

// registered recognises the partition columns of a table whose partitions were added by hand. Account, region and day come
// from each file's key; the columns only keep other files from being read, under the names that such tables have.
func (t *table) registered() {
	l := &t.layout
	for _, n := range t.partitions {
		switch n {
		case "account", "accountid", "account_id", "account_partition", "p_account":
			l.account = n
		case "region", "aws_region", "region_partition", "p_region":
			l.region = n
		case "day", "date", "dt", "timestamp", "date_partition", "p_date":
			if l.year == "" && l.month == "" {
				l.day = n
			} else {
				l.dayPart = n
			}
		case "year":
			l.year = n
		case "month":
			l.month = n
		}
	}
	if l.year != "" && l.month != "" && l.dayPart == "" {
		l.dayPart, l.day = l.day, ""
	}
	if l.dayPart == "" || l.year == "" || l.month == "" {
		l.year, l.month, l.dayPart = "", "", ""
	}
}

// keyParts reads account, region and delivery day out of a key of a trail's log files; see cloudtrail.ParseKey.
const keyParts = `(?:^|/)([0-9]{12})/CloudTrail(?:-[A-Za-z]+)?/([a-z0-9]+-[a-z0-9-]+)/([0-9]{4}/[0-9]{2}/[0-9]{2})/[^/]+$`

// span is the delivery days, accounts and regions of a scope.
type span struct {
	first, last       time.Time
	accounts, regions []string
}

// records is the SELECT that stands for the relation records: the columns it must have, over the partitions of the span only,
// without the files that cannot be read.
func (e *Engine) records(t *table, w span, without []string) (string, error) {
	value := sql.Literals{Dialect: sql.Trino}
	l := t.layout
	file := fmt.Sprintf(`substr("$path", %d)`, len([]rune(e.o.Source.Name()))+1)
	part := func(n int) string { return fmt.Sprintf("regexp_extract(%s, %s, %d)", file, value.Of(keyParts), n) }
	account, region, day := part(1), part(2), part(3)
	if l.known {
		account, region = sql.Name(l.account), sql.Name(l.region)
		if l.account == "" {
			account = value.Of(l.fixedAccount)
		}
		if l.region == "" {
			region = value.Of(l.fixedRegion)
		}
		if day = sql.Name(l.day); l.day == "" {
			day = t.asText(l.year, 4) + " || '/' || " + t.asText(l.month, 2) + " || '/' || " + t.asText(l.dayPart, 2)
		}
	}
	list := append(slices.Clone(t.columns), file+" AS file", "BIGINT '0' AS seq", account+" AS account", region+" AS region", day+" AS day")
	var conditions []string
	among := func(column string, values []string) {
		if column != "" && len(values) > 0 {
			conditions = append(conditions, sql.Name(column)+" IN ("+value.List(values)+")")
		}
	}
	accounts := w.accounts
	among(l.account, accounts)
	among(l.region, w.regions)
	from, to := w.first.Format("2006/01/02"), w.last.Format("2006/01/02")
	switch {
	case l.known && l.day != "":
		conditions = append(conditions, sql.Name(l.day)+" BETWEEN "+value.Of(from)+" AND "+value.Of(to))
	case l.day != "":
		var all []string // whatever way the table writes its days
		for d := w.first; !d.After(w.last); d = d.AddDate(0, 0, 1) {
			all = append(all, d.Format("2006/01/02"), d.Format("2006-01-02"), d.Format("20060102"))
		}
		column := sql.Name(l.day)
		if !t.text(l.day) {
			column = "CAST(" + column + " AS varchar)"
		}
		conditions = append(conditions, column+" IN ("+value.List(all)+")")
	case l.year != "":
		var years, months []string
		for d := w.first; !d.After(w.last); d = d.AddDate(0, 0, 1) {
			years, months = append(years, d.Format("2006")), append(months, d.Format("01"), d.Format("1"))
		}
		unique := func(s []string) []string { slices.Sort(s); return slices.Compact(s) }
		conditions = append(conditions, "CAST("+sql.Name(l.year)+" AS varchar) IN ("+value.List(unique(years))+")",
			"CAST("+sql.Name(l.month)+" AS varchar) IN ("+value.List(unique(months))+")")
	}
	if len(without) > 0 {
		conditions = append(conditions, `"$path" NOT IN (`+value.List(without)+")")
	}
	q := "(SELECT " + strings.Join(list, ", ") + " FROM " + sql.Name(e.o.Database) + "." + sql.Name(e.o.Table)
	if len(conditions) > 0 {
		q += " WHERE " + strings.Join(conditions, " AND ")
	}
	if value.Err != nil {
		return "", fmt.Errorf("name the log files of the scope: %w", value.Err)
	}
	return q + ")", nil
}
