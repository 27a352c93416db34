"""One authenticated request on its way to an answer: who asks, what, when, of which sandbox."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, NoReturn

from .envelopes import bad_header, refuse
from .http import Request
from .requests_log import RequestRecord
from .state import Sandbox


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _fraction(text: str) -> Decimal:
    """The digits as written (R-34), unless no floating-point number could hold them."""
    if not isfinite(float(text)):
        raise ValueError(f"{text} is too large")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is too small") from None


_DECODER = json.JSONDecoder(parse_float=_fraction, parse_constant=_refuse_constant)


@dataclass(frozen=True, slots=True)
class Call:
    sandbox: Sandbox
    request: Request
    user_id: int
    at: float
    record: RequestRecord

    @property
    def url(self) -> str:
        """Scheme, host and path as the client wrote them."""
        host = self.request.headers.get("host", "localhost")
        return f"http://{host}{self.request.path}"

    def data(self) -> dict[str, Any]:
        """The `data` object of the body. Raises Refused (400 or 422)."""
        kind = self.request.headers.get("content-type", "").partition(";")[0]
        if kind.strip().lower() != "application/json":
            raise bad_header("Content-Type")
        try:
            payload = _DECODER.decode(self.request.body.decode())
        except (ValueError, RecursionError):
            words = "invalid request payload"
            raise refuse(
                400, "invalid_payload", words, "The request payload is malformed"
            ) from None
        data = payload.get("data") if isinstance(payload, dict) else None
        if not isinstance(data, dict):
            details = "The request payload must be an object with a 'data' object."
            raise refuse(422, "incorrect_payload", "incorrect request payload", details)
        return data

    def note_commit(self) -> None:
        self.record.applied_at = self.at
        self.record.applied_mono = self.sandbox.clock.monotonic()
