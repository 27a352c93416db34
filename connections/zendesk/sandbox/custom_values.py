"""What may stand inside `custom_fields`? The values of one contact, by the fields' definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import values
from .definitions import CustomFields, FieldDefinition
from .switches import Switches
from .values import Fault, Verdict

_CHECKS: Mapping[str, values.Check] = {
    "string": values.text,
    "text": values.long_text,
    "email": values.text,
    "phone": values.text,
    "url": values.text,
    "number": values.number,
    "bool": values.optional_boolean,
    "date": values.day,
    "datetime": values.naive_datetime,
}


@dataclass(frozen=True, slots=True)
class Write:
    """One write's values, and what they are judged by."""

    values: Mapping[str, Any]
    before: Mapping[str, Any]
    is_organization: bool
    fields: CustomFields
    switches: Switches


_KEEP = object()


def merge(write: Write) -> Verdict:
    """The values after the write; faults point below `/custom_fields`. Absent ones stay (R-35)."""
    merged = dict(write.before)
    faults: list[Fault] = []
    for name, verdict in _judge(write):
        pointer = f"/{values.escape(name)}"
        faults.extend(Fault(fault.code, pointer + fault.below) for fault in verdict.faults)
        if verdict.value is None or verdict.value == []:
            merged.pop(name, None)  # only fields with a value are shown
        elif verdict.value is not _KEEP:
            merged[name] = verdict.value
    return Verdict(merged, tuple(faults))


def _judge(write: Write) -> Iterator[tuple[str, Verdict]]:
    for name, value in write.values.items():
        field = write.fields.get(name=name)
        if field is None or not field.applies(is_organization=write.is_organization):
            is_ignored = write.switches.unknown_custom_field == "ignore"
            yield name, Verdict(_KEEP, () if is_ignored else (Fault("unknown"),))
        else:
            yield name, _check(field, value, write)


def _check(field: FieldDefinition, value: Any, write: Write) -> Verdict:
    if field.type == "list":
        return _choice(field, value, write.switches)
    if field.type == "multi_select_list":
        return _choices(field, value, write.switches)
    if field.type == "address":
        return values.address(value, write.before.get(field.name))
    return _CHECKS[field.type](value)


def _choice(field: FieldDefinition, value: Any, switches: Switches) -> Verdict:
    if value is None or value == "":
        return Verdict(None)
    verdict = values.one_of(value, field.choices)
    if verdict == values.INCORRECT_VALUE and switches.bad_choice == "ignore":
        return Verdict(_KEEP)
    return verdict


def _choices(field: FieldDefinition, value: Any, switches: Switches) -> Verdict:
    verdict = values.strings([] if value is None else value)
    if verdict.faults:
        return verdict
    known = [name for name in verdict.value if name in field.choices]
    if len(known) < len(verdict.value) and switches.bad_choice == "reject":
        return values.INCORRECT_VALUE
    if not known and verdict.value:
        return Verdict(_KEEP)
    return Verdict(known)
