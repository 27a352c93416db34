"""Who hears of which rule at which destination."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from connections import audit
from connections.audit import Action, Kind
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
        now = _chosen(theirs)
        if seen is not None:
            choice = _merged(now=now, seen=seen, choice=choice)
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
        if now != choice:
            _note(destination, {str(person): (_shown(now), _shown(choice))})


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
        before = set(there.filter(person_id__in=people.asked).values_list("person_id", flat=True))
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
        _note(destination, {code: (_names(before), _names(listening))})


def _shown(choice: Choice) -> list[str]:
    return [*sorted(choice.codes), *(["by e-mail too"] if choice.has_email else [])]


def _names(keys: Collection[int]) -> list[str]:
    rows = User.objects.filter(pk__in=keys).order_by("username")
    return list(rows.values_list("username", flat=True))


def _note(destination: Destination, changes: audit.Changes) -> None:
    audit.note(action=Action.SUBSCRIBED, kind=Kind.DESTINATION, about=destination, changes=changes)


def _add(wanted: list[Subscription]) -> None:
    Subscription.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["destination", "code", "person"],
        update_fields=["has_email"],
    )
