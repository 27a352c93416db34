"""How long a token's line takes, as the overview says it."""

import pytest

from activations.queries.overview import Line
from connections.models import Account


@pytest.mark.parametrize(
    ("sent", "limit", "words"),
    [
        # Five requests in the last minute are what there was to send, not what could be sent.
        (5 / 60, 8.47, "about 62 minutes"),
        (0.0, 8.47, "about 62 minutes"),
        (100.0, 0.0, "about 6 minutes"),
        (0.0, 0.0, ""),
    ],
)
def test_the_limit_says_how_long_the_line_takes_and_the_pace_only_without_one(
    sent: float, limit: float, words: str
) -> None:
    assert Line(Account(), 31_400, sent, limit).duration == words
