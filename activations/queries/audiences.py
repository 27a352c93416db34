"""Audiences with their counts; a fixed number of queries whatever their number."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import NullIf

from activations.models import Activation, Audience, Membership
from activations.terms import MembershipStatus

SORTS = {
    "name": "name",
    "origin": "origin",
    "created": "created_at",
    "updated": "updated_at",
    "destinations": "destination_count",
}


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many profiles have each status in one audience."""

    realized: int = 0
    existing: int = 0
    exited: int = 0

    @property
    def members(self) -> int:
        """Who qualifies now."""
        return self.realized + self.existing


@dataclass(frozen=True, slots=True)
class Row:
    """One audience of a list."""

    audience: Audience
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class Sample:
    """A profile as the audience page shows it."""

    name: str
    email: str
    status: str
    qualified_at: datetime


def get(*, uuid: UUID) -> Audience:
    """Raises Audience.DoesNotExist."""
    return Audience.objects.get(uuid=uuid)


def listing(*, words: str, sort: str, descending: bool) -> QuerySet[Audience]:
    """Those whose name, id or namespace contains the words, with `destination_count`."""
    found = Audience.objects.annotate(destination_count=Count("activations"))
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(external_id__icontains=word) | Q(namespace__icontains=word)
        )
    # Those without a name come last, whichever way names are sorted.
    key = F(SORTS[sort]) if sort in SORTS and sort != "name" else NullIf("name", Value(""))
    first = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return found.order_by(first, "pk")


def with_counts(*, audiences: Collection[Audience]) -> list[Row]:
    """The same audiences with their profile counts, in one more query."""
    counts = status_counts(audience_ids=[audience.pk for audience in audiences])
    return [Row(audience, counts.get(audience.pk, StatusCounts())) for audience in audiences]


def status_counts(*, audience_ids: Collection[int]) -> Mapping[int, StatusCounts]:
    """Profiles by status for each of these audiences."""
    if not audience_ids:
        return {}
    found: dict[int, dict[str, int]] = {}
    grouped = (
        Membership.objects.filter(audience_id__in=audience_ids)
        .order_by()
        .values_list("audience_id", "status")
        .annotate(count=Count("*"))
    )
    for audience_id, status, count in grouped:
        found.setdefault(audience_id, {})[status] = count
    return {audience_id: StatusCounts(**counts) for audience_id, counts in found.items()}


def destinations_of(*, audience: Audience) -> QuerySet[Activation]:
    """Where it is activated."""
    return (
        Activation.objects.filter(audience=audience)
        .select_related("destination__account")
        .order_by("destination__name", "pk")
    )


def samples(*, audience: Audience, count: int) -> list[Sample]:
    """A few profiles that qualify, the newest rows first."""
    members = (
        Membership.objects.filter(
            audience=audience, status__in=[MembershipStatus.REALIZED, MembershipStatus.EXISTING]
        )
        .select_related("profile")
        .order_by("-pk")[:count]
    )
    return [
        Sample(
            name=_full_name(member.profile.attributes),
            email=member.profile.email,
            status=member.status,
            qualified_at=member.last_qualified_at,
        )
        for member in members
    ]


def _full_name(attributes: Mapping[str, object]) -> str:
    person = attributes.get("person")
    name = person.get("name") if isinstance(person, Mapping) else None
    if not isinstance(name, Mapping):
        return ""
    parts = (name.get("firstName"), name.get("lastName"))
    return " ".join(part for part in parts if isinstance(part, str) and part.strip())
