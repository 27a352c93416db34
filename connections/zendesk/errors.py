"""What may become of one request to Sell; values only.

Outcome
├── Written       the contact is in Sell as we sent it
├── Missing       what could only change a contact found none
├── Rejected      Sell refuses this contact; sending the same again changes nothing
├── Unauthorised  Sell refuses our credential; the contact itself is not at fault
├── Throttled     too many requests; nothing was written
├── NotSent       no byte of the request left this machine
└── Unknown       the write may or may not have happened, or may still happen

ZendeskError      a read failed; carries the outcome that says why
TurnMissed        the moment to send it had passed; nothing was sent, take another turn

Every outcome has a `failure_code` for counting, a `summary` in plain words that is safe to store
and to show (never an e-mail address, a value, a token or Sell's own prose), and `is_temporary`:
does waiting help?
"""

from dataclasses import dataclass
from typing import TypeAlias

_MEANINGS = {
    "unknown": "the attribute does not exist",
    "missing": "a required attribute is absent",
    "blank": "the attribute must not be empty",
    "already_exists": "the value is taken",
    "invalid_type": "the value has the wrong type",
    "incorrect_value": "the value is not acceptable",
    "invalid_param": "a query parameter is not accepted",
    "invalid_payload": "the body is not readable",
    "incorrect_payload": "the body has the wrong shape",
    "invalid_user_agent": "the User-Agent header is not accepted",
    "invalid_header": "a header is not accepted",
    "incorrect_path": "the address does not exist",
    "not_found": "the record does not exist",
    "insufficient_scope": "the credential lacks a permission",
    "unauthorized": "the token is missing, wrong, expired or revoked",
}


def meaning(code: str | None) -> str:
    """Sell's error code in our own words, or an empty text for one we do not know."""
    return _MEANINGS.get(code or "", "")


def _failure_code(status: int, code: str | None) -> str:
    return f"zendesk-{status}-{code}" if code else f"zendesk-{status}"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused attribute: Sell's code and the JSON pointer below `data`."""

    code: str | None
    pointer: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """2xx with a readable body of the right contact."""

    contact_id: int
    status: int
    request_id: str | None

    is_temporary = False
    failure_code = ""
    summary = "Zendesk stored the contact."


@dataclass(frozen=True, slots=True)
class Missing:
    """404 `not_found` on an update by id; 422 `missing` on an upsert without a last name."""

    status: int
    request_id: str | None

    is_temporary = False

    @property
    def _code(self) -> str:
        return "not_found" if self.status == 404 else "missing"

    @property
    def failure_code(self) -> str:
        """Sell's own."""
        return _failure_code(self.status, self._code)

    @property
    def summary(self) -> str:
        return f"Zendesk has no such contact ({self.status} {self._code})."


@dataclass(frozen=True, slots=True)
class Rejected:
    """400, 404, 409, 422 and every other 4xx that is about this request."""

    status: int
    code: str | None
    pointer: str | None
    message: str
    details: tuple[FieldError, ...]
    request_id: str | None

    is_temporary = False

    @property
    def failure_code(self) -> str:
        """409 stands alone: the code beside it is not documented."""
        return _failure_code(self.status, None if self.status == 409 else self.code)

    @property
    def summary(self) -> str:
        named = " ".join(part for part in (str(self.status), self.code) if part)
        place = f" at {self.pointer}" if self.pointer else ""
        others = len(self.details) - 1
        more = f" ({others} more)" if others > 0 else ""
        return f"Zendesk refused the request: {named}{place}{more}. {self.message}".rstrip()


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """401 or 403: stop using the token, keep the work."""

    status: int
    code: str | None
    message: str
    request_id: str | None

    is_temporary = False

    @property
    def failure_code(self) -> str:
        """401 stands alone: Sell does not tell its causes apart."""
        return _failure_code(self.status, None if self.status == 401 else self.code)

    @property
    def summary(self) -> str:
        named = " ".join(part for part in (str(self.status), self.code) if part)
        return f"Zendesk refused the credential: {named}. {self.message}".rstrip()


@dataclass(frozen=True, slots=True)
class Throttled:
    """429, or the 404 whose text names `/429.json`."""

    status: int
    retry_after_seconds: float | None

    is_temporary = True
    # Also for the 404: its own code would read as if an address were wrong.
    failure_code = "zendesk-429"

    @property
    def summary(self) -> str:
        if self.retry_after_seconds is None:
            return f"Zendesk asked us to slow down ({self.status})."
        return (
            f"Zendesk asked us to slow down ({self.status})"
            f" and to wait {self.retry_after_seconds:.0f} s."
        )


@dataclass(frozen=True, slots=True)
class NotSent:
    """Refused, unresolved, unreachable or not trusted: certainly before the first byte."""

    reason: str

    is_temporary = True
    failure_code = "network"

    @property
    def summary(self) -> str:
        return f"The request was not sent: {self.reason}."


@dataclass(frozen=True, slots=True)
class Unknown:
    """Everything else: timeouts, resets, 3xx, 5xx, a 2xx that does not prove anything."""

    reason: str
    status: int | None
    code: str | None = None
    request_id: str | None = None

    @property
    def is_temporary(self) -> bool:
        """A redirect stays until somebody changes the address; the rest may pass."""
        return self.status is None or not 300 <= self.status < 400

    @property
    def failure_code(self) -> str:
        return "network" if self.status is None else _failure_code(self.status, self.code)

    @property
    def summary(self) -> str:
        named = " ".join(str(part) for part in (self.status, self.code) if part)
        return f"Zendesk gave no usable answer{f' ({named})' if named else ''}: {self.reason}."


Failure: TypeAlias = Missing | Rejected | Unauthorised | Throttled | NotSent | Unknown
Outcome: TypeAlias = Written | Failure


class TurnMissed(Exception):
    """No byte has left: opening a connection (or a busy machine) took longer than the turn lasts.

    The connection is kept, so that the next turn finds it open.
    """


class ZendeskError(Exception):
    """Something could not be read from Sell; `outcome` says why, its text is the summary."""

    def __init__(self, outcome: Failure, /) -> None:
        super().__init__(outcome)
        self.outcome = outcome

    def __str__(self) -> str:
        return self.outcome.summary

    @property
    def is_temporary(self) -> bool:
        """Does waiting help?"""
        return self.outcome.is_temporary
