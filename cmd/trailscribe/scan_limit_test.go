package main

import (
	"testing"

	"trailscribe/internal/config"
)

// The scan limit of the workgroup and the cost guard of a run go by the same price: what the limit lets through costs no more
// than max_per_run.
func TestScanLimitGoesByTheRegionsPrice(t *testing.T) {
	for _, x := range []struct {
		region, most, perTB string
		want                int64
	}{
		{"us-east-1", "20", "", 4_000_000_000_000},
		{"sa-east-1", "20", "", 2_222_222_222_222},
		{"eu-west-3", "20", "", 2_857_142_857_142},
		{"sa-east-1", "20", "4", 5_000_000_000_000},
		{"us-east-1", "", "", 0},
		{"us-east-1", "0.50", "", 100_000_000_000},
	} {
		c := &config.Config{}
		for setting, text := range map[*config.Setting]string{&c.Cost.MaxPerRun: x.most, &c.Athena.PricePerTB: x.perTB} {
			if text != "" {
				*setting = config.Setting{Value: text, Origin: "trailscribe.yaml:1:1"}
			}
		}
		got := scanLimit(c, x.region)
		if got != x.want {
			t.Errorf("%+v: %d bytes", x, got)
		}
		if most, _ := c.Cost.MaxPerRun.Micros(); price(c, x.region).For(got).Micros > most {
			t.Errorf("%+v: %d bytes cost more than max_per_run", x, got)
		}
	}
}
