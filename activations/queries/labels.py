"""Labelled attributes as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import F, QuerySet

from activations.governance import attributes
from activations.governance.labels import Label
from activations.mapping import catalogue
from activations.mapping.paths import Source
from activations.models import FieldMapping, LabeledAttribute
from activations.queries import custom_labels, sight, unheld
from activations.terms import SourceKind

SORTS: Final = {"path": "path", "changed": "changed_at"}


@dataclass(frozen=True, slots=True)
class Row:
    """One of them with what its labels mean."""

    attribute: LabeledAttribute
    labels: list[Label]
    # Who holds nothing there, in words; empty where somebody does.
    nobody: str

    @property
    def menu_id(self) -> str:
        """Of the list of actions, unique in the page."""
        return f"attribute-{self.attribute.pk}"


def listing(
    *, words: str, sort: str, descending: bool, label: str = ""
) -> QuerySet[LabeledAttribute]:
    """Those that may be seen, whose path holds the words and that have the label; empty: any."""
    found = sight.of_paths(LabeledAttribute.objects.select_related("changed_by"))
    for word in words.split():
        found = found.filter(path__icontains=word)
    if label:
        found = custom_labels.carrying(rows=found, code=label)
    key = F(SORTS.get(sort, "path"))
    return found.order_by(key.desc() if descending else key.asc(), "pk")


def rows(*, attributes: Iterable[LabeledAttribute]) -> list[Row]:
    """The lines of a page of `listing`."""
    shown = list(attributes)
    nobody = unheld.by_labels(paths=[attribute.path for attribute in shown])
    known = custom_labels.every()
    return [
        Row(attribute, known.of(codes=attribute.labels), nobody.get(attribute.path, ""))
        for attribute in shown
    ]


def get(*, key: int) -> LabeledAttribute:
    """Raises LabeledAttribute.DoesNotExist, also for one that may not be seen."""
    return sight.of_paths(LabeledAttribute.objects.all()).get(pk=key)


def is_labelled(*, path: str) -> bool:
    """Whether the very path has labels."""
    return LabeledAttribute.objects.filter(path=path).exists()


def mapped_by(*, path: str) -> int:
    """How many destinations read the attribute, a part of it or what it is a part of."""
    rows = FieldMapping.objects.order_by().values_list("destination", "source_kind", "source")
    found = set()
    for destination, kind, source in rows.distinct():
        read = attributes.of(source=Source(SourceKind(kind), source))
        if read is not None and attributes.is_touched(labelled=path, read=read):
            found.add(destination)
    return len(found)


def suggestions() -> list[str]:
    """Paths of the XDM profile that may be typed, with the objects above them."""
    paths = [attribute.path for attribute in catalogue.ATTRIBUTES]
    tops = {path.rpartition(".")[0] for path in paths if "." in path}
    identities = [f"identityMap.{namespace.symbol}" for namespace in catalogue.NAMESPACES]
    found = [*sorted({*paths, *tops}), "identityMap", *identities]
    return [path for path in found if sight.shows_path(path)]
