"""What goes wrong, and when? Faults to inject, how they are written, and which one strikes.

A fault is written as

    KIND[=VALUE][,KEY=VALUE ...]

KIND                  what the client meets                                 VALUE
status=CODE           this status; body=json|html|empty, retry_after=TEXT   100 to 599
throttle=STYLE        throttling: empty429, json429 or 404-429json
delay=SECONDS         the answer comes late; jitter=SECONDS adds up to that
hang                  no answer ever
reset                 the connection is reset without an answer
truncate              half of the body, then the connection closes
drip                  the body at one byte a second
redirect=URL          302 to URL; status=CODE for another 3xx
wrong-contact         200, but with another contact in the body
invalid-json          200 with JSON that cannot be read
html-login            200 with an HTML sign-in page
huge=MEGABYTES        200 with a valid JSON body of that size               default 10
gzip-bomb=MEGABYTES   200 with a gzip body that swells to that size         default 50
endless               200 with chunks that never end
late=SECONDS          no answer; applied SECONDS after the client went away
revoke-token          the token is revoked from now on (401)

KEY                   meaning
method=M              only this method
path=PREFIX           only paths that start so
email=ADDRESS         only requests about this e-mail (filter or body)
chance=0..1           strikes this often, by chance
every=N               strikes each Nth matching request
count=N               strikes at most N times
when=before|after     before the write is committed, or after it

Without `when`: status, throttle, delay, redirect and hang strike before the commit (the write does
not happen, or happens late), all others after it. A comma inside a value is written %2C.

    status=503,body=html,every=10      each tenth request gets an HTML 503
    reset,when=after,email=a@b.c       the write for a@b.c is stored, the answer is lost
    revoke-token,every=100,count=1     the token ends with the hundredth request
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .http import Request
from .requests_log import email_of

THROTTLE_STYLES = ("empty429", "json429", "404-429json")
BODIES = ("json", "html", "empty")
_BEFORE = frozenset({"status", "throttle", "delay", "redirect", "hang"})
_NO_CHOICE = frozenset({"late", "revoke-token"})
_MEGABYTES = {"huge": 10.0, "gzip-bomb": 50.0}
_MAX_MEGABYTES = 1024
KINDS = (
    *("status", "throttle", "delay", "hang", "reset", "truncate", "drip", "redirect"),
    *("wrong-contact", "invalid-json", "html-login", "huge", "gzip-bomb", "endless", "late"),
    "revoke-token",
)


class InvalidFault(ValueError):
    """A fault that cannot be injected; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    spec: str
    is_after_commit: bool
    code: int = 0
    style: str = ""
    seconds: float = 0.0
    jitter: float = 0.0
    megabytes: float = 0.0
    url: str = ""
    body: str = "json"
    retry_after: str | None = None
    method: str = ""
    path: str = ""
    email: str = ""
    chance: float = 1.0
    every: int = 1
    count: int | None = None

    def matches(self, *, request: Request) -> bool:
        if self.method and request.method != self.method:
            return False
        if not request.path.startswith(self.path):
            return False
        if not self.email:
            return True
        found = email_of(query=request.query, body=request.body) or ""
        return found.casefold() == self.email.casefold()


def parse(*, spec: str) -> Fault:
    """A fault as written. Raises InvalidFault."""
    parts = [part.partition("=") for part in spec.split(",")]
    kind, _, value = parts[0]
    if kind not in KINDS:
        raise InvalidFault(f"{spec!r}: there is no fault {kind!r}; known: {', '.join(KINDS)}")
    options = {name: unquote(text) for name, _, text in parts[1:]}
    try:
        return _build(kind, unquote(value), options, spec)
    except ValueError as error:
        raise InvalidFault(f"{spec!r}: {error}") from None


def _build(kind: str, value: str, options: dict[str, str], spec: str) -> Fault:
    own = _own(kind, value, options)
    when = options.pop("when", "before" if kind in _BEFORE else "after")
    if when not in ("before", "after") or (kind in _NO_CHOICE and when != "after"):
        raise ValueError(f"when={when} is not possible here")
    chance = _within(options.pop("chance", "1"), "chance", 0, 1)
    every = int(_within(options.pop("every", "1"), "every", 1, 1e9))
    count = options.pop("count", None)
    method, path, email = (options.pop(name, "") for name in ("method", "path", "email"))
    if options:
        raise ValueError(f"unknown key {sorted(options)[0]!r}")
    return Fault(
        kind=kind,
        spec=spec,
        is_after_commit=when == "after",
        chance=chance,
        every=every,
        count=None if count is None else int(_within(count, "count", 1, 1e9)),
        method=method,
        path=path,
        email=email,
        **own,
    )


def _own(kind: str, value: str, options: dict[str, str]) -> dict[str, Any]:
    """What only this kind has: its value and its own keys (taken out of `options`)."""
    if kind == "status":
        own = {"body": options.pop("body", "json"), "retry_after": options.pop("retry_after", None)}
        if own["body"] not in BODIES:
            raise ValueError(f"body is one of {', '.join(BODIES)}")
        return own | {"code": int(_within(value, "the status", 100, 599))}
    if kind == "throttle":
        if value not in THROTTLE_STYLES:
            raise ValueError(f"the style is one of {', '.join(THROTTLE_STYLES)}")
        return {"style": value}
    if kind == "redirect":
        if not value.startswith(("http://", "https://", "/")):
            raise ValueError("a URL is needed")
        return {
            "url": value,
            "code": int(_within(options.pop("status", "302"), "status", 300, 399)),
        }
    if kind in ("delay", "late"):
        jitter = options.pop("jitter", "0") if kind == "delay" else "0"
        seconds = _within(value, "the seconds", 0, 3600)
        return {"seconds": seconds, "jitter": _within(jitter, "jitter", 0, 3600)}
    if kind in _MEGABYTES:
        size = value or str(_MEGABYTES[kind])
        return {"megabytes": _within(size, "the megabytes", 0, _MAX_MEGABYTES)}
    if value:
        raise ValueError(f"{kind} takes no value")
    return {}


def _within(text: str, name: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}")
    return number


@dataclass(slots=True)
class _Armed:
    number: int
    fault: Fault
    matched: int = 0
    struck: int = 0

    def as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.number,
            "spec": self.fault.spec,
            "matched": self.matched,
            "struck": self.struck,
        }


class Faults:
    """The armed faults; of several that would strike, the first added does."""

    def __init__(self, *, chance: random.Random) -> None:
        self._chance = chance
        self._armed: list[_Armed] = []
        self._number = 0

    def add(self, *, spec: str) -> int:
        """Arm a fault; its id. Raises InvalidFault."""
        self._number += 1
        self._armed.append(_Armed(self._number, parse(spec=spec)))
        return self._number

    def remove(self, *, number: int) -> bool:
        before = len(self._armed)
        self._armed = [armed for armed in self._armed if armed.number != number]
        return len(self._armed) < before

    def clear(self) -> None:
        self._armed = []

    def as_json(self) -> list[Mapping[str, Any]]:
        return [armed.as_json() for armed in self._armed]

    def strike(self, *, request: Request) -> Fault | None:
        """The fault this request meets, counted as struck; mostly None."""
        for armed in self._armed:
            fault = armed.fault
            if armed.struck == fault.count or not fault.matches(request=request):
                continue
            armed.matched += 1
            if armed.matched % fault.every or self._chance.random() >= fault.chance:
                continue
            armed.struck += 1
            return fault
        return None

    def draw(self, *, fault: Fault) -> float:
        """The fault's seconds, with its jitter."""
        return fault.seconds + self._chance.random() * fault.jitter
