package awsfake

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// file is an object of a table with the values of its partition.
type file struct {
	bucket, key string
	object      *object
	values      []string // in the order of the partition keys
}

func (f file) path() string { return "s3://" + f.bucket + "/" + f.key }

func splitS3(url string) (bucket, key string, ok bool) {
	rest, ok := strings.CutPrefix(url, "s3://")
	if !ok {
		rest, ok = strings.CutPrefix(url, "s3a://")
	}
	bucket, key, _ = strings.Cut(rest, "/")
	return bucket, key, ok && bucket != ""
}

// below lists objects below a place. Names that begin with _ or . are hidden, archived objects are passed over: Athena
// does both without a word.
func (s *Server) below(url string, each func(bucket, key string, o *object)) error {
	name, prefix, ok := splitS3(url)
	if !ok {
		return athenaError(2, 1109, "the location %s is not a place in S3", url)
	}
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	s.s3.mu.RLock()
	defer s.s3.mu.RUnlock()
	b := s.s3.buckets[name]
	if b == nil {
		return athenaError(2, 1306, "PERMISSION_DENIED: The specified bucket %s does not exist", name)
	}
	for _, k := range b.keys(prefix) {
		base := k[strings.LastIndexByte(k, '/')+1:]
		if o := b.objects[k]; base != "" && base[0] != '_' && base[0] != '.' && !archived(o.class) {
			each(name, k, o)
		}
	}
	return nil
}

// files are all objects of a table. Partitions come from the projection, from the registered ones, or there are none.
func (s *Server) files(t *table) ([]file, error) {
	def := t.definition
	if def.StorageDescriptor == nil {
		return nil, athenaError(2, 1004, "the table %s has no storage descriptor", t.name)
	}
	var out []file
	switch {
	case len(def.PartitionKeys) == 0:
		err := s.below(def.StorageDescriptor.Location, func(b, k string, o *object) { out = append(out, file{b, k, o, nil}) })
		return out, err
	case strings.EqualFold(def.Parameters["projection.enabled"], "true"):
		return s.projected(def)
	}
	for _, p := range t.partitions {
		err := s.below(p.place, func(b, k string, o *object) { out = append(out, file{b, k, o, p.values}) })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// projected finds the objects of a table with partition projection. Athena counts up the values of each column and looks
// below each place; here the keys are matched with the template, which finds the same objects without counting. Values
// outside of what the projection allows are not found, without a word, as in Athena.
func (s *Server) projected(def tableInput) ([]file, error) {
	template := def.Parameters["storage.location.template"]
	if template == "" {
		template = strings.TrimSuffix(def.StorageDescriptor.Location, "/") + "/"
		for _, k := range def.PartitionKeys {
			template += strings.ToLower(k.Name) + "=${" + strings.ToLower(k.Name) + "}/"
		}
	}
	if !strings.HasSuffix(template, "/") {
		template += "/"
	}
	allowed := make([]func(string) bool, len(def.PartitionKeys))
	pattern := "^" + regexp.QuoteMeta(template)
	for i, k := range def.PartitionKeys {
		name := strings.ToLower(k.Name)
		form, ok, err := s.column(def, name, k.Type)
		if err != nil {
			return nil, err
		}
		hole := regexp.QuoteMeta("${" + name + "}")
		if !strings.Contains(pattern, hole) {
			return nil, athenaError(2, 1103, "HIVE_METASTORE_ERROR: com.amazonaws.services.datacatalog.model.InvalidInputException: Projected "+
				"Partition Column %s is not in the storage location template %s", name, template)
		}
		pattern = strings.Replace(pattern, hole, "(?P<c"+strconv.Itoa(i)+">"+form+")", 1)
		allowed[i] = ok
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, athenaError(2, 1103, "HIVE_METASTORE_ERROR: the storage location template %s cannot be read", template)
	}
	place, _, _ := strings.Cut(template, "${")
	var out []file
	err = s.below(place[:strings.LastIndexByte(place, '/')+1], func(b, k string, o *object) {
		m := re.FindStringSubmatch("s3://" + b + "/" + k)
		if m == nil {
			return
		}
		values := make([]string, len(allowed))
		for i, ok := range allowed {
			values[i] = m[re.SubexpIndex("c"+strconv.Itoa(i))]
			if !ok(values[i]) {
				return
			}
		}
		out = append(out, file{b, k, o, values})
	})
	return out, err
}

// column is the form of a projected column's values, and which of them are allowed.
func (s *Server) column(def tableInput, name, typ string) (form string, allowed func(string) bool, err error) {
	get := func(key string) string { return def.Parameters["projection."+name+"."+key] }
	kind := strings.ToLower(get("type"))
	wrong := func(what string) error {
		return athenaError(2, 1103, "INVALID_TABLE_PROPERTY: Table %s has invalid projection configuration for column %s: %s", def.Name, name,
			what)
	}
	switch kind {
	case "":
		return "", nil, athenaError(2, 1103, "HIVE_METASTORE_ERROR: Table %s is missing projection configuration for column: %s", def.Name, name)
	case "injected":
		if !strings.EqualFold(typ, "string") {
			return "", nil, wrong("an injected column must be a string")
		}
		return `[^/]+?`, func(string) bool { return true }, nil
	case "enum":
		values := strings.Split(get("values"), ",") // white space belongs to the value
		if get("values") == "" {
			return "", nil, wrong("values is missing")
		}
		return `[^/]+?`, func(v string) bool { return slices.Contains(values, v) }, nil
	case "integer":
		low, high, ok := strings.Cut(get("range"), ",")
		from, err1 := strconv.ParseInt(low, 10, 64)
		to, err2 := strconv.ParseInt(high, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return "", nil, wrong("range")
		}
		digits, _ := strconv.Atoi(get("digits"))
		return `-?[0-9]+`, func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 64)
			return err == nil && n >= from && n <= to && v == fmt.Sprintf("%0*d", digits, n)
		}, nil
	case "date":
		layout := goLayout(get("format"))
		low, high, ok := strings.Cut(get("range"), ",")
		now := s.o.Now().UTC()
		from, err1 := projectedTime(low, layout, now)
		to, err2 := projectedTime(high, layout, now)
		if !ok || layout == "" || err1 != nil || err2 != nil {
			return "", nil, wrong("format or range")
		}
		first, last := from.Format(layout), to.Format(layout)
		return strings.NewReplacer("2006", `[0-9]{4}`, "01", `[0-9]{2}`, "02", `[0-9]{2}`, "15", `[0-9]{2}`, "04", `[0-9]{2}`, "05", `[0-9]{2}`,
				".", `\.`).Replace(layout), func(v string) bool {
				t, err := time.Parse(layout, v)
				if err != nil {
					return false
				}
				a, _ := time.Parse(layout, first)
				b, _ := time.Parse(layout, last)
				return !t.Before(a) && !t.After(b)
			}, nil
	}
	return "", nil, wrong("type " + kind)
}

