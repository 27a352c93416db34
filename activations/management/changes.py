"""Changes of a workspace in one line each for people, and as JSON for scripts."""

import json
from collections.abc import Sequence
from typing import Any, Final

from activations.services.workspace.comparing import TOKEN, Action, Change, FieldChange

_SIGNS: Final = {
    Action.CREATED: "+",
    Action.CHANGED: "~",
    Action.UNCHANGED: "=",
    Action.PRUNED: "-",
}
_LONGEST = 60


def as_line(change: Change) -> str:
    """`~ changed destination "Zendesk CRM" (description: old -> new)`."""
    line = f"{_SIGNS[change.action]} {change.action} {change.kind} {_quoted(change.label)}"
    if not change.fields:
        return line
    return f"{line} ({', '.join(_field(name, field) for name, field in change.fields.items())})"


def as_json(changes: Sequence[Change]) -> dict[str, Any]:
    """One list for each action; fields only where something changed."""
    lists: dict[str, Any] = {action.value: [] for action in Action}
    for change in changes:
        entry: dict[str, Any] = {"kind": change.kind, "name": change.label}
        if change.kind == "audience":
            entry["reference"] = change.key
        if change.action == Action.CHANGED:
            entry["fields"] = {name: _plain(field) for name, field in change.fields.items()}
        lists[change.action.value].append(entry)
    return lists


def _field(name: str, change: FieldChange) -> str:
    if change is TOKEN:
        return f"{name}: {change.new}"
    old, new = change.old, change.new
    if isinstance(old, list) and isinstance(new, list):
        return f"{name}: {_lists(old, new)}"
    return f"{name}: {_value(old)} -> {_value(new)}"


def _lists(old: list[str], new: list[str]) -> str:
    if len(old) != len(new):
        return f"{len(old)} -> {len(new)}"
    other = [value for value in new if value not in old]
    return f"{len(other)} of {len(new)} changed" if other else "order changed"


def _value(value: str | bool | list[str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    is_plain = text.isprintable() and text == text.strip() and text and len(text) <= _LONGEST
    return text if is_plain else _quoted(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _quoted(text: str) -> str:
    """In quotes, and without anything that could steer a terminal."""
    if text.isprintable():
        return f'"{text}"'
    return json.dumps(text)


def _plain(change: FieldChange) -> Any:
    return change.new if change is TOKEN else {"old": change.old, "new": change.new}
