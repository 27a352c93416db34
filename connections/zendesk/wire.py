"""Connections that obey a deadline; knows urllib3 and sockets, not Sell.

The two pools below behave as urllib3's own, except that a connection is dialled within the time
of its request, can be shut down by the watchdog, and is not reused after a long idle time.
"""

import ipaddress
import math
import queue
import socket
import ssl
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connections.zendesk.deadline import Line, Watch
from connections.zendesk.errors import TurnMissed

# Servers and load balancers drop idle connections; a write on one that is being dropped has an
# unknown outcome, while a new connection costs one round trip.
MAX_IDLE_SECONDS = 15.0
POOL_SIZE = 32


class AddressRefused(OSError):
    """Every address of the host is one that its caller does not talk to. No byte has left."""


class Current(threading.local):
    """The watch of the request this thread is sending: urllib3 has no place to hand it through.

    `may_dial` judges the numeric addresses that a name turned out to have; None: all are good.
    `send_by` is the monotonic time after which the first byte must not leave any more.
    """

    watch: Watch
    send_by: float = math.inf
    may_dial: Callable[[str], bool] | None = None

    def let_go(self, line: Line) -> None:
        """A connection that is closed by whoever has no request may end its line at once."""
        watch: Watch | None = getattr(self, "watch", None)
        if watch is None:
            line.close()
        else:
            watch.let_go(line=line)


CURRENT = Current()


class _WatchedHTTPConnection(HTTPConnection):
    """Dials within the deadline and tells the watch when the first byte may leave."""

    idle_since = 0.0
    _line: Line | None = None

    def _new_conn(self) -> socket.socket:
        sock, self._line = _dial(host=self._dns_host, port=self.port, watch=CURRENT.watch)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._begin_sending()
        super().request(*args, **kwargs)

    def close(self) -> None:
        line, self._line = self._line, None
        try:
            super().close()
        finally:
            if line is not None:
                CURRENT.let_go(line)

    def _begin_sending(self) -> None:
        if self.sock is None:
            self.connect()
        else:
            assert self._line is not None, "what has a socket was dialled"
            CURRENT.watch.hold(line=self._line)
        # Asked as late as can be: beside the requests of the next turns it would be one too many.
        if monotonic() > CURRENT.send_by:
            raise TurnMissed
        CURRENT.watch.may_have_sent = True


class _WatchedHTTPSConnection(_WatchedHTTPConnection, HTTPSConnection):
    """The same with TLS on top."""

    @property
    def is_connected(self) -> bool:
        """Bytes that wait may be the tickets of TLS 1.3, on a connection nobody has used yet."""
        return super().is_connected or (self.sock is not None and _holds_only_tickets(self.sock))


class _FreshPool(HTTPConnectionPool):
    """Forgets connections that have been idle for too long."""

    ConnectionCls = _WatchedHTTPConnection

    # The keywords are those of the adapter of `requests`, its only caller.
    def urlopen(  # type: ignore[override]
        self, method: str, url: str, *, body: Any, headers: Any, timeout: Any, **unused: Any
    ) -> Any:
        """One try on one connection: retries, redirects and proxies are not ours."""
        connection = self._get_conn()
        try:
            return self._make_request(
                connection,
                method,
                url,
                body=body,
                headers=headers,
                timeout=timeout,
                response_conn=connection,
                preload_content=False,
                decode_content=False,
            )
        except TurnMissed:
            self._put_conn(connection)
            raise
        except BaseException:
            connection.close()
            self._put_conn(None)  # its place in the pool
            raise

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = cast("_WatchedHTTPConnection", super()._get_conn(timeout))
        if connection.sock is not None and monotonic() - connection.idle_since > MAX_IDLE_SECONDS:
            connection.close()  # it dials again when it is used
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = monotonic()
        super()._put_conn(conn)


class _FreshTLSPool(_FreshPool, HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPSConnection


def open_pool(*, scheme: str, host: str, port: int | None, ca_file: str) -> HTTPConnectionPool:
    """A pool for one host. TLS trusts `ca_file` alone, whatever the environment says."""
    if scheme == "http":
        return _FreshPool(host, port, maxsize=POOL_SIZE, block=False)
    # One context for all connections: loading the bundle takes longer than a handshake.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=ca_file)
    return _FreshTLSPool(host, port, maxsize=POOL_SIZE, block=False, ssl_context=context)


def _holds_only_tickets(sock: socket.socket) -> bool:
    """False also for a connection that its peer has closed."""
    timeout = sock.gettimeout()
    try:
        sock.setblocking(False)
        sock.recv(1)
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(timeout)
    return False


def _dial(*, host: str, port: int, watch: Watch) -> tuple[socket.socket, Line]:
    """A connected socket, and the line to it.

    Each address of the host gets its share of the time that is left.
    """
    addresses = _allowed(_resolve(host=host, port=port, watch=watch))
    failure: OSError = TimeoutError("no time left to connect")
    for left, (family, kind, protocol, _, address) in zip(
        range(len(addresses), 0, -1), addresses, strict=True
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(watch.remaining() / left)
            sock.connect(address)
            sock.settimeout(watch.remaining())
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(sock=sock)
        except OSError as error:
            sock.close()
            failure = error
        else:
            watch.hold(line=line)
            return sock, line
    raise failure


def _allowed(addresses: list[Any]) -> list[Any]:
    """Judged after the look-up and dialled as judged: a name cannot change in between."""
    if CURRENT.may_dial is None:
        return addresses
    allowed = [entry for entry in addresses if CURRENT.may_dial(entry[4][0])]
    if not allowed:
        raise AddressRefused("no address of the host may be dialled")
    return allowed


def _resolve(*, host: str, port: int, watch: Watch) -> list[Any]:
    """The addresses of a host, within the time of the request.

    `getaddrinfo` takes no timeout and may wait for minutes, so a name is looked up by a thread
    that can be left behind.
    """
    if _is_address(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    answers: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        answer: list[Any] | OSError = socket.gaierror("the name cannot be looked up")
        try:
            answer = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answer = error
        finally:
            answers.put(answer)

    threading.Thread(target=look_up, name="zendesk-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=watch.remaining())
    except queue.Empty:
        raise socket.gaierror("the name was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
