"""Which IP addresses are part of the public internet, whatever form they come in."""

import ipaddress
from collections.abc import Iterator

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that has been given out
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_METADATA = frozenset((ipaddress.ip_address("168.63.129.16"),))  # Azure's, the one such that lies in public space
_MASK = 0xFFFF_FFFF


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine itself, as `::ffff:127.0.0.1` is, too."""
    return any(ip.is_loopback or ip.is_unspecified for ip in _forms(address))


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from the internet by everybody.

    Private, link-local, loopback, unique local, carrier-grade NAT, multicast, reserved and metadata addresses cannot,
    nor can IPv6 forms that hold one of those.
    """
    return all(map(_is_public, _forms(address)))


def _is_public(ip: Ip) -> bool:
    given_out = ip in _UNICAST if isinstance(ip, ipaddress.IPv6Address) else not ip.is_multicast
    return given_out and ip.is_global and ip not in _METADATA


def _forms(address: str) -> Iterator[Ip]:
    """The address, or the one it stands for: mapped into IPv6, behind 6to4, Teredo or NAT64."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if not isinstance(ip, ipaddress.IPv6Address):
        yield ip
    elif ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
    elif ip.sixtofour is not None:
        yield ip.sixtofour
    elif ip.teredo is not None:
        yield from ip.teredo
    elif ip in _NAT64:
        yield ipaddress.IPv4Address(int(ip) & _MASK)
    else:
        yield ip
