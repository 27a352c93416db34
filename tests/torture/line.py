"""A TCP line between the product and the sandbox that misbehaves on command; knows no product.

One request at a time on a connection is assumed, as HTTP/1.1 has it.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from tests.torture.dialling import Deaf, bound
from tests.torture.troubles import OF_CONNECTIONS, Seen, Strike, Trouble, Verb

T = TypeVar("T")

CHUNK = 65536
RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Line:
    """Listens on a free loopback port, in a thread of its own, until the end of the block."""

    def __init__(self, *, upstream: tuple[str, int], seed: int = 0) -> None:
        self.upstream = upstream
        self.chance = random.Random(seed)
        self.trouble: Trouble | None = None
        self.strikes: list[Strike] = []
        self.longest_seconds = 0.0
        self.requests = 0
        self._open: set[_Passage] = set()
        self._holder = bound(port=0)
        self.port: int = self._holder.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._deaf: Deaf | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seen(self) -> Seen:
        """What it saw so far."""
        return Seen(tuple(self.strikes), self.requests, self.longest_seconds)

    def __enter__(self) -> "Line":
        self.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def open(self) -> int:
        """Listen; on which port."""
        self._thread.start()
        self._do(self._listen())
        return self.port

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._holder.close()
        if self._deaf is not None:
            self._deaf.close()

    def meet(self, trouble: Trouble) -> None:
        """What requests that begin from now on meet, in the place of what they met so far."""
        self._do(self._change(trouble))

    def clear(self) -> None:
        """All is well again. What was swallowed stays lost: those connections are reset."""
        self._do(self._change(None))

    def reset_now(self, *, matching: str = "") -> int:
        """Reset the connections that stand at this moment; how many were."""
        return self._do(self._reset(matching))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _listen(self) -> None:
        if self._server is None:
            listener = bound(port=self.port)
            self._server = await asyncio.start_server(self._accept, sock=listener, backlog=256)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passage = _Passage(self, reader, writer)
        self._open.add(passage)
        await passage.carry()
        self._open.discard(passage)

    async def _change(self, trouble: Trouble | None) -> None:
        self.trouble = trouble
        for passage in self._open:
            if passage.has_lost_bytes:
                passage.reset()
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None
        if trouble is None or trouble.verb not in OF_CONNECTIONS:
            await self._listen()
            return
        await self._stop_listening()
        if trouble.verb is Verb.DROP_SYN:
            self._deaf = Deaf(port=self.port)
        count = await self._reset(trouble.matching)
        self.strikes += [Strike(trouble.verb, monotonic())] * count

    async def _reset(self, matching: str) -> int:
        chosen = [passage for passage in self._open if matching.encode() in passage.head]
        for passage in chosen:
            passage.reset()
        return len(chosen)

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _close(self) -> None:
        await self._stop_listening()
        await self._reset("")
        while self._open:
            await asyncio.sleep(0.01)


class _Passage:
    """One connection of a client, and the one to the sandbox that carries on for it."""

    def __init__(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._line, self._reader, self._writer = line, reader, writer
        self._sandbox_writer: asyncio.StreamWriter | None = None
        self._trouble: Trouble | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._began_at = 0.0
        self._answered = -1  # bytes of the answer passed on; -1: no request yet
        self.head = b""
        self.has_lost_bytes = False

    async def carry(self) -> None:
        """Until one of both sides, or the trouble, ends the connection."""
        up = asyncio.create_task(self._carry_requests())
        self._tasks.append(up)
        with suppress(OSError, asyncio.CancelledError):
            await up
        if self._answered == 0:
            self._note_age()
        self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in (self._writer, self._sandbox_writer):
            if writer is not None:
                writer.close()

    def reset(self) -> None:
        """RST to the client; the sandbox sees a client that went away."""
        sock = self._writer.get_extra_info("socket")
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
        self._writer.transport.abort()
        self._end()

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _carry_requests(self) -> None:
        while chunk := await self._reader.read(CHUNK):
            if self._answered != 0:
                self._begin(chunk)
            match self._trouble and self._trouble.verb:
                case Verb.BLACK_HOLE:
                    self.has_lost_bytes = True
                case Verb.RESET_BEFORE:
                    self.reset()
                case _:
                    await self._pass_on(chunk)

    def _begin(self, chunk: bytes) -> None:
        """The first bytes of a request: what it meets is decided now."""
        line, trouble = self._line, self._line.trouble
        line.requests += 1
        self.head, self._began_at, self._answered = chunk, monotonic(), 0
        is_struck = (
            trouble is not None
            and trouble.matching.encode() in chunk
            and line.chance.random() < trouble.chance
        )
        self._trouble = trouble if is_struck else None
        if self._trouble is not None and self._trouble.verb not in OF_CONNECTIONS:
            line.strikes.append(Strike(self._trouble.verb, self._began_at))

    async def _pass_on(self, chunk: bytes) -> None:
        if self._sandbox_writer is None:
            reader, writer = await asyncio.open_connection(*self._line.upstream)
            self._sandbox_writer = writer
            self._tasks.append(asyncio.create_task(self._carry_answers(reader)))
        self._sandbox_writer.write(chunk)
        await self._sandbox_writer.drain()

    async def _carry_answers(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._answer(chunk)
        self._end()

    async def _answer(self, chunk: bytes) -> None:
        trouble, is_first = self._trouble, self._answered == 0
        match self._trouble and self._trouble.verb:
            case Verb.MUTE:
                self.has_lost_bytes = True
                return
            case Verb.RESET_AFTER | Verb.CUT if trouble is not None:
                await self._give(chunk[: max(0, trouble.answer_bytes - self._answered)])
                if self._answered >= trouble.answer_bytes:
                    end = self._end if trouble.verb is Verb.CUT else self.reset
                    end()
                return
            case Verb.DELAY if trouble is not None and is_first:
                wobble = self._line.chance.uniform(-trouble.jitter, trouble.jitter)
                await asyncio.sleep(max(0.0, trouble.seconds + wobble))
            case Verb.DRIP if trouble is not None:
                for place in range(len(chunk)):
                    await self._give(chunk[place : place + 1])
                    await asyncio.sleep(1 / trouble.bytes_per_second)
                return
        await self._give(chunk)

    async def _give(self, piece: bytes) -> None:
        self._writer.write(piece)
        await self._writer.drain()
        self._answered += len(piece)
        self._note_age()

    def _note_age(self) -> None:
        age = monotonic() - self._began_at
        self._line.longest_seconds = max(self._line.longest_seconds, age)
