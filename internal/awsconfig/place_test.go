package awsconfig

import "testing"

func TestParsePlace(t *testing.T) {
	for text, want := range map[string]string{
		"s3://b1x/p/q/": "s3://b1x/p/q/", "s3://b1x": "s3://b1x/", "s3://b1x/": "s3://b1x/", "b1x/p": "", "s3://b1x/p//q": "",
		"s3://b1x/${account}": "",
		"s3://B/x":            "", "s3://b1x/it's": "", "s3://": "", "s3:///x": "", "https://b1x/": "", "s3://b1x/ü": "", "": "",
	} {
		p, err := ParsePlace(text)
		if (err == nil) != (want != "") || err == nil && p.String() != want {
			t.Errorf("%s: %q %v", text, p, err)
		}
	}
	if got := (Place{}).String(); got != "" {
		t.Error(got)
	}
}

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		p, q string
		want bool
	}{
		{"s3://b1x", "s3://b1x/a", true}, {"s3://b1x/a", "s3://b1x/a/b", true}, {"s3://b1x/a", "s3://b1x/a", true},
		{"s3://b1x/a", "s3://b1x/ab", false}, {"s3://b1x/a/b", "s3://b1x/a", false}, {"s3://b1x", "s3://b2x", false},
	} {
		p, err1 := ParsePlace(c.p)
		q, err2 := ParsePlace(c.q)
		if err1 != nil || err2 != nil || p.Holds(q) != c.want {
			t.Errorf("%s holds %s: %v, want %v", p, q, !c.want, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string][3]string{
		"s3://b/k": {"b", "k", "true"}, "s3://b//k/": {"b", "/k/", "true"}, "s3://b": {"b", "", "true"}, "s3:///k": {"", "k", "false"},
		"b/k": {"b", "k", "false"},
	} {
		bucket, key, ok := Object(address)
		if bucket != want[0] || key != want[1] || ok != (want[2] == "true") {
			t.Errorf("%s: %q %q %v", address, bucket, key, ok)
		}
	}
	for address, want := range map[string]string{"s3a://b/k": "s3://b/k/", "s3n://b/k//": "s3://b/k/", "s3://b": "s3://b/"} {
		if got := Location(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	if got := Below("s3://b/k", "tables", "x"); got != "s3://b/k/tables/x/" {
		t.Error(got)
	}
}
