"""What Zendesk should hold for one profile: a contact, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from activations.mapping import attributes, consents, emails, shaping, statuses
from activations.mapping.consents import Consent
from activations.mapping.paths import ADDRESS_KEYS, LAST_NAME
from activations.mapping.plan import ActivatedAudience, MappingRule, Plan
from activations.mapping.reading import ProfileView, is_empty, read
from activations.mapping.reasons import WORDS, CannotShape, Reason
from activations.terms import ExclusionCode, MembershipStatus
from connections.zendesk.contact import CONTACT_ATTRIBUTES, Contact, CustomField, Json

__all__ = [
    "Excluded",
    "FieldNote",
    "Nothing",
    "ProfileView",
    "Rendered",
    "Send",
    "Withdrawn",
    "render",
]

_MEMBER = frozenset({MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value})
_EXITED = MembershipStatus.EXITED.value
_LAST_NAME = CONTACT_ATTRIBUTES[LAST_NAME]


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field that was left out, or written in part. Never carries a value."""

    target: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Send:
    """Zendesk should hold this contact."""

    contact: Contact
    notes: tuple[FieldNote, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """The profile belongs there but must not be sent. `detail` is for people, without values."""

    code: ExclusionCode
    detail: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Zendesk may hold the profile, whose consent is missing: it is told of exits, nothing else.

    `contact` has no attributes. `last_name` is what a contact cannot be made without.
    """

    contact: Contact
    notes: tuple[FieldNote, ...]
    last_name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """The profile is no business of this destination (any more)."""


Rendered: TypeAlias = Send | Withdrawn | Excluded | Nothing
_Statuses: TypeAlias = Sequence[tuple[ActivatedAudience, str]]


def render(*, profile: ProfileView, plan: Plan, at: datetime) -> Rendered:
    """Decides what this profile's contact is at that (aware) instant.

    Sent are members of an audience whose schedule covers the day (UTC), and those who left one
    after they were delivered. Who lacks a consent counts as having left all of them. Attributes
    stand in the order of the mappings.
    """
    covered = plan.covering(on=at.astimezone(UTC).date())
    held = [
        (audience, status)
        for audience in covered
        if (status := profile.memberships.get(audience.audience_id)) is not None
    ]
    if not _is_sent(held, was_delivered=profile.was_delivered):
        return Nothing()
    missing = consents.first_missing(profile=profile, consents=plan.consents)
    if missing is not None:
        return _without_consent(profile, plan, held, missing)
    last_name = _last_name(profile, plan)
    if isinstance(last_name, Excluded):
        return last_name
    notes: list[FieldNote] = []
    contact = Contact(
        email=profile.email,
        attributes=_attributes(profile, plan, last_name, notes),
        custom_fields=_custom_fields(profile, plan, held, notes),
    )
    return Send(contact=contact, notes=tuple(notes))


def _is_sent(held: _Statuses, *, was_delivered: bool) -> bool:
    found = {status for _, status in held}
    return not found.isdisjoint(_MEMBER) or (was_delivered and _EXITED in found)


def _without_consent(
    profile: ProfileView, plan: Plan, held: _Statuses, missing: Consent
) -> Withdrawn | Excluded:
    if not profile.was_delivered or not emails.is_valid(profile.email):
        return Excluded(ExclusionCode.CONSENT, missing.why)
    notes: list[FieldNote] = []
    written: dict[str, Json] = {}
    _write_statuses(written, plan, [(audience, _EXITED) for audience, _ in held], notes)
    contact = Contact(email=profile.email, attributes={}, custom_fields=written)
    last_name = _last_name(profile, plan)
    name = "" if isinstance(last_name, Excluded) else last_name
    return Withdrawn(contact, tuple(notes), name, missing.why)


def _last_name(profile: ProfileView, plan: Plan) -> str | Excluded:
    """The last name, or the first thing that forbids sending."""
    rule = plan.last_name
    if rule is None or not plan.has_email:
        missing = "last_name" if plan.has_email else "the e-mail identity"
        return Excluded(
            ExclusionCode.MANDATORY_MAPPING_MISSING, f"No mapping writes {missing}: add it."
        )
    if not profile.email:
        return Excluded(ExclusionCode.MISSING_EMAIL, "The profile has no e-mail identity.")
    if not emails.is_valid(profile.email):
        return Excluded(ExclusionCode.INVALID_EMAIL, "The e-mail identity is no valid address.")
    return _shaped_last_name(profile, rule)


def _shaped_last_name(profile: ProfileView, rule: MappingRule) -> str | Excluded:
    try:
        value = read(profile=profile, source=rule.source)
        text = "" if is_empty(value) else attributes.shape(spec=_LAST_NAME, value=value)
    except CannotShape as problem:
        words = "The last name is not usable. " + WORDS[problem.reason]
        if problem.reason is Reason.TOO_LONG:
            words = f"The last name is longer than {attributes.LONGEST_LINE} characters."
        return Excluded(ExclusionCode.MISSING_LAST_NAME, words)
    if isinstance(text, str) and text.strip():
        return text
    return Excluded(ExclusionCode.MISSING_LAST_NAME, "The profile has no last name.")


def _attributes(
    profile: ProfileView, plan: Plan, last_name: str, notes: list[FieldNote]
) -> dict[str, Json]:
    written: dict[str, Json] = {}
    for rule, spec in plan.attributes:
        if spec is _LAST_NAME:
            written[LAST_NAME] = last_name
            continue
        try:
            value = read(profile=profile, source=rule.source)
            if not is_empty(value):
                written[spec.name] = attributes.shape(spec=spec, value=value)
            elif rule.is_cleared_when_empty:
                written[spec.name] = attributes.cleared(spec=spec)
        except CannotShape as problem:
            notes.append(_left_out(rule.target_text, problem))
    if plan.address and (address := _address(profile, plan, notes)) is not None:
        written["address"] = address
    return written


def _address(profile: ProfileView, plan: Plan, notes: list[FieldNote]) -> dict[str, Json] | None:
    """All five keys as soon as one is written.

    Whether Sell keeps the keys a request leaves out is not documented; with all five there is
    only one possible result.
    """
    written: dict[str, Json] = {}
    for rule in plan.address:
        try:
            value = read(profile=profile, source=rule.source)
            if not is_empty(value):
                written[rule.target.name] = attributes.line(value=value)
            elif rule.is_cleared_when_empty:
                written[rule.target.name] = None
        except CannotShape as problem:
            notes.append(_left_out(rule.target_text, problem))
    return {key: written.get(key) for key in ADDRESS_KEYS} if written else None


def _custom_fields(
    profile: ProfileView, plan: Plan, held: _Statuses, notes: list[FieldNote]
) -> dict[str, Json]:
    written: dict[str, Json] = {}
    for rule, field in plan.custom_fields:
        try:
            value = read(profile=profile, source=rule.source)
            if not is_empty(value):
                written[rule.target.name] = _custom_value(rule, field, value, notes)
            elif rule.is_cleared_when_empty:
                written[rule.target.name] = None
        except CannotShape as problem:
            notes.append(_left_out(rule.target_text, problem))
    _write_statuses(written, plan, held, notes)
    return written


def _write_statuses(
    written: dict[str, Json], plan: Plan, held: _Statuses, notes: list[FieldNote]
) -> None:
    for audience, status in held:
        name = audience.mapping_id
        try:
            written[name] = statuses.shape(status=status, field=plan.fields.get(name))
        except CannotShape as problem:
            written.pop(name, None)
            notes.append(_left_out(f"xdm: custom_fields.{name}", problem))


def _custom_value(
    rule: MappingRule, field: CustomField | None, value: Json, notes: list[FieldNote]
) -> Json:
    """A field the account does not know gets the value as it is: Zendesk has the last word."""
    if field is None:
        return shaping.as_given(value=value)
    if field.type != "multi_select_list":
        return shaping.shape(value=value, type=field.type, choices=field.choices)
    kept, dropped = shaping.choose(value=value, choices=field.choices)
    if dropped:
        message = f"{dropped} of the values are none of the field's choices and were left out."
        notes.append(FieldNote(rule.target_text, Reason.NOT_A_CHOICE.value, message))
    return list(kept)


def _left_out(target: str, problem: CannotShape) -> FieldNote:
    return FieldNote(target, problem.reason.value, WORDS[problem.reason])
