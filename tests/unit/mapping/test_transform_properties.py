"""What holds for every profile and every plan, however strange the profile's values are."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activations.mapping.consents import Consent
from activations.mapping.paths import parse_source
from activations.mapping.plan import Plan
from activations.mapping.transform import (
    Excluded,
    Nothing,
    ProfileView,
    Send,
    Withdrawn,
    render,
)
from connections.zendesk.contact import CONTACT_ATTRIBUTES, Contact, CustomField

from .build import AT
from .strategies import SLOTS, plans, profiles, reordered, scalars, values

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# As a text, a tick box and a list of several choices say it.
EXITED = ("exited", False, ["exited"])
KEYS = {"line1", "city", "postal_code", "state", "country"}
thorough = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def is_line(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 255 and "\n" not in value


def is_address(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == KEYS
        and all(part is None or is_line(part) for part in value.values())
    )


def is_day(value: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(date.fromisoformat(value))


def is_wall_time(value: Any) -> bool:
    form = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
    return bool(form) and bool(datetime.fromisoformat(value))


# Written from the description of the API, apart from the code it judges.
CONFORMS = {
    "string": is_line,
    "email": is_line,
    "phone": is_line,
    "url": is_line,
    "odd": is_line,
    "text": lambda value: isinstance(value, str) and len(value) <= 65_535,
    "number": lambda value: bool(re.fullmatch(r"-?\d+(\.\d+)?", value)),
    "bool": lambda value: isinstance(value, bool),
    "date": is_day,
    "datetime": is_wall_time,
    "address": is_address,
}


def field_conforms(field: CustomField, value: Any) -> bool:
    if field.type == "list":
        return value in field.choices
    if field.type == "multi_select_list":
        return set(value) <= set(field.choices) and len(set(value)) == len(value)
    return CONFORMS[field.type](value)


def attribute_conforms(name: str, value: Any) -> bool:
    spec = CONTACT_ATTRIBUTES[name]
    if name == "description":
        return value is None or (isinstance(value, str) and len(value) <= 65_535)
    if spec.type == "string":
        return is_line(value) or (value is None and name != "last_name")
    if spec.type == "int":
        return type(value) is int or (value is None and name == "contact_id")
    if spec.type == "enum":
        return value in spec.choices
    return is_address(value) if name == "address" else all(is_line(tag) and tag for tag in value)


def contact_of(profile: ProfileView, plan: Plan) -> Contact | None:
    rendered = render(profile=profile, plan=plan, at=AT)
    return rendered.contact if isinstance(rendered, Send) else None


@given(profile=profiles(), plan=plans())
@thorough
def test_every_contact_is_text_and_numbers_that_zendesk_can_read(
    profile: ProfileView, plan: Plan
) -> None:
    contact = contact_of(profile, plan)
    if contact is not None:
        json.dumps(contact.data(), allow_nan=False, ensure_ascii=False).encode()
        assert not any(CONTROLS.search(text) for text in texts(contact.data()))
        assert str(contact.attributes["last_name"]).strip()


@given(profile=profiles(), plan=plans())
@thorough
def test_every_value_conforms_to_the_type_of_its_field(profile: ProfileView, plan: Plan) -> None:
    contact = contact_of(profile, plan)
    if contact is not None:
        for name, value in contact.attributes.items():
            assert attribute_conforms(name, value), name
        for name, value in contact.custom_fields.items():
            field = plan.fields.get(name)
            if field is not None and value is not None:
                assert field_conforms(field, value), field.type


@given(profile=profiles(), plan=plans())
@thorough
def test_the_order_of_keys_makes_no_difference(profile: ProfileView, plan: Plan) -> None:
    other = replace(
        profile,
        attributes=reordered(profile.attributes),
        identities=reordered(profile.identities),
        memberships=reordered(profile.memberships),
    )
    one, same = contact_of(profile, plan), contact_of(other, plan)
    assert (one and one.digest()) == (same and same.digest())


@given(profile=profiles(), plan=plans())
@thorough
def test_rendering_twice_gives_the_same(profile: ProfileView, plan: Plan) -> None:
    once, again = (render(profile=profile, plan=plan, at=AT) for _ in range(2))
    assert once == again


@given(profile=profiles(), plan=plans())
@thorough
def test_who_is_in_no_covered_audience_is_no_business_of_ours(
    profile: ProfileView, plan: Plan
) -> None:
    over = tuple(replace(one, end_on=date(2026, 6, 14)) for one in plan.audiences)
    rendered = render(profile=profile, plan=replace(plan, audiences=over), at=AT)
    assert rendered == Nothing()


@given(profile=profiles(), plan=plans(), unrelated=st.one_of(scalars, values))
@thorough
def test_an_attribute_nobody_mapped_changes_nothing(
    profile: ProfileView, plan: Plan, unrelated: Any
) -> None:
    richer = replace(profile, attributes={**profile.attributes, "nobody reads": unrelated})
    assert render(profile=richer, plan=plan, at=AT) == render(profile=profile, plan=plan, at=AT)


@given(profile=profiles(), plan=plans(), held=values, slot=st.sampled_from(SLOTS))
@thorough
def test_without_the_consent_nothing_but_exits_leaves(
    profile: ProfileView, plan: Plan, held: Any, slot: str
) -> None:
    consent = Consent(parse_source(f"xdm: {slot}"), ("\N{SNOWMAN}",), "Marketing")
    lacking = replace(profile, attributes={**profile.attributes, slot: held})
    rendered = render(profile=lacking, plan=replace(plan, consents=(consent,)), at=AT)
    match rendered:
        case Withdrawn(contact):
            assert profile.was_delivered
            assert contact.attributes == {}
            fields = {audience.mapping_id for audience in plan.audiences}
            assert contact.custom_fields.keys() <= fields
            assert all(value in EXITED for value in contact.custom_fields.values())
        case _:
            assert isinstance(rendered, Excluded | Nothing)


@given(profile=profiles(), plan=plans(), slot=st.sampled_from(SLOTS))
@thorough
def test_with_the_consent_everything_is_as_if_nobody_asked(
    profile: ProfileView, plan: Plan, slot: str
) -> None:
    consent = Consent(parse_source(f"xdm: {slot}"), ("\N{SNOWMAN}",), "Marketing")
    holding = replace(profile, attributes={**profile.attributes, slot: "\N{SNOWMAN}"})
    asking = replace(plan, consents=(consent,))
    assert render(profile=holding, plan=asking, at=AT) == render(profile=holding, plan=plan, at=AT)
