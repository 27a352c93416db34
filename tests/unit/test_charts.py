"""The geometry of a chart: scales, places and words, also where there is nothing to draw."""

import itertools
import re

import pytest

from activations import charts
from activations.charts import MIDDLE, NARROW, WIDE, Chart, Moment, Series


def chart(*values: int, group: int = 1) -> Chart:
    moments = [Moment(f"{hour}:00", f"Sunday, {hour}:00") for hour in range(len(values))]
    series = [
        Series("activated", "Activated", values),
        Series("failed", "Failed", (0,) * len(values)),
    ]
    return charts.over_time(label="Records", moments=moments, series=series, group=group)


@pytest.mark.parametrize(
    ("most", "numbers"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (7, (0, 2, 4, 6, 8)),
        (100, (0, 50, 100)),
        (10**18, (0, 5 * 10**17, 10**18)),
    ],
)
def test_a_scale_has_few_round_numbers_up_to_the_largest(
    most: int, numbers: tuple[int, ...]
) -> None:
    assert charts.scale(most=most) == numbers


@pytest.mark.parametrize("most", [*range(200), *(10**exponent + 1 for exponent in range(3, 20))])
def test_every_scale_reaches_the_largest_in_at_most_five_steps(most: int) -> None:
    numbers = charts.scale(most=most)
    assert numbers[-1] >= most
    assert 2 <= len(numbers) <= 6
    assert len({later - sooner for sooner, later in itertools.pairwise(numbers)}) == 1


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9_999, "9,999"), (12_500, "12.5k"), (3_000_000, "3M"), (2 * 10**18, "2000000T")],
)
def test_large_numbers_are_short_on_the_axis(number: int, text: str) -> None:
    assert charts.compact(number=number) == text


def test_zero_is_on_the_floor_and_the_largest_at_the_top() -> None:
    for picture in chart(0, 4).pictures:
        left, right, top = picture.frame.left, picture.frame.end, picture.frame.top
        assert picture.lines[0].path == f"M{left} {picture.frame.floor} L{right} {top}"


def test_all_zeros_lie_on_the_floor() -> None:
    made = chart(0, 0, 0)
    assert made.is_empty
    ys = re.findall(r"[ML][\d.]+ ([\d.]+)", made.pictures[0].lines[0].path)
    assert set(ys) == {str(WIDE.floor)}


def test_one_moment_stands_in_the_middle() -> None:
    picture = chart(5).pictures[0]
    assert picture.slots[0].center == f"{(WIDE.left + WIDE.end) / 2:g}"
    assert picture.lines[0].area == ""
    assert picture.across[0].anchor == "middle"


def test_no_moment_draws_nothing() -> None:
    made = chart()
    assert (made.pictures, made.rows, made.last_words, made.last) == ((), (), "", 0)


@pytest.mark.parametrize("count", [1, 2, 24, 28, 30, 92, 168])
def test_nothing_stands_outside_its_frame(count: int) -> None:
    for picture in chart(*range(count)).pictures:
        xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", picture.lines[0].path)]
        assert len(xs) == len(picture.slots) == count
        assert picture.frame.left <= min(xs) <= max(xs) <= picture.frame.end


@pytest.mark.parametrize("count", [1, 7, 24, 28, 30, 92])
@pytest.mark.parametrize("group", [1, 4])
def test_there_are_no_more_words_than_fit(count: int, group: int) -> None:
    pictures = chart(*range(count), group=group).pictures
    assert [picture.frame for picture in pictures] == [WIDE, MIDDLE, NARROW]
    assert all(1 <= len(picture.across) <= picture.frame.words for picture in pictures)


def test_many_points_are_marked_only_at_the_end() -> None:
    assert chart(*range(32)).pictures[0].lines[0].marks.count("M") == 1
    assert chart(*range(31)).pictures[0].lines[0].marks.count("M") == 31


def test_every_series_has_a_mark_of_its_own() -> None:
    shapes = {Series(kind, "", ()).mark for kind in ("activated", "excluded", "failed")}
    assert len(shapes) == 3


def test_picture_and_table_tell_the_same_numbers() -> None:
    made = chart(1, 1234)
    assert made.pictures[0].slots[1].words == "Sunday, 1:00: Activated 1,234 · Failed 0"
    assert made.rows[1].values == (1234, 0)
    assert made.last_words == made.pictures[0].slots[1].words


def test_a_moment_that_is_not_over_is_marked_without_a_line() -> None:
    moments = [Moment("", str(number)) for number in range(3)]
    series = [Series("activated", "Activated", (9, 9, 1))]
    made = charts.over_time(label="", moments=moments, series=series, is_open=True)
    line = made.pictures[0].lines[0]
    assert (line.path.count("L"), line.marks.count("M"), len(made.rows)) == (1, 3, 3)
