"""The geometry of a Venn diagram, and what it says in words."""

import re
from itertools import pairwise
from math import hypot

import pytest

from activations import venn
from activations.venn import Circle, Part, Picture, Venn

NAMES = ("Members", "This policy", "Others")
# Which circles the numbers stand in, in the order of the counts.
PARTS = {2: [{0}, {0, 1}], 3: [{0}, {0, 1}, {0, 2}, {0, 1, 2}]}
NUMBER = r"(-?\d+\.\d)"


def picture(sets: int) -> Picture:
    return venn.draw(names=NAMES[:sets], counts=range(len(PARTS[sets])))


def depth(circle: Circle, x: float, y: float) -> float:
    """How far a point is inside, below zero outside."""
    return circle.radius - hypot(x - circle.center[0], y - circle.center[1])


@pytest.mark.parametrize("sets", [2, 3])
def test_each_number_stands_with_room_in_its_own_part_and_in_no_other(sets: int) -> None:
    drawn = picture(sets)
    for word, within in zip(drawn.words, PARTS[sets], strict=True):
        for circle in drawn.circles:
            # “9,999” is 34 wide and 10 high at this size.
            corners = [(word.at[0] + x, word.at[1] + y) for x in (-17, 17) for y in (-5, 5)]
            depths = [depth(circle, *corner) for corner in corners]
            is_in = circle.number in within
            assert all(found > 0 for found in depths) if is_in else max(depths) < 0


@pytest.mark.parametrize("sets", [2, 3])
def test_what_is_common_ends_where_edges_cross_and_lies_in_every_circle(sets: int) -> None:
    drawn = picture(sets)
    corners = [
        (float(x), float(y)) for x, y in re.findall(f"[M1] ?{NUMBER} {NUMBER}", drawn.common)
    ]
    assert corners[0] == corners[-1]
    assert len(set(corners)) == sets
    for corner in corners:
        depths = sorted(depth(circle, *corner) for circle in drawn.circles)
        assert depths[:2] == pytest.approx([0, 0], abs=0.1)
        assert min(depths) > -0.1


def test_the_outline_turns_clockwise_as_its_arcs_do() -> None:
    common = picture(3).common
    corners = [(float(x), float(y)) for x, y in re.findall(f"{NUMBER} {NUMBER}", common)]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(corners))
    assert twice > 0
    assert common.count("A80 80 0 0 1 ") == 3


@pytest.mark.parametrize("sets", [2, 3])
def test_everything_is_within_the_picture_and_names_touch_no_circle(sets: int) -> None:
    drawn = picture(sets)
    for circle in drawn.circles:
        (x, y), radius = circle.center, circle.radius
        assert radius < x < drawn.width - radius
        assert radius < y < drawn.height - radius
        assert depth(circle, *circle.name_at) < 0
        # “Audience members” is 112 wide.
        assert 56 <= circle.name_at[0] <= drawn.width - 56
        assert 12 <= circle.name_at[1] <= drawn.height - 4


def test_long_numbers_are_short_in_the_picture_and_whole_in_words() -> None:
    drawn = Venn("Consent", "members", NAMES[:2], (Part("No", 12_345_678), Part("Yes", 1_000)))
    assert [word.text for word in drawn.picture.words] == ["12.3M", "1,000"]
    assert [word.is_common for word in drawn.picture.words] == [False, True]
    assert drawn.total == 12_346_678
    assert drawn.description == "Members: 12,346,678. Of these, No: 12,345,678; Yes: 1,000."
