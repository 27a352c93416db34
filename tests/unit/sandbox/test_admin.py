"""The admin API: looking at the sandbox and changing it while it runs."""

import json
from typing import Any

import pytest

from connections.zendesk.sandbox.tokens import fingerprint

from .caller import TOKEN, Answer, Caller

BARE: dict[str, str | None] = {"Authorization": None, "User-Agent": None}


def admin(caller: Caller, method: str, path: str, body: Any = None) -> Answer:
    raw = None if body is None else json.dumps(body).encode()
    return caller.call(method, f"/_sandbox/{path}", raw=raw, headers=BARE)


def test_requests_are_shown_newest_first_with_what_was_said(caller: Caller) -> None:
    caller.create(last_name="Ek", email="a@example.org")
    caller.get("/v2/contacts?nope=1")
    newest, oldest = admin(caller, "GET", "requests").json["requests"]
    assert (newest["status"], newest["path"], newest["query"]) == (400, "/v2/contacts", "nope=1")
    assert (oldest["method"], oldest["token"]) == ("POST", fingerprint(TOKEN))
    assert json.loads(oldest["request"])["data"]["last_name"] == "Ek"
    assert json.loads(oldest["response"])["data"]["id"] == 1001
    assert oldest["at"] <= oldest["applied_at"] <= oldest["answered_at"]
    assert admin(caller, "GET", "requests?limit=1").json["requests"] == [newest]


def test_only_the_last_bodies_are_kept(caller: Caller) -> None:
    connection = caller.connect()
    for _ in range(201):
        connection.request("POST", "/v2/contacts", b"x" * 100, {"User-Agent": "t"})
        connection.getresponse().read()
    connection.close()
    records = caller.sandbox.requests.all()
    assert [len(record.body) for record in records[:2]] == [0, 100]
    assert len(records) == 201


def test_contacts_and_figures_are_shown(caller: Caller) -> None:
    caller.person(email="a@example.org")
    caller.create()
    assert admin(caller, "GET", "contacts?email=A@example.org").json["count"] == 1
    figures = admin(caller, "GET", "stats").json
    assert (figures["contacts"], figures["requests"]) == (1, 2)
    assert (figures["by_status"], figures["peak_per_second"]) == ({"200": 1, "422": 1}, 2)


def test_switches_are_changed_one_by_one_or_all_at_once(caller: Caller) -> None:
    admin(caller, "PATCH", "switches", {"index_lag_ms": 5})
    assert admin(caller, "GET", "switches").json["throttle_style"] == "off"
    put = admin(caller, "PUT", "switches", {"strict_email": False}).json
    assert (put["strict_email"], put["index_lag_ms"], put["throttle_style"]) == (
        False,
        0,
        "empty429",
    )


def test_faults_are_added_listed_and_removed(caller: Caller) -> None:
    added = admin(caller, "POST", "faults", {"faults": ["status=500", "hang,chance=0"]}).json
    assert caller.get("/v2/users/self").status == 500
    (first, _) = admin(caller, "GET", "faults").json["faults"]
    assert (first["spec"], first["struck"]) == ("status=500", 1)
    assert admin(caller, "DELETE", f"faults/{added['ids'][0]}").status == 200
    assert admin(caller, "DELETE", "faults/99").status == 404
    assert caller.get("/v2/users/self").status == 200
    assert admin(caller, "DELETE", "faults").json == {"faults": []}


def test_tokens_are_added_and_revoked(caller: Caller) -> None:
    assert admin(caller, "POST", "tokens", {"token": "new"}).status == 200
    new: dict[str, str | None] = {"Authorization": "Bearer new"}
    assert caller.call("GET", "/v2/users/self", headers=new).status == 200
    assert admin(caller, "POST", "tokens", {"revoke": "new"}).json == {"revoked": True}
    assert caller.call("GET", "/v2/users/self", headers=new).status == 401
    assert "new" not in admin(caller, "GET", "tokens").json["tokens"]


def test_an_administrator_may_rename_a_field(caller: Caller) -> None:
    caller.person(custom_fields={"VIP audience": "realized"})
    renamed = [{"name": "Gold audience", "type": "list", "choices": ["realized"]}]
    assert admin(caller, "POST", "fields", renamed).status == 200
    old = caller.create(last_name="Ek", custom_fields={"VIP audience": "realized"})
    assert old.faults == [("unknown", "/custom_fields/VIP audience")]
    assert caller.create(last_name="Ek", custom_fields={"Gold audience": "realized"}).status == 200


def test_a_reset_forgets_what_was_sent(caller: Caller) -> None:
    caller.person()
    admin(caller, "POST", "faults", {"fault": "status=500"})
    admin(caller, "POST", "reset")
    assert caller.person() == 1001
    assert len(caller.sandbox.requests.all()) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "switches", {"nope": 1}),
        ("PATCH", "switches", {"sunset": "soon"}),
        ("PUT", "switches", []),
        ("POST", "faults", {"fault": "bogus"}),
        ("POST", "faults", {"faults": ["status=500", "bogus"]}),
        ("POST", "faults", {}),
        ("POST", "tokens", {"token": ""}),
        ("POST", "tokens", {"token": "t", "scopes": ["all"]}),
        ("POST", "tokens", {"token": 1}),
        ("POST", "fields", [{"name": "A"}]),
        ("POST", "faults", None),
        ("GET", "requests?limit=x", None),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused(
    caller: Caller, method: str, path: str, body: Any
) -> None:
    answer = admin(caller, method, path, body)
    assert answer.status == 400
    assert answer.json["error"]
    assert caller.get("/v2/users/self").status == 200


def test_a_path_that_is_none_is_not_found(caller: Caller) -> None:
    assert admin(caller, "GET", "nope").status == 404
    assert admin(caller, "PUT", "reset").status == 404


def test_a_foreign_page_cannot_change_the_sandbox(caller: Caller) -> None:
    foreign: dict[str, str | None] = {"Sec-Fetch-Site": "cross-site"}
    assert caller.call("POST", "/_sandbox/reset", headers=foreign).status == 403
