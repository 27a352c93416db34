"""The product in one file: what comes in is merged, what changed is sent.

    ingest()   rows ─► records ─► profiles ─► memberships ─► deliveries (desired state)
    deliver()  deliveries ─► claim ─► render ─► Zendesk ─► settle

`deliver` is the same whether a Celery worker, `manage.py serve` or `manage.py deliver` runs it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activations.courier import Courier
from activations.deliveries.store import backfills, claims, overview
from activations.deliveries.store.settlements import Tally
from activations.ingestion import IngestReport, ingest
from activations.terms import DeliveryState

__all__ = ["DeliveryReport", "IngestReport", "deliver", "ingest", "steady_clock"]

LOOK_EVERY_SECONDS = 0.1
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


def steady_clock() -> Callable[[], datetime]:
    """The database's clock, read once and carried on by a clock nobody can turn back."""
    started_at, started = claims.now(), time.monotonic()
    return lambda: started_at + timedelta(seconds=time.monotonic() - started)


def deliver(
    *,
    clock: Callable[[], datetime],
    until_idle: bool = False,
    max_seconds: float | None = None,
    patience_seconds: float = 0.0,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[DeliveryReport], None] = lambda report: None,
) -> DeliveryReport:
    """Send what is due, one courier per account so that no account waits for another.

    Ends when nothing has been due for `patience_seconds`; with `until_idle` only when nothing
    waits for a later try either. `max_seconds` and `stop` end it earlier, after the requests in
    flight. Raises what made a courier fail (a lost database, for example); its claims come back.
    """
    ends_at = float("inf") if max_seconds is None else time.monotonic() + max_seconds
    report, lock = DeliveryReport(), threading.Lock()

    def is_over() -> bool:
        return stop() or time.monotonic() >= ends_at

    def settled(tally: Tally) -> None:
        with lock:
            report.sent += tally.sent
            report.unchanged += tally.unchanged
            report.excluded += tally.excluded
        on_progress(report)

    fleet = _Fleet(clock=clock, stop=is_over, settled=settled)
    busy_at = time.monotonic()
    try:
        while not is_over():
            at = clock()
            is_lining_up = _line_up(at)
            fleet.send_out(claims.accounts_with_work(at=at))
            if is_lining_up or fleet.is_working:
                busy_at = time.monotonic()
            elif _is_done(until_idle, patience_seconds, busy_at, fleet):
                break
            time.sleep(GIVE_WAY_SECONDS if is_lining_up else LOOK_EVERY_SECONDS)
    finally:
        fleet.close()
    return _complete(report, fleet, timed_out=time.monotonic() >= ends_at)


def _line_up(at: datetime) -> bool:
    """Take over from crashed workers, open schedules, advance a backfill. True: there is more."""
    claims.reap(at=at)
    backfills.open_due_activations(at=at)
    return backfills.advance(at=at)


def _is_done(until_idle: bool, patience: float, busy_at: float, fleet: "_Fleet") -> bool:
    if until_idle:
        return not claims.has_open_work(except_accounts=fleet.hindrances.keys())
    return time.monotonic() - busy_at >= patience


def _complete(report: DeliveryReport, fleet: "_Fleet", *, timed_out: bool) -> DeliveryReport:
    left = overview.remaining()
    report.failed = left.get(DeliveryState.FAILED, 0)
    states = (DeliveryState.PENDING, DeliveryState.WAITING, DeliveryState.LEASED)
    report.retrying = sum(left.get(state, 0) for state in states)
    report.timed_out = timed_out and report.retrying > 0
    report.unusable_accounts = [
        f"Zendesk rejected the token of {name}: give it a new one."
        for name in overview.rejected_accounts()
    ] + list(fleet.hindrances.values())
    return report


class _Fleet:
    """The couriers of one call, each in its own thread."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        stop: Callable[[], bool],
        settled: Callable[[Tally], None],
    ) -> None:
        self._clock, self._stop, self._settled = clock, stop, settled
        self._couriers: dict[int, Courier] = {}

    @property
    def is_working(self) -> bool:
        return any(courier.is_working for courier in self._couriers.values())

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
                self._couriers[account_id] = Courier(
                    account_id=account_id,
                    clock=self._clock,
                    stop=self._stop,
                    settled=self._settled,
                )
            courier = self._couriers[account_id]
            if not courier.is_working and not courier.hindrance:
                courier.start()

    def close(self) -> None:
        for courier in self._couriers.values():
            courier.close()
        for courier in self._couriers.values():
            courier.raise_failure()
