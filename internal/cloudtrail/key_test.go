package cloudtrail

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseKey(t *testing.T) {
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	const file = "111122223333_CloudTrail_us-east-1_20261001T0000Z_AAAAAAAAAAAAAAAA.json.gz"
	flat := Key{Account: "111122223333", Region: "us-east-1", Day: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	full := Key{Account: "111122223333", Region: "us-east-1", Folder: "CloudTrail", Day: day}
	org := full
	org.Org = "o-abcde12345"
	kind := func(f string) Key { k := full; k.Folder = f; return k }
	for _, c := range []struct {
		name string
		want Key
	}{
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/" + file, full},
		{"AWSLogs/o-abcde12345/111122223333/CloudTrail/us-east-1/2026/10/01/" + file, org},
		{"some/prefix/AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/" + file, full},
		{"AWSLogs/999999999999/CloudTrail/eu-west-1/2020/01/01/AWSLogs/o-abcde12345/111122223333/CloudTrail/us-east-1/2026/10/01/" + file, org},
		{"o-x/AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/" + file, full},
		{"111122223333/CloudTrail/us-east-1/2026/10/01/any name", full}, // the source is the AWSLogs folder
		{"AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/10/01/" + file, kind("CloudTrail-Digest")},
		{"AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/10/01/" + file, kind("CloudTrail-Insight")},
		{"AWSLogs/111122223333/CloudTrail-NetworkActivity/us-east-1/2026/10/01/" + file, kind("CloudTrail-NetworkActivity")},
		{"AWSLogs/111122223333/CloudTrail-Aggregated/us-east-1/2026/10/01/" + file, kind("CloudTrail-Aggregated")},
		{"AWSLogs/111122223333/CloudTrail/us-gov-west-1/2026/10/01/" + file, func() Key { k := full; k.Region = "us-gov-west-1"; return k }()},

		{"AWSLogs/111122223333/Config/us-east-1/2026/10/1/ConfigHistory/x.json.gz", Key{Account: "111122223333", Folder: "Config"}},
		{"p/AWSLogs/o-abcde12345/111122223333/vpcflowlogs/us-east-1/2026/10/01/x.log.gz", Key{Org: "o-abcde12345", Account: "111122223333",
			Folder: "vpcflowlogs"}},
		{"AWSLogs/111122223333/elasticloadbalancing/x", Key{Account: "111122223333", Folder: "elasticloadbalancing"}},

		// Loose: only the name that CloudTrail gave the file says something.
		{"", Key{}},
		{file, flat},
		{"logs/events.json", Key{}},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/13/01/" + file, flat},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/30/" + file, flat},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/1/1/" + file, flat},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/deeper/" + file, flat},
		{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/01/", Key{}},
		{"AWSLogs//111122223333/CloudTrail/US/2026/10/01/" + file, flat},
		{"AWSLogs/11112222333/CloudTrail/us-east-1/2026/10/01/" + file, flat},
		{"AWSLogs/111122223333/CloudTrailX/us-east-1/2026/10/01/" + file, Key{Account: "111122223333", Folder: "CloudTrailX"}},
		{"AWSLogs", Key{}},
		{"AWSLogs/o-abcde12345", Key{}},
		{"AWSLogs/a/b/c", Key{}},
		{"x/../../etc/passwd", Key{}},
		{"copy/" + strings.TrimSuffix(file, ".gz"), flat},
		{"copy/" + file + ".gz", Key{}},
		{"copy/" + strings.Replace(file, "1001T", "1341T", 1), Key{}},
		{"copy/" + strings.Replace(file, "_CloudTrail_", "_CloudTrail-Digest_", 1), Key{}},
		{"copy/" + strings.Replace(file, "1111", "111", 1), Key{}},
		{"copy/" + strings.Replace(file, "AAAA.", "AAAA_copy.", 1), Key{}},
		{"copy/" + file + "/x.json", Key{}},
	} {
		c.want.Name = c.name
		got := ParseKey(c.name)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s\n%s", c.name, d)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("p/AWSLogs/o-abcde12345/111122223333/CloudTrail/us-east-1/2026/10/01/x.json.gz")
	f.Add("AWSLogs/o-a/1/")
	f.Fuzz(func(t *testing.T, name string) {
		k := ParseKey(name)
		if k.Name != name {
			t.Fatal(k)
		}
		if k.Day.IsZero() {
			return
		}
		want := k.Account + "/" + k.Folder + "/" + k.Region + "/" + k.Day.Format("2006/01/02") + "/"
		if !strings.Contains(name, want) || len(k.Account) != 12 || k.Loose() {
			t.Fatalf("%q: %+v", name, k)
		}
	})
}
