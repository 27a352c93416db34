"""Arbitrary profiles and plans that aim at each other, for the property tests."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from activations.mapping.paths import WRITABLE_ATTRIBUTES
from activations.mapping.plan import Plan
from activations.mapping.transform import ProfileView
from activations.terms import MembershipStatus
from connections.zendesk.contact import CustomField
from connections.zendesk.sandbox.definitions import FIELD_TYPES

from . import build

CHOICES = ("Gold", "silver", "realized", "exited", "Rock, hard")
KEYS = ("a", "b", "city", "street1", "postalCode")
AUDIENCES = (
    build.audience(),
    build.audience(2, "Unknown field"),
    *(build.audience(3 + n, f"of type {kind}") for n, kind in enumerate(FIELD_TYPES)),
)
FIELDS = (
    *(build.field(f"F {kind}", kind, *CHOICES) for kind in (*FIELD_TYPES, "odd")),
    *(build.field(f"of type {kind}", kind, *CHOICES) for kind in FIELD_TYPES),
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**60), max_value=10**60),
    st.floats(),
    st.text(max_size=12),
    st.integers(250, 260).map("ö".__mul__),
    st.sampled_from(["1e99", "1e5", " 3.50 ", "-0", "2026-03-01", "2026-03-01T10:00:00+02:00"]),
    st.sampled_from(["yes", "FALSE", "gold", " Silver", "gold,silver", "current", "ann@x", "\x00"]),
    st.datetimes().map(lambda when: when.isoformat()),
    st.floats(allow_nan=False).map(repr),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=5,
)
SLOTS = tuple(f"v{number}" for number in range(5))
_TARGETS = (
    *(f"xdm: {name}" for name in WRITABLE_ATTRIBUTES if name != "last_name"),
    *(f"xdm: address.{key}" for key in ("line1", "city", "postal_code", "state", "country")),
    *(f"xdm: custom_fields.{field.name}" for field in FIELDS),
    "xdm: custom_fields.Nobody knows",
)
_SOURCES = (
    *(f"xdm: {slot}" for slot in SLOTS),
    "xdm: v0.a",
    "xdm: v1.city.b",
    "IdentityMap: ECID",
    "IdentityMap: Email",
)
rules = st.builds(
    build.rule, st.sampled_from(_SOURCES), st.sampled_from(_TARGETS), clear=st.booleans()
)


@st.composite
def plans(draw: st.DrawFn, fields: tuple[CustomField, ...] = FIELDS) -> Plan:
    chosen = draw(st.lists(rules, min_size=2, max_size=6, unique_by=lambda rule: rule.target.name))
    audiences = draw(st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=5, unique=True))
    return build.plan(*chosen, audiences=tuple(audiences), fields=fields)


_IDENTITY = st.fixed_dictionaries({}, optional={"id": scalars, "primary": scalars})
_IDENTITIES = st.dictionaries(
    st.sampled_from(["ECID", "ecid", "Email"]), st.one_of(st.lists(_IDENTITY, max_size=3), scalars)
)
_AUDIENCE_IDS = [audience.audience_id for audience in AUDIENCES]
_ENTRIES = st.dictionaries(
    st.sampled_from(_AUDIENCE_IDS), st.sampled_from(MembershipStatus.values), max_size=4
)


@st.composite
def members(draw: st.DrawFn) -> ProfileView:
    """Profiles that every plan sends: in all audiences, with an e-mail and a last name."""
    attributes: dict[str, Any] = draw(st.dictionaries(st.sampled_from(SLOTS), values, min_size=3))
    attributes["person"] = {"name": {"lastName": "Ek"}}
    status = draw(st.sampled_from(["realized", "existing"]))
    return ProfileView(
        email="ann@example.org",
        attributes=attributes,
        identities=draw(_IDENTITIES),
        memberships=dict.fromkeys(_AUDIENCE_IDS, status),
        was_delivered=False,
    )


@st.composite
def anybody(draw: st.DrawFn) -> ProfileView:
    """Profiles that may lack what a contact needs, or be in no audience."""
    profile = draw(members())
    name = {"name": {"lastName": draw(scalars)}}
    return replace(
        profile,
        email=draw(st.sampled_from(["ann@example.org", "", "ann"])),
        attributes={**profile.attributes, "person": name},
        memberships=draw(_ENTRIES),
        was_delivered=draw(st.booleans()),
    )


def profiles() -> st.SearchStrategy[ProfileView]:
    return st.one_of(members(), anybody())


def reordered(value: Any) -> Any:
    """The same JSON with every object's keys the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value
