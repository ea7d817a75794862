"""Which machines may be asked: those of the public internet, whatever a name or an address pretends."""

import threading
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM, getaddrinfo

from app.read.refusal import Refused

PUBLIC_IPV6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# Beyond what `is_global` knows: tunnels to any IPv4 address, and a cloud's metadata at an address that looks public.
CLOSED = tuple(
    map(ip_network, ("2001::/23", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"))
)


class FetchError(Refused):
    """An address that could not be fetched; its words say why and what to do."""


def addresses_of(host: str, port: int, *, seconds: float, allow_loopback: bool = False) -> list[str]:
    """The IP addresses of a host in the system's order, asked once, every one of them public.

    Raises:
        FetchError: if the host has no address, one that is not public, or the answer takes more than `seconds`.
    """
    found = _resolved(host, port, seconds)
    for address in found:
        if not (is_public(address) or (allow_loopback and ip_address(address).is_loopback)):
            raise FetchError(f"{host} is inside a private or reserved network ({address}), which is never asked")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a machine on the public internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None)
        if inner is None:
            return ip in PUBLIC_IPV6 and _is_open(ip)
        ip = inner
    return _is_open(ip)


def _is_open(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in CLOSED)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """What the system's resolver says; in a thread, since it cannot be told to hurry."""
    answers: list[list[str] | Exception] = []

    def ask() -> None:
        try:
            found = getaddrinfo(host, port, type=SOCK_STREAM)
            # A zone after % (fe80::1%eth0) only ever belongs to an address that is not public.
            answers.append(list(dict.fromkeys(str(place[0]).partition("%")[0] for *_, place in found)))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(seconds, 0))
    if not answers:
        raise FetchError(f"the name {host} could not be looked up in time; try again later")
    if isinstance(answers[0], Exception) or not answers[0]:
        raise FetchError(f"there is no host {host}; check the address, or try again later")
    return answers[0]
