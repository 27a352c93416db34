"""One request on one connection: what is sent back, and what is noted about it."""

import asyncio
import random
import socket
import struct
from dataclasses import dataclass

from .http import Reply, Request
from .requests_log import RequestRecord
from .state import Sandbox

_LINGER_ZERO = struct.pack("ii", 1, 0)


def new_request_id() -> str:
    """Four groups of five, as Sell writes them (R-7)."""
    marks = f"{random.getrandbits(80):020x}"
    return f"{marks[:5]}-{marks[5:10]}-{marks[10:15]}-{marks[15:]}"


class Wire:
    """The sending side of a connection, with the ways to end it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.gone = asyncio.Event()
        self.gone_mono: float | None = None
        self.writable = asyncio.Event()
        self.writable.set()

    def write(self, data: bytes) -> None:
        if not self.gone.is_set():
            self._transport.write(data)

    async def drained(self) -> None:
        await self.writable.wait()

    async def left_within(self, seconds: float) -> bool:
        """Wait; True as soon as the client has gone away."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        """End the connection with RST: no answer, and nothing buffered is sent."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._transport.abort()


@dataclass(frozen=True, slots=True)
class Exchange:
    sandbox: Sandbox
    request: Request
    record: RequestRecord
    wire: Wire

    def send(self, reply: Reply) -> None:
        """The whole answer; the connection stays when the client wants it to."""
        close = not self.request.keep_alive
        head = reply.head(request_id=self.record.request_id, close=close)
        is_bodyless = self.request.method == "HEAD" or reply.status == 204
        self.wire.write(head if is_bodyless else head + reply.body)
        self._note(reply.status, reply.body)
        if close:
            self.wire.close()

    def begin(self, reply: Reply, *, length: int | None = None) -> None:
        """Only the head; the body follows piece by piece. `length` replaces the true one."""
        self.wire.write(reply.head(request_id=self.record.request_id, close=False, length=length))
        self._note(reply.status, reply.body)

    def begin_chunked(self) -> None:
        """The head of a 200 whose end is not announced."""
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: application/json; charset=utf-8",
            "Transfer-Encoding: chunked",
            f"X-Request-Id: {self.record.request_id}",
        )
        self.wire.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._note(200, b"")

    def settle(self) -> None:
        clock, record = self.sandbox.clock, self.record
        record.gone_mono = self.wire.gone_mono
        self.sandbox.requests.settle(
            record=record, body=self.request.body, at=clock.wall(), mono=clock.monotonic()
        )

    def _note(self, status: int, body: bytes) -> None:
        clock = self.sandbox.clock
        self.sandbox.requests.note_answer(
            record=self.record,
            status=status,
            answer=body,
            at=clock.wall(),
            mono=clock.monotonic(),
        )
