package lake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/infra"
)

// Diff compares field by field. What is not compared is left alone: further columns, parameters of others, times, owner.
func (t *table) Diff(s infra.State) []infra.Change {
	now, _ := s.Data.(*types.Table)
	want, err := t.input(now)
	if err != nil {
		return []infra.Change{{Op: infra.Add, Ref: t.Ref(), Reason: err.Error(), Blocked: "set accounts, regions and first_day under athena:, " +
			"or wait for the trail's first files"}}
	}
	d := differ{ref: t.Ref()}
	if now == nil {
		d.add(infra.Add, "", "", "", "it is not there")
		d.add(infra.Add, "location", "", *want.StorageDescriptor.Location, "the place of the logs")
		d.add(infra.Add, "columns", "", fmt.Sprint(len(want.StorageDescriptor.Columns)),
			"those AWS documents and those that records hold next to them")
		d.parameters(nil, want.Parameters)
		return d.changes
	}
	if !strings.EqualFold(aws.ToString(now.TableType), *want.TableType) {
		d.add(infra.Modify, "type", aws.ToString(now.TableType), *want.TableType, "only an external table leaves the files alone")
	}
	if !samePartitions(now.PartitionKeys) {
		d.add(infra.Modify, "partition columns", keys(now.PartitionKeys), keys(want.PartitionKeys),
			"cannot be changed in place: the table is removed and made again; no log file is touched")
		if !s.Ours {
			d.block("it was not made by Trailscribe and its partition columns are others: use it with catalog: existing, " +
				"or give another name under table:")
		}
	}
	sd := now.StorageDescriptor
	if sd == nil {
		sd = &types.StorageDescriptor{}
	}
	if awsconfig.Location(aws.ToString(sd.Location)) != awsconfig.Location(*want.StorageDescriptor.Location) {
		d.add(infra.Modify, "location", aws.ToString(sd.Location), *want.StorageDescriptor.Location, "the place of the logs")
	}
	d.text("input format", aws.ToString(sd.InputFormat), inputFormat, "it cuts a log file into records")
	d.text("output format", aws.ToString(sd.OutputFormat), outputFormat, "as AWS documents it")
	have := ""
	if sd.SerdeInfo != nil {
		have = aws.ToString(sd.SerdeInfo.SerializationLibrary)
	}
	reason := "as AWS documents it"
	if have == oldSerde {
		reason = "AWS replaced it in 2022: it cannot be relied on for request parameters and response elements"
	}
	d.text("serde", have, serde, reason)
	d.columns(sd.Columns)
	d.parameters(now.Parameters, want.Parameters)
	if !s.Ours && len(d.changes) > 0 && !t.Adopt {
		d.block("it was not made by Trailscribe: take it over with --adopt, use it as it is with catalog: existing, " +
			"or give another name under table:")
	}
	return d.changes
}

func keys(cs []types.Column) string {
	var out []string
	for _, c := range cs {
		out = append(out, aws.ToString(c.Name)+" "+aws.ToString(c.Type))
	}
	return strings.Join(out, ", ")
}

type differ struct {
	ref     string
	changes []infra.Change
}

func (d *differ) add(op, field, old, new, reason string) {
	d.changes = append(d.changes, infra.Change{Op: op, Ref: d.ref, Field: field, Old: old, New: new, Reason: reason})
}

// block makes all changes so far impossible.
func (d *differ) block(why string) {
	for i := range d.changes {
		if d.changes[i].Blocked == "" {
			d.changes[i].Blocked = why
		}
	}
}

func (d *differ) text(field, old, new, reason string) {
	if old != new {
		op := infra.Modify
		if old == "" {
			op = infra.Add
		}
		d.add(op, field, old, new, reason)
	}
}

func (d *differ) columns(have []types.Column) {
	want, _ := columns() // input has checked it
	extra := map[string]bool{}
	for _, c := range cloudtrail.Columns() {
		extra[c.Name] = c.Extra
	}
	for _, w := range want {
		i := slices.IndexFunc(have, func(c types.Column) bool { return strings.EqualFold(aws.ToString(c.Name), *w.Name) })
		switch {
		case i < 0 && extra[*w.Name]:
			d.add(infra.Add, "column "+*w.Name, "", *w.Type, "records hold it, although AWS's own table does not")
		case i < 0:
			d.add(infra.Add, "column "+*w.Name, "", *w.Type, "AWS's newest table has it")
		default:
			if why, ok := columnCovers(have[i], w); !ok {
				d.add(infra.Modify, "column "+*w.Name, aws.ToString(have[i].Type), *w.Type, why)
			}
		}
	}
}

var parameterReasons = map[string]string{
	"EXTERNAL":                  "the files stay when the table goes",
	"classification":            "tells other tools what the files are",
	"projection.enabled":        "partitions are computed, none is added by hand",
	"storage.location.template": "where a partition is",
	Mark:                        "tells that Trailscribe keeps this table",
}

func (d *differ) parameters(have, want map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if !managed(k) && have != nil {
			continue // EXTERNAL and classification matter when the table is made
		}
		old, is := have[k]
		if is && old == want[k] {
			continue
		}
		op, reason := infra.Modify, parameterReasons[k]
		if !is {
			op = infra.Add
		}
		column, kind := "", ""
		if rest, ok := strings.CutPrefix(k, "projection."); ok {
			column, kind, _ = strings.Cut(rest, ".")
		}
		if is && kind == "values" {
			reason = valuesReason(old, want[k])
		}
		if reason == "" && column != "" && kind != "" {
			reason = "how values of " + column + " are computed"
		}
		d.add(op, k, old, want[k], reason)
	}
	for _, k := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[k]; !ok && managed(k) {
			d.add(infra.Remove, k, have[k], "", "no partition column of this table uses it")
		}
	}
}

// valuesReason names what a list gains and loses.
func valuesReason(old, new string) string {
	had, has := strings.Split(old, ","), strings.Split(new, ",")
	var parts []string
	gained := slices.DeleteFunc(slices.Clone(has), func(v string) bool { return slices.Contains(had, v) })
	lost := slices.DeleteFunc(slices.Clone(had), func(v string) bool { return slices.Contains(has, v) })
	for _, v := range lost {
		if v != strings.TrimSpace(v) {
			return "white space in it is part of a value: " + strings.Join(lost, ",") + " find nothing"
		}
	}
	if len(gained) > 0 {
		parts = append(parts, "adds "+strings.Join(gained, ", "))
	}
	if len(lost) > 0 {
		parts = append(parts, "takes out "+strings.Join(lost, ", "))
	}
	if len(parts) == 0 {
		return "order"
	}
	return strings.Join(parts, "; ")
}
