"""Audiences with their counts; a fixed number of queries whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from activations import charts
from activations.charts import Chart, Moment, Series
from activations.models import Activation, Audience, AudienceDay, Membership, Profile
from activations.queries import references, sight
from activations.terms import MOST_TAGS, MembershipStatus, Origin
from connections.models import Destination

SORTS = {
    "name": "name",
    "origin": "origin",
    "members": "member_count",
    "created": "created_at",
    "updated": "updated_at",
    "destinations": "destination_count",
}
ACTIVATED, NOT_ACTIVATED = "yes", "no"


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many profiles have each status in one audience, and when that was counted."""

    realized: int = 0
    existing: int = 0
    exited: int = 0
    # None: at this moment.
    counted_at: datetime | None = None

    @property
    def members(self) -> int:
        """Who qualifies now."""
        return self.realized + self.existing


@dataclass(frozen=True, slots=True)
class Row:
    """One audience of a list."""

    audience: Audience
    counts: StatusCounts
    destinations: Sequence[Destination] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """`origin` is one of Origin, `activated` is `yes` or `no`, `tag` is exact; empty: all."""

    origin: str = ""
    activated: str = ""
    tag: str = ""

    def __bool__(self) -> bool:
        return bool(self.origin or self.activated or self.tag)


@dataclass(frozen=True, slots=True)
class Sample:
    """A profile as the audience page shows it; `reference` stands in the address of its page."""

    reference: str
    name: str
    email: str
    status: str
    qualified_at: datetime


def get(*, uuid: UUID) -> Audience:
    """Raises Audience.DoesNotExist, also for one that may not be seen."""
    return sight.audiences(Audience.objects.all()).get(uuid=uuid)


def listing(
    *, words: str, sort: str, descending: bool, filters: Filters = Filters()
) -> QuerySet[Audience]:
    """Those whose name, id, namespace or description contains the words.

    With `destination_count`.
    """
    found = _filtered(filters).annotate(
        destination_count=Coalesce(Subquery(_ACTIVATION_COUNT), 0),
        member_count=newest_members(of="pk"),
    )
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(external_id__icontains=word)
            | Q(namespace__icontains=word)
            | Q(description__icontains=word)
        )
    # Those without a name come last, whichever way names are sorted.
    key = F(SORTS[sort]) if sort in SORTS and sort != "name" else NullIf("name", Value(""))
    first = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return found.order_by(first, "pk")


def tags() -> list[str]:
    """All that are in use, sorted; one query, over the audiences that have any."""
    found = sight.audiences(Audience.objects.exclude(tags=[]))
    rows = found.order_by().values_list("tags", flat=True)
    return sorted({tag for row in rows for tag in row}, key=str.casefold)


def with_counts(*, audiences: Collection[Audience]) -> list[Row]:
    """The same audiences with their newest counts and destinations, in at most three queries."""
    ids = [audience.pk for audience in audiences]
    counts, destinations = newest_counts(audience_ids=ids), _destinations(ids)
    return [
        Row(audience, counts.get(audience.pk, StatusCounts()), destinations[audience.pk])
        for audience in audiences
    ]


def newest_members(*, of: str) -> Coalesce:
    """Who qualified when it was counted last, to annotate rows with; `of` is their audience key."""
    days = AudienceDay.objects.filter(audience_id=OuterRef(of)).order_by("-on")
    return Coalesce(Subquery(days.values(count=F("realized") + F("existing"))[:1]), 0)


def newest_counts(*, audience_ids: Collection[int]) -> Mapping[int, StatusCounts]:
    """Profiles by status as they were last counted, in at most two queries.

    An audience that was never counted is new: it is counted now.
    """
    rows = Audience.objects.filter(pk__in=audience_ids).order_by()
    newest = rows.values(newest=Subquery(_NEWEST.values("pk")[:1]))
    counts = {
        day.audience_id: StatusCounts(day.realized, day.existing, day.exited, day.counted_at)
        for day in AudienceDay.objects.filter(pk__in=newest).order_by()
    }
    uncounted = [pk for pk in audience_ids if pk not in counts]
    return {**counts, **status_counts(audience_ids=uncounted)}


