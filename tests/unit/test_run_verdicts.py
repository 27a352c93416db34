"""What a run's figures say to the rules, without a database."""

from datetime import timedelta
from decimal import Decimal

import pytest

from activations import run_verdicts
from activations.run_verdicts import Figures
from connections.alert_rules import FAILURE, SKIPPED_RATE, counted
from tests.factories import NOON

END = NOON + timedelta(hours=1)


def run(*, activated: int = 0, excluded: int = 0, failed: int = 0, received: int = 0) -> Figures:
    return Figures(NOON, received, activated, excluded, failed)


@pytest.mark.parametrize(
    ("excluded", "exceeds"), [(0, False), (1, False), (10, False), (11, True), (500, True)]
)
def test_one_percent_of_a_thousand_is_not_more_than_one_percent(
    excluded: int, exceeds: bool
) -> None:
    figures = run(activated=1000 - excluded, excluded=excluded)

    assert run_verdicts.exceeds(figures, code=SKIPPED_RATE, threshold=Decimal(1)) is exceeds


def test_failed_identities_are_part_of_all_activations() -> None:
    figures = run(activated=40, excluded=1, failed=59)

    assert not run_verdicts.exceeds(figures, code=SKIPPED_RATE, threshold=Decimal(1))


def test_a_run_without_outcomes_exceeds_nothing() -> None:
    assert not run_verdicts.exceeds(run(), code=SKIPPED_RATE, threshold=Decimal(1))
    assert not run_verdicts.exceeds(run(), code=FAILURE, threshold=Decimal(0))


def test_a_share_is_judged_from_a_hundred_outcomes_or_at_the_end() -> None:
    few, enough = run(excluded=99), run(excluded=100)

    assert not run_verdicts.is_ripe(few, code=SKIPPED_RATE, at=END - timedelta(seconds=1))
    assert run_verdicts.is_ripe(enough, code=SKIPPED_RATE, at=END - timedelta(seconds=1))
    assert run_verdicts.is_ripe(few, code=SKIPPED_RATE, at=END)


def test_a_failure_is_judged_at_once() -> None:
    assert run_verdicts.is_ripe(run(failed=1), code=FAILURE, at=NOON)


@pytest.mark.parametrize(
    ("figures", "succeeded"),
    [(run(activated=5), True), (run(activated=5, failed=1), False), (run(excluded=5), False)],
)
def test_success_is_activated_and_none_failed(figures: Figures, succeeded: bool) -> None:
    assert run_verdicts.has_succeeded(figures, at=END) is succeeded
    assert not run_verdicts.has_succeeded(figures, at=END - timedelta(seconds=1))


def test_a_run_begins_with_what_is_received_or_sent() -> None:
    assert not run_verdicts.has_begun(run())
    assert run_verdicts.has_begun(run(received=1))
    assert run_verdicts.has_begun(run(excluded=1))


def test_words_are_counts() -> None:
    words = run_verdicts.words(run(activated=388, excluded=12), code=SKIPPED_RATE)

    assert words == "12 identities excluded of 400 in the run of 12:00 UTC (3.0 %)."


def test_one_is_told_in_the_singular() -> None:
    excluded = run_verdicts.words(run(activated=99, excluded=1), code=SKIPPED_RATE)
    failed = run_verdicts.words(run(activated=3, failed=1), code=FAILURE)

    assert excluded == "1 identity excluded of 100 in the run of 12:00 UTC (1.0 %)."
    assert failed == "1 identity failed of 4 in the run of 12:00 UTC."


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (1, "identities", "1 identity"),
        (0, "identities", "0 identities"),
        (Decimal("1.00"), "minutes", "1 minute"),
        (Decimal("10080.00"), "minutes", "10,080 minutes"),
        (Decimal("1.50"), "%", "1.5 %"),
        (Decimal(1), "%", "1 %"),
    ],
)
def test_a_number_with_its_unit(number: Decimal | int, unit: str, words: str) -> None:
    assert counted(number=number, unit=unit) == words
