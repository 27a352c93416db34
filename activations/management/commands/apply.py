"""Makes the workspace equal to a file."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from activations.management import changes as shown
from activations.services.workspace import applying
from activations.services.workspace.comparing import Change
from activations.services.workspace.document import LARGEST_BYTES
from activations.services.workspace.reading import Reading, read
from activations.services.workspace.values import Problem as FileProblem
from connections import account_records, accounts, destinations, marks
from connections.management.command import Failed, Problem, ProductCommand, UsageProblem

REFUSALS = (
    accounts.NameTaken,
    account_records.AccountInUse,
    destinations.NameTaken,
    marks.ChangedMeanwhile,
)


class Command(ProductCommand):
    help = "Makes accounts, audiences and destinations equal to a workspace file (YAML)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.yaml", help="the workspace file")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would change and change nothing"
        )
        parser.add_argument(
            "--prune", action="store_true", help="also delete what the file does not name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reading = read(data=_bytes(options["file"]), environ=os.environ)
        request = applying.Request(reading, prune=options["prune"], dry_run=options["dry_run"])
        try:
            changes = applying.apply(request=request, at=timezone.now())
        except applying.CannotApply as error:
            raise _refused(options["file"], error.problems) from None
        except REFUSALS as error:
            raise Failed(f"Nothing was changed. {error}") from None
        self._show(changes, reading, is_dry_run=options["dry_run"])

    def _show(self, changes: tuple[Change, ...], reading: Reading, *, is_dry_run: bool) -> None:
        for warning in reading.warnings:
            self.warn(f"Warning: {warning}")
        for change in changes:
            self.say(shown.as_line(change))
        if is_dry_run:
            self.say("Dry run: nothing was changed.")
        self.emit(
            shown.as_json(changes)
            | {"dry_run": is_dry_run, "warnings": [str(warning) for warning in reading.warnings]}
        )


def _bytes(path: Path) -> bytes:
    """One byte more than allowed is enough to see that a file is too large."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such name"
        raise UsageProblem(
            problems=[Problem(str(path), f"cannot be read: {reason}.")], code="unreadable-file"
        ) from None


def _refused(path: Path, problems: tuple[FileProblem, ...]) -> UsageProblem:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return UsageProblem(
        problems=[Problem(str(problem.place), problem.message) for problem in problems],
        message=f"{json.dumps(str(path), ensure_ascii=False)} has {count}; nothing was changed:",
        code="invalid-file",
    )