// goLayout turns Java's date format into Go's: yyyy/MM/dd.
func goLayout(java string) string {
	return strings.NewReplacer("yyyy", "2006", "MM", "01", "dd", "02", "HH", "15", "mm", "04", "ss", "05", "'", "").Replace(java)
}

var relative = regexp.MustCompile(`^\s*NOW\s*(?:([+-])\s*([0-9]+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?\s*$`)

// projectedTime reads NOW, NOW-3YEARS or a time in the column's own format, in UTC.
func projectedTime(text, layout string, now time.Time) (time.Time, error) {
	m := relative.FindStringSubmatch(text)
	if m == nil {
		return time.Parse(layout, strings.TrimSpace(text))
	}
	n, _ := strconv.Atoi(m[2])
	if m[1] == "-" {
		n = -n
	}
	switch m[3] {
	case "YEAR":
		return now.AddDate(n, 0, 0), nil
	case "MONTH":
		return now.AddDate(0, n, 0), nil
	case "WEEK":
		return now.AddDate(0, 0, 7*n), nil
	case "DAY":
		return now.AddDate(0, 0, n), nil
	case "HOUR":
		return now.Add(time.Duration(n) * time.Hour), nil
	case "MINUTE":
		return now.Add(time.Duration(n) * time.Minute), nil
	case "SECOND":
		return now.Add(time.Duration(n) * time.Second), nil
	}
	return now, nil
}

// fault of a query, in the words of AthenaError.
type queryError struct {
	category, kind int
	retryable      bool
	message        string
}

func (e *queryError) Error() string { return e.message }

func athenaError(category, kind int, format string, args ...any) error {
	return &queryError{category: category, kind: kind, message: fmt.Sprintf(format, args...)}
}
