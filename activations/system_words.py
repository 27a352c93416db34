"""The system view in words, for where its picture has no room. Knows no database."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from activations.system_picture import ACCOUNTS, AUDIENCES, DESTINATIONS, Node, Placed

_TITLES: Final = {AUDIENCES: "Audiences", DESTINATIONS: "Destinations", ACCOUNTS: "Accounts"}
# What those to the left of a node are to it, and those to the right.
_BEFORE: Final = {DESTINATIONS: "Audiences", ACCOUNTS: "Used by"}
_AFTER: Final = {AUDIENCES: "Sent to", DESTINATIONS: "Account"}


@dataclass(frozen=True, slots=True)
class Told:
    """A node; `ties`: what the others are to it, and their names."""

    node: Node
    is_selected: bool
    ties: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One of the three, from top to bottom."""

    title: str
    nodes: tuple[Told, ...]


def tell(*, placed: Sequence[Placed], links: Collection[tuple[str, str]]) -> tuple[Column, ...]:
    """`links` name their nodes by key, from left to right. Columns without a node are left out."""
    names = {one.node.key: one.node.name for one in placed}
    columns = (
        Column(
            title, tuple(_told(one, names, links) for one in placed if one.node.column == number)
        )
        for number, title in _TITLES.items()
    )
    return tuple(column for column in columns if column.nodes)


def _told(one: Placed, names: dict[str, str], links: Collection[tuple[str, str]]) -> Told:
    return Told(one.node, one.is_selected, tuple(_ties(one.node, names, links)))


def _ties(
    node: Node, names: dict[str, str], links: Collection[tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    before = tuple(names[left] for left, right in links if right == node.key and left in names)
    after = tuple(names[right] for left, right in links if left == node.key and right in names)
    if before:
        yield _BEFORE[node.column], before
    if after:
        yield _AFTER[node.column], after
