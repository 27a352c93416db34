"""Who hears of which rule where, for the pages that change it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from connections.models import Destination, DestinationStatus, Subscription
from connections.permissions import Permission


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may hear of a rule at a destination."""

    person: User
    is_listening: bool
    has_email: bool


def of(*, destination: Destination, person: Any) -> dict[str, Any]:
    """What a person chose there, as the form takes it."""
    rows = Subscription.objects.filter(destination=destination, person=person)
    found = list(rows.values_list("code", "has_email"))
    return {
        "rules": [code for code, _ in found],
        "has_email": any(has_email for _, has_email in found),
    }


def people_by_rule() -> dict[str, int]:
    """How many people hear of each rule somewhere."""
    rows = Subscription.objects.order_by().values_list("code")
    return dict(rows.annotate(people=Count("person", distinct=True)))


def destinations_of(*, person: Any) -> int:
    """At how many destinations a person chose to hear of something."""
    rows = Subscription.objects.filter(person=person).order_by()
    return rows.values("destination").distinct().count()


def destinations() -> QuerySet[Destination]:
    """Those one can subscribe to, by name."""
    return Destination.objects.exclude(status=DestinationStatus.DRAFT).order_by("name", "pk")


def candidates(*, words: str) -> QuerySet[User]:
    """Everybody who may see alerts, by name."""
    found: QuerySet[User] = User.objects.with_perm(Permission.VIEW_ALERTS.full_name)
    for word in words.split():
        found = found.filter(Q(username__icontains=word) | Q(email__icontains=word))
    return found.order_by("username", "pk")


def candidate_ids(*, ids: Collection[int]) -> frozenset[int]:
    """Those of some ids that belong to such people."""
    return frozenset(candidates(words="").filter(pk__in=ids).values_list("pk", flat=True))


def members(*, people: list[User], destination: Destination, code: str) -> list[Member]:
    """A page of candidates with what they chose, in one query."""
    rows = Subscription.objects.filter(destination=destination, code=code, person__in=people)
    chosen = dict(rows.values_list("person_id", "has_email"))
    return [
        Member(person, is_listening=person.pk in chosen, has_email=chosen.get(person.pk, False))
        for person in people
    ]
