"""Which port to listen on. Knows sockets, and nothing of what will listen."""

import socket

HOW_FAR_TO_LOOK = 50


class NoPort(Exception):
    """The port cannot be had. Waiting helps only when what holds it ends."""


def is_free(*, host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections in TIME_WAIT after a stop do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free(*, host: str, port: int, taken: frozenset[int] = frozenset()) -> int:
    """`port`, or the first free one after it that is not among `taken`; raises NoPort."""
    for candidate in range(port, min(port + HOW_FAR_TO_LOOK, 65536)):
        if candidate not in taken and is_free(host=host, port=candidate):
            return candidate
    raise NoPort(f"No free port from {port} on, on {host}.")
