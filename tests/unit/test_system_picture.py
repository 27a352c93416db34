"""The geometry of the system view: places, links, and what a selection lights."""

from activations import system_picture
from activations.system_picture import Node, Picture

NODES = [
    Node("a1", 0, "VIP", ""),
    Node("a2", 0, "x" * 400, ""),
    Node("d1", 1, "EU", ""),
    Node("d2", 1, "US", ""),
    Node("k", 2, "Acme", ""),
]
LINKS = [("a1", "d1"), ("a2", "d1"), ("a2", "d2"), ("d1", "k"), ("d2", "k")]


def lit(selected: str) -> tuple[set[str], int]:
    picture = system_picture.draw(nodes=NODES, links=LINKS, selected=selected)
    shown = {placed.node.key for placed in picture.nodes if not placed.is_dim}
    return shown, sum(link.is_lit for link in picture.links)


def test_without_anything_there_is_an_empty_picture() -> None:
    picture = system_picture.draw(nodes=[], links=[("a", "b")])
    assert (picture.nodes, picture.links) == ((), ())
    assert picture.height > 0


def test_nothing_overlaps_and_nothing_sticks_out() -> None:
    picture: Picture = system_picture.draw(nodes=NODES, links=LINKS)
    places = {(placed.x, placed.y) for placed in picture.nodes}
    assert len(places) == len(NODES)
    assert all(placed.x + placed.width <= picture.width for placed in picture.nodes)
    assert all(placed.y + placed.height <= picture.height for placed in picture.nodes)


def test_long_names_are_cut() -> None:
    assert len(NODES[1].short) == 30
    assert NODES[0].short == "VIP"


def test_a_selection_lights_the_way_in_both_directions() -> None:
    assert lit("d1") == ({"a1", "a2", "d1", "k"}, 3)
    assert lit("a1") == ({"a1", "d1", "k"}, 2)
    assert lit("k") == ({"a1", "a2", "d1", "d2", "k"}, 5)


def test_an_unknown_selection_dims_nothing() -> None:
    assert lit("nobody") == ({"a1", "a2", "d1", "d2", "k"}, 0)
