"""What does a request get? Sell's checks in their order (R-14), then the endpoint of its path."""

from collections.abc import Callable
from dataclasses import dataclass

from . import contacts, envelopes, query, resource_endpoints
from .call import Call
from .demo import ACCOUNT
from .envelopes import Refused, collection, path_not_found, single
from .faults import Fault
from .http import Reply, Request, html
from .requests_log import RequestRecord
from .resource_endpoints import Target
from .resources import FIELD_OWNERS, RESOURCES
from .state import Sandbox
from .tokens import AccessToken

Proceed = Callable[[], Reply]
_ACTIONS = {
    ("GET", False): "list",
    ("POST", False): "create",
    ("GET", True): "read",
    ("PUT", True): "update",
    ("DELETE", True): "delete",
}
_PROFILE_PATHS = ("/v2/users", "/v2/accounts")


class RefusedConnection(Exception):
    """The API is gone: the connection is reset without an answer."""


@dataclass(frozen=True, slots=True)
class Interference:
    """A fault strikes: `proceed` does the remaining checks and the commit when it is called."""

    fault: Fault
    proceed: Proceed
    token: str


def answer(*, sandbox: Sandbox, request: Request, record: RequestRecord) -> Reply | Interference:
    """Checks 1 to 6 and, unless a fault strikes, all others. Raises RefusedConnection."""
    try:
        token = _admit(sandbox, request, record)
    except Refused as refused:
        return refused.reply(request_id=record.request_id)
    if isinstance(token, Reply):
        return token

    def proceed() -> Reply:
        return _proceed(sandbox, request, record, token)

    fault = sandbox.faults.strike(request=request)
    if fault is None:
        return proceed()
    record.fault = fault.kind
    return Interference(fault, proceed, token.value)


def _admit(sandbox: Sandbox, request: Request, record: RequestRecord) -> AccessToken | Reply:
    if not request.method.isupper():
        return html(status=400)
    if not request.headers.get("user-agent"):
        raise envelopes.bad_header("User-Agent")
    if sandbox.switches.sunset != "off":
        return _sunset(sandbox.switches.sunset)
    if not request.path.startswith(("/v2/", "/oauth2/")):
        raise envelopes.page_not_found()
    token = sandbox.tokens.of_header(header=request.headers.get("authorization"))
    if token is None:
        raise envelopes.unauthorized()
    record.token = token.fingerprint
    style = sandbox.switches.throttle_style
    if style != "off":
        is_allowed = sandbox.limiter.take(token=token.value, at=sandbox.clock.monotonic())
        if not is_allowed:
            return throttled(style=style)
    return token


def _sunset(mode: str) -> Reply:
    if mode == "refuse":
        raise RefusedConnection
    if mode == "410":
        return html(status=410)
    raise envelopes.unauthorized() if mode == "401" else envelopes.page_not_found()


def throttled(*, style: str) -> Reply:
    """The three ways a request over the limit has been seen to end. Raises Refused."""
    if style == "empty429":
        return Reply(status=429)
    if style == "404-429json":
        raise path_not_found("GET", "/429.json")
    raise envelopes.rate_limited()


def _proceed(
    sandbox: Sandbox, request: Request, record: RequestRecord, token: AccessToken
) -> Reply:
    with sandbox.lock:
        call = Call(sandbox, request, token.user_id, sandbox.clock.wall(), record)
        try:
            endpoint = _endpoint(call)
            _require_scope(request, token)
            return endpoint()
        except Refused as refused:
            return refused.reply(request_id=record.request_id)


def _require_scope(request: Request, token: AccessToken) -> None:
    needed = "read" if request.method in ("GET", "HEAD") else "write"
    if request.path.startswith(_PROFILE_PATHS):
        needed = "profile"
    if needed not in token.scopes:
        details = f"The access token lacks the scope '{needed}'."
        raise envelopes.refuse(403, "insufficient_scope", "insufficient scope", details)


def _endpoint(call: Call) -> Proceed:
    """The endpoint for this path and verb. Raises Refused (404 incorrect_path) (R-1 to R-3)."""
    method = "GET" if call.request.method == "HEAD" else call.request.method
    parts = tuple(call.request.path.removeprefix("/v2/").split("/"))
    if parts[0] == "contacts":
        found = _contacts(call, method, parts[1:])
    elif (method, parts[1:]) == ("GET", ("custom_fields",)):
        found = _custom_fields(call, parts[0])
    elif (method, parts) == ("GET", ("users", "self")):
        found = lambda: _self(call, "user")  # noqa: E731 - one of several thunks
    elif (method, parts) == ("GET", ("accounts", "self")):
        found = lambda: _self(call, "account")  # noqa: E731
    else:
        found = _resource(call, method, parts)
    if found is None:
        raise path_not_found(call.request.method, call.request.path)
    return found


def _contacts(call: Call, method: str, rest: tuple[str, ...]) -> Proceed | None:
    if not rest:
        whole = {"GET": contacts.index, "POST": contacts.create}.get(method)
        return None if whole is None else lambda: whole(call)
    if rest == ("upsert",):
        return (lambda: contacts.upsert(call)) if method == "POST" else None
    one = {"GET": contacts.read, "PUT": contacts.update, "DELETE": contacts.delete}.get(method)
    contact_id = query.whole(rest[0]) if len(rest) == 1 else None
    if one is None or contact_id is None:
        return None
    return lambda: one(call, contact_id)


def _custom_fields(call: Call, owner: str) -> Proceed | None:
    if owner != "contact" and owner not in FIELD_OWNERS:
        return None

    def answer() -> Reply:
        query.refuse_any(query=call.request.query)
        fields = call.sandbox.fields.as_json(at=call.sandbox.born_at)
        shown = fields if owner == "contact" else []
        return collection(kind="custom_field", records=shown, links={})

    return answer


def _self(call: Call, kind: str) -> Reply:
    query.refuse_any(query=call.request.query)
    user = call.sandbox.resources.get(resource="users", record_id=call.user_id)
    return single(kind=kind, data=ACCOUNT if kind == "account" else user or {})


def _resource(call: Call, method: str, parts: tuple[str, ...]) -> Proceed | None:
    parent, parent_id = "", None
    if len(parts) >= 3:
        parent, parent_id, parts = parts[0], query.whole(parts[1]), parts[2:]
        if parent_id is None:
            return None
    resource = RESOURCES.get((parent, parts[0]))
    record_id = query.whole(parts[1]) if len(parts) == 2 else None
    if resource is None or len(parts) > 2 or (len(parts) == 2 and record_id is None):
        return None
    action = _ACTIONS.get((method, len(parts) == 2))
    if action is None or action not in resource.actions:
        return None
    target = Target(resource, parent_id, record_id)
    return lambda: resource_endpoints.answer(call, target, action)
