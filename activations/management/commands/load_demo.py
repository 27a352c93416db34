"""Loads the demo workspace, once."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from activations.ingestion import IngestReport
from activations.services import demo
from connections.management.command import Problem, ProductCommand, UsageProblem


class Command(ProductCommand):
    help = "Loads three audiences and some invented people, if that was not done before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--write",
            type=Path,
            metavar="FILE",
            help="store nothing; write the people as JSON lines for `ingest`",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"] is not None:
            self._write(options["write"])
        elif demo.is_loaded():
            self.say("The demo workspace is there already; nothing was changed.")
            self._emit(IngestReport(), is_loaded=False)
        else:
            report = demo.load(clock=timezone.now)
            self.say(f"Loaded {len(demo.AUDIENCES)} audiences and {report.accepted} profiles.")
            self._emit(report, is_loaded=True)

    def _emit(self, report: IngestReport, *, is_loaded: bool) -> None:
        audiences = len(demo.AUDIENCES) if is_loaded else 0
        self.emit({"loaded": is_loaded, "audiences": audiences, "profiles": report.accepted})

    def _write(self, path: Path) -> None:
        try:
            with path.open("w", encoding="utf-8") as stream:
                count = demo.write(stream=stream)
        except OSError as error:
            problem = Problem("--write", f"{path}: {error.strerror}.")
            raise UsageProblem(problems=[problem], code="unwritable-file") from None
        self.say(f"Wrote {count} profiles to {path}; `ingest {path}` stores them.")
        self.emit({"written": count, "file": str(path)})
