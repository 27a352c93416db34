"""What may whoever looks see? Audiences and attributes by the labels that their roles hold.

The one place that decides it; every query that names an audience or an attribute to people asks
here. For who sees everything, whatever its labels, no condition is added and nothing is read; for
others what is hidden is read once for each request.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField

from activations.governance import attributes, carrying
from activations.governance.carrying import Shelves
from activations.mapping.paths import PathProblem, Source, parse_source
from activations.models import Activation, Audience, FieldMapping, LabeledAttribute
from activations.terms import SourceKind
from connections import access_labels
from connections.models import Destination

_M = TypeVar("_M", bound=Model)

SOMETHING: Final = "something that you may not see"
_CLOSED: Final = (
    "This destination sends, or your draft holds, an audience or a field with an access label that"
    " none of your roles has. Activating here is for people who may see all of it."
)
NOT_YOURS: Final = (
    "A field that you named carries an access label that none of your roles has, so it cannot be"
    " used by you. Nothing was saved."
)


class Closed(PermissionDenied):
    """Something of what is sent, or of a draft, may not be seen."""


@dataclass(frozen=True, slots=True)
class _Veil:
    """What is hidden: audiences whose labels are one of `lists`, and attributes by their shelf."""

    lists: tuple[list[str], ...]
    shelves: Shelves

    @property
    def is_of_audiences(self) -> Q:
        """The condition on an audience; there are at least one of the lists."""
        return reduce(or_, (Q(labels=codes) for codes in self.lists))


def sees_everything() -> bool:
    """Whether nothing at all is hidden from whoever looks."""
    return access_labels.now().labels is None


def audiences(rows: QuerySet[Audience]) -> QuerySet[Audience]:
    """Those that may be seen."""
    veil = _veil()
    return rows.exclude(veil.is_of_audiences) if veil is not None and veil.lists else rows


def of_audiences(rows: QuerySet[_M], *, key: str = "audience") -> QuerySet[_M]:
    """The rows of audiences that may be seen; `key` leads from a row to its audience."""
    hidden = _hidden_audiences()
    return rows if hidden is None else rows.exclude(**{f"{key}__in": hidden})


def shows(audience: Audience) -> bool:
    """Whether it may be seen; no query but what is read once."""
    held = access_labels.now().labels
    return held is None or held.issuperset(audience.labels)


def shows_path(path: str) -> bool:
    """Whether an attribute, or an identity as `identityMap.Email`, may be seen."""
    veil = _veil()
    if veil is None:
        return True
    shelf = veil.shelves.get(attributes.top(path=path), ())
    return not any(attributes.covers(labelled=label.path, path=path) for label in shelf)


def shows_source(source: Source) -> bool:
    """Whether what a mapping would read may be seen, down to the last part of an object."""
    veil = _veil()
    return veil is None or not carrying.by(source=source, shelves=veil.shelves)


def shows_attribute(path: str) -> bool:
    """Whether an attribute may be seen with all that is below it: to be written, or asked for."""
    return shows_source(Source(SourceKind.ATTRIBUTE, path))


def of_paths(rows: QuerySet[_M]) -> QuerySet[_M]:
    """Those whose `path` may be seen."""
    veil = _veil()
    if veil is None or not veil.shelves:
        return rows
    paths = set(rows.order_by().values_list("path", flat=True))
    return rows.exclude(path__in=[path for path in paths if not shows_path(path)])


def shows_workflow(destination: Destination) -> bool:
    """Whether all that a destination sends may be seen; two queries for who does not see all."""
    return not _holds_hidden_audience(destination, ()) and _maps_nothing_hidden(destination)


def demand_workflow(
    *, destination: Destination, chosen: Collection[int] = (), sources: Iterable[str] = ()
) -> None:
    """Raises Closed unless all that is sent, and is in a draft, may be seen.

    `chosen` are keys of audiences, `sources` as the rows of a mapping have them.
    """
    if sees_everything():
        return
    is_hidden = _holds_hidden_audience(destination, chosen) or _holds_hidden(sources)
    if is_hidden or not _maps_nothing_hidden(destination):
        raise Closed(_CLOSED)


def demand_sources(*, sources: Iterable[str]) -> None:
    """Raises PermissionDenied where somebody typed a field that they may not see."""
    if not sees_everything() and _holds_hidden(sources):
        raise PermissionDenied(NOT_YOURS)


def _veil() -> _Veil | None:
    """None for who sees everything."""
    viewer = access_labels.now()
    held = viewer.labels
    return None if held is None else viewer.once("veil", lambda: _read(held))


def _read(held: frozenset[str]) -> _Veil:
    """One query: a row of an audience has no path."""
    carried = Audience.objects.exclude(labels=[]).order_by()
    lists = carried.annotate(path=Value("", CharField())).values_list("path", "labels").distinct()
    paths = LabeledAttribute.objects.order_by().values_list("path", "labels")
    hidden_lists, hidden_paths = [], {}
    for path, codes in lists.union(paths, all=True):
        missing = [code for code in codes if code not in held]
        if missing and path:
            hidden_paths[path] = missing
        elif missing:
            hidden_lists.append(codes)
    return _Veil(tuple(hidden_lists), carrying.shelves(labels=hidden_paths))


def _hidden_audiences() -> QuerySet[Audience, Any] | None:
    """Their keys, as a part of a query; None where none is hidden."""
    veil = _veil()
    if veil is None or not veil.lists:
        return None
    return Audience.objects.filter(veil.is_of_audiences).order_by().values("pk")


def _holds_hidden_audience(destination: Destination, chosen: Collection[int]) -> bool:
    """Whether it sends one, or one is chosen: there may be too many to hand them on."""
    hidden = _hidden_audiences()
    if hidden is None:
        return False
    here = Activation.objects.filter(destination=destination, audience=OuterRef("pk"))
    wanted = set(chosen)
    found = hidden.values_list("pk", Exists(here))
    return any(is_sent or key in wanted for key, is_sent in found)


def _maps_nothing_hidden(destination: Destination) -> bool:
    veil = _veil()
    return veil is None or not veil.shelves or all(map(shows_source, _sources_of(destination)))


def _sources_of(destination: Destination) -> Iterator[Source]:
    rows = FieldMapping.objects.filter(destination=destination).order_by()
    for kind, path in rows.values_list("source_kind", "source"):
        yield Source(SourceKind(kind), path)


def _holds_hidden(sources: Iterable[str]) -> bool:
    return any(not shows_source(source) for text in sources for source in _parsed(text))


def _parsed(text: str) -> Iterator[Source]:
    """What cannot be read yet is nobody's data."""
    try:
        yield parse_source(text)
    except PathProblem:
        return
