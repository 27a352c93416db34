"""Who acts: said at the edges (a request, a command), asked for by whoever notes a change.

A context variable, so that no service hands on a person it has no other use for; each request and
each command has its own. Where nobody said so it is the system: the tasks of a worker.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from connections.models.audit import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is kept as text; `person_id` leads to the person while there is one."""

    kind: ActorKind
    name: str
    person_id: int | None = None


SYSTEM: Final = Actor(ActorKind.SYSTEM, "system")
_who: ContextVar[Callable[[], Actor]] = ContextVar("who_acts", default=lambda: SYSTEM)


def now() -> Actor:
    """Whose change it is that is being made."""
    return _who.get()()


@contextmanager
def by(who: Callable[[], Actor]) -> Iterator[None]:
    """Inside, `who` is asked when something is noted, and not before."""
    before = _who.set(who)
    try:
        yield
    finally:
        _who.reset(before)


def person(user: Any) -> Actor:
    """Somebody in a browser."""
    name = user.get_username() if user.is_authenticated else "not signed in"
    return Actor(ActorKind.PERSON, name, user.pk)


def command(*, name: str) -> Actor:
    """Whoever may run commands on the server."""
    return Actor(ActorKind.COMMAND, f"command {name}")


Answer = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Answer) -> Answer:
    """In a request it is its person. Asked late: signing in makes them another one."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with by(lambda: person(request.user)):
            return get_response(request)

    return answer
