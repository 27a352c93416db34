"""Who is sent, who is excluded and why, and what the contact holds."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from activations.mapping.transform import Excluded, Nothing, Send, render
from activations.terms import ExclusionCode
from connections.zendesk.contact import Json

from . import build
from .build import AT, EMAIL_RULE, LAST_NAME_RULE, NEWSLETTER, VIP

NEWS = build.audience(NEWSLETTER, "News")
NO_ADDRESS: dict[str, Json] = dict.fromkeys(("line1", "city", "postal_code", "state", "country"))


def code_of(profile: Any, plan: Any = None) -> ExclusionCode:
    rendered = render(profile=profile, plan=plan or build.plan(), at=AT)
    assert isinstance(rendered, Excluded)
    assert rendered.detail
    return rendered.code


@pytest.mark.parametrize("status", ["realized", "existing"])
def test_a_member_is_sent_with_the_literal_status(status: str) -> None:
    rendered = render(profile=build.profile(memberships={VIP: status}), plan=build.plan(), at=AT)
    assert build.sent(rendered).data() == {
        "email": "ann@example.org",
        "last_name": "Ek",
        "custom_fields": {"VIP audience": status},
    }


def test_who_only_ever_exited_is_not_sent() -> None:
    one = build.profile(memberships={VIP: "exited"})
    assert render(profile=one, plan=build.plan(), at=AT) == Nothing()


def test_who_left_after_being_delivered_is_sent_as_exited() -> None:
    one = build.profile(memberships={VIP: "exited"}, was_delivered=True)
    contact = build.sent(render(profile=one, plan=build.plan(), at=AT))
    assert contact.custom_fields == {"VIP audience": "exited"}


def test_a_delivered_profile_without_any_entry_is_left_alone() -> None:
    one = build.profile(memberships={}, was_delivered=True)
    assert render(profile=one, plan=build.plan(), at=AT) == Nothing()


def test_every_activated_audience_with_an_entry_gets_its_field() -> None:
    both = build.plan(audiences=(build.audience(), NEWS))
    one = build.profile(memberships={VIP: "realized", NEWSLETTER: "exited", 99: "realized"})
    contact = build.sent(render(profile=one, plan=both, at=AT))
    assert contact.custom_fields == {"VIP audience": "realized", "News": "exited"}


def test_an_audience_without_an_entry_gets_no_field() -> None:
    both = build.plan(audiences=(build.audience(), NEWS))
    contact = build.sent(render(profile=build.profile(), plan=both, at=AT))
    assert contact.custom_fields == {"VIP audience": "realized"}


@pytest.mark.parametrize(
    ("at", "is_sent"),
    [
        (datetime(2026, 6, 14, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 15, tzinfo=UTC), True),
        (datetime(2026, 6, 16, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 17, tzinfo=UTC), False),
        # Half past one in the morning of the 17th in a zone two hours ahead is still the 16th.
        (datetime(2026, 6, 17, 1, 30, tzinfo=timezone(timedelta(hours=2))), True),
    ],
)
def test_a_schedule_runs_from_its_first_to_its_last_day_in_utc(at: datetime, is_sent: bool) -> None:
    days = build.audience(start_on=date(2026, 6, 15), end_on=date(2026, 6, 16))
    rendered = render(profile=build.profile(), plan=build.plan(audiences=(days,)), at=at)
    assert isinstance(rendered, Send) is is_sent


def test_an_audience_outside_its_schedule_is_not_written_beside_another() -> None:
    over = build.audience(NEWSLETTER, "News", end_on=date(2026, 6, 14))
    one = build.profile(memberships={VIP: "realized", NEWSLETTER: "realized"})
    both = build.plan(audiences=(build.audience(), over))
    contact = build.sent(render(profile=one, plan=both, at=AT))
    assert contact.custom_fields == {"VIP audience": "realized"}


@pytest.mark.parametrize("mandatory", [(), (EMAIL_RULE,), (LAST_NAME_RULE,)])
def test_without_a_mandatory_mapping_nobody_is_sent(mandatory: tuple[Any, ...]) -> None:
    short = build.plan(mandatory=mandatory)
    assert code_of(build.profile(email="", last_name=""), short) == "mandatory-mapping-missing"


def test_exclusions_have_an_order() -> None:
    assert code_of(build.profile(email="", last_name=None)) == "missing-email"
    assert code_of(build.profile(email="ann", last_name=None)) == "invalid-email"
    assert code_of(build.profile(last_name=None)) == "missing-last-name"


def test_who_would_not_be_sent_anyway_is_not_excluded() -> None:
    one = build.profile(email="", memberships={VIP: "exited"})
    assert render(profile=one, plan=build.plan(mandatory=()), at=AT) == Nothing()


@pytest.mark.parametrize(
    "last_name", [None, "", "  ", "\x00", "\t\n", ["Ek"], {"a": "Ek"}, "E" * 256]
)
def test_a_last_name_nobody_could_read_excludes(last_name: Any) -> None:
    assert code_of(build.profile(last_name=last_name)) == "missing-last-name"


def test_a_last_name_that_is_too_long_is_named_as_such_but_not_quoted() -> None:
    rendered = render(profile=build.profile(last_name="E" * 256), plan=build.plan(), at=AT)
    assert rendered == Excluded(
        ExclusionCode.MISSING_LAST_NAME, "The last name is longer than 255 characters."
    )


def test_an_absent_last_name_is_never_cleared() -> None:
    clearing = build.rule("xdm: person.name.lastName", "xdm: last_name", clear=True)
    plan = build.plan(mandatory=(EMAIL_RULE, clearing))
    assert code_of(build.profile(last_name=None), plan) == "missing-last-name"


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        ("first_name", "Ann", "Ann"),
        ("first_name", 7, "7"),
        ("first_name", "A\nnn", "A nn"),
        ("description", "two\nlines", "two\nlines"),
        ("title", True, "true"),
        ("owner_id", "7", 7),
        ("contact_id", 12.0, 12),
        ("customer_status", "Current", "current"),
        ("prospect_status", " lost ", "lost"),
        ("tags", ["a", "b", "a", " "], ["a", "b"]),
        ("tags", "a, b", ["a", "b"]),
        ("tags", [], []),
    ],
)
def test_an_attribute_gets_a_value_of_its_type(target: str, value: Any, expected: Any) -> None:
    rendered = build.written(value, target=f"xdm: {target}")
    assert rendered.contact.attributes == {"last_name": "Ek", target: expected}
    assert type(rendered.contact.attributes[target]) is type(expected)
    assert rendered.notes == ()


@pytest.mark.parametrize(
    ("target", "value", "code"),
    [
        ("first_name", "A" * 256, "too-long"),
        ("description", "A" * 65_536, "too-long"),
        ("first_name", ["Ann"], "wrong-type"),
        ("owner_id", "seven", "not-a-number"),
        ("owner_id", 2**70, "too-long"),
        ("contact_id", True, "not-a-number"),
        ("customer_status", "sometimes", "not-a-choice"),
        ("tags", [{"a": 1}], "wrong-type"),
        ("tags", ["a" * 256], "too-long"),
        ("address.city", "A" * 256, "too-long"),
    ],
)
def test_a_value_that_does_not_fit_is_left_out_with_a_note(
    target: str, value: Any, code: str
) -> None:
    rendered = build.written(value, target=f"xdm: {target}")
    assert rendered.contact.attributes == {"last_name": "Ek"}
    assert [(note.target, note.code) for note in rendered.notes] == [(f"xdm: {target}", code)]


def test_a_path_through_a_list_is_not_followed() -> None:
    through = build.plan(build.rule("xdm: departments.name", "xdm: title"))
    one = build.profile({"departments": [{"name": "Support"}]})
    rendered = render(profile=one, plan=through, at=AT)
    assert isinstance(rendered, Send)
    assert [note.code for note in rendered.notes] == ["wrong-type"]


@pytest.mark.parametrize("value", [None, "", "  ", {}])
def test_an_absent_value_keeps_what_zendesk_has(value: Any) -> None:
    rendered = build.written(value, target="xdm: first_name")
    assert rendered.contact.attributes == {"last_name": "Ek"}
    assert rendered.notes == ()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("first_name", None),
        ("contact_id", None),
        ("customer_status", "none"),
        ("tags", []),
        ("address.city", None),
    ],
)
def test_an_absent_value_clears_where_the_mapping_says_so(target: str, expected: Json) -> None:
    attributes = build.written(None, target=f"xdm: {target}", clear=True).contact.attributes
    name = target.partition(".")[0]
    assert attributes[name] == (NO_ADDRESS if name == "address" else expected)


def test_an_owner_cannot_be_cleared() -> None:
    rendered = build.written(None, target="xdm: owner_id", clear=True)
    assert "owner_id" not in rendered.contact.attributes
    assert [note.code for note in rendered.notes] == ["cannot-clear"]


def test_an_absent_custom_value_clears_with_null() -> None:
    rendered = build.written(None, target="xdm: custom_fields.Tier", clear=True)
    assert rendered.contact.custom_fields == {"Tier": None, "VIP audience": "realized"}


def test_an_address_is_written_with_all_five_keys() -> None:
    rules = build.plan(
        build.rule("xdm: homeAddress.city", "xdm: address.city"),
        build.rule("xdm: homeAddress.street1", "xdm: address.line1"),
    )
    one = build.profile({"homeAddress": {"city": "Uppsala"}})
    contact = build.sent(render(profile=one, plan=rules, at=AT))
    assert contact.attributes["address"] == {**NO_ADDRESS, "city": "Uppsala"}


def test_an_address_of_nothing_is_not_written() -> None:
    rules = build.plan(build.rule("xdm: homeAddress.city", "xdm: address.city"))
    contact = build.sent(render(profile=build.profile(), plan=rules, at=AT))
    assert "address" not in contact.attributes


@pytest.mark.parametrize(
    ("identities", "expected"),
    [
        ({"CRMID": [{"id": "1"}, {"id": "2", "primary": True}]}, "2"),
        ({"crmid": [{"id": "1"}, {"id": "2"}]}, "1"),
        ({"CRMID": [{"id": ""}, {"id": "2"}]}, "2"),
    ],
)
def test_an_identity_writes_its_primary_else_its_first_id(
    identities: dict[str, Any], expected: str
) -> None:
    by_id = build.plan(build.rule("IdentityMap: CRMID", "xdm: custom_fields.CRM id"))
    one = build.profile(identities=identities)
    contact = build.sent(render(profile=one, plan=by_id, at=AT))
    assert contact.custom_fields["CRM id"] == expected


def test_attributes_stand_in_the_order_of_the_mappings() -> None:
    ordered = build.plan(
        build.rule("xdm: jobTitle", "xdm: title"),
        build.rule("xdm: person.name.firstName", "xdm: first_name", clear=True),
    )
    contact = build.sent(render(profile=build.profile({"jobTitle": "Dr"}), plan=ordered, at=AT))
    assert list(contact.attributes) == ["last_name", "title", "first_name"]


def test_neither_a_profile_nor_a_note_shows_personal_data() -> None:
    one = build.profile({"value": ["Storgatan 1"]})
    rendered = render(profile=one, plan=build.plan(build.rule("xdm: value", "xdm: title")), at=AT)
    shown = repr(one) + repr(rendered)
    assert "Ek" not in shown
    assert "ann@example.org" not in shown
    assert "Storgatan" not in shown
