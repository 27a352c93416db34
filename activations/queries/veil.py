"""What is hidden from whoever looks, by the labels that it carries; read once for each request.

`activations.queries.sight` decides by it. Who asks what destinations send as well gets the rows of
both in one query, since pages that need it are counting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import CharField, F, IntegerField, JSONField, Q, QuerySet, Value

from activations.governance import attributes, carrying
from activations.governance.carrying import Shelves
from activations.mapping.paths import Source
from activations.models import Activation, Audience, FieldMapping, LabeledAttribute
from activations.terms import SourceKind
from connections import access_labels

_VEIL: Final = "veil"
# What a row is of, where it is no source of a mapping.
_SENT, _AUDIENCE, _LIST, _PATH = "sent", "audience", "list", "path"
_NO_NUMBER: Final = Value(0, IntegerField())
_NO_TEXT: Final = Value("", CharField())


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: audiences whose labels are one of `lists`, and attributes by their shelf."""

    lists: tuple[list[str], ...]
    shelves: Shelves

    @property
    def of_audiences(self) -> Q | None:
        """The condition on a hidden audience; None where none is hidden."""
        return Q(labels__in=self.lists) if self.lists else None

    def hides_path(self, path: str) -> bool:
        """An attribute, or an identity as `identityMap.Email`."""
        shelf = self.shelves.get(attributes.top(path=path), ())
        return any(attributes.covers(labelled=label.path, path=path) for label in shelf)

    def hides_source(self, source: Source) -> bool:
        """Anything of what a mapping would read, down to the last part of an object."""
        return bool(carrying.by(source=source, shelves=self.shelves))


class Row(NamedTuple):
    """What may be hidden: an audience by its `labels`, a mapping by what it reads.

    `number` is the key of the audience; of the destination where something is sent or mapped.
    """

    kind: str
    number: int
    text: str
    labels: list[str]

    @property
    def is_audience(self) -> bool:
        """Whether it is of an audience, wherever that is sent."""
        return self.kind == _AUDIENCE

    @property
    def is_hidden(self) -> bool:
        """Whether it may not be seen."""
        if self.kind in (_SENT, _AUDIENCE):
            return bool(missing(self.labels))
        hidden = now()
        source = Source(SourceKind(self.kind), self.text)
        return hidden is not None and hidden.hides_source(source)


def now() -> Veil | None:
    """None for who sees everything; else one query, once for each request."""
    viewer = access_labels.now()
    if viewer.labels is None:
        return None
    if _VEIL not in viewer.known:
        _read()
    found: Veil = viewer.known[_VEIL]
    return found


def missing(labels: Iterable[str]) -> list[str]:
    """Those that no role of whoever looks holds."""
    held = access_labels.now().labels
    return [] if held is None else [label for label in labels if label not in held]


def workflows(*, destinations: list[int], with_audiences: bool = False) -> list[Row]:
    """What they send and map; nothing, without a query, for who sees everything.

    `with_audiences`: all audiences with labels too, since those that somebody means may be too
    many to ask for by key.
    """
    if access_labels.now().labels is None or not destinations:
        return []
    more = [_told(_labelled(), _AUDIENCE, number="pk")] if with_audiences else []
    return _read(_sent(destinations), _mapped(destinations), *more)


def _read(*parts: QuerySet[Any, Any]) -> list[Row]:
    """The rows of the parts, and what is hidden where that is not known yet; one query."""
    known = access_labels.now().known
    first, *others = parts if _VEIL in known else (*parts, *_carried())
    rows = [Row(*row) for row in first.union(*others, all=True)]
    if _VEIL not in known:
        known[_VEIL] = _veil_of(row for row in rows if row.kind in (_LIST, _PATH))
    return [row for row in rows if row.kind not in (_LIST, _PATH)]


def _veil_of(carried: Iterable[Row]) -> Veil:
    lists, paths = [], {}
    for row in carried:
        if not (lacking := missing(row.labels)):
            continue
        if row.kind == _LIST:
            lists.append(row.labels)
        else:
            paths[row.text] = lacking
    return Veil(tuple(lists), carrying.shelves(labels=paths))


def _carried() -> tuple[QuerySet[Any, Any], ...]:
    """Each list of labels that audiences carry, and the labels of each attribute."""
    lists = _told(_labelled(), _LIST, number=_NO_NUMBER).distinct()
    paths = _told(LabeledAttribute.objects.all(), _PATH, number=_NO_NUMBER, text="path")
    return lists, paths


def _labelled() -> QuerySet[Audience]:
    return Audience.objects.exclude(labels=[])


def _sent(destinations: list[int]) -> QuerySet[Any, Any]:
    """The lists of labels of what they send."""
    rows = Activation.objects.filter(destination__in=destinations).exclude(audience__labels=[])
    return _told(rows, _SENT, number="destination", labels="audience__labels").distinct()


def _mapped(destinations: list[int]) -> QuerySet[Any, Any]:
    """What they read of a profile."""
    rows = FieldMapping.objects.filter(destination__in=destinations)
    nothing = Value([], JSONField())
    return _told(rows, F("source_kind"), number="destination", text="source", labels=nothing)


def _told(
    rows: QuerySet[Any],
    kind: F | str,
    *,
    number: Value | str,
    text: Value | str = _NO_TEXT,
    labels: Value | str = "labels",
) -> QuerySet[Any, Any]:
    """As the columns of `Row`."""
    named = kind if isinstance(kind, F) else Value(kind, CharField())
    return rows.order_by().values_list(named, number, text, labels)
