"""Every fault, seen from the client's side; and whether the write was committed."""

import gzip
import http.client
import json
import socket
import time
from collections.abc import Callable

import pytest

from connections.zendesk.sandbox import InvalidFault
from connections.zendesk.sandbox.faults import KINDS, parse

from .caller import HEADERS, TOKEN, Answer, Caller

UPSERT = ("POST", "/v2/contacts/upsert?email=a%40example.org")
DATA = {"last_name": "Ek", "email": "a@example.org"}
BROKEN = (ConnectionError, http.client.HTTPException, TimeoutError)


def struck(caller: Caller, spec: str) -> Answer:
    caller.sandbox.add_fault(spec)
    return caller.call(*UPSERT, DATA)


def count(caller: Caller) -> int:
    return len(caller.sandbox.contacts.find(email="a@example.org"))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("status", [400, 403, 500, 502, 503, 504])
@pytest.mark.parametrize("body", ["json", "html", "empty"])
def test_any_status_can_be_injected_with_any_body(caller: Caller, status: int, body: str) -> None:
    answer = struck(caller, f"status={status},body={body}")
    assert (answer.status, count(caller)) == (status, 0)
    if body == "json":
        assert answer.json["meta"]["logref"] == answer.headers["X-Request-Id"]
    elif body == "html":
        assert answer.body.startswith(b"<html>")
        assert "text/html" in answer.headers["Content-Type"]
    else:
        assert answer.body == b""


