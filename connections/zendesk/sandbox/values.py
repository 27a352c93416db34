"""Is this JSON value acceptable for an attribute of this type? Knows no resource, no storage.

Every check answers with a `Verdict`: the value to store, or the problems. Pointers in problems
are relative to `data`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .envelopes import Problem

ADDRESS_KEYS = ("line1", "city", "postal_code", "state", "country")
MAX_LINE = 255
MAX_TEXT = 65_535
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MESSAGES = {
    "unknown": "unknown attribute",
    "missing": "missing required attribute",
    "blank": "attribute cannot be blank",
    "invalid_type": "attribute has invalid type",
    "incorrect_value": "attribute value is incorrect",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a value is refused: a code, and the place below the attribute ('' is itself)."""

    code: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    value: Any = None
    faults: tuple[Fault, ...] = ()


Check = Callable[[Any], Verdict]

INVALID_TYPE = Verdict(faults=(Fault("invalid_type"),))
INCORRECT_VALUE = Verdict(faults=(Fault("incorrect_value"),))
BLANK = Verdict(faults=(Fault("blank"),))


def problem(*, resource: str, pointer: str, code: str) -> Problem:
    details = f"The attribute '{pointer}' of the '{resource}' resource is refused: {code}."
    if code == "unknown":
        details = (
            f"The attribute '{pointer}' is not a known attribute for the '{resource}' resource."
        )
    return Problem(code, _MESSAGES[code], details, resource, pointer)


def escape(name: str) -> str:
    """A name as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def text(value: Any, limit: int = MAX_LINE) -> Verdict:
    if value is None or value == "":
        return Verdict(None)
    if not isinstance(value, str):
        return INVALID_TYPE
    return Verdict(value) if len(value) <= limit else INCORRECT_VALUE


def long_text(value: Any) -> Verdict:
    return text(value, MAX_TEXT)


def required_text(value: Any) -> Verdict:
    if value is None or (isinstance(value, str) and not value.strip()):
        return BLANK
    return text(value)


def integer(value: Any) -> Verdict:
    return Verdict(value) if type(value) is int else INVALID_TYPE


def optional_integer(value: Any) -> Verdict:
    return Verdict(None) if value is None else integer(value)


def boolean(value: Any) -> Verdict:
    return Verdict(value) if isinstance(value, bool) else INVALID_TYPE


def optional_boolean(value: Any) -> Verdict:
    return Verdict(None) if value is None else boolean(value)


def one_of(value: Any, choices: tuple[str, ...]) -> Verdict:
    if not isinstance(value, str):
        return INVALID_TYPE
    return Verdict(value) if value in choices else INCORRECT_VALUE


def strings(value: Any) -> Verdict:
    """A list of strings, each once, in the order given."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        return INVALID_TYPE
    if any(len(entry) > MAX_LINE for entry in value):
        return INCORRECT_VALUE
    return Verdict(list(dict.fromkeys(value)))


def number(value: Any) -> Verdict:
    """A number or its string form, kept as a string of its digits without exponent (R-34)."""
    if value is None:
        return Verdict(None)
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            return INVALID_TYPE
        value = Decimal(value.strip()) if "e" in value.lower() else value.strip()
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return INVALID_TYPE
    if not isinstance(value, Decimal):
        return Verdict(str(value))
    # The digits of 1e999999999 would fill the memory.
    if abs(value.adjusted()) > MAX_LINE:
        return INCORRECT_VALUE
    return Verdict(f"{value:f}")


def day(value: Any) -> Verdict:
    return _instant(value, _DATE, date.fromisoformat)


def naive_datetime(value: Any) -> Verdict:
    return _instant(value, _DATETIME, datetime.fromisoformat)


def _instant(value: Any, form: re.Pattern[str], parse: Callable[[str], object]) -> Verdict:
    if value is None:
        return Verdict(None)
    if not isinstance(value, str):
        return INVALID_TYPE
    if not form.fullmatch(value):
        return INCORRECT_VALUE
    try:
        parse(value)
    except ValueError:
        return INCORRECT_VALUE
    return Verdict(value)


def address(value: Any, before: Mapping[str, Any] | None = None) -> Verdict:
    """Keys given replace, keys absent keep their value of `before` (R-29)."""
    if value is None:
        return Verdict(None)
    if not isinstance(value, dict):
        return INVALID_TYPE
    if not value:
        return Verdict(before)
    faults: list[Fault] = []
    merged = dict.fromkeys(ADDRESS_KEYS) | dict(before or {})
    for key, part in value.items():
        if key not in ADDRESS_KEYS:
            faults.append(Fault("unknown", f"/{escape(key)}"))
            continue
        verdict = text(part)
        faults.extend(Fault(fault.code, f"/{key}") for fault in verdict.faults)
        merged[key] = verdict.value
    return Verdict(merged, tuple(faults))
