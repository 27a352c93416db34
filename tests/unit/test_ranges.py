"""Which time is meant: presets, days in a person's zone, and days on which clocks are turned."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activations import ranges

AT = datetime(2026, 3, 29, 12, 20, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
KOLKATA = ZoneInfo("Asia/Kolkata")


def test_the_last_day_has_the_present_hour_and_the_23_before() -> None:
    found = ranges.of(key="24h", zone=UTC, at=AT)
    assert len(found.starts) == 24
    assert found.starts[-1] == AT.replace(minute=0)
    assert found.until == AT.replace(hour=13, minute=0)


@pytest.mark.parametrize("key", ["", "custom", "1y", "24h"])
def test_an_unknown_key_is_the_last_day(key: str) -> None:
    assert ranges.of(key=key, zone=UTC, at=AT).key == "24h"


@pytest.mark.parametrize(("key", "parts"), [("7d", 6 * 4 + 3), ("30d", 30)])
def test_longer_presets_are_of_whole_days_and_today(key: str, parts: int) -> None:
    found = ranges.of(key=key, zone=STOCKHOLM, at=AT)
    assert len(found.starts) == parts
    assert found.since.astimezone(STOCKHOLM).hour == 0
    assert found.last_on == AT.date()


def test_the_time_before_is_as_long() -> None:
    found = ranges.of(key="7d", zone=STOCKHOLM, at=AT)
    since, until = found.before
    assert (until, until - since) == (found.since, found.until - found.since)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_clocks_are_turned_is_as_long_as_it_was(day: str, hours: int) -> None:
    at = datetime(2026, 10, 28, tzinfo=UTC) if "10" in day else AT + timedelta(days=2)
    found = ranges.between(first=day, last=day, zone=STOCKHOLM, at=at)
    assert found.until - found.since == timedelta(hours=hours)
    assert len(found.starts) == hours


def test_days_across_a_turned_clock_begin_at_midnight() -> None:
    found = ranges.between(
        first="2026-10-01", last="2026-10-31", zone=STOCKHOLM, at=datetime(2026, 11, 9, tzinfo=UTC)
    )
    assert len(found.starts) == 31
    assert {start.astimezone(STOCKHOLM).hour for start in found.starts} == {0}


def test_every_hour_lies_in_exactly_one_day() -> None:
    at = datetime(2026, 10, 28, tzinfo=UTC)
    days = [
        ranges.between(first=f"2026-10-{day}", last=f"2026-10-{day}", zone=KOLKATA, at=at)
        for day in (24, 25, 26)
    ]
    assert [one.until for one in days[:-1]] == [one.since for one in days[1:]]


def test_a_part_is_found_by_an_instant_in_it() -> None:
    found = ranges.of(key="30d", zone=STOCKHOLM, at=AT)
    for number, start in enumerate(found.starts):
        assert found.part_of(instant=start) == number
        assert found.part_of(instant=start + timedelta(hours=5)) == number


def test_today_ends_with_the_present_hour() -> None:
    found = ranges.between(first="2026-03-28", last="2026-04-30", zone=UTC, at=AT)
    assert found.until == AT.replace(hour=13, minute=0)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "", "Enter both days"),
        ("2026-03-01", "soon", "Enter both days"),
        ("2026-03-05", "2026-03-01", "must not be after"),
        ("2026-03-30", "2026-04-01", "still to come"),
        ("0001-01-01", "2026-03-01", "kept for 90 days"),
        ("2025-12-01", "2026-03-29", "at most 92"),
    ],
)
def test_what_makes_no_sense_is_told(first: str, last: str, words: str) -> None:
    with pytest.raises(ranges.CannotRead, match=words):
        ranges.between(first=first, last=last, zone=UTC, at=AT)


@pytest.mark.parametrize(
    ("last", "unit"), [("2026-03-03", "hour"), ("2026-03-14", "quarter"), ("2026-03-15", "day")]
)
def test_a_longer_time_has_longer_parts(last: str, unit: str) -> None:
    assert ranges.between(first="2026-03-01", last=last, zone=UTC, at=AT).unit == unit


def test_it_is_told_in_words_of_the_zone() -> None:
    found = ranges.between(first="2026-03-28", last="2026-03-28", zone=KOLKATA, at=AT)
    assert found.label == "28 Mar 2026"
    assert found.moments()[0].words == "28 Mar, 00:00"


def test_only_a_time_with_the_present_hour_is_not_over() -> None:
    today = ranges.between(first="2026-03-28", last="2026-03-29", zone=UTC, at=AT)
    before = ranges.between(first="2026-03-27", last="2026-03-28", zone=UTC, at=AT)
    assert today.moments()[-1].words == "29 Mar, 12:00 (so far)"
    assert before.moments()[-1].words == "28 Mar, 23:00"
