"""What Zendesk saw: the sandbox's ledger, one line for every request, written when it is over."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """Instants are monotonic seconds of the sandbox's machine, `accepted_at` wall seconds."""

    number: int
    request_id: str
    method: str
    path: str
    # Which connection it came over: whose that is, `callers` knows.
    client_port: int
    token: str | None
    identity: str | None
    payload: str | None
    status: int | None
    fault: str | None
    accepted_at: float
    accepted_mono: float
    applied_at: float | None
    applied_mono: float | None
    # When the client went away without an answer.
    gone_mono: float | None
    ended_at: float
    ended_mono: float

    @property
    def is_write(self) -> bool:
        return self.method in {"POST", "PUT"} and self.path.startswith("/v2/contacts")

    @property
    def was_left(self) -> bool:
        """The client was gone before there was an answer: it was killed, or gave up."""
        return self.gone_mono is not None and self.gone_mono <= self.ended_mono


def read(path: Path) -> list[Request]:
    """In the order of acceptance; a line still being written is left out."""
    found = []
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                found.append(Request(**json.loads(line)))
    return sorted(found, key=lambda request: request.accepted_mono)


def distinct_states(requests: Iterable[Request]) -> int:
    """How many different things were said of how many people: what had to be sent at least."""
    return len({(r.identity, r.payload) for r in requests if r.is_write})


def busiest_second(requests: Iterable[Request]) -> dict[str, int]:
    """The most requests of a token within any one second, wherever it begins."""
    by_token: dict[str, list[float]] = {}
    for request in requests:
        if request.token is not None:
            by_token.setdefault(request.token, []).append(request.accepted_mono)
    return {token: _most_within(sorted(times), 1.0) for token, times in by_token.items()}


def _most_within(times: list[float], seconds: float) -> int:
    return max(
        (bisect_left(times, at + seconds) - index for index, at in enumerate(times)), default=0
    )


@dataclass(frozen=True, slots=True)
class Overlap:
    first: Request
    second: Request


def overlaps(requests: Iterable[Request], *, lease: float) -> list[Overlap]:
    """Pairs of writes about one person that were both in flight at one moment.

    In flight is a request from its acceptance until it was answered, or until its client was
    gone: nobody can call back what a killed client sent, and what the server still does with it
    afterwards is what the settle rule is for. A client that stands still does not go away; a
    claim lives no longer than its lease, so neither is its request in flight for longer.
    """
    found: list[Overlap] = []
    busy: dict[str, list[Request]] = {}
    for request in requests:
        if not request.is_write or request.identity is None:
            continue
        whom = request.identity.casefold()
        still = [r for r in busy.get(whom, []) if _over_at(r, lease) > request.accepted_mono]
        found += [Overlap(first, request) for first in still]
        busy[whom] = [*still, request]
    return found


def _over_at(request: Request, lease: float) -> float:
    gone = request.ended_mono if request.gone_mono is None else request.gone_mono
    return min(request.ended_mono, gone, request.accepted_mono + lease)


def by_status(requests: Iterable[Request]) -> Counter[str]:
    return Counter(str(request.status) for request in requests if request.is_write)


def overwrites(requests: Sequence[Request]) -> int:
    """Late writes that were applied over a newer one of the same person: old data on top."""
    by_person: dict[str, list[Request]] = {}
    for request in requests:
        if request.is_write and request.identity and request.applied_mono is not None:
            by_person.setdefault(request.identity.casefold(), []).append(request)
    return sum(
        any(_is_overwritten(newer, late) for newer in writes)
        for writes in by_person.values()
        for late in writes
    )


def _is_overwritten(newer: Request, late: Request) -> bool:
    if newer.applied_mono is None or late.applied_mono is None or newer.payload == late.payload:
        return False
    return late.accepted_mono < newer.accepted_mono and newer.applied_mono < late.applied_mono
