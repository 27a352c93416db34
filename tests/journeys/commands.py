"""Running a command of ours as a test does: what it printed, and the exit code it asked for."""

import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from connections.management.command import ProductCommand


@dataclass(frozen=True, slots=True)
class Run:
    """`problems` are (place, message) of an exit 2."""

    code: int
    out: str
    err: str
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def run(name: str, *arguments: str) -> Run:
    """Run within the test's transaction; exit codes as the command line would give them."""
    command = load_command_class(str(get_commands()[name]), name)
    assert isinstance(command, ProductCommand)
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err, skip_checks=True)
    except CommandError as error:
        listed = getattr(error, "problems", ())
        problems = tuple((problem.place, problem.message) for problem in listed)
        return Run(error.returncode, out.getvalue(), err.getvalue() + str(error), problems)
    return Run(command.exit_code, out.getvalue(), err.getvalue())
