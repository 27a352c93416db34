"""How are answers wrapped? Sell's envelopes for one record, a collection and errors."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .http import Reply, reason

MORE_INFO = "https://developers.getbase.com/docs/rest/articles/errors"
_LINKS = {"more_info": MORE_INFO}


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of an answer. `resource` and `field` belong to 422 answers about a record."""

    code: str
    message: str
    details: str
    resource: str | None = None
    field: str | None = None

    def as_json(self) -> dict[str, str]:
        error = {"code": self.code, "message": self.message, "details": self.details}
        if self.field is not None:
            error["field"] = self.field
        if self.resource is not None:
            error["resource"] = self.resource
        return error


class Refused(Exception):
    """The request is answered with errors and has changed nothing (R-15)."""

    def __init__(self, status: int, problems: Sequence[Problem]) -> None:
        super().__init__(f"{status} {problems[0].code}")
        self.status = status
        self.problems = problems

    def reply(self, *, request_id: str) -> Reply:
        return errors(status=self.status, problems=self.problems, request_id=request_id)


def refuse(status: int, code: str, message: str, details: str) -> Refused:
    return Refused(status, (Problem(code, message, details),))


def bad_header(name: str) -> Refused:
    code = "invalid_user_agent" if name == "User-Agent" else "invalid_header"
    details = f"The request header '{name}' is malformed, missing, or has an invalid value"
    return refuse(400, code, "invalid request header", details)


def bad_parameter(name: str, why: str) -> Problem:
    details = (
        f"The request query parameter '{name}' is malformed, missing, or has an invalid value"
        f" ({why})"
    )
    return Problem("invalid_param", "invalid request query parameter", details)


def unexpected_parameter(name: str) -> Problem:
    return bad_parameter(name, "is an unexpected parameter")


def unauthorized() -> Refused:
    details = "Required access token is missing, malformed, expired, or invalid."
    return refuse(401, "unauthorized", "Unauthorized", details)


def path_not_found(method: str, path: str) -> Refused:
    details = f"Requested path at '{path}' was not found using the HTTP method '{method}'."
    return refuse(404, "incorrect_path", "path was not found", details)


def page_not_found() -> Refused:
    return refuse(404, "not_found", "Not Found", "Requested path was not found.")


def record_not_found() -> Refused:
    return refuse(404, "not_found", "resource not found", "Resource was not found.")


def rate_limited() -> Refused:
    details = "Too many requests were made with this access token."
    return refuse(429, "rate_limit_exceeded", "rate limit exceeded", details)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


# Decimals are how JSON fractions are read here (digits as written, R-34).
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_plain)


def encode(payload: Any) -> bytes:
    return _ENCODER.encode(payload).encode()


def item(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": data, "meta": {"type": kind}}


def single(*, kind: str, data: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status=status, body=encode(item(kind, data)))


def collection(
    *, kind: str, records: Iterable[Mapping[str, Any]], links: Mapping[str, str]
) -> Reply:
    items = [item(kind, record) for record in records]
    meta = {"type": "collection", "count": len(items), "links": links}
    return Reply(status=200, body=encode({"items": items, "meta": meta}))


def errors(*, status: int, problems: Iterable[Problem], request_id: str) -> Reply:
    meta = {"type": "error", "links": _LINKS}
    payload = {
        "errors": [{"error": problem.as_json(), "meta": meta} for problem in problems],
        "meta": {
            "type": "errors",
            "http_status": f"{status} {reason(status)}",
            "logref": request_id,
            "links": _LINKS,
        },
    }
    return Reply(status=status, body=encode(payload))
