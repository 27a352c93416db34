"""Which labels there are, the custom ones among them, and what carries each."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.urls import reverse

from activations.governance.labels import CATEGORIES, Category, Label, ordered
from activations.models import Audience, ConsentPolicy, CustomLabel, LabeledAttribute, Policy
from activations.queries import sight
from connections.labelled import Carried
from connections.models import AccessLabels

SORTS: Final[dict[str, Any]] = {"name": Lower("name"), "updated": F("updated_at")}


@dataclass(frozen=True, slots=True)
class Known:
    """Every label there is, in the order in which they are shown."""

    categories: tuple[Category, ...]

    def __iter__(self) -> Iterator[Label]:
        return (label for category in self.categories for label in category.labels)

    def of(self, *, codes: Collection[str]) -> list[Label]:
        """Those with these codes, with what they mean."""
        by_code = {label.code: label for label in self}
        return [by_code[code] for code in ordered(codes=codes) if code in by_code]


@dataclass(frozen=True, slots=True)
class Use:
    """Something that carries or asks for a label; `kind` in words.

    `url` is empty for what may not be seen, which is not named either.
    """

    kind: str
    row: Any
    url: str

    def __str__(self) -> str:
        return f"{self.kind} “{self.row}”" if self.url else f"{self.kind} that you may not see"


@dataclass(frozen=True, slots=True)
class Row:
    """A custom label, and how much carries or asks for it, in words; empty: nothing."""

    label: CustomLabel
    used: str

    @property
    def menu_id(self) -> str:
        """Of the list of actions, unique in the page."""
        return f"label-{self.label.pk}"


def every() -> Known:
    """One query."""
    rows = CustomLabel.objects.order_by("name").values_list("name", "friendly_name", "description")
    own = tuple(Label(name, _meaning(friendly, more)) for name, friendly, more in rows)
    return Known((*CATEGORIES, *((Category("Custom", own),) if own else ())))


def listing(*, words: str, sort: str, descending: bool) -> QuerySet[CustomLabel]:
    """Custom labels by words in name, friendly name and description."""
    found = CustomLabel.objects.all()
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(friendly_name__icontains=word)
            | Q(description__icontains=word)
        )
    key = SORTS.get(sort, SORTS["name"])
    return found.order_by(key.desc() if descending else key.asc(), "pk")


def rows(*, labels: Iterable[CustomLabel]) -> list[Row]:
    """The lines of a page of `listing`; a query for each kind of thing that carries labels."""
    counts = [(words, _times(found)) for words, found, _, _ in _carriers()]
    return [
        Row(
            label,
            ", ".join(
                _counted(times[label.name], words) for words, times in counts if times[label.name]
            ),
        )
        for label in labels
    ]


def get(*, key: int) -> CustomLabel:
    """Raises CustomLabel.DoesNotExist."""
    return CustomLabel.objects.get(pk=key)


def is_name_taken(*, name: str) -> bool:
    """Whether there is one of this name, however it is written."""
    return CustomLabel.objects.filter(name__iexact=name).exists()


def unknown(*, codes: Collection[str]) -> list[str]:
    """Those that are no label; a query only where some do not come with the product."""
    own = set(codes) - {label.code for category in CATEGORIES for label in category.labels}
    if not own:
        return []
    return sorted(
        own - set(CustomLabel.objects.filter(name__in=own).values_list("name", flat=True))
    )


def uses(*, code: str) -> list[Use]:
    """Everything that carries the label or asks for it."""
    return [
        Use(words, row, reverse(address, args=[getattr(row, key)]) if _shows(row) else "")
        for words, found, address, key in _carriers()
        for row in carrying(rows=found, code=code)
        if code in row.labels
    ]


def carrying(*, rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Those with the code in `labels`, as the list is written.

    SQLite has no operator for what a JSON list contains, and ignores case.
    """
    written = rows.alias(written=Cast("labels", TextField()))
    found: QuerySet[Any] = written.filter(written__contains=f'"{code}"')
    return found


def _carriers() -> list[tuple[str, QuerySet[Any], str, str]]:
    """In words, with where they are kept, and the address of one with what it goes by."""
    audiences = Audience.objects.exclude(labels=[]).order_by("name", "pk")
    attributes = LabeledAttribute.objects.order_by("path", "pk")
    usage, consent = (
        Policy.objects.order_by("name", "pk"),
        ConsentPolicy.objects.order_by("name", "pk"),
    )
    # As an access label.
    roles = AccessLabels.objects.select_related("role").order_by("role__name", "pk")
    return [
        ("attribute", attributes, "activations:labels-edit", "pk"),
        ("audience", audiences, "activations:audience-detail", "uuid"),
        ("data usage policy", usage, "activations:policy", "uuid"),
        ("consent policy", consent, "activations:consent-policy", "uuid"),
        ("role", roles, "connections:role", "role_id"),
    ]


def carried() -> Carried:
    """Lists of labels, each with how many carry it; what may not be seen is counted, not named."""
    audiences, attributes = (
        [
            (codes, number)
            for codes, number in model.objects.order_by()
            .values_list("labels")
            .annotate(number=Count("*"))
        ]
        for model in (Audience, LabeledAttribute)
    )
    return Carried(audiences, attributes)


def _shows(row: Any) -> bool:
    if isinstance(row, Audience):
        return sight.shows(row)
    return not isinstance(row, LabeledAttribute | ConsentPolicy) or sight.shows_path(row.path)


def _times(found: QuerySet[Any]) -> Counter[str]:
    lists = found.order_by().values_list("labels", flat=True)
    return Counter(code for codes in lists for code in codes)


def _counted(number: int, words: str) -> str:
    plural = f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"
    return f"{number:,} {words if number == 1 else plural}"


def _meaning(friendly: str, description: str) -> str:
    return f"{friendly}: {description}" if description else friendly
