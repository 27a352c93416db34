"""Whom will a changed configuration line up? As `services.configuration` does, without doing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from activations import rowsets
from activations.mapping.plan import Plan
from activations.models import Delivery, Membership, Profile
from activations.queries import audiences, large_counts
from activations.queries.windows import Window
from activations.terms import MembershipStatus
from connections.models import Destination

# Up to so many rows, profiles are told apart and counted; beyond, their number is a bound.
TOLD_APART = 50_000
# So many ranges of ids are looked through for a sample of a crowd that is too large to read.
WINDOWS = 100

_MEMBERSHIPS, _DELIVERIES = Membership._meta.db_table, Delivery._meta.db_table
_MEMBER = (MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value)


@dataclass(frozen=True, slots=True)
class Crowd:
    """`candidates` is how many profiles a scope has; the most it can be, unless `is_counted`.

    `may_repeat`: a profile may count more than once. The ids lie between `first` and `last`,
    which are known of a crowd that is not counted.
    """

    candidates: int
    is_counted: bool = True
    may_repeat: bool = False
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """The profiles of all parts, rows with a `profile_id`; one may come several times.

    Whoever has one of `statuses` in `audience_ids` is lined up, and whoever `destination_id` has.
    """

    parts: tuple[QuerySet[Any], ...]
    audience_ids: tuple[int, ...]
    statuses: tuple[str, ...]
    destination_id: int | None

    @property
    def is_everything(self) -> bool:
        """Whether whoever the destination knows already is in it."""
        return self.destination_id is not None

    def crowd(self) -> Crowd:
        """How many they are, in at most five queries that do not grow with them."""
        rows = self._rows()
        if rows <= TOLD_APART:
            return Crowd(self._ids().count() if self.parts else 0)
        keys = Profile.objects.values_list("pk", flat=True)
        first, last = keys.order_by("pk").first() or 0, keys.order_by("-pk").first() or 0
        may_repeat = len(self.audience_ids) + self.is_everything > 1
        most = min(rows, last - first + 1)
        return Crowd(most, is_counted=False, may_repeat=may_repeat, first=first, last=last)

    def every_nth(self, *, step: int, most: int) -> list[int]:
        """Ids of those whose id divides by `step`, at most so many: for a crowd that is counted."""
        return sorted(key for (key,) in self._ids(step=step)[:most]) if self.parts else []

    def within(self, *, found: Sequence[Window], most: int) -> list[int]:
        """Ids of those within these ranges, at most so many; each range is one of an index."""
        if not (found and self.parts):
            return []
        ranges = [(window.first, window.last) for window in found]
        sources = [*self._members_within(ranges), *self._known_within(ranges)]
        selects = [f"SELECT found.profile_id FROM {sql}" for sql, _ in sources]  # noqa: S608
        values = [value for _, some in sources for value in some]
        sql = f"SELECT DISTINCT * FROM ({' UNION '.join(selects)}) AS every LIMIT %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, most])
            return sorted(key for (key,) in cursor.fetchall())

    def _members_within(self, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[str, list[Any]]]:
        if self.audience_ids:
            is_meant, keys = rowsets.is_one_of(column="audience_id", values=self.audience_ids)
            where = f"{is_meant} AND status IN ({', '.join(['%s'] * len(self.statuses))})"
            sql, values = rowsets.within(
                of=_MEMBERSHIPS, column="profile_id", ranges=ranges, where=where
            )
            yield sql, [*values, *keys, *self.statuses]

    def _known_within(self, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[str, list[Any]]]:
        if self.destination_id is not None:
            where = "destination_id = %s"
            sql, values = rowsets.within(
                of=_DELIVERIES, column="profile_id", ranges=ranges, where=where
            )
            yield sql, [*values, self.destination_id]

    def _rows(self) -> int:
        """How many rows there are, by the last count of each audience."""
        counts = audiences.newest_counts(audience_ids=self.audience_ids)
        rows: int = sum(getattr(one, status) for one in counts.values() for status in self.statuses)
        if self.destination_id is None:
            return rows
        known = Delivery.objects.filter(destination_id=self.destination_id).order_by()
        return rows + large_counts.of(about=f"known:{self.destination_id}", count=known.count)

    def _ids(self, *, step: int = 1) -> QuerySet[Any, Any]:
        parts = list(self.parts)
        if step > 1:
            parts = [rows.alias(rest=F("profile_id") % step).filter(rest=0) for rows in parts]
        return _union(parts)


def of(*, destination: Destination, plan: Plan, now: Plan, at: datetime) -> Scope:
    """One query. `now` is what is sent, `plan` what will be."""
    known = {audience.audience_id: audience for audience in now.audiences}
    wanted = {audience.audience_id: audience for audience in plan.audiences}
    today = at.astimezone(UTC).date()
    # Audiences that are new, or sent in another way than now.
    fresh = tuple(
        audience.audience_id
        for audience in plan.covering(on=today)
        if known.get(audience.audience_id) != audience
    )
    deliveries = Delivery.objects.filter(destination_id=destination.pk).order_by()
    is_edited = plan.rules != now.rules or any(wanted.get(k) != v for k, v in known.items())
    # Who left a new audience may have to be told, where the destination knows anybody.
    with_left = not is_edited and deliveries.exists()
    statuses = (*_MEMBER, MembershipStatus.EXITED.value) if with_left else _MEMBER
    members = Membership.objects.filter(audience_id__in=fresh, status__in=statuses).order_by()
    parts: list[QuerySet[Any]] = [
        *([members] if fresh else []),
        *([deliveries] if is_edited else []),
    ]
    return Scope(tuple(parts), fresh, statuses, destination.pk if is_edited else None)


def of_audience(*, audience_id: int) -> Scope:
    """Its members, whatever is sent of them."""
    members = Membership.objects.filter(audience_id=audience_id, status__in=_MEMBER).order_by()
    return Scope((members,), (audience_id,), _MEMBER, destination_id=None)


def _union(parts: Sequence[QuerySet[Any]]) -> QuerySet[Any, Any]:
    """The ids of all parts, each once."""
    first, *others = (rows.values_list("profile_id") for rows in parts)
    # Of a single part no union leaves out what repeats.
    return first.union(*others) if others else first.distinct()
