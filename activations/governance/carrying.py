"""Which labels does a source carry, by the paths on which they stand?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from activations.governance import attributes
from activations.governance.labels import ordered
from activations.mapping.paths import Source


@dataclass(frozen=True, slots=True)
class Carried:
    """A label that an attribute carries, and the path on which somebody put it."""

    code: str
    path: str


Shelves: TypeAlias = Mapping[str, Sequence[Carried]]


def codes(*, sources: Iterable[Source], shelves: Shelves) -> frozenset[str]:
    """The labels that what is read carries, all together."""
    found = (by(source=source, shelves=shelves) for source in sources)
    return frozenset(label.code for each in found for label in each)


def shelves(*, labels: Mapping[str, Sequence[str]]) -> Shelves:
    """The labels by the first key of their path, where alone they can be met: there may be many.

    The nearest path last: that is the one to tell of.
    """
    found: dict[str, list[Carried]] = {}
    for path in sorted(labels, key=len):
        shelf = found.setdefault(attributes.top(path=path), [])
        shelf += (Carried(code, path) for code in labels[path])
    return found


def by(*, source: Source, shelves: Shelves) -> tuple[Carried, ...]:
    """Each label once."""
    read = attributes.of(source=source)
    if read is None:
        return ()
    found = {
        label.code: label
        for label in shelves.get(attributes.top(path=read), ())
        if attributes.is_touched(labelled=label.path, read=read)
    }
    return tuple(found[code] for code in ordered(codes=found))
