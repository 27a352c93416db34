"""What the newest profiles hold: attributes with their types, namespaces, and examples of values.

Values are personal data: they are shown to people who may view profiles, and are kept nowhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from activations.mapping.paths import Source
from activations.mapping.reading import ProfileView, is_empty, read
from activations.mapping.reasons import CannotShape
from activations.models import Profile
from activations.queries import sight
from activations.terms import SourceKind
from connections.zendesk.contact import Json

# Newest profiles looked at to learn which attributes really occur.
SAMPLE_SIZE = 200
MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 80


@dataclass(slots=True)
class Held:
    """How many of the sampled profiles hold something, and its type."""

    type: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """`attributes` by dotted path, `namespaces` by symbol, out of `size` profiles."""

    size: int
    attributes: Mapping[str, Held]
    namespaces: Mapping[str, Held]

    @property
    def is_nothing(self) -> bool:
        """No profile was loaded yet."""
        return self.size == 0


@dataclass(frozen=True, slots=True)
class Examples:
    """What one source holds in `count` of `size` profiles; `values` are personal data."""

    size: int
    count: int
    type: str
    values: tuple[str, ...] = field(repr=False)

    @property
    def percent(self) -> int:
        """Rounded up: what occurs at all is never 0 %."""
        return -(-100 * self.count // self.size) if self.size else 0


def newest() -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """The sample: attributes and identities of each; one query."""
    rows = Profile.objects.order_by("-pk").values_list("attributes", "identities")
    return rows[:SAMPLE_SIZE]


def look() -> Seen:
    """One query over a sample; what may not be seen is not in it."""
    attributes: dict[str, Held] = {}
    namespaces: dict[str, Held] = {}
    size = 0
    for found, identities in newest():
        size += 1
        for path, value in _leaves(found):
            if path not in attributes:
                attributes[path] = Held(_type(value))
            attributes[path].count += 1
        for symbol, entries in identities.items():
            if entries:
                namespaces.setdefault(symbol, Held("")).count += 1
    return Seen(
        size,
        {path: held for path, held in attributes.items() if _shows(SourceKind.ATTRIBUTE, path)},
        {name: held for name, held in namespaces.items() if _shows(SourceKind.IDENTITY, name)},
    )


def examples(*, source: Source) -> Examples:
    """One query over the same sample, read by the code that sends."""
    size = count = 0
    type = ""
    values: dict[str, None] = {}
    for attributes, identities in newest():
        size += 1
        value = _value(source, attributes, identities)
        if is_empty(value):
            continue
        count += 1
        type = type or _type(value)
        if len(values) < MOST_EXAMPLES:
            values[_shown(value)] = None
    return Examples(size, count, type, tuple(values))


def _shows(kind: SourceKind, path: str) -> bool:
    return sight.shows_source(Source(kind, path))


def _value(source: Source, attributes: dict[str, Any], identities: dict[str, Any]) -> Json:
    profile = ProfileView("", attributes, identities, {}, was_delivered=False)
    try:
        return read(profile=profile, source=source)
    except CannotShape:
        return None


def _leaves(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """Dotted paths of values; a key with a dot and a list of objects have none."""
    branches = [("", attributes)]
    while branches:
        prefix, branch = branches.pop()
        for key, item in branch.items():
            if "." in key:
                continue
            if isinstance(item, dict):
                branches.append((f"{prefix}{key}.", item))
            elif not (is_empty(item) or _holds_objects(item)):
                yield f"{prefix}{key}", item


def _holds_objects(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(part, dict) for part in value)


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, list):
        return "array"
    return "number" if isinstance(value, int | float) else "string"


def _shown(value: Json) -> str:
    """In one line, cut: an example shows what kind of value it is, not all of it."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, list):
        value = ", ".join(_shown(part) for part in value[:10])
    text = " ".join(str(value)[: 4 * LONGEST_EXAMPLE].split())
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[:LONGEST_EXAMPLE]}…"
