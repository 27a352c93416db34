"""How does each fault play out on the wire? One short script per kind, by `faults.Fault.kind`."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from . import envelopes
from .contact_attributes import EMPTY
from .envelopes import Problem, Refused
from .exchange import Exchange
from .faults import Fault
from .http import HTML, Reply, html, reason
from .routes import Interference, Proceed, throttled

_MEGABYTE = 1024 * 1024
_PIECE = 64 * 1024
_DRIP_SECONDS = 1.0
_CODES = {
    400: "invalid_payload",
    401: "unauthorized",
    403: "insufficient_scope",
    404: "not_found",
    409: "conflict",
    422: "incorrect_payload",
    429: "rate_limit_exceeded",
    503: "temporarily_unavailable",
}
_SAMPLE = envelopes.single(kind="contact", data=dict(EMPTY) | {"id": 1, "last_name": "Sample"})
_LOGIN = b"<!doctype html><title>Sign in</title><form><input name=user></form>\n"


@dataclass(frozen=True, slots=True)
class Scene:
    exchange: Exchange
    fault: Fault
    proceed: Proceed
    token: str

    def answer(self) -> Reply:
        """The true answer, committed; or a made-up one when the fault strikes before that."""
        return self.proceed() if self.fault.is_after_commit else _SAMPLE

    def commit_if_after(self) -> None:
        if self.fault.is_after_commit:
            self.proceed()


async def play(*, exchange: Exchange, interference: Interference) -> None:
    fault = interference.fault
    await _SCRIPTS[fault.kind](Scene(exchange, fault, interference.proceed, interference.token))
    exchange.settle()


async def _status(scene: Scene) -> None:
    scene.commit_if_after()
    fault = scene.fault
    headers = () if fault.retry_after is None else (("Retry-After", fault.retry_after),)
    scene.exchange.send(replace(_error_reply(scene), headers=headers))


def _error_reply(scene: Scene) -> Reply:
    status = scene.fault.code
    if scene.fault.body == "empty":
        return Reply(status=status)
    if scene.fault.body == "html":
        return html(status=status)
    words = reason(status)
    problem = Problem(_CODES.get(status, "server_error"), words, f"{words} (injected).")
    request_id = scene.exchange.record.request_id
    return envelopes.errors(status=status, problems=[problem], request_id=request_id)


async def _throttle(scene: Scene) -> None:
    scene.commit_if_after()
    try:
        reply = throttled(style=scene.fault.style)
    except Refused as refused:
        reply = refused.reply(request_id=scene.exchange.record.request_id)
    scene.exchange.send(reply)


async def _delay(scene: Scene) -> None:
    reply = scene.proceed() if scene.fault.is_after_commit else None
    await asyncio.sleep(scene.exchange.sandbox.faults.draw(fault=scene.fault))
    # The client may have given up by now; a slow server writes all the same.
    scene.exchange.send(scene.proceed() if reply is None else reply)


async def _hang(scene: Scene) -> None:
    scene.commit_if_after()
    await scene.exchange.wire.gone.wait()


async def _late(scene: Scene) -> None:
    await scene.exchange.wire.gone.wait()
    await asyncio.sleep(scene.fault.seconds)
    scene.proceed()


async def _reset(scene: Scene) -> None:
    scene.commit_if_after()
    scene.exchange.wire.reset()


async def _truncate(scene: Scene) -> None:
    reply = scene.answer()
    scene.exchange.begin(reply)
    scene.exchange.wire.write(reply.body[: len(reply.body) // 2])
    scene.exchange.wire.close()


async def _drip(scene: Scene) -> None:
    reply = scene.answer()
    scene.exchange.begin(reply)
    for place in range(len(reply.body)):
        scene.exchange.wire.write(reply.body[place : place + 1])
        if await scene.exchange.wire.left_within(_DRIP_SECONDS):
            return


async def _redirect(scene: Scene) -> None:
    scene.commit_if_after()
    moved = html(status=scene.fault.code)
    scene.exchange.send(replace(moved, headers=(("Location", scene.fault.url),)))


async def _wrong_contact(scene: Scene) -> None:
    reply = scene.answer()
    payload = json.loads(reply.body or b"null")
    if isinstance(payload, dict) and "data" in payload:
        data = payload["data"]
        data |= {"id": data.get("id", 0) + 1_000_000, "email": "someone.else@example.com"}
        reply = replace(reply, body=envelopes.encode(payload))
    scene.exchange.send(reply)


async def _invalid_json(scene: Scene) -> None:
    reply = scene.answer()
    scene.exchange.send(replace(reply, status=200, body=reply.body[: len(reply.body) // 2]))


async def _html_login(scene: Scene) -> None:
    scene.commit_if_after()
    scene.exchange.send(Reply(status=200, body=_LOGIN, content_type=HTML))


async def _huge(scene: Scene) -> None:
    scene.commit_if_after()
    before, after = b'{"data":{"id":1,"description":"', b'"},"meta":{"type":"contact"}}'
    left = int(scene.fault.megabytes * _MEGABYTE)
    wire = scene.exchange.wire
    scene.exchange.begin(Reply(status=200), length=len(before) + left + len(after))
    wire.write(before)
    while left and not wire.gone.is_set():
        piece = min(left, _PIECE)
        wire.write(b"x" * piece)
        await wire.drained()
        left -= piece
    wire.write(after)


async def _gzip_bomb(scene: Scene) -> None:
    reply = scene.answer()
    packed = _swelling(scene.fault.megabytes, reply.body)
    headers = (("Content-Encoding", "gzip"),)
    scene.exchange.send(Reply(status=200, body=packed, headers=headers))


@lru_cache(maxsize=2)
def _blanks(megabytes: float) -> "tuple[bytes, zlib._Compress]":
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * _MEGABYTE
    packed = b"".join(packer.compress(blanks) for _ in range(int(megabytes)))
    return packed, packer


def _swelling(megabytes: float, body: bytes) -> bytes:
    """Valid JSON behind that many megabytes of blanks."""
    packed, packer = _blanks(megabytes)
    rest = packer.copy()
    return packed + rest.compress(body) + rest.flush()


async def _endless(scene: Scene) -> None:
    scene.commit_if_after()
    wire = scene.exchange.wire
    scene.exchange.begin_chunked()
    chunk = b"%x\r\n" % _PIECE + b" " * _PIECE + b"\r\n"
    while not await wire.left_within(0.005):
        wire.write(chunk)
        await wire.drained()


async def _revoke_token(scene: Scene) -> None:
    scene.exchange.sandbox.tokens.revoke(value=scene.token)
    refused = envelopes.unauthorized()
    scene.exchange.send(refused.reply(request_id=scene.exchange.record.request_id))


_SCRIPTS: Mapping[str, Callable[[Scene], Awaitable[None]]] = {
    "status": _status,
    "throttle": _throttle,
    "delay": _delay,
    "hang": _hang,
    "reset": _reset,
    "truncate": _truncate,
    "drip": _drip,
    "redirect": _redirect,
    "wrong-contact": _wrong_contact,
    "invalid-json": _invalid_json,
    "html-login": _html_login,
    "huge": _huge,
    "gzip-bomb": _gzip_bomb,
    "endless": _endless,
    "late": _late,
    "revoke-token": _revoke_token,
}
