"""What is wrong with a mapping before anything is sent, and what to do about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from activations.mapping import constants, names, statuses
from activations.mapping.attributes import NEVER_EMPTY
from activations.mapping.paths import EMAIL, LAST_NAME, target_problem
from activations.mapping.plan import MappingRule
from activations.terms import MembershipStatus, TargetKind
from connections.zendesk.contact import CustomField

# Looking for the name that was meant takes a millisecond: in a long list only the first get it.
MOST_GUESSES = 100
# A soft limit of the platform (guardrails of Adobe Experience Platform).
MANY_MAPPINGS = 50

NO_AUDIENCE = "no-audience"
NO_MAPPING_ID = "Enter the name of the contact custom field that receives the audience status."

_WHERE = "in Sell under Settings > Customize > Contacts"


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the position in the workspace file, inside the destination.

    A blocking problem keeps the destination from being enabled; the others are warnings. `meant`
    are the fields an unknown name may stand for, the likeliest first.
    """

    place: str
    code: str
    message: str
    is_blocking: bool = True
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduledAudience:
    """An audience as chosen for a destination; `label` is its name for people."""

    label: str
    mapping_id: str
    start_on: date
    end_on: date | None = None


def find(
    *,
    rules: Sequence[MappingRule],
    audiences: Sequence[ScheduledAudience],
    fields: Mapping[str, CustomField] | None,
) -> tuple[Problem, ...]:
    """Every problem, in the order of the file. `fields` is None while they are unknown."""
    found = [*_mandatory(rules), *_number(rules)]
    for index, rule in enumerate(rules):
        found += _rule(rule, place=f"mappings[{index}]", before=rules[:index], fields=fields)
    if not audiences:
        found.append(Problem("audiences", NO_AUDIENCE, "Select at least one audience."))
    found += _audiences(rules, audiences, fields)
    if fields is None:
        found.append(_fields_unknown())
    return tuple(found)


def check_mapping_id(
    *,
    name: str,
    fields: Mapping[str, CustomField] | None,
    taken: Mapping[str, str],
    guess: bool = True,
) -> tuple[Problem, ...]:
    """The problems of one Mapping ID (place `mapping_id`).

    `taken` maps the names of the fields that are already written to what writes them, in words
    (`the audience “Newsletter”`). `guess`: say which name was meant, where one is like it.
    """
    found = _mapping_id(name, fields, taken, guess)
    return tuple(replace(problem, place="mapping_id") for problem in found)


def _mandatory(rules: Sequence[MappingRule]) -> Iterator[Problem]:
    targets = {(rule.target.kind, rule.target.name) for rule in rules}
    wanted = (
        (TargetKind.IDENTITY, EMAIL, "Map “IdentityMap: Email” to “Identity: email”"),
        (TargetKind.ATTRIBUTE, LAST_NAME, "Map an attribute to “xdm: last_name”"),
    )
    for kind, name, step in wanted:
        if (kind, name) not in targets:
            message = f"{step}: without this mandatory mapping nothing at all is sent."
            yield Problem("mappings", "mandatory-mapping-missing", message)


def _number(rules: Sequence[MappingRule]) -> Iterator[Problem]:
    count = sum(rule.target.kind != TargetKind.IDENTITY for rule in rules)
    if count > MANY_MAPPINGS:
        message = (
            f"{count} fields are mapped; more than {MANY_MAPPINGS} make every request larger, and"
            " a change of any of them sends the contact again. Remove what nobody needs in Zendesk."
        )
        yield Problem("mappings", "many-mappings", message, is_blocking=False)


def _rule(
    rule: MappingRule,
    *,
    place: str,
    before: Sequence[MappingRule],
    fields: Mapping[str, CustomField] | None,
) -> Iterator[Problem]:
    target = rule.target
    if (message := target_problem(target)) is not None:
        yield Problem(f"{place}.target", "unknown-target", message)
    elif (message := _pair_problem(rule)) is not None:
        yield Problem(f"{place}.source", "illegal-pair", message)
    if any(other.target == target for other in before):
        message = f"“{rule.target_text}” is already the target of an earlier mapping: remove one."
        yield Problem(f"{place}.target", "duplicate-target", message)
    if target.kind == TargetKind.CUSTOM_FIELD and target.name.strip() and fields is not None:
        for problem in _presence(target.name, fields):
            yield replace(problem, place=f"{place}.target")
    never_empty = (TargetKind.ATTRIBUTE, NEVER_EMPTY)
    if rule.is_cleared_when_empty and (target.kind, target.name) == never_empty:
        message = f"Zendesk never empties “{target.name}”: it stays when the source is empty."
        yield Problem(f"{place}.when_empty", "cannot-clear", message, is_blocking=False)
    if rule.source.is_constant:
        yield from _constant(rule, place, fields)


def _constant(
    rule: MappingRule, place: str, fields: Mapping[str, CustomField] | None
) -> Iterator[Problem]:
    target = rule.target
    message = constants.misfit(text=rule.source.path, target=target, fields=fields or {})
    if message is not None:
        yield Problem(f"{place}.source", "constant-does-not-fit", message)
    if rule.is_cleared_when_empty:
        message = "A constant is never empty, so it cannot clear the field when it is: keep it."
        yield Problem(f"{place}.when_empty", "constant-is-never-empty", message)
    if (target.kind, target.name) == (TargetKind.ATTRIBUTE, LAST_NAME):
        message = (
            "Every contact gets this same last name, in place of the one it has: map an attribute"
            " such as “xdm: person.name.lastName” unless that is meant."
        )
        yield Problem(f"{place}.source", "same-last-name", message, is_blocking=False)


