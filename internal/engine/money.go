package engine

import (
	"fmt"
	"math"
	"math/big"
)

// Money is an amount in millionths of a unit of its currency.
type Money struct {
	Micros   int64
	Currency string // ISO 4217: USD
}

// priced is how many bytes a price is of: vendors quote dollars per terabyte, which is 10^12 bytes.
const priced = 1_000_000_000_000

// For is what bytes cost where m is the price of 10^12 bytes, rounded up to a millionth: a cost is never shown as less than it
// is. An amount that no int64 holds is the largest one.
func (m Money) For(bytes int64) Money {
	return Money{Micros: scaled(bytes, m.Micros, priced, true), Currency: m.Currency}
}

// Buys is how many bytes an amount pays for where price is the price of 10^12 bytes, rounded down; 0 where either is 0, which
// means without a limit to those who call it.
func (m Money) Buys(price Money) int64 {
	if m.Micros <= 0 || price.Micros <= 0 {
		return 0
	}
	return scaled(m.Micros, priced, price.Micros, false)
}

// scaled is a × b / c.
func scaled(a, b, c int64, up bool) int64 {
	n := new(big.Int).Mul(big.NewInt(max(a, 0)), big.NewInt(max(b, 0)))
	rest := new(big.Int)
	n.DivMod(n, big.NewInt(c), rest)
	if up && rest.Sign() > 0 {
		n.Add(n, big.NewInt(1))
	}
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}

// String shows an amount to people: cents, rounded up, and millionths where it is less than ten cents. An amount without a
// currency is in US dollars.
func (m Money) String() string {
	if m.Micros >= 100_000 || m.Micros == 0 {
		cents := m.Micros / 10_000
		if m.Micros%10_000 > 0 {
			cents++
		}
		return fmt.Sprintf("%d.%02d %s", cents/100, cents%100, m.currency())
	}
	return m.Exact() + " " + m.currency()
}

// Exact is the amount with all six digits and without its currency, for programs.
func (m Money) Exact() string { return fmt.Sprintf("%d.%06d", m.Micros/1_000_000, m.Micros%1_000_000) }

func (m Money) currency() string {
	if m.Currency == "" {
		return "USD"
	}
	return m.Currency
}
