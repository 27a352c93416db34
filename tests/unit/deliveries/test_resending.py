"""When an audience may be sent again, and what became of its members."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from activations.deliveries import resending
from activations.deliveries.resending import Asked, Fate, Job, Standing, Status
from tests.factories import NOON

HOUR = timedelta(hours=1)
ASKED = Asked(
    start_on=date(2026, 1, 1),
    end_on=None,
    activated_at=NOON - 48 * HOUR,
    is_backfilled=True,
)


@pytest.mark.parametrize(
    ("changes", "words", "again_at"),
    [
        ({"start_on": date(2026, 3, 2)}, "starts on 2 March 2026", None),
        ({"end_on": date(2026, 2, 28)}, "ended on 28 February 2026", None),
        ({"is_under_way": True}, "at this moment", None),
        (
            {"activated_at": NOON - HOUR, "is_backfilled": False},
            "for the first time",
            NOON + 23 * HOUR,
        ),
        ({"last_at": NOON - 23 * HOUR}, "within 24 hours", NOON + HOUR),
    ],
)
def test_it_is_refused_with_the_reason_and_when_it_will_be_possible(
    changes: dict[str, object], words: str, again_at: datetime | None
) -> None:
    refusal = resending.refusal(asked=replace(ASKED, **changes), at=NOON)  # type: ignore[arg-type]

    assert refusal is not None
    assert words in refusal.words
    assert refusal.again_at == again_at


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"end_on": NOON.date()},
        {"last_at": NOON - 24 * HOUR},
        # Either is enough: the first backfill is over, or had a whole day.
        {"activated_at": NOON - HOUR},
        {"is_backfilled": False},
    ],
)
def test_else_it_may_be_sent_again(changes: dict[str, object]) -> None:
    assert resending.refusal(asked=replace(ASKED, **changes), at=NOON) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "seq", "fate"),
    [
        (None, 3, Fate.LEFT),
        (Standing("delivered", 3, NOON + HOUR), 3, Fate.ACTIVATED),
        # A newer change waits already; what was asked for is done.
        (Standing("pending", 3, NOON + HOUR), 3, Fate.ACTIVATED),
        (Standing("delivered", 3, NOON - HOUR), 3, Fate.LEFT),
        (Standing("delivered", 2, NOON + HOUR), 3, Fate.DUE),
        (Standing("excluded", 2, None), 3, Fate.EXCLUDED),
        (Standing("failed", 2, NOON), 3, Fate.FAILED),
        (Standing("waiting", 2, NOON + HOUR), 3, Fate.PUT_OFF),
        (Standing("leased", 2, NOON), 3, Fate.DUE),
        # Not lined up yet: however it stands, nothing was asked of it so far.
        (Standing("delivered", 2, NOON + HOUR), 0, Fate.DUE),
        (Standing("failed", 2, NOON + HOUR), 0, Fate.DUE),
    ],
)
def test_a_member_is_over_only_with_what_came_of_this_job(
    row: Standing | None, seq: int, fate: Fate
) -> None:
    assert resending.fate(row=row, seq=seq, since=NOON) is fate


@pytest.mark.parametrize(
    ("job", "status"),
    [
        (Job(False, False, False, 0, 0), Status.QUEUED),
        (Job(True, False, False, 3, 1), Status.IN_FLIGHT),
        (Job(True, True, False, 3, 0), Status.SUCCEEDED),
        (Job(True, True, False, 0, 0), Status.SUCCEEDED),
        (Job(True, True, False, 3, 1), Status.PARTIAL),
        (Job(True, True, True, 3, 0), Status.PARTIAL),
        (Job(True, True, False, 0, 2), Status.FAILED),
        (Job(False, True, True, 0, 0), Status.FAILED),
    ],
)
def test_a_job_says_how_it_went(job: Job, status: Status) -> None:
    assert resending.status(job=job) is status