def _pair_problem(rule: MappingRule) -> str | None:
    if rule.target.kind != TargetKind.IDENTITY:
        return None
    if rule.source.is_constant:
        return (
            "A constant is nobody's identity, all contacts would be the same person: use"
            " “IdentityMap: Email” as source."
        )
    if not rule.source.is_identity:
        return "An identity is written from an identity only: use “IdentityMap: Email” as source."
    if rule.source.path.casefold() != EMAIL:
        return (
            f"The namespace “{rule.source.path}” holds no e-mail addresses: use"
            " “IdentityMap: Email” as the source of “Identity: email”."
        )
    return None


def _schedule(audience: ScheduledAudience, place: str) -> Iterator[Problem]:
    if audience.end_on is not None and audience.end_on < audience.start_on:
        message = f"The schedule of “{audience.label}” ends before it starts: correct one date."
        yield Problem(f"{place}.end", "ends-before-start", message)


def _audiences(
    rules: Sequence[MappingRule],
    audiences: Sequence[ScheduledAudience],
    fields: Mapping[str, CustomField] | None,
) -> Iterator[Problem]:
    """Looks at each audience once: there may be ten thousand."""
    mapped, holders, unknown = _mapped(rules), _holders(audiences), 0
    for index, audience in enumerate(audiences):
        name, place = audience.mapping_id, f"audiences[{index}]"
        others = [audiences[other].label for other in holders[name] if other != index]
        taken = mapped | {name: f"the audience “{others[-1]}”"} if others else mapped
        guess = unknown < MOST_GUESSES
        for problem in check_mapping_id(name=name, fields=fields, taken=taken, guess=guess):
            unknown += problem.code == "unknown-custom-field"
            yield replace(problem, place=f"{place}.mapping_id")
        yield from _schedule(audience, place)


def _mapped(rules: Iterable[MappingRule]) -> dict[str, str]:
    """The custom fields that field mappings write."""
    return {
        rule.target.name: "a field mapping"
        for rule in rules
        if rule.target.kind == TargetKind.CUSTOM_FIELD
    }


def _holders(audiences: Sequence[ScheduledAudience]) -> dict[str, list[int]]:
    """Which audiences have a Mapping ID: the last two are enough to know another one."""
    found: dict[str, list[int]] = {}
    for index, audience in enumerate(audiences):
        found[audience.mapping_id] = [*found.get(audience.mapping_id, [])[-1:], index]
    return found


def _mapping_id(
    name: str, fields: Mapping[str, CustomField] | None, taken: Mapping[str, str], guess: bool
) -> Iterator[Problem]:
    """Without their place, as the problems of one field."""
    if not name.strip():
        yield Problem("", "mapping-id-missing", NO_MAPPING_ID)
        return
    if name in taken:
        yield Problem("", "mapping-id-taken", f"“{name}” is already written by {taken[name]}.")
    if fields is None:
        return
    yield from _presence(name, fields, guess=guess)
    if (field := fields.get(name)) is not None:
        yield from _status_field(field)


def _presence(
    name: str, fields: Mapping[str, CustomField], *, guess: bool = True
) -> Iterator[Problem]:
    field = fields.get(name)
    if field is None:
        people = [other.name for other in fields.values() if other.for_contact] if guess else []
        meant = names.meant(name=name, among=people)
        yield Problem("", "unknown-custom-field", _unknown(name, meant), meant=meant)
    elif not field.for_contact:
        message = (
            f"The custom field “{name}” is for companies only: let it apply to people {_WHERE}."
        )
        yield Problem("", "not-for-people", message)


def _unknown(name: str, meant: Sequence[str]) -> str:
    message = f"The account has no contact custom field “{name}”."
    if not meant:
        return f"{message} Create it {_WHERE}; that cannot be done from here."
    if names.folded(meant[0]) == names.folded(name):
        return f"{message} It has “{meant[0]}”: capitals and blanks must be the same."
    return f"{message} Did you mean {' or '.join(f'“{other}”' for other in meant)}?"


def _status_field(field: CustomField) -> Iterator[Problem]:
    if field.type not in statuses.FIELD_TYPES:
        message = (
            f"“{field.name}” is a {field.type} field, which cannot hold a status: choose a field"
            f" of type {', '.join(statuses.FIELD_TYPES)}."
        )
        yield Problem("", "wrong-type", message)
        return
    if field.type not in ("list", "multi_select_list"):
        return
    missing = [status.value for status in MembershipStatus if status.value not in field.choices]
    needed = [status for status in missing if status != MembershipStatus.EXISTING.value]
    if needed:
        yield Problem("", "missing-choices", _choices(field, needed, "cannot be written"))
    if len(needed) < len(missing):
        optional = _choices(field, [MembershipStatus.EXISTING.value], "is left out")
        yield Problem("", "missing-choices", optional, is_blocking=False)


def _choices(field: CustomField, missing: Sequence[str], effect: str) -> str:
    listed = " and ".join(f"“{status}”" for status in missing)
    return (
        f"“{field.name}” has no choice {listed}, so that status {effect}: add it {_WHERE},"
        " spelled exactly so."
    )


def _fields_unknown() -> Problem:
    message = (
        "The custom fields of the account are not known yet, so Mapping IDs are not checked: check"
        " the connection first."
    )
    return Problem("account", "fields-unknown", message, is_blocking=False)
