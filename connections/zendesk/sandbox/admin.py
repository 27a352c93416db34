"""The admin API below /_sandbox/: look at the sandbox and change it while it runs; no token.

GET    requests[?limit=N]   the last requests, newest first
GET    contacts[?email=E]   every contact as committed, newest change first
GET    stats                totals by status, under way, peak per second, contacts, uptime
GET    switches             PUT replaces all (those not named get their default), PATCH changes some
GET    faults               POST {"fault": SPEC} or {"faults": [SPEC, ...]} adds; DELETE clears
DELETE faults/ID            disarms one
POST   tokens               {"token": T, "scopes": [...]} adds, {"revoke": T} revokes; GET lists
POST   fields               replaces the definitions, in the form of the fields file; GET shows them
POST   reset                forgets contacts, records, requests and faults
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from . import definitions
from .definitions import InvalidDefinitions
from .envelopes import encode
from .faults import InvalidFault, parse
from .http import Reply, Request
from .state import Sandbox
from .switches import InvalidSwitch, Switches
from .tokens import SCOPES, InvalidToken, fingerprint

_DEFAULT_LIMIT = 200


class InvalidBody(ValueError):
    """The body is not what this admin path takes."""


def answer(*, sandbox: Sandbox, request: Request) -> Reply:
    name, _, rest = request.path.removeprefix("/_sandbox/").partition("/")
    method = "GET" if request.method == "HEAD" else request.method
    if name == "faults" and rest.isascii() and rest.isdigit() and method == "DELETE":
        is_removed = sandbox.faults.remove(number=int(rest[:9]))
        return _json({"removed": is_removed}, 200 if is_removed else 404)
    action = None if rest else _ACTIONS.get((method, name))
    if action is None:
        return _json({"error": f"There is no {method} {request.path}."}, 404)
    try:
        return _json(action(sandbox, request))
    except (InvalidBody, InvalidDefinitions, InvalidFault, InvalidSwitch, InvalidToken) as error:
        return _json({"error": str(error)}, 400)


def _json(payload: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=encode(payload) + b"\n")


def _body(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidBody("The body is not JSON.") from None


def _object(request: Request) -> dict[str, Any]:
    body = _body(request)
    if not isinstance(body, dict):
        raise InvalidBody("The body must be a JSON object.")
    return body


def _parameter(request: Request, name: str, default: str) -> str:
    return parse_qs(request.query, errors="replace").get(name, [default])[-1]


def _requests(sandbox: Sandbox, request: Request) -> Any:
    limit = _parameter(request, "limit", str(_DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit()):
        raise InvalidBody("limit must be a whole number.")
    records = sandbox.requests.newest(limit=int(limit[:6]))
    return {"requests": [record.as_json() for record in records]}


def _contacts(sandbox: Sandbox, request: Request) -> Any:
    email = _parameter(request, "email", "")
    contacts = sandbox.contacts.find(email=email) if email else sandbox.contacts.all()[::-1]
    return {"count": len(contacts), "contacts": contacts}


def stats(sandbox: Sandbox) -> dict[str, Any]:
    """The sandbox in figures."""
    return {
        "contacts": len(sandbox.contacts),
        "requests": sandbox.requests.total,
        "under_way": sandbox.requests.under_way,
        "by_status": dict(sorted(sandbox.requests.by_status.items())),
        "peak_per_second": sandbox.requests.peak_per_second,
        "uptime_seconds": round(sandbox.clock.monotonic() - sandbox.started_mono, 1),
    }


def _stats(sandbox: Sandbox, request: Request) -> Any:
    return stats(sandbox)


def _switches(sandbox: Sandbox, request: Request) -> Any:
    return sandbox.switches.as_json()


def _put_switches(sandbox: Sandbox, request: Request) -> Any:
    sandbox.switches = Switches().changed(**_object(request))
    return sandbox.switches.as_json()


def _patch_switches(sandbox: Sandbox, request: Request) -> Any:
    sandbox.switch(**_object(request))
    return sandbox.switches.as_json()


def _faults(sandbox: Sandbox, request: Request) -> Any:
    return {"faults": sandbox.faults.as_json()}


def _add_faults(sandbox: Sandbox, request: Request) -> Any:
    body = _object(request)
    specs = body.get("faults", [body.get("fault")])
    if not isinstance(specs, list) or not all(isinstance(spec, str) for spec in specs):
        raise InvalidBody('Send {"fault": "SPEC"} or {"faults": ["SPEC", ...]}.')
    for spec in specs:  # all or none
        parse(spec=spec)
    return {"ids": [sandbox.faults.add(spec=spec) for spec in specs]}


def _clear_faults(sandbox: Sandbox, request: Request) -> Any:
    sandbox.faults.clear()
    return {"faults": []}


def _tokens(sandbox: Sandbox, request: Request) -> Any:
    return {"tokens": [fingerprint(value) for value in sandbox.tokens.values()]}


def _change_tokens(sandbox: Sandbox, request: Request) -> Any:
    body = _object(request)
    token, revoked, scopes = body.get("token"), body.get("revoke"), body.get("scopes", [*SCOPES])
    if isinstance(revoked, str):
        return {"revoked": sandbox.tokens.revoke(value=revoked)}
    if not isinstance(token, str) or not _is_words(scopes):
        raise InvalidBody('Send {"token": "T", "scopes": ["read"]} or {"revoke": "T"}.')
    return {"added": sandbox.tokens.add(value=token, scopes=scopes).fingerprint}


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _fields(sandbox: Sandbox, request: Request) -> Any:
    return [asdict(field) for field in sandbox.fields.all()]


def _replace_fields(sandbox: Sandbox, request: Request) -> Any:
    sandbox.fields.replace(definitions=definitions.parse(entries=_body(request)))
    return _fields(sandbox, request)


def _reset(sandbox: Sandbox, request: Request) -> Any:
    sandbox.reset()
    return {"reset": True}


_ACTIONS: Mapping[tuple[str, str], Callable[[Sandbox, Request], Any]] = {
    ("GET", "requests"): _requests,
    ("GET", "contacts"): _contacts,
    ("GET", "stats"): _stats,
    ("GET", "switches"): _switches,
    ("PUT", "switches"): _put_switches,
    ("PATCH", "switches"): _patch_switches,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "tokens"): _tokens,
    ("POST", "tokens"): _change_tokens,
    ("GET", "fields"): _fields,
    ("POST", "fields"): _replace_fields,
    ("POST", "reset"): _reset,
}
