package engine

import (
	"math"
	"testing"
)

func TestMoney(t *testing.T) {
	usd := func(micros int64) Money { return Money{Micros: micros, Currency: "USD"} }
	for _, c := range []struct{ bytes, price, want int64 }{
		{1e12, 5_000_000, 5_000_000}, {10 << 20, 5_000_000, 53}, {1, 5_000_000, 1}, {0, 5_000_000, 0}, {9e18, 5_000_000, 45_000_000_000_000},
		{-1, 5_000_000, 0}, {1e12, 0, 0}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}, {2e12, 9_000_000, 18_000_000},
	} {
		if got := usd(c.price).For(c.bytes); got != usd(c.want) {
			t.Errorf("%d bytes at %d cost %v, want %d", c.bytes, c.price, got, c.want)
		}
	}
	for _, c := range []struct{ amount, price, want int64 }{
		{20_000_000, 5_000_000, 4_000_000_000_000}, {20_000_000, 9_000_000, 2_222_222_222_222}, {20_000_000, 7_000_000, 2_857_142_857_142},
		{0, 5_000_000, 0}, {20_000_000, 0, 0}, {math.MaxInt64, 1, math.MaxInt64},
	} {
		got := usd(c.amount).Buys(usd(c.price))
		if got != c.want {
			t.Errorf("%d at %d buys %d bytes, want %d", c.amount, c.price, got, c.want)
		}
		if got > 0 && got < math.MaxInt64 && usd(c.price).For(got).Micros > c.amount {
			t.Errorf("%d at %d buys %d bytes, which cost more", c.amount, c.price, got)
		}
	}
	for micros, want := range map[int64]string{0: "0.00 USD", 1: "0.000001 USD", 99_999: "0.099999 USD", 100_000: "0.10 USD",
		100_001: "0.11 USD", 1_234_567: "1.24 USD", math.MaxInt64: "9223372036854.78 USD"} {
		if got := usd(micros).String(); got != want {
			t.Errorf("%d is shown as %s, want %s", micros, got, want)
		}
	}
	if got := (Money{Micros: 2_000_000}).String(); got != "2.00 USD" {
		t.Error(got)
	}
}