def test_a_status_can_follow_the_commit_and_say_when_to_come_back(caller: Caller) -> None:
    answer = struck(caller, "status=503,retry_after=Wed%2C 21 Oct 2026 07:28:00 GMT,when=after")
    assert (answer.status, count(caller)) == (503, 1)
    assert answer.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("style", "status", "length"),
    [("empty429", 429, 0), ("json429", 429, 1), ("404-429json", 404, 1)],
)
def test_throttling_can_be_injected(caller: Caller, style: str, status: int, length: int) -> None:
    answer = struck(caller, f"throttle={style}")
    assert (answer.status, min(len(answer.body), 1), count(caller)) == (status, length, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_can_be_late(caller: Caller, when: str) -> None:
    started = time.monotonic()
    assert struck(caller, f"delay=0.2,jitter=0.05,when={when}").status == 200
    assert 0.2 <= time.monotonic() - started < 2


@pytest.mark.parametrize(("when", "written"), [("before", 0), ("after", 1)])
def test_an_answer_may_never_come(caller: Caller, when: str, written: int) -> None:
    caller.timeout = 0.2
    with pytest.raises(TimeoutError):
        struck(caller, f"hang,when={when}")
    assert count(caller) == written


@pytest.mark.parametrize(("when", "written"), [("before", 0), ("after", 1)])
def test_the_connection_can_be_reset(caller: Caller, when: str, written: int) -> None:
    with pytest.raises(BROKEN):
        struck(caller, f"reset,when={when}")
    assert count(caller) == written


def test_a_body_can_be_truncated(caller: Caller) -> None:
    with pytest.raises(http.client.IncompleteRead):
        struck(caller, "truncate")
    assert count(caller) == 1


def test_a_body_can_drip(caller: Caller) -> None:
    caller.timeout = 0.3
    with pytest.raises(TimeoutError):
        struck(caller, "drip")
    assert count(caller) == 1


def test_a_redirect_names_another_host(caller: Caller) -> None:
    answer = struck(caller, "redirect=https://elsewhere.example.com/login,status=301")
    assert (answer.status, count(caller)) == (301, 0)
    assert answer.headers["Location"] == "https://elsewhere.example.com/login"


def test_the_body_can_hold_another_contact(caller: Caller) -> None:
    answer = struck(caller, "wrong-contact")
    assert (answer.status, answer.data["email"]) == (200, "someone.else@example.com")
    assert caller.sandbox.contacts.get(contact_id=answer.data["id"]) is None
    assert count(caller) == 1


def test_a_200_can_hold_json_that_cannot_be_read(caller: Caller) -> None:
    answer = struck(caller, "invalid-json")
    assert (answer.status, count(caller)) == (200, 1)
    with pytest.raises(ValueError):
        json.loads(answer.body)


def test_a_200_can_be_a_login_page(caller: Caller) -> None:
    answer = struck(caller, "html-login,when=before")
    assert (answer.status, count(caller)) == (200, 0)
    assert "text/html" in answer.headers["Content-Type"]


def test_a_body_can_be_huge_and_still_valid(caller: Caller) -> None:
    answer = struck(caller, "huge=2")
    assert len(answer.data["description"]) == 2 * 1024 * 1024


def test_a_small_body_can_swell(caller: Caller) -> None:
    answer = struck(caller, "gzip-bomb=5")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 50_000
    assert len(gzip.decompress(answer.body)) > 5 * 1024 * 1024


def test_chunks_can_go_on_for_ever(caller: Caller) -> None:
    caller.sandbox.add_fault("endless")
    connection = caller.connect()
    connection.request(*UPSERT, b"{}", {"User-Agent": "tests", "Authorization": "Bearer no"})
    assert connection.getresponse().read() != b""  # no fault strikes who is not let in
    connection.request("GET", "/v2/users/self", headers=HEADERS)
    assert len(connection.getresponse().read(500_000)) == 500_000
    connection.close()


def test_a_write_can_be_applied_after_the_client_has_left(caller: Caller) -> None:
    caller.timeout = 0.1
    with pytest.raises(TimeoutError):
        struck(caller, "late=0.15")
    assert count(caller) == 0
    wait_until(lambda: count(caller) == 1)
    record = caller.sandbox.requests.newest(limit=1)[0]
    assert record.applied_at is not None
    assert (record.status, record.fault) == (None, "late")


def test_a_token_can_be_revoked_in_the_middle(caller: Caller) -> None:
    caller.sandbox.add_fault("revoke-token,every=2")
    answers = [caller.call(*UPSERT, DATA).status for _ in range(4)]
    assert answers == [200, 401, 401, 401]


def test_a_fault_strikes_only_what_it_matches(caller: Caller) -> None:
    caller.sandbox.add_fault("status=500,method=POST,path=/v2/contacts,email=A@example.org")
    assert caller.get("/v2/contacts").status == 200
    assert caller.create(last_name="Ek", email="b@example.org").status == 200
    assert caller.create(last_name="Ek", email="a@example.org").status == 500
    assert caller.call(*UPSERT, DATA).status == 500


def test_a_fault_strikes_each_nth_time_and_no_more_than_it_should(caller: Caller) -> None:
    caller.sandbox.add_fault("status=500,every=2,count=2")
    statuses = [caller.get("/v2/users/self").status for _ in range(7)]
    assert statuses == [200, 500, 200, 500, 200, 200, 200]


def test_a_fault_without_chance_never_strikes(caller: Caller) -> None:
    caller.sandbox.add_fault("status=500,chance=0")
    assert caller.get("/v2/users/self").status == 200


def test_a_connection_goes_on_after_a_delayed_answer(caller: Caller) -> None:
    caller.sandbox.add_fault("delay=0.05,count=1")
    head = f"GET /v2/users/self HTTP/1.1\r\nUser-Agent: t\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    with socket.create_connection((caller.running.host, caller.running.port), 3) as client:
        client.sendall(head.encode() * 3)
        received = b""
        while received.count(b"HTTP/1.1 200 OK") < 3:
            received += client.recv(65536)


@pytest.mark.parametrize(
    "spec",
    [
        *("bogus", "status", "status=700", "throttle=fast", "delay", "redirect", "hang=3"),
        *("status=500,body=xml", "status=500,nope=1", "delay=1,chance=2", "late=1,when=before"),
        *("reset,when=during", "huge=99999", "delay=nan"),
    ],
)
def test_a_fault_that_is_none_is_refused(spec: str) -> None:
    with pytest.raises(InvalidFault):
        parse(spec=spec)


def test_every_kind_of_fault_is_described() -> None:
    described = parse.__globals__["__doc__"]
    assert [kind for kind in KINDS if f"\n{kind}" not in described] == []
