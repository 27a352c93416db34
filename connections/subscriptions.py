"""Who hears of which rule at which destination."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from connections.models import Destination, Subscription


@dataclass(frozen=True, slots=True)
class Choice:
    """Codes of rules, and whether also by e-mail."""

    codes: frozenset[str]
    has_email: bool


def choose(
    *, destination: Destination, person: Any, choice: Choice, seen: Choice | None = None
) -> None:
    """From now on the person hears of exactly these rules at the destination.

    `seen` is what the form opened with: then what it did not change stays as another tab left it.
    """
    with transaction.atomic():
        # One at a time, so nobody changes them between the comparison and the change.
        Destination.objects.select_for_update().get(pk=destination.pk)
        theirs = Subscription.objects.filter(destination=destination, person=person)
        if seen is not None:
            choice = _merged(now=_chosen(theirs), seen=seen, choice=choice)
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


def _chosen(theirs: QuerySet[Subscription]) -> Choice:
    rows = list(theirs.values_list("code", "has_email"))
    return Choice(frozenset(code for code, _ in rows), any(has_email for _, has_email in rows))


def _merged(*, now: Choice, seen: Choice, choice: Choice) -> Choice:
    codes = (now.codes | (choice.codes - seen.codes)) - (seen.codes - choice.codes)
    # Without a rule nobody has e-mail of one: then only this form's answer counts.
    has_said = choice.has_email != seen.has_email or not now.codes
    return Choice(codes, choice.has_email if has_said else now.has_email)


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
