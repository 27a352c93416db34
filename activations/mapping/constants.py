"""Does a constant fit the field it is written to? Asked before anything is sent; pure.

Every contact gets the same value, so one that does not fit is a mistake in the mapping, while a
profile's own value that does not fit is left out of that contact alone.
"""

from collections.abc import Mapping, Sequence

from activations.mapping import attributes, shaping
from activations.mapping.paths import Target
from activations.mapping.reasons import CannotShape, Reason
from activations.terms import TargetKind
from connections.zendesk.contact import CONTACT_ATTRIBUTES, CustomField, Json

# More choices than this are looked up in Zendesk.
_MOST_LISTED = 12


def misfit(*, text: str, target: Target, fields: Mapping[str, CustomField]) -> str | None:
    """What is wrong with the constant in this target, and how to mend it; None when it fits.

    An unknown target is another problem, and nothing is said about it here.
    """
    try:
        if target.kind == TargetKind.CUSTOM_FIELD:
            field = fields.get(target.name)
            return None if field is None else _in_custom_field(text, field)
        if target.kind == TargetKind.ADDRESS:
            attributes.line(value=text)
        elif (spec := CONTACT_ATTRIBUTES.get(target.name)) is not None:
            value = attributes.shape(spec=spec, value=text)
            return _nothing_left(value, target.name)
    except CannotShape as problem:
        return _words(problem.reason, target, fields)
    return None


def _in_custom_field(text: str, field: CustomField) -> str | None:
    if field.type != "multi_select_list":
        shaping.shape(value=text, type=field.type, choices=field.choices)
        return None
    kept, dropped = shaping.choose(value=text, choices=field.choices)
    if dropped:
        raise CannotShape(Reason.NOT_A_CHOICE)
    return _nothing_left(list(kept), field.name)


def _nothing_left(value: Json, name: str) -> str | None:
    """Commas alone are a list of nothing, which would empty the field of every contact."""
    return f"The constant holds no value for “{name}”: write one." if value == [] else None


def _words(reason: Reason, target: Target, fields: Mapping[str, CustomField]) -> str:
    kind, choices = _type_of(target, fields)
    where = f"“{target.name}” is a {kind} field"
    if reason is Reason.NOT_A_CHOICE:
        return f"The constant is no choice of “{target.name}”: {_listed(choices)}."
    if reason is Reason.NOT_A_NUMBER:
        return f"The constant is no number, but {where}: write digits, such as 12."
    if reason is Reason.NOT_A_DATE:
        return f"The constant is no date, but {where}: write it like 2026-01-31."
    if reason is Reason.TOO_LONG:
        return f"The constant is longer than “{target.name}” holds: shorten it."
    if kind == "bool":
        return f"{where}: write true or false."
    return f"{where}, which holds no text: map an attribute to it, or choose another target."


def _type_of(target: Target, fields: Mapping[str, CustomField]) -> tuple[str, Sequence[str]]:
    if target.kind == TargetKind.CUSTOM_FIELD:
        return fields[target.name].type, fields[target.name].choices
    if target.kind == TargetKind.ADDRESS:
        return "text", ()
    spec = CONTACT_ATTRIBUTES[target.name]
    return spec.type, spec.choices


def _listed(choices: Sequence[str]) -> str:
    if not choices:
        return "the field has none"
    more = len(choices) - _MOST_LISTED
    listed = ", ".join(f"“{choice}”" for choice in choices[:_MOST_LISTED])
    return f"choose one of {listed}{f' and {more} more' if more > 0 else ''}"
