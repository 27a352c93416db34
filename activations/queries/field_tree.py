"""Fields as a tree, as the pickers draw them; knows neither profiles nor accounts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from activations.mapping import names

# Deeper and longer paths are typed: a tree of them could not be read.
DEEPEST = 8
LONGEST_PATH = 150


@dataclass(slots=True)
class Node:
    """A field with its `value` in the notation of the rows, or a branch of `nodes`.

    `name` is the display name, `note` the type, `why_not` why it cannot be chosen.
    """

    key: str
    value: str = ""
    name: str = ""
    note: str = ""
    is_empty: bool = False
    is_mandatory: bool = False
    why_not: str = ""
    nodes: list["Node"] = field(default_factory=list)


def grow(*, fields: Iterable[tuple[str, Node]]) -> list[Node]:
    """Puts each field under the branches of its dotted path, in the order in which they come.

    A path may be a value in one profile and an object in another: then there are both.
    """
    root = Node("")
    branches: dict[tuple[str, ...], Node] = {(): root}
    for path, leaf in fields:
        keys = tuple(path.split("."))
        _branch(branches, keys[:-1]).nodes.append(leaf)
    return root.nodes


def is_drawable(*, path: str) -> bool:
    """Whether the path has a place in the tree."""
    return len(path) <= LONGEST_PATH and path.count(".") < DEEPEST


def leaves(*, nodes: Iterable[Node]) -> Iterator[Node]:
    """Every field of a tree."""
    for node in nodes:
        if node.value:
            yield node
        yield from leaves(nodes=node.nodes)


def _branch(branches: dict[tuple[str, ...], Node], keys: tuple[str, ...]) -> Node:
    if keys not in branches:
        branches[keys] = Node(keys[-1], name=names.spoken(keys[-1]))
        _branch(branches, keys[:-1]).nodes.append(branches[keys])
    return branches[keys]
