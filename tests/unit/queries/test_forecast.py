"""When will it be done? Arithmetic that people plan their day by."""

from datetime import UTC, datetime, timedelta

import pytest

from activations.queries import forecast
from activations.queries.forecast import Forecast

AT = datetime(2026, 3, 1, 14, 17, 30, tzinfo=UTC)
LIMIT = 8.47


def reckon(contacts: int, **known: object) -> Forecast:
    told: dict[str, object] = {"others": 0, "limit": LIMIT, "at": AT}
    return forecast.reckon(contacts=contacts, **{**told, **known})  # type: ignore[arg-type]


def test_at_the_limit_31_400_contacts_take_about_an_hour() -> None:
    found = reckon(31_400)

    assert found.duration == "about 62 minutes"
    assert found.finished_at == datetime(2026, 3, 1, 15, 20, tzinfo=UTC)
    assert not found.is_measured


def test_what_others_of_the_token_have_in_line_takes_its_time_too() -> None:
    assert reckon(100, others=900).seconds == reckon(1_000).seconds


def test_a_measured_pace_is_more_honest_than_the_limit() -> None:
    found = reckon(600, measured=2.0)

    assert (found.seconds, found.is_measured) == (300, True)


def test_a_measured_pace_never_beats_the_limit() -> None:
    assert reckon(847, measured=100.0).seconds == 100


def test_without_a_limit_only_a_measured_pace_says_anything() -> None:
    unknown = reckon(100, limit=0.0)
    assert (unknown.duration, unknown.finished_at) == ("", None)

    assert reckon(1_000, limit=0.0, measured=1_000.0).duration == "under a minute"


def test_it_is_not_done_before_the_last_retry() -> None:
    later = AT + timedelta(minutes=12)

    assert reckon(1, not_before=later).finished_at == datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    assert reckon(1, not_before=AT - timedelta(hours=1)).finished_at == reckon(1).finished_at


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"),
        (59, "under a minute"),
        (60, "about 1 minute"),
        (61, "about 2 minutes"),
        (7_199, "about 120 minutes"),
        (7_200, "about 2 hours"),
        (118_064, "about 33 hours"),
        (172_800, "about 2 days"),
        (864_001, "about 11 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: int, words: str) -> None:
    assert forecast.words(seconds=seconds) == words
