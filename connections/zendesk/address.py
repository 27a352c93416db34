"""Where Sell is: the rules for a base address; knows no network."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Address:
    """A scheme, a host and a port; `port` is None for the scheme's own."""

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port is not None else "")


def parse_address(*, base_url: str, allow_http: bool) -> Address:
    """Checks a base address such as `https://api.getbase.com`.

    Plain http is for the simulator on this machine, and only if `allow_http` says so. Raises
    ValueError; the text never repeats the address, because a wrong one may hold a password.
    """
    if any(character <= " " or character > "~" for character in base_url):
        raise ValueError("the base address holds blanks, control characters or non-ASCII letters")
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the base address cannot be read") from None
    if not host or "\\" in base_url:
        raise ValueError("the base address names no host")
    if "@" in parts.netloc:
        raise ValueError("the base address must not hold a user name or password")
    if parts.query or parts.fragment or "?" in base_url or "#" in base_url:
        raise ValueError("the base address must not hold a query or a fragment")
    if parts.path not in ("", "/"):
        raise ValueError("the base address must not hold a path")
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_http and _is_here(host)):
        raise ValueError("the base address must start with https://")
    return Address(scheme=parts.scheme, host=host, port=port)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
