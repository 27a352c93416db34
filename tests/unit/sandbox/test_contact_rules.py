"""What may be written to a contact, and how it reads afterwards."""

from typing import Any

import pytest

from connections.zendesk.sandbox import FieldDefinition

from .caller import Caller, calling

ALL_TYPES = tuple(
    FieldDefinition(kind, kind, choices=("a", "b") if "list" in kind else ())
    for kind in (
        *("string", "text", "number", "bool", "date", "datetime", "email", "phone", "url"),
        *("address", "list", "multi_select_list"),
    )
)
NO_ADDRESS = dict.fromkeys(("line1", "city", "postal_code", "state", "country"))


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({"owner_id": 99}, [("incorrect_value", "/owner_id")]),
        ({"owner_id": "7"}, [("invalid_type", "/owner_id")]),
        ({"owner_id": True}, [("invalid_type", "/owner_id")]),
        ({"is_organization": "no"}, [("invalid_type", "/is_organization")]),
        ({"contact_id": 5}, [("incorrect_value", "/contact_id")]),
        ({"title": "x" * 256}, [("incorrect_value", "/title")]),
        ({"description": "x" * 65_536}, [("incorrect_value", "/description")]),
        ({"customer_status": "maybe"}, [("incorrect_value", "/customer_status")]),
        ({"tags": "a"}, [("invalid_type", "/tags")]),
        ({"tags": [1]}, [("invalid_type", "/tags")]),
        ({"custom_fields": []}, [("invalid_type", "/custom_fields")]),
        ({"address": "x"}, [("invalid_type", "/address")]),
        ({"address": {"street": "x"}}, [("unknown", "/address/street")]),
        ({"address": {"city": 1}}, [("invalid_type", "/address/city")]),
        ({"billing_address": {"city": "Lund"}}, [("incorrect_value", "/billing_address")]),
        ({"id": 1}, [("unknown", "/id")]),
        (
            {"created_at": "x", "updated_at": "x"},
            [("unknown", "/created_at"), ("unknown", "/updated_at")],
        ),
        ({"a/b": 1}, [("unknown", "/a~1b")]),
        ({"email": "a b@example.org"}, [("incorrect_value", "/email")]),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    caller: Caller, data: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    answer = caller.create(last_name="Ek", **data)
    assert (answer.status, answer.faults) == (422, faults)
    assert len(caller.sandbox.contacts) == 0


def test_missing_attributes_come_after_the_failing_ones(caller: Caller) -> None:
    answer = caller.create(email=5, custom_fields={"Nope": 1}, title=2)
    assert [field for _, field in answer.faults] == [
        "/email",
        "/custom_fields/Nope",
        "/title",
        "/last_name",
    ]


def test_a_persons_name_is_made_of_its_parts(caller: Caller) -> None:
    answer = caller.create(name="Ignored", first_name="Ann", last_name="Ek")
    assert answer.data["name"] == "Ann Ek"
    assert caller.put(answer.data["id"], first_name="").data["name"] == "Ek"


def test_an_organization_has_no_parts_of_a_name(caller: Caller) -> None:
    answer = caller.create(is_organization=True, name="Acme", last_name="Ek")
    assert (answer.data["name"], answer.data["last_name"]) == ("Acme", None)


def test_a_person_belongs_to_an_organization_until_that_is_deleted(caller: Caller) -> None:
    acme = caller.create(is_organization=True, name="Acme").data["id"]
    person = caller.person(contact_id=acme, parent_organization_id=None)
    assert caller.create(last_name="Ek", contact_id=person).status == 422
    caller.call("DELETE", f"/v2/contacts/{acme}")
    assert caller.get(f"/v2/contacts/{person}").data["contact_id"] is None


def test_the_name_cannot_be_blanked_later(caller: Caller) -> None:
    for blank in ("", " ", None):
        answer = caller.put(caller.person(), last_name=blank)
        assert (answer.status, answer.faults) == (422, [("blank", "/last_name")])


def test_an_empty_string_is_stored_as_null(caller: Caller) -> None:
    assert caller.create(last_name="Ek", title="", email="").data["title"] is None


