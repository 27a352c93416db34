"""Reads profiles from a file or standard input."""

import gc
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TextIO

from django.core.management.base import CommandParser
from django.db import DatabaseError

from activations import clock
from activations.ingestion import Complaint, IngestReport, ingest
from activations.profiles.files import read_rows
from activations.profiles.rows import Row, UnreadableRow
from activations.profiles.sources import BrokenOff, Source, UnreadableFile, format_of, opened
from connections.management.command import (
    RECORDS_REJECTED,
    Failed,
    Problem,
    ProductCommand,
    UsageProblem,
)
from connections.management.progress import Bar

_SHOWN_COMPLAINTS: Final = 10
_OBJECTS_PER_COLLECTION: Final = 100_000


class Command(ProductCommand):
    help = "Read profiles, one JSON object a line or CSV; run it again whenever in doubt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="path, .gz accepted; - is standard input")
        parser.add_argument("--format", choices=("jsonl", "csv"), help="default: by the file name")
        parser.add_argument("--rejects", metavar="FILE", help="write what was refused here")

    def handle(self, *args: Any, **options: Any) -> None:
        path: str = options["file"]
        started = time.monotonic()
        with ExitStack() as stack:
            try:
                source = stack.enter_context(opened(path=path))
                rows = _Rows(source, options["format"] or format_of(path=path))
            except UnreadableFile as error:
                raise _unreadable(path, error) from error
            desk = _ComplaintDesk(stack, rejects=options["rejects"], path=path)
            bar = stack.enter_context(
                self.progress(description="Reading profiles", total=source.size)
            )
            report = self._ingest(rows, desk, _Meter(bar, source, started))
        self._close(report, rows, desk, time.monotonic() - started)

    def _ingest(self, rows: "_Rows", desk: "_ComplaintDesk", meter: "_Meter") -> IngestReport:
        try:
            with _few_collections():
                return ingest(
                    rows=rows,
                    clock=clock.now,
                    on_complaint=desk.take,
                    on_stored=meter.move,
                    # A pipe may take long to give its next row.
                    is_read_ahead=rows.are_of_a_file,
                )
        except DatabaseError as error:
            # Its text may quote a row; the kind of error and its own words for it do not.
            reason = type(error.__cause__ or error).__name__
            raise Failed(_stopped(f"the database failed ({reason})", meter.report)) from error
        except KeyboardInterrupt as error:
            raise Failed(_stopped("interrupted", meter.report)) from error

    def _close(
        self, report: IngestReport, rows: "_Rows", desk: "_ComplaintDesk", seconds: float
    ) -> None:
        desk.show(warn=self.warn)
        if rows.broken_off is not None:
            raise Failed(_stopped(f"the file ends in the middle: {rows.broken_off}", report))
        rate = f"{report.read / seconds:,.0f} rows/s" if seconds > 0 else ""
        profiles = "profile" if report.changed == 1 else "profiles"
        self.say(
            f"{report.read:,} rows read, {report.accepted:,} accepted,"
            f" {report.rejected:,} rejected, {report.changed:,} {profiles} changed"
            f" in {seconds:.1f} s ({rate})"
        )
        self.emit({**asdict(report), "seconds": round(seconds, 3)})
        if report.rejected:
            self.exit_code = RECORDS_REJECTED


@contextmanager
def _few_collections() -> Iterator[None]:
    """Python looks for cycles after every 700 objects; rows have none, and make many objects."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class _Rows:
    """The file's rows; the first is fetched at once, so that a wrong header is wrong usage."""

    def __init__(self, source: Source, format: Any) -> None:
        self._rows = read_rows(stream=source.stream, format=format)
        self.are_of_a_file = source.size is not None
        self.broken_off: BrokenOff | None = None
        self._first = self._next()

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        row = self._first
        while row is not None:
            yield row
            row = self._next()

    def _next(self) -> Row | UnreadableRow | None:
        try:
            return next(self._rows, None)
        except BrokenOff as error:
            self.broken_off = error
            return None


class _ComplaintDesk:
    """Writes every complaint to the rejects file, or keeps the first few to show."""

    def __init__(self, stack: ExitStack, *, rejects: str | None, path: str) -> None:
        self._kept: list[Complaint] = []
        self._count = 0
        self._file: TextIO | None = None
        if rejects is None:
            return
        if path != "-" and Path(rejects).resolve() == Path(path).resolve():
            raise UsageProblem(problems=[Problem("--rejects", "is the file that is read")])
        try:
            opened_file = Path(rejects).open("w", encoding="utf-8")  # noqa: SIM115  (the stack's)
            self._file = stack.enter_context(opened_file)
        except OSError as error:
            problem = Problem("--rejects", f"{rejects}: {error.strerror}")
            raise UsageProblem(problems=[problem]) from error

    def take(self, complaint: Complaint) -> None:
        self._count += 1
        if self._file is not None:
            line = {"row": complaint.row, "code": complaint.code, "message": complaint.message}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        elif len(self._kept) < _SHOWN_COMPLAINTS:
            self._kept.append(complaint)

    def show(self, *, warn: Any) -> None:
        for complaint in self._kept:
            kind = "accepted with a warning" if complaint.is_warning else "rejected"
            warn(f"row {complaint.row} {kind}: {complaint.code}: {complaint.message}")
        if self._kept and self._count > len(self._kept):
            warn(f"... {self._count - len(self._kept):,} more; --rejects FILE lists all of them")


class _Meter:
    """Moves the bar after each stored chunk and remembers how far it came."""

    def __init__(self, bar: Bar, source: Source, started: float) -> None:
        self._bar, self._source, self._started = bar, source, started
        self.report = IngestReport()

    def move(self, report: IngestReport) -> None:
        self.report = report
        seconds = max(time.monotonic() - self._started, 0.001)
        note = f"{report.read:,} rows, {report.read / seconds:,.0f} rows/s"
        self._bar.update(completed=self._source.position(), total=self._source.size, note=note)


def _unreadable(path: str, error: UnreadableFile) -> UsageProblem:
    return UsageProblem(
        problems=[Problem(path, str(error))],
        message="The file cannot be read; nothing was changed.",
        code="unreadable-file",
    )


def _stopped(reason: str, report: IngestReport) -> str:
    return (
        f"Stopped, {reason}. {report.accepted:,} of the {report.read:,} rows read so far are"
        " stored; run the same command again: what is stored already changes nothing."
    )
