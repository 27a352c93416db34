"""Who holds the consent a plan asks for, and what becomes of the others."""

from dataclasses import replace
from typing import Any

import pytest

from activations.mapping.consents import Consent
from activations.mapping.paths import parse_source
from activations.mapping.transform import (
    Excluded,
    Nothing,
    ProfileView,
    Rendered,
    Send,
    Withdrawn,
    render,
)
from activations.terms import ExclusionCode

from . import build
from .build import AT, NEWSLETTER, VIP

TITLE = build.rule("xdm: title", "xdm: title")
NEWS = build.audience(NEWSLETTER, "News")


def consent(path: str = "consent", *values: str) -> Consent:
    return Consent(parse_source(f"xdm: {path}"), values or ("y", "true"), "Marketing")


def rendered(profile: ProfileView, *consents: Consent) -> Rendered:
    plan = replace(
        build.plan(TITLE, audiences=(build.audience(), NEWS)), consents=consents or (consent(),)
    )
    return render(profile=profile, plan=plan, at=AT)


@pytest.mark.parametrize(
    ("value", "is_held"),
    [
        ("y", True),
        (True, True),
        ("true", True),
        ("n", False),
        ("Y", False),
        ("y ", False),
        ("", False),
        (None, False),
        (False, False),
        (1, False),
        (["y"], False),
        ({"y": "y"}, False),
    ],
)
def test_a_consent_is_held_by_exactly_one_of_the_values(value: Any, is_held: bool) -> None:
    one = rendered(build.profile({"consent": value}))
    assert isinstance(one, Send if is_held else Excluded)


def test_a_number_is_compared_as_it_is_written() -> None:
    assert isinstance(rendered(build.profile({"consent": 2}), consent("consent", "2")), Send)


@pytest.mark.parametrize("attributes", [{}, {"a": "y"}, {"a": {"c": "y"}}, {"a": [{"b": "y"}]}])
def test_what_is_missing_at_the_path_is_no_consent(attributes: dict[str, Any]) -> None:
    one = rendered(build.profile(attributes), consent("a.b"))
    assert isinstance(one, Excluded)
    assert one.code == ExclusionCode.CONSENT
    assert one.detail == "The policy “Marketing” asks for a consent at “a.b”, which is missing."


def test_every_consent_must_be_held() -> None:
    both = consent("one"), consent("two")
    assert isinstance(rendered(build.profile({"one": "y", "two": "y"}), *both), Send)
    missing = rendered(build.profile({"one": "y", "two": "n"}), *both)
    assert isinstance(missing, Excluded)
    assert "“two”" in missing.detail


def test_consent_comes_before_what_else_keeps_somebody_from_being_sent() -> None:
    one = rendered(build.profile(last_name=""))
    assert isinstance(one, Excluded)
    assert one.code == ExclusionCode.CONSENT


@pytest.mark.parametrize("memberships", [{}, {VIP: "exited"}, {99: "realized"}])
def test_who_is_no_business_of_the_destination_is_not_excluded(
    memberships: dict[int, str],
) -> None:
    assert rendered(build.profile(memberships=memberships)) == Nothing()


def test_who_is_in_zendesk_already_is_told_to_have_left_and_nothing_else() -> None:
    one = build.profile(
        {"title": "Dr"}, memberships={VIP: "realized", NEWSLETTER: "existing"}, was_delivered=True
    )
    found = rendered(one)
    assert isinstance(found, Withdrawn)
    assert found.contact.data() == {
        "email": "ann@example.org",
        "custom_fields": {"VIP audience": "exited", "News": "exited"},
    }


def test_who_lacks_a_last_name_too_is_told_all_the_same() -> None:
    found = rendered(build.profile(last_name=None, was_delivered=True))
    assert isinstance(found, Withdrawn)
    assert found.last_name == ""


def test_a_field_that_cannot_say_so_is_noted() -> None:
    fields = (build.field("VIP audience", "list", "realized"),)
    plan = replace(build.plan(fields=fields), consents=(consent(),))
    found = render(profile=build.profile(was_delivered=True), plan=plan, at=AT)
    assert isinstance(found, Withdrawn)
    assert [note.target for note in found.notes] == ["xdm: custom_fields.VIP audience"]


def test_a_long_path_leaves_room_for_the_words() -> None:
    one = Consent(parse_source("xdm: " + "a." * 250 + "b"), ("y",), "P" * 200)
    assert len(one.why) < 500
