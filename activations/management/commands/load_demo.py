"""Loads a demo workspace, once: a newcomer's, or one as large as they get."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from activations.ingestion import IngestReport
from activations.services import demo
from activations.services.large_demo import loading, size
from connections.management.command import Problem, ProductCommand, UsageProblem


class Command(ProductCommand):
    help = "Loads three audiences and some invented people, if that was not done before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale",
            choices=("small", "large"),
            default="small",
            help="large: a million profiles with all that belongs to them, on an empty workspace",
        )
        parser.add_argument(
            "--profiles",
            type=int,
            metavar="N",
            help=f"of --scale large ({size.PROFILES}); everything else shrinks with it",
        )
        parser.add_argument(
            "--write",
            type=Path,
            metavar="FILE",
            help="store nothing; write the people as JSON lines for `ingest`",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        if options["scale"] == "large":
            self._load_large(options["profiles"] or size.PROFILES)
        elif options["write"] is not None:
            self._write(options["write"])
        elif demo.is_loaded():
            self.say("The demo workspace is there already; nothing was changed.")
            self._emit(IngestReport(), is_loaded=False)
        else:
            report = demo.load(clock=timezone.now)
            self.say(f"Loaded {len(demo.AUDIENCES)} audiences and {report.accepted} profiles.")
            self._emit(report, is_loaded=True)

    def _load_large(self, profiles: int) -> None:
        with self.progress(description="Inventing people", total=profiles) as bar:
            try:
                loaded = loading.load(
                    size=size.of(profiles=profiles),
                    at=timezone.now(),
                    on_progress=lambda done: bar.update(completed=done, note=f"{done:,} profiles"),
                )
            except loading.NotEmpty:
                raise UsageProblem(problems=[_NOT_EMPTY], code="not-empty") from None
            bar.update(completed=profiles, note="counting")
            loading.tidy()
        self.say(
            f"Loaded {loaded.profiles:,} profiles, {loaded.audiences:,} audiences and "
            f"{loaded.destinations:,} destinations with {loaded.deliveries:,} deliveries."
        )
        self.emit({"loaded": True, **asdict(loaded)})

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


_NOT_EMPTY = Problem(
    "--scale large",
    "this workspace is not empty, and the large demo mixes with nothing. Point DATA_DIR (or "
    "DATABASE_URL) to an empty place, run `manage.py migrate`, and load it there.",
)


def _check(options: dict[str, Any]) -> None:
    """Raises UsageProblem for options that do not go together."""
    is_large, profiles = options["scale"] == "large", options["profiles"]
    if is_large and not settings.ZENDESK_SANDBOX:
        words = "only beside a simulator of Zendesk: set ZENDESK_SANDBOX=1 and ZENDESK_SELL_URL."
        raise UsageProblem(problems=[Problem("--scale large", words)], code="no-sandbox")
    if is_large and options["write"] is not None:
        raise UsageProblem(problems=[Problem("--write", "only of the small demo.")])
    if profiles is not None and not is_large:
        raise UsageProblem(problems=[Problem("--profiles", "only with --scale large.")])
    if profiles is not None and profiles < size.FEWEST_PROFILES:
        words = f"at least {size.FEWEST_PROFILES}: fewer make no workspace."
        raise UsageProblem(problems=[Problem("--profiles", words)])
