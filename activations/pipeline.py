"""The product in one file: what comes in is merged, what changed is sent.

    ingest()   rows ─► records ─► profiles ─► memberships ─► deliveries (desired state)
    deliver()  deliveries ─► claim ─► render ─► Zendesk ─► settle

`deliver` is the same whether a Celery worker, `manage.py serve` or `manage.py deliver` runs it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from activations.clock import SteadyClock
from activations.deliveries.store import backfills, claims, overview, resends
from activations.deliveries.store.settlements import Tally
from activations.ingestion import IngestReport, ingest
from activations.sending.courier import Courier
from activations.sending.rounds import Round
from activations.terms import DeliveryState

__all__ = ["DeliveryReport", "IngestReport", "deliver", "ingest", "steady_clock"]

LOOK_EVERY_SECONDS = 0.1
# Couriers at work look for their own accounts, and a look takes processor time from them.
LOOK_BESIDE_SECONDS = 0.25
# Crashed workers and start dates are looked for less often than due deliveries.
TIDY_EVERY_SECONDS = 1.0
READ_CLOCK_EVERY_SECONDS = 25.0
# Between two chunks of a backfill: SQLite has one writer, and the couriers settle beside us.
GIVE_WAY_SECONDS = 0.02


@dataclass(slots=True)
class DeliveryReport:
    """`sent`, `unchanged` and `excluded` count this call; `failed` and `retrying` what remains."""

    sent: int = 0
    unchanged: int = 0
    excluded: int = 0
    failed: int = 0
    retrying: int = 0
    timed_out: bool = False
    # Accounts that cannot be used, with the reason and the next step.
    unusable_accounts: list[str] = field(default_factory=list)


def steady_clock() -> SteadyClock:
    """The clock for `deliver`."""
    return SteadyClock()


def deliver(
    *,
    clock: Callable[[], datetime],
    until_idle: bool = False,
    max_seconds: float | None = None,
    patience_seconds: float = 0.0,
    stop: Callable[[], bool] = lambda: False,
    counts_what_is_left: bool = True,
    on_progress: Callable[[DeliveryReport], None] = lambda report: None,
) -> DeliveryReport:
    """Send what is due, one courier per account so that no account waits for another.

    Ends when nothing has been due for `patience_seconds`; with `until_idle` only when nothing
    waits for a later try either. `max_seconds` and `stop` end it earlier, after the requests in
    flight. Counting what is left takes a look at each row of it: whoever tells it to nobody goes
    without. Raises what made a courier fail (a lost database, say); its claims come back.
    """
    ends_at = float("inf") if max_seconds is None else time.monotonic() + max_seconds
    report, lock = DeliveryReport(), threading.Lock()

    is_leaving = threading.Event()

    def is_over() -> bool:
        return is_leaving.is_set() or stop() or time.monotonic() >= ends_at

    def settled(tally: Tally) -> None:
        with lock:
            report.sent += tally.sent
            report.unchanged += tally.unchanged
            report.excluded += tally.excluded
        on_progress(report)

    fleet = _Fleet(Round(clock=clock, stop=is_over, settled=settled))
    busy_at, tidy_at = time.monotonic(), 0.0
    try:
        while not is_over():
            if time.monotonic() >= tidy_at:
                _tidy(clock)
                tidy_at = time.monotonic() + TIDY_EVERY_SECONDS
            at = clock()
            is_lining_up = backfills.advance(at=at)
            fleet.send_out(claims.accounts_with_work(at=at, except_accounts=fleet.at_work))
            if is_lining_up or fleet.is_working:
                busy_at = time.monotonic()
            elif _is_done(until_idle, patience_seconds, busy_at, fleet):
                break
            if is_lining_up:
                time.sleep(GIVE_WAY_SECONDS)
            else:
                time.sleep(LOOK_BESIDE_SECONDS if fleet.is_working else LOOK_EVERY_SECONDS)
    finally:
        # Also after a failure: nobody reaps or lines up while the couriers are waited for.
        is_leaving.set()
        fleet.close()
    report.timed_out = time.monotonic() >= ends_at
    report.unusable_accounts = list(fleet.hindrances.values())
    if counts_what_is_left:
        _count_what_is_left(report)
    return report


def _tidy(clock: Callable[[], datetime]) -> None:
    """Take over from crashed workers, open schedules, go on with jobs; the database's clock."""
    if isinstance(clock, SteadyClock) and clock.age_seconds >= READ_CLOCK_EVERY_SECONDS:
        clock.read_anew()
    claims.reap(at=clock())
    backfills.open_due_activations(at=clock())
    resends.advance(at=clock())


def _is_done(until_idle: bool, patience: float, busy_at: float, fleet: "_Fleet") -> bool:
    if until_idle:
        return not claims.has_open_work(except_accounts=fleet.hindrances.keys())
    return time.monotonic() - busy_at >= patience


def _count_what_is_left(report: DeliveryReport) -> None:
    left = overview.remaining()
    report.failed = left.get(DeliveryState.FAILED, 0)
    states = (DeliveryState.PENDING, DeliveryState.WAITING, DeliveryState.LEASED)
    report.retrying = sum(left.get(state, 0) for state in states)
    report.timed_out = report.timed_out and report.retrying > 0
    report.unusable_accounts = [
        f"Zendesk rejected the token of {name}: give it a new one."
        for name in overview.rejected_accounts()
    ] + report.unusable_accounts


class _Fleet:
    """The couriers of one call, each in its own thread."""

    def __init__(self, round_: Round) -> None:
        self._round = round_
        self._couriers: dict[int, Courier] = {}

    @property
    def is_working(self) -> bool:
        return any(courier.is_working for courier in self._couriers.values())

    @property
    def at_work(self) -> set[int]:
        """Accounts nobody need ask about: their couriers look for themselves."""
        return {pk for pk, courier in self._couriers.items() if courier.is_working}

    @property
    def hindrances(self) -> dict[int, str]:
        """Accounts whose token this process cannot use, with the reason."""
        return {pk: c.hindrance for pk, c in self._couriers.items() if c.hindrance}

    def send_out(self, account_ids: list[int]) -> None:
        """Have a courier at work for each of these accounts."""
        for courier in self._couriers.values():
            if not courier.is_working:
                courier.raise_failure()
        for account_id in account_ids:
            if account_id not in self._couriers:
                self._couriers[account_id] = Courier(account_id=account_id, round_=self._round)
            courier = self._couriers[account_id]
            if not courier.is_working and not courier.is_resting:
                courier.start()

    def close(self) -> None:
        for courier in self._couriers.values():
            courier.close()
        for courier in self._couriers.values():
            courier.raise_failure()
