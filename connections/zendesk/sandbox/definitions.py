"""Which custom fields does the account have? Their definitions, and the file they come from."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import timestamp

FIELD_TYPES = (
    "string",
    "text",
    "number",
    "bool",
    "date",
    "datetime",
    "email",
    "phone",
    "url",
    "address",
    "list",
    "multi_select_list",
)
_CHOICE_TYPES = ("list", "multi_select_list")
_FLAGS = ("for_contact", "for_organisation", "filterable")
_KEYS = frozenset({"name", "type", "choices", *_FLAGS})
_FIRST_ID = 101


class InvalidDefinitions(ValueError):
    """The definitions cannot be used; the message names every problem and its place."""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    name: str
    type: str
    choices: tuple[str, ...] = ()
    for_contact: bool = True
    for_organisation: bool = False
    filterable: bool = False

    def applies(self, *, is_organization: bool) -> bool:
        return self.for_organisation if is_organization else self.for_contact

    def as_json(self, *, field_id: int, at: float) -> dict[str, Any]:
        """As the API shows it: both spellings of the organisation flag, `filterable` hidden."""
        names = enumerate(self.choices, start=1)
        choices = [{"id": field_id * 100 + number, "name": name} for number, name in names]
        return {
            "id": field_id,
            "name": self.name,
            "type": self.type,
            "choices": choices if self.type in _CHOICE_TYPES else None,
            "for_contact": self.for_contact,
            "for_organisation": self.for_organisation,
            "for_company": self.for_organisation,
            "created_at": timestamp(at=at),
            "updated_at": timestamp(at=at),
        }


class CustomFields:
    """The definitions in force, by name."""

    def __init__(self, *, definitions: Iterable[FieldDefinition]) -> None:
        self._ids: dict[str, int] = {}
        self.replace(definitions=definitions)

    def replace(self, *, definitions: Iterable[FieldDefinition]) -> None:
        """Take these from now on. A name keeps its id; stored values stay where they are."""
        self._by_name = {definition.name: definition for definition in definitions}
        for name in self._by_name:
            self._ids.setdefault(name, _FIRST_ID + len(self._ids))

    def get(self, *, name: str) -> FieldDefinition | None:
        return self._by_name.get(name)

    def all(self) -> list[FieldDefinition]:
        return list(self._by_name.values())

    def as_json(self, *, at: float) -> list[dict[str, Any]]:
        fields = list(self._by_name.values())
        return [field.as_json(field_id=self._ids[field.name], at=at) for field in fields]


def read_file(*, path: Path) -> tuple[FieldDefinition, ...]:
    """The definitions in a JSON file. Raises InvalidDefinitions, also when it is unreadable."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidDefinitions(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InvalidDefinitions(f"{path}: this is not JSON: {error}") from error
    try:
        return parse(entries=entries)
    except InvalidDefinitions as error:
        raise InvalidDefinitions(f"{path}: {error}") from None


def parse(*, entries: Any) -> tuple[FieldDefinition, ...]:
    """`[{"name","type","choices","for_contact","for_organisation","filterable"}]` as values."""
    if not isinstance(entries, list):
        raise InvalidDefinitions("a list of field definitions is expected.")
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        problems.extend(f"field {number}: {problem}" for problem in _problems(entry))
    if not problems:
        problems.extend(_repeated([entry["name"] for entry in entries]))
    if problems:
        raise InvalidDefinitions("; ".join(problems))
    return tuple(_definition(entry) for entry in entries)


def _repeated(names: Sequence[str]) -> list[str]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    return [f"the name {name!r} is used more than once" for name in repeated]


def _problems(entry: Any) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield "an object is expected"
        return
    for key in sorted(set(entry) - _KEYS):
        yield f"unknown key {key!r}"
    if not isinstance(entry.get("name"), str) or not entry["name"].strip():
        yield '"name" must be a non-empty string'
    if entry.get("type") not in FIELD_TYPES:
        yield f'"type" must be one of {", ".join(FIELD_TYPES)}'
    yield from _choice_problems(entry)
    for flag in _FLAGS:
        if not isinstance(entry.get(flag, False), bool):
            yield f'"{flag}" must be true or false'


def _choice_problems(entry: Mapping[str, Any]) -> Iterable[str]:
    choices = entry.get("choices") or []
    if not isinstance(choices, list) or not all(isinstance(name, str) for name in choices):
        yield '"choices" must be a list of strings'
    elif entry.get("type") in _CHOICE_TYPES and not choices:
        yield f'a field of type {entry["type"]} needs "choices"'
    elif entry.get("type") not in _CHOICE_TYPES and choices:
        yield '"choices" are for list and multi_select_list only'


def _definition(entry: Mapping[str, Any]) -> FieldDefinition:
    return FieldDefinition(
        name=entry["name"],
        type=entry["type"],
        choices=tuple(entry.get("choices") or ()),
        for_contact=entry.get("for_contact", True),
        for_organisation=entry.get("for_organisation", False),
        filterable=entry.get("filterable", False),
    )
