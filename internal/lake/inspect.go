package lake

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/cloudtrail"
)

// Weight of a remark.
const (
	Wrong  = "wrong"  // rows are missing, or queries fail
	Notice = "notice" // it works, and something is to be known
)

// Remark is something about the lake that a reader must know.
type Remark struct {
	Weight, Subject, Text, Hint string
}

// Inspect looks at the table as it is, whoever made it: what it lacks, and what keeps rows from being found. It compares with
// what was found in the bucket. A nil table is one that does not exist.
func (l *Lake) Inspect(t *types.Table) []Remark {
	i := &inspection{l: l, subject: "table " + l.Database + "." + l.Table}
	if t == nil {
		hint := "make it with 'trailscribe infra apply'"
		if l.Existing {
			hint = "set database: and table: under athena: to the table that is there, or catalog: managed to have one made"
		}
		i.wrong("it is not there", hint)
		return i.remarks
	}
	i.columns(t)
	i.format(t)
	i.partitions(t)
	return i.remarks
}

type inspection struct {
	l       *Lake
	subject string
	remarks []Remark
}

func (i *inspection) wrong(text, hint string) {
	i.remarks = append(i.remarks, Remark{Wrong, i.subject, text, hint})
}

func (i *inspection) notice(text, hint string) {
	i.remarks = append(i.remarks, Remark{Notice, i.subject, text, hint})
}

// own is what helps where the table itself is in the way: with catalog: existing, apply alone makes none.
func (i *inspection) own() string {
	if i.l.Existing {
		return "have a table made next to it: set catalog: managed and another table: under athena:, then 'trailscribe infra apply'"
	}
	return "set another table: under athena: and make it with 'trailscribe infra apply'"
}

// needed are columns without which no event can be told from another.
var needed = []string{"eventtime", "eventname", "eventsource", "useridentity"}

func (i *inspection) columns(t *types.Table) {
	if t.StorageDescriptor == nil {
		i.wrong("the catalog does not say what columns it has", "name another table")
		return
	}
	want, err := columns()
	if err != nil {
		i.wrong(err.Error(), "")
		return
	}
	var lacks, partly []string
	for _, w := range want {
		k := slices.IndexFunc(t.StorageDescriptor.Columns, func(c types.Column) bool { return strings.EqualFold(aws.ToString(c.Name), *w.Name) })
		switch {
		case k < 0 && slices.Contains(needed, *w.Name):
			i.wrong("it has no column "+*w.Name+", without which no query can be answered",
				"this is not a table of CloudTrail's log files; name another")
		case k < 0:
			lacks = append(lacks, *w.Name)
		default:
			if why, ok := columnCovers(t.StorageDescriptor.Columns[k], w); !ok {
				partly = append(partly, *w.Name+" ("+why+")")
			}
		}
	}
	if len(lacks) > 0 {
		i.notice("it lacks the columns "+strings.Join(lacks, ", ")+": queries read them as empty", "")
	}
	if len(partly) > 0 {
		i.notice("columns of older types: "+strings.Join(partly, "; ")+": queries read as empty what they lack", "")
	}
}

