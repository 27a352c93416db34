"""Mappings that fit by name."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activations.mapping import catalogue, problems, suggestions
from activations.mapping.paths import Target, format_source, format_target, parse_source
from activations.mapping.paths import parse_target as target
from activations.mapping.plan import MappingRule
from activations.terms import TargetKind
from connections.zendesk.contact import CustomField

from . import build, strategies
from .build import MANDATORY
from .test_problems import VIP

SEEN = {attribute.path: attribute.type for attribute in catalogue.ATTRIBUTES}


def fields(*names: str, kind: str = "string") -> dict[str, CustomField]:
    return {name: build.field(name, kind) for name in names}


def suggested(
    sources: dict[str, str] | tuple[str, ...] = SEEN,
    known: dict[str, CustomField] | None = None,
    *,
    mapped: tuple[str, ...] = (),
    taken: tuple[str, ...] = (),
) -> dict[str, str]:
    """Sources by target, without their prefixes."""
    found = suggestions.suggest(
        sources=sources if isinstance(sources, dict) else dict.fromkeys(sources, "string"),
        fields=known or {},
        mapped=[parse_source(text) for text in mapped],
        taken=[target(text) for text in taken],
    )
    pairs = [(format_target(one.target), format_source(one.source)) for one in found]
    assert len(dict(pairs)) == len(pairs)
    return {to.removeprefix("xdm: "): source.removeprefix("xdm: ") for to, source in pairs}


def test_the_platforms_attributes_go_where_they_belong_in_zendesk() -> None:
    assert suggested() == {
        "first_name": "person.name.firstName",
        "last_name": "person.name.lastName",
        "title": "jobTitle",
        "mobile": "mobilePhone.number",
        "phone": "workPhone.number",
        "fax": "faxPhone.number",
        "address.line1": "homeAddress.street1",
        "address.city": "homeAddress.city",
        "address.postal_code": "homeAddress.postalCode",
        "address.state": "homeAddress.state",
        "address.country": "homeAddress.country",
    }


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("loyalty.tier", "Loyalty tier"),
        ("loyalty.tier", "loyalty_tier"),
        ("loyalty.tier", "LOYALTY TIER"),
        ("loyalty.tier", "Tier"),
        ("acme.loyaltyTier", "Loyalty tier"),
        ("_acme.loyalty.tier", "Loyalty tier"),
        ("churnRisk", "Churn-risk"),
        ("kund.förnamn", "Förnamn"),
        ("personalEmail.address", "Personal e-mail"),
        ("shoe_size", "shoeSize"),
    ],
)
def test_names_of_the_same_words_fit(path: str, field: str) -> None:
    assert suggested((path,), fields(field)) == {f"custom_fields.{field}": path}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("loyalty.tier", "Loyalty"),
        ("loyalty.tier", "Tiers"),
        ("acme.id", "Id"),
        ("mobilePhone.number", "Number"),
        ("consents.share.val", "Val"),
        ("💚", "💜"),
    ],
)
def test_other_names_do_not(path: str, field: str) -> None:
    assert f"custom_fields.{field}" not in suggested((path,), fields(field))


def test_what_seen_attributes_are_called_fits_built_in_fields_too() -> None:
    assert suggested(("company.industry", "web.website")) == {
        "industry": "company.industry",
        "website": "web.website",
    }


def test_what_is_mapped_and_what_is_written_is_left_alone() -> None:
    assert suggested(("loyalty.tier",), fields("Loyalty tier"), mapped=("xdm: loyalty.tier",)) == {}
    taken = ("xdm: custom_fields.Loyalty tier",)
    assert suggested(("loyalty.tier",), fields("Loyalty tier"), taken=taken) == {}


def test_a_field_for_companies_only_is_not_suggested() -> None:
    closed = {"Tier": build.field("Tier", "string", for_contact=False)}
    assert suggested(("loyalty.tier",), closed) == {}


def test_the_surer_source_wins_and_serves_once() -> None:
    found = suggested(("loyalty.tier", "tier", "acme.tier"), fields("Tier", "Loyalty tier"))
    assert found == {"custom_fields.Tier": "tier", "custom_fields.Loyalty tier": "loyalty.tier"}


def test_all_parts_of_an_address_come_from_one() -> None:
    paths = (
        "workAddress.street1",
        "workAddress.city",
        "homeAddress.postalCode",
        "homeAddress.city",
    )
    assert suggested(paths) == {
        "address.city": "homeAddress.city",
        "address.postal_code": "homeAddress.postalCode",
    }
    begun = ("xdm: workAddress.street1",)
    found = suggested(paths, mapped=begun, taken=("xdm: address.line1",))
    assert found == {"address.city": "workAddress.city"}


def test_a_list_goes_only_where_lists_are_held() -> None:
    sources = {"interests": "array", "tags": "array"}
    assert suggested(sources, fields("Interests")) == {"tags": "tags"}
    many = fields("Interests", kind="multi_select_list")
    assert suggested(sources, many) == {"tags": "tags", "custom_fields.Interests": "interests"}


@pytest.mark.parametrize(
    ("source", "names", "expected"),
    [
        ("xdm: loyalty.tier", ("Loyalty tier", "Points"), "xdm: custom_fields.Loyalty tier"),
        ("xdm: loyalty.tier", ("Loyalty tier", "Tier"), "xdm: custom_fields.Loyalty tier"),
        ("xdm: loyalty.tier", ("Loyalty tier", "loyalty_tier"), None),
        ("xdm: loyalty.tier", ("Something else",), None),
        ("xdm: mobilePhone.number", ("Number",), "xdm: mobile"),
        ("xdm: workAddress.city", (), "xdm: address.city"),
        ("xdm: acme.city", (), None),
        ("IdentityMap: Email", ("Email",), None),
        ("constant: mobile", (), None),
    ],
)
def test_the_target_of_a_source_is_the_only_one_that_fits_best(
    source: str, names: tuple[str, ...], expected: str | None
) -> None:
    found = suggestions.target_of(source=parse_source(source), fields=fields(*names), taken=())
    assert (found and format_target(found)) == expected


def test_a_taken_target_is_no_target() -> None:
    taken = [Target(TargetKind.ATTRIBUTE, "mobile")]
    source = parse_source("xdm: mobilePhone.number")
    assert suggestions.target_of(source=source, fields={}, taken=taken) is None


KEYS = st.sampled_from(["loyalty", "tier", "Tier", "points", "phone", "number", "a b", "ö", "id"])
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(".".join)


@given(
    sources=st.dictionaries(PATHS, st.sampled_from(["string", "number", "array"]), max_size=8),
    known=st.lists(PATHS | st.sampled_from(["Loyalty tier", "Points"]), unique=True, max_size=6),
    kind=st.sampled_from([field.type for field in strategies.FIELDS]),
)
@settings(deadline=None)
def test_every_suggestion_can_be_taken_as_it_is(
    sources: dict[str, str], known: list[str], kind: str
) -> None:
    rules = list(MANDATORY)
    account = {**fields(*known, kind=kind), **build.plan().fields}
    found = suggestions.suggest(
        sources=sources,
        fields=account,
        mapped=[rule.source for rule in rules],
        taken=[rule.target for rule in rules],
    )
    rules += [MappingRule(one.source, one.target) for one in found]
    assert problems.find(rules=rules, audiences=(VIP,), fields=account) == ()
    assert {one.source.path for one in found} <= sources.keys()


def test_five_hundred_attributes_and_three_hundred_fields_are_not_compared_each_with_each() -> None:
    sources = {f"group{n % 20}.attribute{n}": "string" for n in range(500)}
    known = fields(*(f"Attribute{n}" for n in range(300)))
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        found = suggested(sources, known)
    finally:
        sys.setprofile(None)
    assert len(found) == 300
    assert calls < 500 * 300
