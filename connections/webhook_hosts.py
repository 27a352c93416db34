"""Whom webhooks may call: the operator's list of hosts and private networks; knows no network."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from connections.zendesk.address import Address

HTTPS_PORT = 443

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotAllowed(ValueError):
    """A webhook must not call this address; the words say why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: the host, and the path with its query."""

    address: Address
    path: str


@dataclass(frozen=True, slots=True)
class HostList:
    """The setting `WEBHOOK_HOSTS`, read. Without hosts webhooks are off."""

    hosts: frozenset[tuple[str, int]]
    networks: tuple[Network, ...]

    @classmethod
    def read(cls, entries: Sequence[str]) -> "HostList":
        """Entries are `host`, `host:port` or a network. Raises ValueError for anything else."""
        hosts, networks = set(), []
        for entry in entries:
            network = _network(entry)
            if network is not None:
                networks.append(network)
                if network.num_addresses == 1:
                    hosts.add((str(network.network_address), HTTPS_PORT))
            else:
                hosts.add(_host(entry))
        return cls(hosts=frozenset(hosts), networks=tuple(networks))

    def target(self, url: str) -> Target:
        """The parts of an address that may be called. Raises NotAllowed."""
        if not url.isascii() or any(character <= " " for character in url) or "\\" in url:
            raise NotAllowed("The address has blanks or letters that addresses do not have.")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or HTTPS_PORT
        except ValueError:
            raise NotAllowed("The address cannot be read.") from None
        if parts.scheme != "https" or not host:
            raise NotAllowed("The address must start with https:// and name a host.")
        if "@" in parts.netloc or parts.fragment:
            raise NotAllowed("The address must hold no user name, password or fragment.")
        if (host, port) not in self.hosts:
            raise NotAllowed(
                "The host and port are not on the list WEBHOOK_HOSTS of this installation."
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(Address(scheme="https", host=host, port=port), path)

    def may_dial(self, numeric: str) -> bool:
        """Public addresses, and private ones in a network of the list."""
        try:
            address = ipaddress.ip_address(numeric.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        if any(mapped in network for network in self.networks):
            return True
        return mapped.is_global and not mapped.is_multicast


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        return None


def _host(entry: str) -> tuple[str, int]:
    parts = urlsplit(f"https://{entry}")
    if not parts.hostname or parts.netloc != entry or "@" in entry:
        raise ValueError(f"{entry!r} is neither a host, a host with a port nor a network")
    return parts.hostname, parts.port or HTTPS_PORT
