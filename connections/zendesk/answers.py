"""What an answer of Sell means; knows statuses and error bodies, not sockets.

Status, Sell's `code` and the JSON pointer decide. Its prose never does, and never leaves this
module: it may be translated and may repeat a value.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeGuard

from connections.zendesk.contact import Contact, Json
from connections.zendesk.errors import (
    Failure,
    FieldError,
    Missing,
    Outcome,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
    Written,
    ZendeskError,
    meaning,
)

# What a server that knows what it says may ask for; the rest must not hold a token for days.
SANE_RETRY_AFTER_SECONDS = (1.0, 15 * 60.0)
MAX_DETAILS = 50
MAX_POINTER_LENGTH = 200

_CODE = re.compile(r"[a-z0-9_]{1,40}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
# Tried at the start of a word only: at every letter of a hostile megabyte it would take hours.
_EMAIL = re.compile(r"(?<![^\s/@])[^\s/@]+@[^\s/@]+")
_NAMELESS = FieldError(code="missing", pointer="/last_name")
# The server gave up waiting for us or wants the request again: no verdict on the contact.
_NO_VERDICT = (408, 425)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `flaw` says why the body cannot be relied on; then `body` is empty."""

    status: int
    body: bytes = field(repr=False)
    request_id: str | None
    retry_after: str | None
    received_at: datetime
    flaw: str | None = None


def written(*, answer: Answer, contact: Contact, contact_id: int | None) -> Outcome:
    """The outcome of an upsert (`contact_id` None) or of an update by id.

    A success must prove itself: the body has to be the contact we wrote. A login page, a cut
    body or somebody else's contact is Unknown.
    """
    if not _is_success(answer):
        failed = failure(answer=answer, is_update=contact_id is not None)
        return _missing(failed, contact) if contact_id is None else failed
    parsed = _parsed(answer.body)
    data = parsed.get("data") if isinstance(parsed, dict) else None
    written_id = data.get("id") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not is_id(written_id):
        return _unknown(answer, "the answer holds no contact")
    if contact_id is not None and written_id != contact_id:
        return _unknown(answer, "the answer is about another contact")
    if not _is_same_email(data.get("email"), contact.email):
        return _unknown(answer, "the answer is about another e-mail address")
    return Written(contact_id=written_id, status=answer.status, request_id=_request_id(answer))


def _missing(failed: Failure, contact: Contact) -> Failure:
    """Sell asks for a last name only to make a contact: without one, no contact was found."""
    match failed:
        case Rejected(status=422, details=details) if (
            "last_name" not in contact.attributes and _NAMELESS in details
        ):
            return Missing(status=422, request_id=failed.request_id)
        case _:
            return failed


def document(*, answer: Answer) -> dict[str, Json]:
    """The JSON object of a read. Raises ZendeskError for everything else."""
    if not _is_success(answer):
        raise ZendeskError(failure(answer=answer, is_update=False))
    parsed = _parsed(answer.body)
    if not isinstance(parsed, dict):
        raise unreadable(answer=answer, reason="the answer is not a JSON object")
    return parsed


def unreadable(*, answer: Answer, reason: str) -> ZendeskError:
    """For a 2xx whose body does not say what it should."""
    return ZendeskError(_unknown(answer, reason))


def is_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def failure(*, answer: Answer, is_update: bool) -> Failure:
    """What an answer other than a sound 2xx means."""
    status = answer.status
    if status == 429 or (status == 404 and b"/429.json" in answer.body):
        # Since 2021 Sell's edge has also been seen to answer a throttled call with such a 404.
        retry_after = retry_after_seconds(answer.retry_after, at=answer.received_at)
        return Throttled(status=status, retry_after_seconds=retry_after)
    details = tuple(_field_errors(answer.body))
    code = details[0].code if details else None
    if status in (401, 403):
        return Unauthorised(
            status=status, code=code, message=_sentence(code), request_id=_request_id(answer)
        )
    if answer.flaw is not None:
        return _unknown(answer, answer.flaw)
    if not 400 <= status < 500 or status in _NO_VERDICT:
        return _unknown(answer, _surprise(status), code=code)
    if is_update and status == 404 and code == "not_found":
        return Missing(status=status, request_id=_request_id(answer))
    return Rejected(
        status=status,
        code=code,
        pointer=details[0].pointer if details else None,
        message=_advice(status) or _sentence(code),
        details=details,
        request_id=_request_id(answer),
    )


def retry_after_seconds(text: str | None, *, at: datetime) -> float | None:
    """Seconds to wait from `Retry-After`, a number or an HTTP date; None when it is absurd.

    Rubbish, a time in the past and one further away than fifteen minutes count as not said.
    """
    text = (text or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        seconds = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - at).total_seconds()
    shortest, longest = SANE_RETRY_AFTER_SECONDS
    return seconds if shortest <= seconds <= longest else None


def _is_success(answer: Answer) -> bool:
    return 200 <= answer.status < 300 and answer.flaw is None


def _unknown(answer: Answer, reason: str, *, code: str | None = None) -> Unknown:
    return Unknown(reason=reason, status=answer.status, code=code, request_id=_request_id(answer))


def _surprise(status: int) -> str:
    if 300 <= status < 400:
        return "it redirects to another address, which is never followed"
    if status >= 500:
        return "the server failed"
    return "the status is not one that we expect"


def _advice(status: int) -> str:
    if status == 409:
        return "More than one contact has this e-mail address."
    if status == 413:
        return "The contact is too large."
    return ""


def _sentence(code: str | None) -> str:
    words = meaning(code)
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _is_same_email(theirs: Json, ours: str) -> bool:
    return isinstance(theirs, str) and _folded(theirs) == _folded(ours)


def _folded(email: str) -> str:
    return unicodedata.normalize("NFC", email.strip()).casefold()


def _request_id(answer: Answer) -> str | None:
    request_id = answer.request_id or ""
    return request_id if _REQUEST_ID.fullmatch(request_id) else None


def _parsed(body: bytes) -> Json:
    try:
        parsed: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed


def _field_errors(body: bytes) -> Iterator[FieldError]:
    """Sell's errors, read as leniently as possible: services differ in what they leave out."""
    parsed = _parsed(body)
    entries = parsed.get("errors") if isinstance(parsed, dict) else None
    for entry in entries[:MAX_DETAILS] if isinstance(entries, list) else ():
        error = entry.get("error", entry) if isinstance(entry, dict) else None
        if isinstance(error, dict):
            yield FieldError(code=_code(error.get("code")), pointer=_pointer(error.get("field")))


def _code(value: Json) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _pointer(value: Json) -> str | None:
    """A JSON pointer below `data`: some services count from the document, some from `data`."""
    if not isinstance(value, str) or not value.startswith("/"):
        return None
    pointer = value.removeprefix("/data") if value.startswith("/data/") else value
    printable = "".join(character for character in pointer if character.isprintable())
    return _EMAIL.sub("…", printable)[:MAX_POINTER_LENGTH]