func (i *inspection) format(t *types.Table) {
	sd := t.StorageDescriptor
	if sd == nil {
		return
	}
	have := ""
	if sd.SerdeInfo != nil {
		have = aws.ToString(sd.SerdeInfo.SerializationLibrary)
	}
	switch have {
	case serde:
	case oldSerde:
		i.notice("its SerDe is CloudTrailSerde, which AWS replaced in 2022: it works, but requestparameters, responseelements, "+
			"additionaleventdata and serviceeventdetails cannot be relied on", i.own())
	default:
		i.notice(fmt.Sprintf("its SerDe is %q, not one that AWS documents for CloudTrail", have),
			"compare counts with 'trailscribe infra status --prove'")
	}
	if f := aws.ToString(sd.InputFormat); f != inputFormat {
		i.wrong(fmt.Sprintf("its input format is %q: only %s cuts a log file into records", f, inputFormat), "make the table anew")
	}
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (i *inspection) partitions(t *types.Table) {
	sd := t.StorageDescriptor
	if sd == nil {
		return
	}
	if len(t.PartitionKeys) == 0 {
		i.notice("it has no partitions: each query reads all log files", i.own())
		if !strings.HasPrefix(i.l.location(), awsconfig.Location(aws.ToString(sd.Location))) {
			i.wrong("it reads "+aws.ToString(sd.Location)+" and not the logs at "+i.l.location(), "set logs: to its place, or name another table")
		}
		return
	}
	if !strings.EqualFold(t.Parameters["projection.enabled"], "true") {
		i.notice("its partitions are added by hand: a day or an account that nobody adds is missing without an error", i.own())
		return
	}
	template := t.Parameters["storage.location.template"]
	where := template
	if where == "" {
		where = aws.ToString(sd.Location)
	}
	if !strings.HasPrefix(awsconfig.Location(where), i.l.Logs.String()) {
		i.wrong("it reads "+where+" and not the logs at "+i.l.Logs.String(), "set logs: to its place, or name another table")
	}
	if after, _ := strings.CutPrefix(where, "s3://"); strings.Contains(after, "//") {
		i.wrong("its place "+where+" has // in it, where no key is", "an organization id was empty; make the table anew")
	}
	if template != "" && !strings.HasSuffix(template, "/") {
		i.notice("its storage.location.template does not end with /, as Athena's guide wants it", "")
	}
	inTemplate := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		inTemplate[m[1]] = true
	}
	known := map[string]bool{}
	for _, c := range t.PartitionKeys {
		name := aws.ToString(c.Name)
		known[name] = true
		if template != "" && !inTemplate[name] {
			i.wrong("its storage.location.template has no ${"+name+"}: a row stands there once for each value, or not at all", "")
		}
		i.projection(t.Parameters, name, aws.ToString(c.Type))
	}
	for _, name := range slices.Sorted(maps.Keys(inTemplate)) {
		if !known[name] {
			i.wrong("its storage.location.template has ${"+name+"}, which is not a partition column", "")
		}
	}
	i.coverage(t.Parameters, template)
}

// projection checks how the values of one column are computed ("Supported types for partition projection", Athena user guide).
func (i *inspection) projection(p map[string]string, name, typ string) {
	get := func(k string) string { return p["projection."+name+"."+k] }
	switch kind := get("type"); kind {
	case "":
		i.wrong("the partition column "+name+" has no projection: every query fails with HIVE_METASTORE_ERROR", "")
	case "enum":
		for _, v := range strings.Split(get("values"), ",") {
			if v != strings.TrimSpace(v) {
				i.wrong(fmt.Sprintf("the value %q of %s has white space, which is part of it: it finds nothing", v, name),
					"write the list without blanks")
			}
			if v == "" {
				i.wrong("the list of "+name+" has an empty value", "")
			}
		}
	case "injected":
		if typ != "string" {
			i.wrong("the partition column "+name+" is injected and of type "+typ+"; it must be string", "")
		}
		i.notice("every query must name values of "+name+": Trailscribe does", "")
	case "date":
		layout, ok := javaDate(get("format"))
		from, to, both := strings.Cut(get("range"), ",")
		if !ok || !both {
			i.notice("the dates of "+name+" are written as "+get("format")+", over "+get("range")+": not checked here", "")
			return
		}
		for _, end := range []string{from, to} {
			if strings.HasPrefix(strings.TrimSpace(end), "NOW") {
				continue
			}
			if _, err := time.Parse(layout, strings.TrimSpace(end)); err != nil {
				i.wrong(fmt.Sprintf("the range of %s has %q, which is not written as its format %s: days are missing without an error", name, end,
					get("format")), "")
			}
		}
		if first, err := time.Parse(layout, strings.TrimSpace(from)); err == nil && !i.l.Found.First.IsZero() && i.l.Found.First.Before(first) {
			i.notice(fmt.Sprintf("its days begin on %s, and log files on %s: what is before it finds nothing", first.Format(time.DateOnly),
				i.l.Found.First.Format(time.DateOnly)), "give an earlier first_day")
		}
		if last, err := time.Parse(layout, strings.TrimSpace(to)); err == nil {
			i.wrong("its days end on "+last.Format(time.DateOnly)+": later ones find nothing", "let the range end with NOW")
		}
	}
}

