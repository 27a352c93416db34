"""Which network address a request comes from; what a client says of itself is not believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever has an IPv6 address has all of these.
OF_ONE_LINE = 64


def of(*, request: HttpRequest) -> str:
    """As the last of `TRUSTED_PROXIES` saw it; of IPv6 the network. Empty over a Unix socket."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    count = settings.TRUSTED_PROXIES
    # Each proxy adds who came to it at the end; before that stands what the client wrote.
    told = request.headers.get("X-Forwarded-For", "").split(",")
    text = told[-count].strip() if 0 < count <= len(told) else peer
    return _network(text) or _network(peer)


def _network(text: str) -> str:
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if isinstance(address, IPv6Address):
        return str(ip_network((address, OF_ONE_LINE), strict=False))
    return str(address)
