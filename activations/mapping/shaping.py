"""A value for a custom field of the account, by the field's type (Sell custom-field values)."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from activations.mapping import attributes, scalars
from activations.mapping.paths import ADDRESS_KEYS
from activations.mapping.reasons import CannotShape, Reason
from connections.zendesk.contact import Json

__all__ = ["CannotShape", "as_given", "choose", "shape"]

_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})

# Sell's key, then the keys of an XDM address that may stand for it, the surest first.
_ADDRESS_SOURCES = {
    "line1": ("line1", "street1"),
    "city": ("city",),
    "postal_code": ("postal_code", "postalCode"),
    "state": ("state", "stateProvince"),
    "country": ("country", "countryCode"),
}


def shape(*, value: Json, type: str, choices: Sequence[str]) -> Json:
    """The value as a field of that type takes it. Raises CannotShape.

    A type this release does not know gets text: Zendesk says so when that is wrong.
    """
    if type == "list":
        return _choice(value, choices)
    if type == "multi_select_list":
        return list(choose(value=value, choices=choices)[0])
    return _SHAPES.get(type, _line)(value)


def choose(*, value: Json, choices: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The choices among the values of a list or of text with commas, and how many are none.

    Raises CannotShape when none of them is a choice; only an empty list has an empty result.
    """
    listed = _listed(value, choices)
    found = [_canonical(scalars.one_line(item), choices) for item in listed]
    kept = tuple(dict.fromkeys(name for name in found if name is not None))
    if not kept and value != []:
        raise CannotShape(Reason.NOT_A_CHOICE)
    return kept, found.count(None)


def as_given(*, value: Json) -> Json:
    """A scalar for a field the account does not know, unchanged. Raises CannotShape."""
    if isinstance(value, str):
        return scalars.many_lines(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise CannotShape(Reason.NOT_A_NUMBER)
    if isinstance(value, list | dict):
        raise CannotShape(Reason.WRONG_TYPE)
    return value


def _listed(value: Json, choices: Sequence[str]) -> list[Json]:
    if isinstance(value, list):
        return value
    # A choice may itself contain a comma.
    if isinstance(value, str) and _canonical(value, choices) is None:
        return [part for part in value.split(",") if part.strip()]
    return [value]


def _choice(value: Json, choices: Sequence[str]) -> str:
    name = _canonical(scalars.one_line(value), choices)
    if name is None:
        raise CannotShape(Reason.NOT_A_CHOICE)
    return name


def _canonical(text: str, choices: Sequence[str]) -> str | None:
    """Sell compares choices character by character, so the spelling of the account is sent."""
    if text in choices:
        return text
    wanted = text.strip().casefold()
    return next((choice for choice in choices if choice.strip().casefold() == wanted), None)


def _line(value: Json) -> str:
    return attributes.line(value=value)


def _paragraph(value: Json) -> str:
    return attributes.paragraph(value=value)


def _bool(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    word = scalars.one_line(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise CannotShape(Reason.WRONG_TYPE)
    return word in _TRUE


def _date(value: Json) -> str:
    return _instant(value).date().isoformat()


def _datetime(value: Json) -> str:
    """The wall time with a `Z`; the offset is dropped.

    Sell's datetime fields know no time zone: what stands before the `Z` is what people see.
    """
    return _instant(value).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _instant(value: Json) -> datetime:
    if not isinstance(value, str):
        raise CannotShape(Reason.NOT_A_DATE)
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise CannotShape(Reason.NOT_A_DATE) from None


def _address(value: Json) -> Json:
    """All five keys, out of an XDM postal address."""
    if not isinstance(value, dict):
        raise CannotShape(Reason.WRONG_TYPE)
    parts = {key: _first(value, names) for key, names in _ADDRESS_SOURCES.items()}
    if not any(parts.values()):
        raise CannotShape(Reason.WRONG_TYPE)
    return {key: parts[key] for key in ADDRESS_KEYS}


def _first(address: dict[str, Json], names: Sequence[str]) -> str | None:
    for name in names:
        if (value := address.get(name)) is not None:
            text = attributes.line(value=value)
            if text.strip():
                return text
    return None


_SHAPES: dict[str, Callable[[Json], Json]] = {
    "text": _paragraph,
    "number": scalars.number,
    "bool": _bool,
    "boolean": _bool,  # one of Sell's own schemas spells it so
    "date": _date,
    "datetime": _datetime,
    "address": _address,
}
