"""One client's connection: requests in order, one at a time, answered at once or by a fault."""

import asyncio
import logging
from typing import cast

from . import fault_scripts, routes, site
from .envelopes import refuse
from .exchange import Exchange, Wire, new_request_id
from .http import MAX_BODY_BYTES, BadRequest, Parser, Reply, Request, html
from .routes import Interference, RefusedConnection
from .state import Sandbox

log = logging.getLogger(__name__)

_GRACE_SECONDS = 2.0
_MAX_BUFFERED = 4 * MAX_BODY_BYTES


class Connection(asyncio.Protocol):
    def __init__(self, *, sandbox: Sandbox, open_ones: set["Connection"]) -> None:
        self._sandbox = sandbox
        self._open_ones = open_ones
        self._task: asyncio.Task[None] | None = None
        self._parser = Parser()
        self._is_ending = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._wire = Wire(self._transport)
        self._client_port = int(transport.get_extra_info("peername")[1])
        self._open_ones.add(self)

    def abort(self) -> None:
        """The sandbox ends: so does this connection and what it still does."""
        self._is_ending = True
        self._transport.abort()
        if self._task is not None:
            self._task.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        self._is_ending = True
        self._wire.gone_mono = self._sandbox.clock.monotonic()
        self._wire.gone.set()
        self._wire.writable.set()

    def pause_writing(self) -> None:
        self._wire.writable.clear()

    def resume_writing(self) -> None:
        self._wire.writable.set()

    def data_received(self, data: bytes) -> None:
        if self._is_ending:
            return
        self._parser.feed(data)
        if self._task is not None and self._parser.buffered > _MAX_BUFFERED:
            self._transport.pause_reading()
        self._advance()

    def _advance(self) -> None:
        while self._task is None and not self._is_ending and not self._transport.is_closing():
            try:
                request = self._parser.next()
            except BadRequest as error:
                self._end(error.status)
                return
            if request is None:
                if self._parser.wants_continue:
                    self._parser.wants_continue = False
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            self._answer(request)

    def _end(self, status: int) -> None:
        """Answer what is no request, read on for a moment so that the answer gets through."""
        self._is_ending = True
        reply = html(status=status)
        self._transport.write(reply.head(request_id=new_request_id(), close=True) + reply.body)
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, self._transport.close)

    def _answer(self, request: Request) -> None:
        if site.is_ours(path=request.path):
            self._send_page(request)
            return
        clock, requests = self._sandbox.clock, self._sandbox.requests
        record = requests.open(
            request=request,
            request_id=new_request_id(),
            at=clock.wall(),
            mono=clock.monotonic(),
            client_port=self._client_port,
        )
        exchange = Exchange(self._sandbox, request, record, self._wire)
        try:
            answer = routes.answer(sandbox=self._sandbox, request=request, record=record)
        except RefusedConnection:
            self._wire.reset()
            answer = None
        except Exception:
            log.exception("sandbox.failed path=%s", request.path)
            refused = refuse(500, "server_error", "server error", "The sandbox itself failed.")
            answer = refused.reply(request_id=record.request_id)
        if isinstance(answer, Interference):
            self._interfere(exchange, answer)
            return
        if answer is not None:
            exchange.send(answer)
        exchange.settle()

    def _send_page(self, request: Request) -> None:
        with self._sandbox.lock:
            reply = self._page(request)
        head = reply.head(request_id=new_request_id(), close=not request.keep_alive)
        self._transport.write(head if request.method == "HEAD" else head + reply.body)
        if not request.keep_alive:
            self._transport.close()

    def _page(self, request: Request) -> Reply:
        try:
            return site.answer(sandbox=self._sandbox, request=request)
        except Exception:
            log.exception("sandbox.page_failed path=%s", request.path)
            return html(status=500)

    def _interfere(self, exchange: Exchange, interference: Interference) -> None:
        script = fault_scripts.play(exchange=exchange, interference=interference)
        self._task = asyncio.get_running_loop().create_task(script)
        self._task.add_done_callback(self._interfered)

    def _interfered(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            log.error("sandbox.fault_failed", exc_info=task.exception())
            self._wire.reset()
        if not self._is_ending:
            self._transport.resume_reading()
            self._advance()
