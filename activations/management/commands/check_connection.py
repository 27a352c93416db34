"""Asks Zendesk about a destination's token and checks its mappings against the custom fields."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from activations.management import choice
from activations.mapping.problems import Problem
from activations.services import preflight
from connections.management.command import FAILED, ProductCommand


class Command(ProductCommand):
    help = "Authenticates and checks that the custom fields exist, with right type and choices."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("destination", metavar="DESTINATION", help="its name")

    def handle(self, *args: Any, **options: Any) -> None:
        destination = choice.find(options["destination"])
        result = preflight.run(destination=destination, at=timezone.now())
        self._show(result)
        self.emit(
            {
                "destination": destination.name,
                "account": result.account_status,
                "problems": _listed(result.problems),
                "warnings": _listed(result.warnings),
            }
        )
        if result.problems:
            self.exit_code = FAILED

    def _show(self, result: preflight.Result) -> None:
        if result.account_label:
            self.say(f"Connected: {result.account_label}")
        for problem in result.problems:
            self.warn(f"Problem: {_line(problem)}")
        for warning in result.warnings:
            self.warn(f"Warning: {_line(warning)}")
        if not result.problems:
            self.say("Everything this destination sends has its place in Zendesk.")


def _line(problem: Problem) -> str:
    return f"{problem.place}: {problem.message}"


def _listed(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [
        {"place": problem.place, "code": problem.code, "message": problem.message}
        for problem in problems
    ]
