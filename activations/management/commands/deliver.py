"""Delivers in this process, without a broker."""

import argparse
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Any, Final

from django.core.management.base import CommandParser

from activations import pipeline
from activations.pipeline import DeliveryReport
from activations.queries import status
from connections.management.command import FAILED, RECORDS_REJECTED, ProductCommand
from connections.management.progress import Bar

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# Counting what is left costs a query, so not at every request.
_COUNT_EVERY_SECONDS: Final = 2.0
_WAY_OUT: Final = (
    "A new token is given in the browser, or by `apply` with it in the environment; then what "
    "waits goes on by itself."
)


class Command(ProductCommand):
    help = "Sends what is due to Zendesk, in this process and without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-idle", action="store_true", help="go on until nothing waits for a later try"
        )
        parser.add_argument(
            "--timeout", type=_seconds, metavar="S", help="end after S seconds at the latest"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with _stopped_by_signals() as stopped, self.progress(description="Delivering") as bar:
            report = pipeline.deliver(
                clock=pipeline.steady_clock(),
                until_idle=options["until_idle"],
                max_seconds=options["timeout"],
                stop=stopped.is_set,
                on_progress=_Watch(bar, is_shown=self.stderr.isatty()),
            )
        seconds = time.monotonic() - started
        self._show(report, seconds)
        self._judge(report, was_stopped=stopped.is_set())

    def _show(self, report: DeliveryReport, seconds: float) -> None:
        self.say(
            f"{report.sent} sent, {report.unchanged} unchanged, {report.excluded} excluded, "
            f"{report.failed} failed, {report.retrying} still to be sent "
            f"({seconds:.1f} s)."
        )
        self.emit(
            {
                "sent": report.sent,
                "unchanged": report.unchanged,
                "excluded": report.excluded,
                "failed": report.failed,
                "retrying": report.retrying,
                "seconds": round(seconds, 3),
            }
        )

    def _judge(self, report: DeliveryReport, *, was_stopped: bool) -> None:
        """What keeps the work from being done, most pressing last, since that one is read."""
        if report.failed:
            self.exit_code = RECORDS_REJECTED
            self.warn(
                f"Zendesk refused {_profiles(report.failed)}. `status` counts them by code; once "
                "the cause is gone, `retry DESTINATION` puts them back in line."
            )
        if was_stopped:
            self._give_up("Stopped by a signal, after the requests in flight. The rest is kept.")
        elif report.timed_out:
            self._give_up("The time is over with work left. It is kept: run `deliver` again.")
        for name, problem in status.stopped().items():
            self._give_up(f"Destination “{name}” is stopped: {problem}")
        for reason in report.unusable_accounts:
            self._give_up(f"{reason} {_WAY_OUT}")

    def _give_up(self, message: str) -> None:
        self.exit_code = FAILED
        self.warn(message)


class _Watch:
    """Moves the bar: what is done, of what is left now, at which rate."""

    def __init__(self, bar: Bar, *, is_shown: bool) -> None:
        self._bar = bar
        self._is_shown = is_shown
        self._started = time.monotonic()
        self._counted_at = float("-inf")
        self._total: float | None = None

    def __call__(self, report: DeliveryReport) -> None:
        if not self._is_shown:
            return
        now = time.monotonic()
        done = report.sent + report.unchanged + report.excluded
        if now - self._counted_at >= _COUNT_EVERY_SECONDS:
            self._counted_at = now
            self._total = done + status.pending()
        rate = done / max(now - self._started, 0.001)
        self._bar.update(completed=done, total=self._total, note=f"{rate:.1f}/s")


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """An event that is set by SIGTERM or SIGINT instead of ending the process at once."""
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError("must be a number of seconds, 0 or more")
    return seconds


def _profiles(count: int) -> str:
    return "1 profile" if count == 1 else f"{count} profiles"