def test_address_keys_not_named_stay(caller: Caller) -> None:
    contact = caller.person(address={"city": "Lund", "country": "SE"})
    answer = caller.put(contact, address={"city": "Malmö"})
    assert answer.data["address"] == NO_ADDRESS | {"city": "Malmö", "country": "SE"}
    assert caller.put(contact, address=None).data["address"] is None


def test_a_customer_may_have_a_billing_address(caller: Caller) -> None:
    answer = caller.create(last_name="Ek", billing_address={"city": "X"}, customer_status="current")
    assert answer.data["billing_address"]["city"] == "X"


def test_every_put_renews_updated_at(caller: Caller) -> None:
    contact = caller.create(last_name="Ek").data
    caller.hands.now += 5
    assert caller.put(contact["id"]).data["updated_at"] > contact["updated_at"]


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        ("number", 3.50, "3.5"),
        ("number", " 42 ", "42"),
        ("number", "1e3", "1000"),
        ("number", -7, "-7"),
        ("bool", False, False),
        ("date", "2026-02-28", "2026-02-28"),
        ("datetime", "2026-02-28T10:00:00Z", "2026-02-28T10:00:00Z"),
        ("list", "a", "a"),
        ("multi_select_list", ["b", "a", "b"], ["b", "a"]),
        ("address", {"city": "Lund"}, NO_ADDRESS | {"city": "Lund"}),
        ("url", "nonsense", "nonsense"),
        ("phone", "", None),
        ("string", None, None),
        ("multi_select_list", [], None),
        ("list", None, None),
    ],
)
def test_a_custom_field_stores_what_its_type_allows(kind: str, sent: Any, stored: Any) -> None:
    with calling(fields=ALL_TYPES) as caller:
        answer = caller.create(last_name="Ek", custom_fields={kind: sent})
    assert answer.data["custom_fields"] == ({} if stored is None else {kind: stored})


@pytest.mark.parametrize(
    ("kind", "sent", "code"),
    [
        ("string", 1, "invalid_type"),
        ("string", "x" * 256, "incorrect_value"),
        ("number", "x", "invalid_type"),
        ("number", True, "invalid_type"),
        ("bool", "true", "invalid_type"),
        ("date", "28/02/2026", "incorrect_value"),
        ("date", "2026-02-30", "incorrect_value"),
        ("date", 5, "invalid_type"),
        ("datetime", "2026-02-28", "incorrect_value"),
        ("list", ["a"], "invalid_type"),
        ("list", "c", "incorrect_value"),
        ("multi_select_list", "a", "invalid_type"),
        ("address", [], "invalid_type"),
    ],
)
def test_a_custom_field_refuses_what_its_type_does_not_allow(
    kind: str, sent: Any, code: str
) -> None:
    with calling(fields=ALL_TYPES) as caller:
        answer = caller.create(last_name="Ek", custom_fields={kind: sent})
    assert answer.faults == [(code, f"/custom_fields/{kind}")]


def test_digits_of_a_number_are_kept_as_written(caller: Caller) -> None:
    for sent, stored in ((b"3.50", "3.50"), (b"1E+2", "100"), (b"-0.10", "-0.10")):
        raw = b'{"data":{"last_name":"Ek","custom_fields":{"Score":%b}}}' % sent
        answer = caller.call("POST", "/v2/contacts", raw=raw)
        assert answer.data["custom_fields"]["Score"] == stored


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 50_000,
        b"\xff",
        b"NaN",
        b'{"data":{"a":1e99999999999999999999}}',
        b'{"data":{"a":1e-99999999999999999999}}',
        b"",
    ],
)
def test_hostile_json_is_refused(caller: Caller, raw: bytes) -> None:
    assert caller.call("POST", "/v2/contacts", raw=raw).status in (400, 422)


def test_a_body_needs_the_right_content_type(caller: Caller) -> None:
    headers: dict[str, str | None] = {"Content-Type": "text/plain"}
    answer = caller.call("POST", "/v2/contacts", {"last_name": "Ek"}, headers=headers)
    assert (answer.status, answer.faults) == (400, [("invalid_header", None)])


def test_a_new_tag_comes_into_being_with_the_contact(caller: Caller) -> None:
    caller.person(tags=["vip", "aep"])
    caller.person(tags=["vip"])
    items = caller.get("/v2/tags?resource_type=contact").json["items"]
    assert [item["data"]["name"] for item in items] == ["vip", "aep"]
