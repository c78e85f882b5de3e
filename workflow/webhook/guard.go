package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
)

// ErrRefused is in the error of a call to an address that calls may not go to.
var ErrRefused = errors.New("接收地址不在允许的网络内")

// Guard says where calls may go: to public addresses, and to the networks
// that the operator allows; a nil one only to public addresses. It is asked when the connection is made, with the
// address that the name has led to: what the name led to before, or leads to
// the next time, does not matter.
type Guard struct{ allowed []netip.Prefix }

// NewGuard allows addresses and networks beside the public ones.
func NewGuard(allow []string) (*Guard, error) {
	g := &Guard{}
	for _, text := range allow {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, addressErr := netip.ParseAddr(text)
			if addressErr != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		g.allowed = append(g.allowed, prefix.Masked())
	}
	return g, nil
}

// special are the networks that are not public, beside those that netip.Addr
// knows (IANA special-purpose address registries), and those that lead to an
// IPv4 address inside.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

// Permits says whether calls may go to an address; plain ones (without TLS)
// only to the networks that the operator allows.
func (g *Guard) Permits(address netip.Addr, plain bool) bool {
	address = address.Unmap().WithZone("")
	if g != nil && slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return true
	}
	return !plain && address.IsGlobalUnicast() && !address.IsPrivate() &&
		!slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(address) })
}

// control is a net.Dialer's: it sees each address just before it is connected to.
func (g *Guard) control(plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !g.Permits(to.Addr(), plain) {
			return fmt.Errorf("%w: %s", ErrRefused, address)
		}
		return nil
	}
}

// CheckURL says whether a URL can be called at all: http or https, with a
// host, without a user or fragment; and, if the host is an address, one that
// is permitted. A name is looked up only when it is called.
func (g *Guard) CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("neither http nor https")
	case u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return errors.New("a host, and neither a user nor a fragment, is needed")
	}
	if address, err := netip.ParseAddr(u.Hostname()); err == nil && !g.Permits(address, u.Scheme == "http") {
		return ErrRefused
	}
	return nil
}
