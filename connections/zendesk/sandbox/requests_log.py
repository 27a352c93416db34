"""What was asked and what was answered? Every request to the API, newest kept, and the ledger."""

import hashlib
import json
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl

from .clock import precise
from .http import Request

KEPT_RECORDS = 10_000
KEPT_BODIES = 200
_SHOWN_BYTES = 64 * 1024


@dataclass(slots=True)
class RequestRecord:
    """One request as it went. Instants are wall seconds, `_mono` ones monotonic seconds."""

    number: int
    request_id: str
    method: str
    path: str
    query: str
    body: bytes
    accepted_at: float
    accepted_mono: float
    client_port: int
    token: str | None = None
    """The token's fingerprint; None when it was not a valid one."""
    applied_at: float | None = None
    applied_mono: float | None = None
    answered_at: float | None = None
    answered_mono: float | None = None
    gone_mono: float | None = None
    """When the client went away before it had an answer."""
    status: int | None = None
    """None: no status line was sent (yet, or ever)."""
    answer: bytes = b""
    fault: str | None = None

    @property
    def milliseconds(self) -> float | None:
        if self.answered_mono is None:
            return None
        return round((self.answered_mono - self.accepted_mono) * 1000, 2)

    @property
    def email(self) -> str | None:
        return email_of(query=self.query, body=self.body)

    def as_json(self) -> dict[str, Any]:
        answered, applied = self.answered_at, self.applied_at
        return {
            "number": self.number,
            "at": precise(at=self.accepted_at),
            "answered_at": None if answered is None else precise(at=answered),
            "applied_at": None if applied is None else precise(at=applied),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "ms": self.milliseconds,
            "token": self.token,
            "fault": self.fault,
            "request_id": self.request_id,
            "request": self.body[:_SHOWN_BYTES].decode("utf-8", "replace"),
            "response": self.answer.decode("utf-8", "replace"),
        }


def email_of(*, query: str, body: bytes) -> str | None:
    """Whom a request is about: the e-mail filter, else the e-mail in the body."""
    for name, value in parse_qsl(query, errors="replace"):
        if name == "email":
            return value
    email = _data(body).get("email")
    return email if isinstance(email, str) else None


def _data(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    data = payload.get("data") if isinstance(payload, dict) else None
    return data if isinstance(data, dict) else {}


def payload_hash(*, body: bytes) -> str | None:
    """SHA-256 of the sent `data` as canonical JSON (sorted keys, NFC); None without one."""
    data = _data(body)
    if not data:
        return None
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    normal = unicodedata.normalize("NFC", canonical)
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()


class RequestLog:
    def __init__(self, *, ledger: Path | None = None) -> None:
        self._records: deque[RequestRecord] = deque(maxlen=KEPT_RECORDS)
        self._ledger: IO[str] | None = None
        if ledger is not None:
            self._ledger = ledger.open("a", encoding="utf-8")
        self._number = 0
        # Asked and not settled: a write that comes late may still be on its way.
        self._under_way: set[int] = set()
        self._second = (0, 0)
        self.clear()

    def clear(self) -> None:
        self._records.clear()
        self.by_status: Counter[str] = Counter()
        self.total = 0
        self.peak_per_second = 0

    @property
    def under_way(self) -> int:
        """Requests that are not settled yet; each of them may still be applied."""
        return len(self._under_way)

    def all(self) -> list[RequestRecord]:
        """The records kept, oldest first."""
        return list(self._records)

    def newest(self, *, limit: int) -> list[RequestRecord]:
        return self.all()[: -limit - 1 : -1]

    def open(
        self, *, request: Request, request_id: str, at: float, mono: float, client_port: int
    ) -> RequestRecord:
        self._number += 1
        self.total += 1
        second, count = self._second
        self._second = (second, count + 1) if second == int(mono) else (int(mono), 1)
        self.peak_per_second = max(self.peak_per_second, self._second[1])
        record = RequestRecord(
            number=self._number,
            request_id=request_id,
            method=request.method,
            path=request.path,
            query=request.query,
            body=request.body,
            accepted_at=at,
            accepted_mono=mono,
            client_port=client_port,
        )
        self._under_way.add(record.number)
        self._records.append(record)
        if len(self._records) > KEPT_BODIES:
            old = self._records[-KEPT_BODIES - 1]
            old.body = old.answer = b""
        return record

    def note_answer(
        self, *, record: RequestRecord, status: int, answer: bytes, at: float, mono: float
    ) -> None:
        record.status, record.answer = status, answer[:_SHOWN_BYTES]
        record.answered_at, record.answered_mono = at, mono

    def settle(self, *, record: RequestRecord, body: bytes, at: float, mono: float) -> None:
        """Nothing more happens to this request: count it and write its ledger line."""
        self._under_way.discard(record.number)
        self.by_status["none" if record.status is None else str(record.status)] += 1
        if self._ledger is None:
            return
        line = {
            "number": record.number,
            "request_id": record.request_id,
            "method": record.method,
            "path": record.path,
            "client_port": record.client_port,
            "token": record.token,
            "identity": email_of(query=record.query, body=body),
            "payload": payload_hash(body=body),
            "status": record.status,
            "fault": record.fault,
            "accepted_at": record.accepted_at,
            "accepted_mono": record.accepted_mono,
            "applied_at": record.applied_at,
            "applied_mono": record.applied_mono,
            "gone_mono": record.gone_mono,
            "ended_at": at,
            "ended_mono": mono,
        }
        self._ledger.write(json.dumps(line) + "\n")
        self._ledger.flush()

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
