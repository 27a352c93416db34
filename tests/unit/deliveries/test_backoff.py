from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activations.deliveries import backoff

chances = st.floats(0, 1, exclude_max=True)


@given(attempts=st.integers(1, 10_000), chance=chances)
def test_a_row_waits_between_five_seconds_and_fifteen_minutes(attempts: int, chance: float) -> None:
    delay = backoff.row_delay(attempts=attempts, chance=chance)

    assert timedelta(seconds=5) <= delay <= timedelta(minutes=15)


@given(attempts=st.integers(1, 100), chance=chances)
def test_the_ceiling_never_sinks(attempts: int, chance: float) -> None:
    sooner = backoff.row_delay(attempts=attempts, chance=chance)

    assert backoff.row_delay(attempts=attempts + 1, chance=chance) >= sooner


def test_the_jitter_uses_the_whole_range() -> None:
    delays = [backoff.row_delay(attempts=3, chance=chance).total_seconds() for chance in (0, 0.5)]

    assert delays == [5.0, 22.5]


@pytest.mark.parametrize("failures", range(backoff.OUTAGE_AFTER))
def test_a_few_failures_are_no_outage(failures: int) -> None:
    assert backoff.probe_delay(failures=failures, chance=0.9) is None


@given(failures=st.integers(backoff.OUTAGE_AFTER, 10_000), chance=chances)
def test_a_probe_follows_within_half_a_minute(failures: int, chance: float) -> None:
    delay = backoff.probe_delay(failures=failures, chance=chance)

    assert delay is not None
    assert timedelta(seconds=5) <= delay <= timedelta(seconds=30)
