"""The guard that keeps every test on this machine: a connection to anywhere else is an error."""

import ipaddress
import socket
from typing import Any


class NetworkBlocked(Exception):
    """A test tried to leave this machine. Not an OSError, so no code under test swallows it."""


def block() -> None:
    """Until the process ends: sockets reach loopback and Unix paths only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        # `.invalid` (RFC 2606) never resolves: how a test asks for a real DNS failure.
        if name is not None and not _is_loopback(name) and not name.endswith(".invalid"):
            raise NetworkBlocked(f"A test looked up {name!r}.")
        return look_up(host, *args, **kwargs)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = guarded_look_up


def _check(connection: socket.socket, address: Any) -> None:
    if connection.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
        raise NetworkBlocked(f"A test connected to {address!r}.")


def _is_loopback(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
