"""A number against the one before it, in words."""

import pytest

from activations import trends


@pytest.mark.parametrize(
    ("now", "before", "good", "text", "tone"),
    [
        (104, 100, "up", "+4.0 % against before", "success"),
        (96, 100, "up", "\N{MINUS SIGN}4.0 % against before", "danger"),
        (96, 100, "down", "\N{MINUS SIGN}4.0 % against before", "success"),
        (9, 9, "up", "as many as before", ""),
        (0, 0, "down", "none before either", ""),
        (5, 0, "down", "none before", "danger"),
        (50_000, 100, "", "500 times as many against before", ""),
    ],
)
def test_a_count(now: int, before: int, good: str, text: str, tone: str) -> None:
    found = trends.of_count(now=now, before=before, good=good)
    assert (found.text, found.tone) == (text, tone)


@pytest.mark.parametrize(
    ("now", "before", "text", "tone"),
    [
        (99.31, 99.23, "+0.1 points", "success"),
        (90.0, 99.0, "\N{MINUS SIGN}9.0 points", "danger"),
        (99.0, 99.01, "as before", ""),
        (None, 5.0, "nothing was settled", ""),
        (5.0, None, "nothing to compare with", ""),
    ],
)
def test_a_share(now: float | None, before: float | None, text: str, tone: str) -> None:
    found = trends.of_share(now=now, before=before)
    assert (found.text, found.tone) == (text, tone)
