"""What carries labels, as the page of a role shows it: told by the app that keeps it.

Whom we talk to does not know what we send, so it says here which labels there are and what each
choice of them would hide (`activations.apps`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias


class Label(Protocol):
    """`code` stands in the database."""

    @property
    def code(self) -> str: ...

    @property
    def meaning(self) -> str: ...


class Category(Protocol):
    """Labels under one heading."""

    @property
    def name(self) -> str: ...

    @property
    def labels(self) -> Sequence[Label]: ...


# Lists of labels as things carry them, each with how many do; the empty list is one of them.
Counted: TypeAlias = Sequence[tuple[Sequence[str], int]]


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many audiences and labelled attributes are hidden, and out of how many."""

    audiences: int
    all_audiences: int
    attributes: int
    all_attributes: int


@dataclass(frozen=True, slots=True)
class Carried:
    """Which labels audiences and attributes carry."""

    audiences: Counted
    attributes: Counted

    def hidden_from(self, *, labels: Collection[str]) -> Hidden:
        """What somebody with these access labels would not see."""
        return Hidden(
            audiences=_count(self.audiences, lambda codes: not set(codes) <= set(labels)),
            all_audiences=_count(self.audiences, lambda _: True),
            attributes=_count(self.attributes, lambda codes: not set(codes) <= set(labels)),
            all_attributes=_count(self.attributes, lambda _: True),
        )

    def by(self, *, code: str) -> str:
        """How much carries a label, in words; empty: nothing."""
        kinds = (("audience", self.audiences), ("attribute", self.attributes))
        found = ((name, _count(counted, lambda codes: code in codes)) for name, counted in kinds)
        return ", ".join(f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in found if n)


class UnknownLabel(Exception):
    """Somebody deleted the label meanwhile."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """`carried` takes two queries, `categories` one; `stand_still` and `demand_known` as `keep`."""

    categories: Callable[[], Sequence[Category]]
    carried: Callable[[], Carried]
    stand_still: Callable[[], None]
    demand_known: Callable[[Collection[str]], None]


_keepers: list[Keeper] = []


def told_by(keeper: Keeper) -> None:
    """Once, when the product starts."""
    _keepers[:] = [keeper]


def categories() -> Sequence[Category]:
    """Every label there is."""
    return _keepers[0].categories()


def carried() -> Carried:
    """What carries labels now."""
    return _keepers[0].carried()


def keep(*, labels: Collection[str]) -> None:
    """None of them is deleted until the caller's transaction ends; first in it, before any row.

    Raises UnknownLabel.
    """
    if labels:
        _keepers[0].stand_still()
        _keepers[0].demand_known(labels)


def _count(counted: Counted, fits: Callable[[Sequence[str]], bool]) -> int:
    return sum(number for codes, number in counted if fits(codes))
