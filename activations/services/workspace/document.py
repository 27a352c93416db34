"""YAML text as a tree in which every value knows its place and its line. Knows no meaning.

Only the plain part of YAML is read: no tags, one document, a bounded size, depth and number of
values, so that neither a hostile nor a broken file costs more than a second.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

import yaml

from activations.services.workspace.values import Place, Problem

LARGEST_BYTES = 5 * 1024 * 1024
DEEPEST = 12
MOST_VALUES = 200_000

# libyaml where it is built in: ten times the speed, and the same answers.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp")
}

Scalar: TypeAlias = bool | int | float | str | date | datetime | None


class Unreadable(Exception):
    """The file is no YAML we read; carries the one problem that stopped the reading."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its path in the file and its line (from 1)."""

    path: str
    line: int
    value: "Scalar | list[Node] | Mapping"

    @property
    def place(self) -> Place:
        return Place(self.path, self.line)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The pairs of a mapping; `repeated` are keys that occur again, `odd` those that are lists."""

    pairs: dict[str, Node]
    repeated: tuple[Node, ...]
    odd: tuple[Node, ...]


def parse(data: bytes) -> Node:
    """The tree of a file's bytes. Raises Unreadable."""
    text = _decoded(data)
    try:
        _survey(text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise Unreadable(_syntax_problem(error, text)) from None
    if root is None:
        raise Unreadable(Problem(Place("", 0), "The file is empty."))
    return _Builder().node(root, path="", depth=0)


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_BYTES:
        size = LARGEST_BYTES // (1024 * 1024)
        raise Unreadable(Problem(Place("", 0), f"The file is larger than {size} MiB."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(Problem(Place("", line), "The file is not UTF-8 text.")) from None


def _survey(text: str) -> None:
    """Refuse by the events alone what composing would choke on: depth, number, tags."""
    depth = 0
    for number, event in enumerate(_events(text)):
        place = Place("", event.start_mark.line + 1)
        if getattr(event, "tag", None) is not None:
            raise Unreadable(Problem(place, "Tags (a word after “!”) are not read here."))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise Unreadable(Problem(place, f"Nested deeper than {DEEPEST} levels."))
        if number > MOST_VALUES:
            raise Unreadable(_too_many(place))


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_Loader)


def _too_many(place: Place) -> Problem:
    return Problem(place, f"The file holds more than {MOST_VALUES} values.")


def _syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place("", mark.line + 1 if mark is not None else 0)
        # Only the parser's own words: its context quotes the file, which may hold a pasted token.
        words = (error.problem or "cannot be read").split("'")[0].strip()
        return Problem(place, f"This is not valid YAML: {words}.")
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
    words = "The file holds a control character that YAML does not allow."
    return Problem(Place("", line), words)


class _Builder:
    """Unfolds aliases while counting, so that a small file cannot unfold into a huge tree."""

    def __init__(self) -> None:
        self._count = 0

    def node(self, raw: Any, *, path: str, depth: int) -> Node:
        line = raw.start_mark.line + 1
        self._count += 1
        if self._count > MOST_VALUES:
            raise Unreadable(_too_many(Place("", line)))
        if depth > DEEPEST:
            raise Unreadable(Problem(Place("", line), "A value contains itself."))
        if isinstance(raw, yaml.MappingNode):
            return Node(path, line, self._mapping(raw, path=path, depth=depth))
        if isinstance(raw, yaml.SequenceNode):
            items = [
                self.node(item, path=f"{path}[{index}]", depth=depth + 1)
                for index, item in enumerate(raw.value)
            ]
            return Node(path, line, items)
        return Node(path, line, _scalar(raw))

    def _mapping(self, raw: Any, *, path: str, depth: int) -> Mapping:
        pairs: dict[str, Node] = {}
        repeated: list[Node] = []
        odd: list[Node] = []
        for raw_key, raw_value in raw.value:
            if not isinstance(raw_key, yaml.ScalarNode):
                odd.append(Node(path, raw_key.start_mark.line + 1, None))
                continue
            key = str(raw_key.value)
            child = self.node(raw_value, path=f"{path}.{key}".lstrip("."), depth=depth + 1)
            if not isinstance(raw_value, yaml.ScalarNode):
                # A list below its key is looked for at the key.
                child = replace(child, line=raw_key.start_mark.line + 1)
            if key in pairs:
                repeated.append(Node(child.path, raw_key.start_mark.line + 1, None))
            else:
                pairs[key] = child
        return Mapping(pairs, tuple(repeated), tuple(odd))


def _scalar(raw: Any) -> Scalar:
    if raw.tag not in _PLAIN_TAGS:
        return str(raw.value)
    try:
        value: Scalar = yaml.constructor.SafeConstructor().construct_object(raw)
    except (ValueError, OverflowError):
        # Looks like a date or a number and is none, such as 2026-13-45.
        return str(raw.value)
    return value
