"""Where the nodes and links of the system view stand. Geometry only: knows no database.

Three columns: audiences, destinations, accounts. Links go from left to right.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

AUDIENCES, DESTINATIONS, ACCOUNTS = 0, 1, 2
WIDTH: Final = 960
_COLUMNS: Final = ((0, 280), (360, 280), (720, 240))
_NODE_HEIGHT, _GAP, _TOP = 46, 14, 34
# Of a name, in each column.
_LETTERS: Final = (30, 30, 25)


@dataclass(frozen=True, slots=True)
class Node:
    """One thing. `key` is unique in the picture; `tone` goes with the words of `note`."""

    key: str
    column: int
    name: str
    note: str
    tone: str = "neutral"
    # Stands for many and cannot be selected.
    is_group: bool = False

    @property
    def short(self) -> str:
        """As much of the name as fits."""
        most = _LETTERS[self.column]
        return self.name if len(self.name) <= most else f"{self.name[: most - 1]}…"


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with its place; `is_dim` while another one is selected that it has no part in."""

    node: Node
    x: int
    y: int
    width: int
    is_selected: bool
    is_dim: bool

    @property
    def height(self) -> int:
        """Of every node."""
        return _NODE_HEIGHT

    @property
    def transform(self) -> str:
        """For the SVG group."""
        return f"translate({self.x} {self.y})"


@dataclass(frozen=True, slots=True)
class Link:
    """A curve between two nodes."""

    path: str
    is_lit: bool
    is_dim: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole, with its height."""

    nodes: tuple[Placed, ...]
    links: tuple[Link, ...]
    height: int
    width: int = WIDTH


def draw(
    *, nodes: Sequence[Node], links: Collection[tuple[str, str]], selected: str = ""
) -> Picture:
    """Links name their nodes by key, from left to right; unknown keys are left out."""
    known = {node.key for node in nodes}
    links = [link for link in links if known.issuperset(link)]
    chosen = selected if selected in known else ""
    lit = set(_reached(chosen, links)) if chosen else set()
    places = {placed.node.key: placed for placed in _place(nodes)}
    part = {chosen} | {key for link in lit for key in link}
    return Picture(
        nodes=tuple(
            replace(one, is_selected=key == chosen, is_dim=bool(chosen) and key not in part)
            for key, one in places.items()
        ),
        links=tuple(
            Link(_curve(places[a], places[b]), (a, b) in lit, bool(chosen) and (a, b) not in lit)
            for a, b in links
        ),
        height=max((one.y + _NODE_HEIGHT + _GAP for one in places.values()), default=_TOP),
    )


def _reached(chosen: str, links: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """All links one comes over when walking from a node only to the left, and only to the right."""
    for here, there in ((0, 1), (1, 0)):
        front = {chosen}
        while front:
            found = [link for link in links if link[here] in front]
            yield from found
            front = {link[there] for link in found}


def _place(nodes: Sequence[Node]) -> Iterator[Placed]:
    columns = [[node for node in nodes if node.column == column] for column in range(3)]
    tallest = max((len(column) for column in columns), default=0)
    for (x, width), column in zip(_COLUMNS, columns, strict=True):
        free = (tallest - len(column)) * (_NODE_HEIGHT + _GAP) // 2
        for number, node in enumerate(column):
            y = _TOP + free + number * (_NODE_HEIGHT + _GAP)
            yield Placed(node, x, y, width, is_selected=False, is_dim=False)


def _curve(left: Placed, right: Placed) -> str:
    x1, y1 = left.x + left.width, left.y + _NODE_HEIGHT // 2
    x2, y2 = right.x, right.y + _NODE_HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"