// javaDate is a date format of Java's as one of Go's, where it has only years, months and days.
func javaDate(format string) (string, bool) {
	layout := strings.NewReplacer("yyyy", "2006", "MM", "01", "dd", "02").Replace(format)
	return layout, layout != format && !strings.ContainsFunc(layout, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// coverage names what is in the bucket and is not in the table's lists.
func (i *inspection) coverage(p map[string]string, template string) {
	hint := "add it with 'trailscribe infra apply'"
	if i.l.Existing {
		hint = i.own()
	} else if len(i.l.Accounts) > 0 || len(i.l.Regions) > 0 {
		hint = "add it to the lists under athena:, or leave them out so that they are found"
	}
	rest := template
	if _, after, ok := strings.Cut(template, "/AWSLogs/"); ok {
		rest = after
	}
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	if len(parts) > 0 && organization.MatchString(parts[0]) {
		parts = parts[1:]
	}
	if len(parts) < 4 || parts[1] != cloudtrail.FolderLogs {
		i.notice("the form of its place is not known: whether it holds every account and region was not checked", "")
		return
	}
	check := func(what, at string, found []string) {
		m := placeholder.FindStringSubmatch(at)
		listed := []string{at}
		if m != nil {
			if p["projection."+m[1]+".type"] != "enum" {
				return
			}
			listed = strings.Split(p["projection."+m[1]+".values"], ",")
		}
		for _, f := range found {
			if !slices.Contains(listed, f) {
				i.wrong("the "+what+" "+f+" has log files and is not in the table: its events are in no report", hint)
			}
		}
	}
	check("account", parts[0], i.l.Found.Accounts())
	check("region", parts[2], i.l.Found.Regions())
}

// Notes are remarks about the bucket and the results, which no change of ours would cure.
func (l *Lake) Notes(ctx context.Context) ([]Remark, error) {
	out, err := l.LayoutNotes(ctx)
	if err != nil || l.Output.Bucket == "" {
		return out, err
	}
	expires, aborts, known, err := l.lifecycle(ctx)
	subject := "results " + l.Output.String()
	switch {
	case code(err) == "NoSuchBucket":
	case err != nil:
		return out, err
	case !known:
		out = append(out, Remark{Notice, subject, "whether results expire could not be read (s3:GetLifecycleConfiguration)", ""})
	default:
		if !expires {
			out = append(out, Remark{Notice, subject, "results never expire: they hold what the logs hold, and cost storage",
				"let objects under this prefix expire, for example after 30 days"})
		}
		if !aborts {
			out = append(out, Remark{Notice, subject, "parts of interrupted writes are never cleared",
				"add a lifecycle rule that aborts incomplete multipart uploads after a day"})
		}
	}
	return out, nil
}

// mostPrefixes is how many folders are looked into for a trail where none is under the configured prefix.
const mostPrefixes = 50

// trailsBelow are the folders directly below the configured prefix that hold AWSLogs, as Control Tower and Landing Zone lay them.
func (l *Lake) trailsBelow(ctx context.Context) (out []string, err error) {
	names, err := folders(ctx, l.buckets, l.Logs.Bucket, l.Logs.Key())
	if err != nil {
		return nil, err
	}
	for _, n := range names[:min(len(names), mostPrefixes)] {
		below, err := folders(ctx, l.buckets, l.Logs.Bucket, l.Logs.Key()+n+"/AWSLogs/")
		if err != nil {
			return nil, err
		}
		if n == "AWSLogs" || len(below) == 0 {
			continue
		}
		set := "logs: s3://" + l.Logs.Bucket + "/" + l.Logs.Key() + n
		for _, b := range below {
			if organization.MatchString(b) {
				set += " and organization: " + b
				break
			}
		}
		out = append(out, set)
	}
	return out, nil
}

// LayoutNotes are remarks about where the log files lie: what the settings leave out, and what to set instead.
func (l *Lake) LayoutNotes(ctx context.Context) ([]Remark, error) {
	var out []Remark
	logs := "logs " + l.Logs.String()
	if len(l.Found.Pairs) == 0 {
		hint := "check logs: and organization: against the trail; a new trail delivers after some minutes"
		if len(l.Found.Organizations) > 0 {
			hint = "set organization: " + l.Found.Organizations[0] + " under athena:"
		} else if trails, err := l.trailsBelow(ctx); err != nil {
			return nil, err
		} else if len(trails) > 0 {
			hint = "a trail is in a folder below: set " + strings.Join(trails, ", or ") + " under athena:"
		}
		out = append(out, Remark{Wrong, logs, "no log files are under " + l.location(), hint})
	} else if len(l.Found.Organizations) > 0 {
		out = append(out, Remark{Notice, logs, "the bucket also holds the trail of the organization " +
			strings.Join(l.Found.Organizations, ", ") + ", which this table does not read", "set organization under athena: to read that one"})
	}
	for _, a := range l.Found.Outside {
		out = append(out, Remark{Notice, logs, "the account " + a + " also has log files next to the organization's " +
			"folder: this table does not read them", "if they are older than the organization's trail, read them with a second configuration"})
	}
	return out, nil
}

// Current is the table as it is now, nil where there is none.
func (l *Lake) Current(ctx context.Context) (*types.Table, error) {
	t, err := l.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the table %s.%s: %w", l.Database, l.Table, err)
	}
	return t, nil
}
