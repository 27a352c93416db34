"""Makes a key for the HTTP API and prints it this once."""

from typing import Any

from django.core.management.base import CommandParser

from activations.services import api_keys
from connections.management.command import Problem, ProductCommand, UsageProblem


class Command(ProductCommand):
    help = "Make a key for the HTTP API. It is printed once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="who will use it, 1 to 100 characters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = api_keys.create(name=options["name"])
        except api_keys.NameTaken as error:
            problem = Problem("--name", "another key has this name")
            raise UsageProblem(problems=[problem]) from error
        except api_keys.NameInvalid as error:
            problem = Problem("--name", "a name has 1 to 100 printable characters")
            raise UsageProblem(problems=[problem]) from error
        self.warn("The key is not shown again; only its hash is kept.")
        self.emit({"name": key.name, "key": key.text})
        if not self.is_json:
            self.stdout.write(key.text)
