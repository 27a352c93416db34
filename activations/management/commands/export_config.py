"""Prints the workspace as a workspace file."""

from typing import Any

from activations.services.workspace import exporting, writing
from connections.management.command import ProductCommand


class Command(ProductCommand):
    help = "Prints the workspace as a file for `apply`, without secrets."

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = exporting.load()
        if options["json"]:
            self.emit(writing.as_json(workspace))
        else:
            self.stdout.write(writing.as_yaml(workspace), ending="")
