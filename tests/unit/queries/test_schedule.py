"""Which rows the Schedule step shows, and in which order."""

from datetime import date

import pytest

from activations.queries import schedule
from activations.queries.schedule import Wanted
from activations.services import draft_verdicts
from activations.services.draft_content import ScheduleRow

ROWS = (
    ScheduleRow(1, "b", "2026-02-01", "2026-12-31"),
    ScheduleRow(2, "a", "2026-03-01"),
    ScheduleRow(3, "", "2026-01-01", "2026-06-30"),
)
LABELS = {1: "Lapsed customers", 2: "Cart abandoners", 3: "loyal customers"}


def shown(wanted: Wanted, sent_now: set[int] | None = None) -> list[int]:
    content = draft_verdicts.judge(
        mappings=(), schedule=ROWS, labels=LABELS, fields=None, today=date(2026, 1, 1)
    )
    found = schedule.places(content=content, sent_now=sent_now or set(), wanted=wanted)
    return [ROWS[place].audience for place in found]


def test_new_audiences_only_unless_all_are_wanted() -> None:
    assert shown(Wanted(), sent_now={1, 3}) == [2]
    assert shown(Wanted(only_new=False), sent_now={1, 3}) == [1, 2, 3]


def test_rows_with_problems_only() -> None:
    assert shown(Wanted(only_problems=True)) == [3]


@pytest.mark.parametrize(
    ("words", "found"), [("CUSTOMERS", [1, 3]), ("loyal mers", [3]), ("x", [])]
)
def test_every_word_is_in_the_name(words: str, found: list[int]) -> None:
    assert shown(Wanted(words=words)) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("", [1, 2, 3]),
        ("name", [2, 1, 3]),
        ("start", [3, 1, 2]),
        ("end", [3, 1, 2]),
        ("mapping_id", [3, 2, 1]),
    ],
)
def test_rows_are_sorted_either_way(sort: str, found: list[int]) -> None:
    assert shown(Wanted(sort=sort)) == found
    assert shown(Wanted(sort=sort, descending=True)) == found[::-1]
