"""What may whoever looks see? Audiences and attributes by the labels that their roles hold.

The one place that decides it; every query that names an audience or an attribute to people asks
here. For who sees everything, whatever its labels, no condition is added and nothing is read; for
others what is hidden (`activations.queries.veil`) is read once for each request.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet

from activations.mapping.paths import PathProblem, Source, parse_source
from activations.models import Audience
from activations.queries import veil
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


def sees_everything() -> bool:
    """Whether nothing at all is hidden from whoever looks."""
    return access_labels.now().labels is None


def audiences(rows: QuerySet[Audience]) -> QuerySet[Audience]:
    """Those that may be seen."""
    hidden = _hidden()
    return rows if hidden is None else rows.exclude(hidden)


def of_audiences(rows: QuerySet[_M], *, key: str = "audience") -> QuerySet[_M]:
    """The rows of audiences that may be seen; `key` leads from a row to its audience."""
    hidden = _hidden()
    if hidden is None:
        return rows
    keys = Audience.objects.filter(hidden).order_by().values("pk")
    return rows.exclude(**{f"{key}__in": keys})


def shows(audience: Audience) -> bool:
    """Whether it may be seen; no query, whatever is hidden."""
    return not veil.missing(audience.labels)


def shows_path(path: str) -> bool:
    """Whether an attribute, or an identity as `identityMap.Email`, may be seen."""
    hidden = veil.now()
    return hidden is None or not hidden.hides_path(path)


def shows_source(source: Source) -> bool:
    """Whether what a mapping would read may be seen, down to the last part of an object."""
    hidden = veil.now()
    return hidden is None or not hidden.hides_source(source)


def shows_attribute(path: str) -> bool:
    """Whether an attribute may be seen with all that is below it: to be written, or asked for."""
    return shows_source(Source(SourceKind.ATTRIBUTE, path))


def of_paths(rows: QuerySet[_M]) -> QuerySet[_M]:
    """Those whose `path` may be seen."""
    hidden = veil.now()
    if hidden is None or not hidden.shelves:
        return rows
    paths = set(rows.order_by().values_list("path", flat=True))
    return rows.exclude(path__in=[path for path in paths if hidden.hides_path(path)])


def closed(*, destinations: Iterable[int]) -> frozenset[int]:
    """Those, by key, that send or map something that may not be seen: there nothing is activated.

    One query for who does not see everything, however many they are; it reads what is hidden too.
    """
    rows = veil.workflows(destinations=list(destinations))
    return frozenset(row.number for row in rows if row.is_hidden)


def demand_workflow(
    *, destination: Destination, chosen: Collection[int] = (), sources: Iterable[str] = ()
) -> None:
    """Raises Closed unless all that is sent, and is in a draft, may be seen.

    `chosen` are keys of audiences, `sources` as the rows of a mapping have them. One query for who
    does not see everything, as for `closed`.
    """
    wanted = set(chosen)
    rows = veil.workflows(destinations=[destination.pk], with_audiences=bool(wanted))
    meant = (row for row in rows if not row.is_audience or row.number in wanted)
    if any(row.is_hidden for row in meant) or _holds_hidden(sources):
        raise Closed(_CLOSED)


def demand_sources(*, sources: Iterable[str]) -> None:
    """Raises PermissionDenied where somebody typed a field that they may not see."""
    if _holds_hidden(sources):
        raise PermissionDenied(NOT_YOURS)


def _hidden() -> Q | None:
    """The condition on a hidden audience; None where none is hidden."""
    hidden = veil.now()
    return None if hidden is None else hidden.of_audiences


def _holds_hidden(sources: Iterable[str]) -> bool:
    if sees_everything():
        return False
    return any(not shows_source(source) for text in sources for source in _parsed(text))


def _parsed(text: str) -> Iterator[Source]:
    """What cannot be read yet is nobody's data."""
    try:
        yield parse_source(text)
    except PathProblem:
        return
