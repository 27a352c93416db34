"""Who hears of which rule at which destination."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from connections.models import Destination, Subscription


@dataclass(frozen=True, slots=True)
class Choice:
    """Codes of rules, and whether also by e-mail."""

    codes: frozenset[str]
    has_email: bool


def choose(*, destination: Destination, person: Any, choice: Choice) -> None:
    """From now on the person hears of exactly these rules at the destination."""
    with transaction.atomic():
        theirs = Subscription.objects.filter(destination=destination, person=person)
        theirs.exclude(code__in=choice.codes).delete()
        _add(
            [
                Subscription(
                    destination=destination,
                    person=person,
                    code=code,
                    has_email=choice.has_email,
                )
                for code in sorted(choice.codes)
            ]
        )


@dataclass(frozen=True, slots=True)
class People:
    """Ids: of those who were `asked` about, who listens, and who of them also by e-mail."""

    asked: frozenset[int]
    listening: frozenset[int]
    emailed: frozenset[int]


def choose_people(*, destination: Destination, code: str, people: People) -> None:
    """Of those asked about, exactly the listening hear of the rule from now on."""
    listening = people.listening & people.asked
    with transaction.atomic():
        there = Subscription.objects.filter(destination=destination, code=code)
        there.filter(person_id__in=people.asked - listening).delete()
        _add(
            [
                Subscription(
                    destination=destination,
                    person_id=person,
                    code=code,
                    has_email=person in people.emailed,
                )
                for person in sorted(listening)
            ]
        )


def _add(wanted: list[Subscription]) -> None:
    Subscription.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["destination", "code", "person"],
        update_fields=["has_email"],
    )