def status_counts(*, audience_ids: Collection[int]) -> Mapping[int, StatusCounts]:
    """Profiles by status for each of these audiences at this moment: a second for a million."""
    if not audience_ids:
        return {}
    found: dict[int, StatusCounts] = {}
    grouped = (
        Membership.objects.filter(audience_id__in=audience_ids)
        .order_by()
        .values_list("audience_id", "status")
        .annotate(count=Count("*"))
    )
    for audience_id, status, count in grouped:
        counts = found.get(audience_id, StatusCounts())
        found[audience_id] = replace(counts, **{status: count})
    return found


def over_time(*, audience: Audience, days: int) -> Chart:
    """Its profiles by status on the last so many days it was counted."""
    newest = AudienceDay.objects.filter(audience=audience).order_by("-on")[:days]
    counts = tuple(reversed(newest))
    return charts.over_time(
        label="Profiles by status",
        moments=[
            Moment(f"{day.on.day} {day.on:%b}", f"{day.on.day} {day.on:%b %Y}") for day in counts
        ],
        series=[
            Series(status.value, status.label, tuple(getattr(day, status.value) for day in counts))
            for status in MembershipStatus
        ],
    )


def destinations_of(*, audience: Audience) -> QuerySet[Activation]:
    """Where it is activated."""
    return (
        Activation.objects.filter(audience=audience)
        .select_related("destination__account")
        .order_by("destination__name", "pk")
    )


def samples(*, audience: Audience, count: int) -> list[Sample]:
    """A few profiles that qualify, the newest first; those who came in before those who stayed."""
    members: list[Membership] = []
    for status in (MembershipStatus.REALIZED, MembershipStatus.EXISTING):
        # One range of an index each: both at once would be sorted, a million of them.
        found = Membership.objects.filter(audience=audience, status=status)
        newest = found.select_related("profile").order_by("-profile_id")
        members += newest[: count - len(members)]
    return [
        Sample(
            reference=references.to(profile_id=member.profile_id),
            name=full_name(attributes=member.profile.attributes),
            email=email(profile=member.profile),
            status=member.get_status_display(),
            qualified_at=member.last_qualified_at,
        )
        for member in members
    ]


def full_name(*, attributes: Mapping[str, object]) -> str:
    """First and last name, as far as they are there and may be seen."""
    person = attributes.get("person")
    name = person.get("name") if isinstance(person, Mapping) else None
    if not isinstance(name, Mapping):
        return ""
    keys = (key for key in ("firstName", "lastName") if sight.shows_path(f"person.name.{key}"))
    parts = [name.get(key) for key in keys]
    return " ".join(part for part in parts if isinstance(part, str) and part.strip())


def email(*, profile: Profile) -> str:
    """The address, where e-mail identities may be seen."""
    return profile.email if sight.shows_path("identityMap.Email") else ""


_NEWEST: Final = AudienceDay.objects.filter(audience_id=OuterRef("pk")).order_by("-on")
_ACTIVATION_COUNT: Final = (
    Activation.objects.filter(audience_id=OuterRef("pk"))
    .order_by()
    .values("audience_id")
    .annotate(count=Count("*"))
    .values("count")
)


def _filtered(filters: Filters) -> QuerySet[Audience]:
    found = sight.audiences(Audience.objects.all())
    if filters.origin in Origin.values:
        found = found.filter(origin=filters.origin)
    if filters.activated in (ACTIVATED, NOT_ACTIVATED):
        is_activated = Exists(Activation.objects.filter(audience_id=OuterRef("pk")))
        found = found.filter(is_activated if filters.activated == ACTIVATED else ~is_activated)
    if filters.tag:
        found = found.filter(_has_tag(filters.tag))
    return found


def _has_tag(tag: str) -> Q:
    # SQLite has no operator for "contains"; so few places can be asked one by one.
    places = (Q(**{f"tags__{place}": tag}) for place in range(MOST_TAGS))
    return reduce(or_, places)


def _destinations(audience_ids: Collection[int]) -> Mapping[int, Sequence[Destination]]:
    found: dict[int, list[Destination]] = defaultdict(list)
    rows = Activation.objects.filter(audience_id__in=audience_ids)
    for activation in rows.select_related("destination").order_by("destination__name", "pk"):
        found[activation.audience_id].append(activation.destination)
    return found
