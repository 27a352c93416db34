"""One mapping of the file, read key by key; every surprise becomes a problem with its place."""

import difflib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from activations.services.workspace.document import Mapping, Node
from activations.services.workspace.values import Place, Problem

T = TypeVar("T")

# bool is an int and datetime a date, so they come first.
_KINDS = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (datetime, "a date with a time"),
    (date, "a date"),
)


class Findings:
    """Problems (nothing is applied) and warnings (it is), in the order they were met."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def refuse(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place, message))

    def warn(self, place: Place, message: str) -> None:
        self.warnings.append(Problem(place, message))


class Section:
    """A mapping with the keys it may have. Reading a bad value notes it and returns None."""

    def __init__(self, node: Node, *, keys: Sequence[str], findings: Findings) -> None:
        self.node = node
        self._findings = findings
        self._pairs: dict[str, Node] = {}
        self.is_mapping = isinstance(node.value, Mapping)
        if isinstance(node.value, Mapping):
            self._pairs = node.value.pairs
            self._note_odd_keys(node.value, keys)
        else:
            self._refuse(node, f"must be a mapping with {_listed(keys)}, not {_kind(node)}.")

    def place(self, key: str) -> Place:
        """Where a key stands, or where it is missing."""
        found = self._pairs.get(key)
        if found is not None:
            return found.place
        return Place(f"{self.node.path}.{key}".lstrip("."), self.node.line)

    def has(self, key: str) -> bool:
        """Whether the key stands there with a value."""
        return key in self._pairs and self._pairs[key].value is not None

    def child(self, key: str) -> Node | None:
        """Of whatever kind it is; None where the key is not written."""
        return self._pairs.get(key)

    def text(self, key: str, *, longest: int | None = None) -> str | None:
        """A required text that is not blank."""
        if not self.has(key):
            if self.is_mapping:
                self._findings.refuse(self.place(key), "is missing.")
            return None
        node = self._pairs[key]
        value = self._any_text(node, longest)
        if value is not None and not value.strip():
            self._refuse(node, "must not be empty.")
            return None
        return value

    def optional_text(self, key: str, *, longest: int | None = None, default: str = "") -> str:
        """A text that may be left out or be empty."""
        if not self.has(key):
            return default
        value = self._any_text(self._pairs[key], longest)
        return default if value is None else value

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        if not self.has(key):
            return default
        node = self._pairs[key]
        if isinstance(node.value, bool):
            return node.value
        self._refuse(node, f"must be true or false, not {_kind(node)}.")
        return default

    def day(self, key: str) -> date | None:
        """A YAML date or ISO text; None when it is absent, null or wrong (then it is noted)."""
        node = self._pairs.get(key)
        if node is None or node.value is None:
            return None
        value = node.value
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str):
            try:
                return datetime.strptime(value.strip(), "%Y-%m-%d").date()  # noqa: DTZ007
            except ValueError:
                self._refuse(node, "is not a date; write it like 2026-01-31.")
                return None
        self._refuse(node, f"must be a date such as 2026-01-31, not {_kind(node)}.")
        return None

    def items(self, key: str) -> list[Node]:
        """The entries of a list; empty when it is absent or null."""
        node = self._pairs.get(key)
        if node is None or node.value is None:
            return []
        if isinstance(node.value, list):
            return node.value
        self._refuse(node, f"must be a list, not {_kind(node)}.")
        return []

    def words(self, key: str) -> tuple[str, ...]:
        """The texts of a list that people type with commas between them."""
        return each(self.items(key), self._word)

    def _word(self, node: Node) -> str | None:
        value = self._any_text(node, None)
        if value is None:
            return None
        if not value.strip() or "," in value:
            self._refuse(node, "must be a text without commas, and not be empty.")
            return None
        return value.strip()

    def _any_text(self, node: Node, longest: int | None) -> str | None:
        value = node.value
        if not isinstance(value, str):
            hint = "" if isinstance(value, Mapping | list) else " Put it in quotes."
            self._refuse(node, f"must be text, not {_kind(node)}.{hint}")
            return None
        if (message := _unstorable(value, longest)) is not None:
            self._refuse(node, message)
            return None
        return value

    def _note_odd_keys(self, mapping: Mapping, keys: Sequence[str]) -> None:
        for node in mapping.odd:
            self._refuse(node, "has a key that is not a text.")
        for node in mapping.repeated:
            self._refuse(node, "is written twice.")
        for key, node in mapping.pairs.items():
            if key not in keys:
                self._refuse(node, f"is not known here.{_suggestion(key, keys)}")

    def _refuse(self, node: Node, message: str) -> None:
        self._findings.refuse(node.place, message)


def each(nodes: Sequence[Node], read: Callable[[Node], T | None]) -> tuple[T, ...]:
    """What could be read of a list; what could not was noted."""
    return tuple(value for node in nodes if (value := read(node)) is not None)


def _unstorable(value: str, longest: int | None) -> str | None:
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return "holds a character that cannot be stored."
    if longest is not None and len(value) > longest:
        return f"is longer than {longest} characters."
    return None


def _kind(node: Node) -> str:
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "text")


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(keys)


def _suggestion(key: str, keys: Sequence[str]) -> str:
    close = difflib.get_close_matches(key.lower(), keys, n=1)
    return f" Do you mean “{close[0]}”?" if close else f" Known here: {_listed(keys)}."
