"""Prints a one-time sign-in link: for the first person, and for one who is locked out."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils import timezone

from connections import sign_in
from connections.management.command import Problem, ProductCommand, UsageProblem


class Command(ProductCommand):
    help = "Prints a link that signs in once, within the hour; earlier links of the person end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="for this person (an administrator)")
        parser.add_argument(
            "--url",
            default="http://127.0.0.1:8000",
            help="where the site is (http://127.0.0.1:8000)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = sign_in.ensure_first_user() if options["user"] is None else _find(options["user"])
        secret = sign_in.create(user=user, at=timezone.now())
        link = f"{options['url'].rstrip('/')}{sign_in.path(secret=secret)}"
        self.say(f"Signs in {user.get_username()} once, within the hour:")
        self.say(link)
        self.emit({"user": user.get_username(), "link": link})


def _find(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise UsageProblem(problems=[Problem("--user", f"There is no active person {name!r}.")])
    return user
