"""Whom will a changed configuration line up? As `services.configuration` does, without doing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from activations.mapping.plan import Plan
from activations.models import Delivery, Membership, Profile
from activations.queries import audiences
from activations.queries.audiences import StatusCounts
from activations.services import configuration
from activations.terms import MembershipStatus
from connections.models import Destination

# So many audiences are looked up one by one, each in a range of an index; more of them together.
MOST_ONE_BY_ONE = 50
# Up to so many, profiles in several parts are told apart; beyond, one may count more than once.
TOLD_APART = 300_000

_MEMBER = (MembershipStatus.REALIZED.value, MembershipStatus.EXISTING.value)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows with a `profile_id`, one for each profile unless it `repeats`, and how many."""

    rows: QuerySet[Any]
    size: int
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """The profiles of all parts; one may be in several.

    `is_everything`: whoever the destination knows already is among them.
    """

    parts: tuple[Part, ...]
    is_everything: bool

    def count(self) -> int:
        """How many profiles: the very number, or the most it can be."""
        total = sum(part.size for part in self.parts)
        if total <= TOLD_APART:
            return self._ids().count() if total else 0
        may_repeat = len(self.parts) > 1 or any(part.repeats for part in self.parts)
        return min(total, Profile.objects.count()) if may_repeat else total

    def without_email(self) -> int:
        """How many of them have no e-mail identity."""
        if not self.parts:
            return 0
        of_profile = (Exists(part.rows.filter(profile_id=OuterRef("pk"))) for part in self.parts)
        is_meant = reduce(or_, (Q(condition) for condition in of_profile))
        return Profile.objects.filter(is_meant, email="").count()

    def some(self, *, most: int, of: int) -> list[int]:
        """Ids of all `of` of them, or of about `most` spread over all: each so-and-so-manieth.

        By a prime number, because what repeats in the data repeats after 2, 10 or 100.
        """
        if not self.parts:
            return []
        step = 1 if of <= most else _prime(-(-of // most))
        found: list[tuple[int]] = list(self._ids(step=step)[: 2 * most])
        return sorted(key for (key,) in found)

    def _ids(self, *, step: int = 1) -> QuerySet[Any, Any]:
        rows = [part.rows for part in self.parts]
        if step > 1:
            rows = [of.alias(rest=F("profile_id") % step).filter(rest=0) for of in rows]
        first, *others = (of.values_list("profile_id") for of in rows)
        if others:
            return first.union(*others)
        # Of a single part no union leaves out what repeats.
        return first.distinct() if self.parts[0].repeats else first


def of(*, destination: Destination, plan: Plan, at: datetime, now: Plan | None = None) -> Scope:
    """Four queries. Parts without anybody are left out. `now`: what is sent, if it was read."""
    now = now or configuration.load_plan(destination=destination)
    known = {audience.audience_id: audience for audience in now.audiences}
    wanted = {audience.audience_id: audience for audience in plan.audiences}
    today = at.astimezone(UTC).date()
    # Audiences that are new, or sent in another way than now.
    fresh = [
        audience.audience_id
        for audience in plan.covering(on=today)
        if known.get(audience.audience_id) != audience
    ]
    rows = Delivery.objects.filter(destination_id=destination.pk).order_by()
    is_edited = plan.rules != now.rules or any(wanted.get(k) != v for k, v in known.items())
    parts = [*_members(fresh, with_left=not is_edited and rows.exists())]
    if is_edited:
        parts.append(Part(rows, rows.count()))
    return Scope(tuple(part for part in parts if part.size), is_edited)


def _members(audience_ids: list[int], *, with_left: bool) -> Iterator[Part]:
    """Who is in these audiences; and who left one, which the destination may have to tell."""
    counts = audiences.status_counts(audience_ids=audience_ids)
    if len(counts) > MOST_ONE_BY_ONE:
        yield _together(counts, with_left=with_left)
        return
    for key, counted in counts.items():
        rows = Membership.objects.filter(audience_id=key).order_by()
        yield Part(rows.filter(status__in=_MEMBER), counted.members)
        if with_left:
            yield Part(rows.filter(status=MembershipStatus.EXITED), counted.exited)


def _together(counts: Mapping[int, StatusCounts], *, with_left: bool) -> Part:
    statuses = (*_MEMBER, MembershipStatus.EXITED.value) if with_left else _MEMBER
    rows = Membership.objects.filter(audience_id__in=list(counts), status__in=statuses)
    members = sum(counted.members for counted in counts.values())
    left = sum(counted.exited for counted in counts.values()) if with_left else 0
    return Part(rows.order_by(), members + left, repeats=True)


def _prime(at_least: int) -> int:
    """The next prime number."""
    while any(at_least % divisor == 0 for divisor in range(2, int(at_least**0.5) + 1)):
        at_least += 1
    return at_least
