"""Filters of which several values may be ticked at once, as a panel above a list shows them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

# What is ticked, by the name of the filter.
Chosen = Mapping[str, tuple[str, ...]]
NOBODY = Q(pk=None)


@dataclass(frozen=True, slots=True)
class Option:
    """A box to tick."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The boxes of one filter, and how many more there would be."""

    name: str
    label: str
    options: tuple[Option, ...]
    hidden: int = 0


def options(*, choices: Iterable[tuple[str, str]], chosen: tuple[str, ...]) -> tuple[Option, ...]:
    """Boxes for (value, label)."""
    return tuple(Option(value, label, value in chosen) for value, label in choices)


def any_of(*, values: Iterable[str], condition: Callable[[str], Q]) -> Q:
    """Whoever fits one of the values; nobody fits a value that means nothing."""
    # Only where there is no value: SQLite follows no index through an OR with nobody.
    fits = Q()
    for value in values:
        fits |= condition(value)
    return fits or NOBODY


def uuid_of(*, value: str) -> UUID | None:
    """None for what is no UUID."""
    try:
        return UUID(value)
    except ValueError:
        return None
