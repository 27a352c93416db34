"""Puts failed deliveries back in line."""

from typing import Any

from django.core.management.base import CommandParser

from activations import clock
from activations.management import choice
from activations.services import deliveries
from connections.management.command import ProductCommand


class Command(ProductCommand):
    help = "Puts failed deliveries of a destination back in line; a stopped destination goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("destination", metavar="DESTINATION", help="its name")
        parser.add_argument("--code", help="only those with this failure code")

    def handle(self, *args: Any, **options: Any) -> None:
        destination = choice.find(options["destination"])
        code = options["code"]
        retried = deliveries.retry(destination=destination, code=code, at=clock.now())
        kind = "failed deliveries" if code is None else f"deliveries failed with {code}"
        if retried:
            self.say(f"{retried} {kind} are in line again.")
        else:
            self.say(f"There are no {kind} in “{destination}”.")
        self.emit({"retried": retried})
