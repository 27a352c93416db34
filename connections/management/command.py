"""The shape all commands share: --json, exit codes, problems with their places, progress.

A subclass calls `say` for people, `warn` for what must not be overlooked, `emit` for scripts, and
raises `UsageProblem` (exit 2, nothing changed) or `Failed` (exit 1). A run that ended but left
something behind sets `exit_code` instead.
"""

import json
import os
import select
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Final, NoReturn, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connections

from connections import acting
from connections.checks import CONFIGURATION
from connections.management.progress import Bar, shown

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
RECORDS_REJECTED: Final = 3
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is where to look: a path in a file, an option's name, or empty."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Failed(CommandError):
    """It went wrong while running. Exit 1."""

    def __init__(self, message: str, *, code: str = "failed") -> None:
        super().__init__(message, returncode=FAILED)
        self.code = code
        self.problems: tuple[Problem, ...] = ()


class UsageProblem(CommandError):
    """Wrong usage or an unreadable or invalid input file; nothing was changed. Exit 2."""

    def __init__(
        self,
        *,
        problems: Sequence[Problem],
        message: str = "",
        code: str = "usage",
    ) -> None:
        self.problems = tuple(problems)
        self.code = code
        super().__init__(message or _count(self.problems), returncode=WRONG_USAGE)


class ProductCommand(BaseCommand):
    # Django's own stay available, but the short help shows what concerns the person.
    suppressed_base_arguments = {"--pythonpath", "--settings", "--version", "--force-color"}

    # The settings are checked each time. Django's own checks look at the source and load every
    # view for it, which takes longer than most commands do.
    requires_system_checks: tuple[str, ...] = (CONFIGURATION,)

    exit_code: int = DONE
    is_json = False
    _has_emitted = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on stdout, messages on stderr"
        )

        def refuse(message: str) -> NoReturn:
            usage = parser.format_usage().removeprefix("usage: ").strip()
            raise UsageProblem(problems=[Problem("arguments", f"{message} (usage: {usage})")])

        # Django builds the parser itself; argparse would print and exit without JSON.
        parser.error = refuse  # type: ignore[method-assign]
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Like Django's, with the exit codes of the README and errors as JSON."""
        self._called_from_command_line = True
        self.is_json = "--json" in argv[2:]
        try:
            parser = self.create_parser(argv[0], argv[1])
            options = vars(parser.parse_args(argv[2:]))
            self.execute(*options.pop("args", ()), **options)
            self.stdout.flush()
        except BrokenPipeError:
            if _is_read(sys.stdout):
                raise
            # `| head` has read enough. What is left in the buffer would be tried again at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        except CommandError as error:
            self._report(error)
            sys.exit(error.returncode)
        except OperationalError as error:
            self._report(Failed(f"The database cannot be used: {error}", code="database"))
            sys.exit(FAILED)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
            sys.exit(INTERRUPTED)
        finally:
            connections.close_all()
        if self.exit_code != DONE:
            sys.exit(self.exit_code)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.is_json = bool(options.get("json"))
        self._has_emitted = False
        self.exit_code = DONE
        name = type(self).__module__.rpartition(".")[2]
        with acting.by(lambda: acting.command(name=name)):
            return super().execute(*args, **options)

    def say(self, text: str) -> None:
        """For people: stdout, or stderr when stdout carries JSON."""
        (self.stderr if self.is_json else self.stdout).write(text, lambda line: line)

    def warn(self, text: str) -> None:
        """For people, always on stderr."""
        self.stderr.write(text)

    def emit(self, document: Mapping[str, Any]) -> None:
        """For scripts: the one JSON object of --json; without it nothing is printed."""
        if self.is_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            self._has_emitted = True

    def progress(
        self, *, description: str, total: float | None = None
    ) -> AbstractContextManager[Bar]:
        """A bar on stderr while the block runs, where stderr is a terminal."""
        # Django's wrapper ends each write with a new line, which would tear a bar apart.
        return shown(
            stream=sys.stderr,
            is_visible=self.stderr.isatty(),
            description=description,
            total=total,
        )

    def _report(self, error: CommandError) -> None:
        problems: tuple[Problem, ...] = getattr(error, "problems", ())
        self.stderr.write(str(error))
        for problem in problems:
            self.stderr.write(f"  {problem}")
        if self.is_json and not self._has_emitted:
            code = getattr(error, "code", "failed")
            listed = [asdict(problem) for problem in problems]
            self.emit({"error": {"code": code, "message": str(error), "problems": listed}})


def _is_read(stream: TextIO) -> bool:
    """Whether somebody still takes what is written there."""
    asked = select.poll()
    asked.register(stream.fileno(), 0)
    return not any(event & select.POLLERR for _, event in asked.poll(0))


def _count(problems: Sequence[Problem]) -> str:
    return "1 problem:" if len(problems) == 1 else f"{len(problems)} problems:"
