package athena

import "trailscribe/internal/engine"

// Athena bills whole megabytes, and ten of them at least, for each query that reads.
const (
	billedUnit  = 1 << 20
	billedLeast = 10 * billedUnit
)

// billed is what a query that read so many bytes is billed for.
func billed(bytes int64) int64 {
	return max((bytes+billedUnit-1)/billedUnit*billedUnit, billedLeast)
}

// ListPrice is AWS's published price for 10^12 scanned bytes. Most regions cost 5 US dollars; the others are those of Athena's
// pricing page (https://aws.amazon.com/athena/pricing/) that differed when this was written. A configuration that knows better
// says so: athena.price_per_tb.
func ListPrice(region string) engine.Money {
	usd := func(micros int64) engine.Money { return engine.Money{Micros: micros, Currency: "USD"} }
	switch region {
	case "sa-east-1":
		return usd(9_000_000)
	case "eu-west-3":
		return usd(7_000_000)
	case "me-south-1":
		return usd(6_500_000)
	case "ca-central-1", "ap-east-1":
		return usd(5_500_000)
	}
	return usd(5_000_000)
}
