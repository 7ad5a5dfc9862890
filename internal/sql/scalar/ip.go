package scalar

import (
	"fmt"
	"net/netip"
	"strings"
)

// IPText is the address as Trino's type ipaddress shows it: IPv4 where it is one, also inside IPv6, else IPv6 by RFC 5952.
// The zone of an IPv6 address (fe80::1%eth0) is left out.
func IPText(s string) (string, error) {
	bare, _, zone := strings.Cut(s, "%")
	a, err := netip.ParseAddr(bare)
	if err != nil || zone && (!a.Is6() || strings.Contains(bare, ".")) {
		return "", fmt.Errorf("%q is not an IP address", s)
	}
	return a.Unmap().String(), nil
}

// IPIn is contains('10.0.0.0/8', ip) for an address as IPText gives it. As in Trino, bits behind the network's length are an
// error, and an IPv4 address is in a network of IPv6 as ::ffff:10.0.0.1.
func IPIn(network, ip string) (bool, error) {
	p, err := netip.ParsePrefix(network)
	if err != nil {
		return false, fmt.Errorf("%q is not a network such as 10.0.0.0/8", network)
	}
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return false, fmt.Errorf("%q is not an IP address", ip)
	}
	switch {
	case p.Addr().Is4In6() && p.Bits() >= 96:
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	case p.Addr().Is4In6():
		return inBits(p.Addr().As16(), a.As16(), p.Bits()), nil
	}
	if p.Masked() != p {
		return false, fmt.Errorf("%q is not a network: it has bits behind its length of %d; %s is meant", network, p.Bits(), p.Masked())
	}
	if p.Addr().Is6() {
		return inBits(p.Addr().As16(), a.As16(), p.Bits()), nil
	}
	return p.Contains(a), nil
}

// inBits reports whether the first n bits are the same. netip does not find an IPv4 address in a network of IPv6.
func inBits(a, b [16]byte, n int) bool {
	for i := range n {
		if mask := byte(0x80) >> (i % 8); a[i/8]&mask != b[i/8]&mask {
			return false
		}
	}
	return true
}
