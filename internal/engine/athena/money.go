package athena

import (
	"math"
	"math/bits"

	"trailscribe/internal/engine"
)

// Athena bills whole megabytes, and ten of them at least, for each query that reads.
const (
	billedUnit  = 1 << 20
	billedLeast = 10 * billedUnit
)

// billed is what a query that read so many bytes is billed for.
func billed(bytes int64) int64 {
	return max((bytes+billedUnit-1)/billedUnit*billedUnit, billedLeast)
}

// cost is the price of billed bytes, rounded up to a millionth of a dollar.
func (e *Engine) cost(bytes int64) engine.Money {
	const unit = 1_000_000_000_000
	high, low := bits.Mul64(uint64(max(bytes, 0)), uint64(e.o.PriceMicros))
	if high >= unit {
		return engine.Money{Micros: math.MaxInt64, Currency: "USD"}
	}
	micros, rest := bits.Div64(high, low, unit)
	if rest > 0 {
		micros++
	}
	return engine.Money{Micros: int64(min(micros, math.MaxInt64)), Currency: "USD"}
}

// listPrice is AWS's published price for 10^12 bytes in millionths of a US dollar. Most regions cost 5 dollars; the others
// are those of Athena's pricing page that differed when this was written. A configuration that knows better says so.
func listPrice(region string) int64 {
	switch region {
	case "sa-east-1":
		return 9_000_000
	case "eu-west-3":
		return 7_000_000
	case "me-south-1":
		return 6_500_000
	case "ca-central-1", "ap-east-1":
		return 5_500_000
	}
	return 5_000_000
}
