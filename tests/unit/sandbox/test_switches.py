"""Every switch under each of its settings."""

import http.client

import pytest

from connections.zendesk.sandbox import InvalidSwitch, Switches

from .caller import calling


@pytest.mark.parametrize("status", [200, 201])
def test_an_upsert_that_creates_answers_with_the_chosen_status(status: int) -> None:
    with calling(switches={"upsert_create_status": status}) as caller:
        created = caller.upsert("a@example.org", last_name="Ek", email="a@example.org")
        updated = caller.upsert("a@example.org", last_name="Ek")
    assert (created.status, updated.status) == (status, 200)


def test_without_lag_a_filter_sees_a_contact_at_once() -> None:
    with calling(switches={"index_lag_ms": 0}) as caller:
        contact = caller.person(email="a@example.org")
        assert caller.upsert("a@example.org", last_name="Ek").data["id"] == contact


def test_within_the_index_lag_an_upsert_creates_a_duplicate_and_then_conflicts() -> None:
    with calling(switches={"index_lag_ms": 1500}) as caller:
        first = caller.upsert("a@example.org", last_name="Ek", email="a@example.org")
        assert caller.get(f"/v2/contacts/{first.data['id']}").status == 200
        assert caller.get("/v2/contacts?email=a@example.org").json["items"] == []
        second = caller.upsert("a@example.org", last_name="Ek", email="a@example.org")
        assert second.data["id"] != first.data["id"]
        caller.hands.now += 1.6
        assert caller.upsert("a@example.org", last_name="Ek").status == 409


def test_email_filters_can_heed_the_case() -> None:
    with calling(switches={"email_match_case_sensitive": True}) as caller:
        contact = caller.person(email="a@example.org")
        assert caller.get("/v2/contacts?email=A@example.org").json["items"] == []
        assert caller.upsert("a@example.org", last_name="Ek").data["id"] == contact


def test_an_unknown_custom_field_can_be_ignored() -> None:
    with calling(switches={"unknown_custom_field": "ignore"}) as caller:
        answer = caller.create(last_name="Ek", custom_fields={"Nope": "x", "Score": 1})
    assert (answer.status, answer.data["custom_fields"]) == (200, {"Score": "1"})


def test_an_unknown_custom_field_is_refused_by_default_with_an_escaped_pointer() -> None:
    with calling() as caller:
        answer = caller.create(last_name="Ek", custom_fields={"a/b~c": "x"})
    assert (answer.status, answer.faults) == (422, [("unknown", "/custom_fields/a~1b~0c")])


def test_a_bad_choice_can_be_ignored() -> None:
    with calling(switches={"bad_choice": "ignore"}) as caller:
        sent = {"VIP audience": "gone", "Segments": ["A", "Z"]}
        answer = caller.create(last_name="Ek", custom_fields=sent)
    assert (answer.status, answer.data["custom_fields"]) == (200, {"Segments": ["A"]})


def test_a_bad_choice_is_refused_by_default() -> None:
    with calling() as caller:
        answer = caller.create(last_name="Ek", custom_fields={"Segments": ["A", "Z"]})
    assert answer.faults == [("incorrect_value", "/custom_fields/Segments")]


@pytest.mark.parametrize(("is_strict", "status"), [(True, 422), (False, 200)])
def test_the_form_of_an_email_is_checked_when_strict(is_strict: bool, status: int) -> None:
    with calling(switches={"strict_email": is_strict}) as caller:
        assert caller.create(last_name="Ek", email="nobody").status == status


@pytest.mark.parametrize(
    ("sunset", "status", "kind"),
    [("401", 401, "json"), ("410", 410, "html"), ("404", 404, "json"), ("off", 200, "json")],
)
def test_after_the_sunset_the_api_answers_as_chosen(sunset: str, status: int, kind: str) -> None:
    with calling(switches={"sunset": sunset}) as caller:
        answer = caller.get("/v2/users/self")
    assert answer.status == status
    assert kind in answer.headers["Content-Type"]


def test_after_the_sunset_the_api_may_refuse_connections_but_not_its_admin() -> None:
    with calling(switches={"sunset": "refuse"}) as caller:
        with pytest.raises((ConnectionError, http.client.BadStatusLine)):
            caller.get("/v2/users/self")
        changed = caller.call("PATCH", "/_sandbox/switches", raw=b'{"sunset": "off"}')
        assert changed.status == 200
        assert caller.get("/v2/users/self").status == 200


@pytest.mark.parametrize(("style", "status"), [("json429", 429), ("off", 200)])
def test_throttling_has_other_styles(style: str, status: int) -> None:
    with calling(switches={"throttle_style": style}) as caller:
        answers = [caller.get("/v2/users/self") for _ in range(11)]
    assert answers[-1].status == status
    if status == 429:
        assert answers[-1].faults == [("rate_limit_exceeded", None)]


@pytest.mark.parametrize(
    "settings", [{"sunset": "soon"}, {"index_lag_ms": -1}, {"strict_email": 1}, {"nope": 1}]
)
def test_a_switch_that_is_none_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidSwitch):
        Switches().changed(**settings)
