"""Access by label: what may a person see, by the labels that their roles hold?

Said at the edge (a request), asked for by whoever reads what carries labels; a context variable,
as in `acting`, so that no query hands on a person it has no other use for. Where nobody said so,
in commands and tasks, everything is seen. What carries labels is not known here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from functools import cached_property
from typing import Any, Final

from django.contrib.auth.models import Group
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from connections import role_backend
from connections.models import AccessLabels


class Viewer:
    """Whoever looks, for one request; `known` is what was read for them."""

    def __init__(self, who: Callable[[], Any]) -> None:
        self._who = who
        self.known: dict[str, Any] = {}

    @cached_property
    def labels(self) -> frozenset[str] | None:
        """Those that their roles hold; None for who sees everything, whatever its labels."""
        return held_by(user=self._who())


class _Anybody(Viewer):
    labels = None


_ANYBODY: Final = _Anybody(lambda: None)
_viewer: ContextVar[Viewer | None] = ContextVar("who_looks", default=None)


def now() -> Viewer:
    """For whom something is read."""
    return _viewer.get() or _ANYBODY


def held_by(*, user: Any) -> frozenset[str] | None:
    """None: everything. Asks nothing that their permissions do not."""
    if not user.is_authenticated:
        return frozenset()
    return None if user.is_superuser else role_backend.given(user=user).labels


@contextmanager
def seen_by(who: Callable[[], Any]) -> Iterator[None]:
    """Inside, things are read for `who`, who is asked for late."""
    before = _viewer.set(Viewer(who))
    try:
        yield
    finally:
        _viewer.reset(before)


Answer = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Answer) -> Answer:
    """In a request it is its person, also while a file is read that is sent row by row."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with seen_by(lambda: request.user):
            found = get_response(request)
            if isinstance(found, StreamingHttpResponse) and not found.is_async:
                parts = iter(found.streaming_content)  # type: ignore[arg-type]
                found.streaming_content = _within(copy_context(), parts)
            return found

    return answer


def of_role(*, role: Group) -> list[str] | None:
    """None: everything."""
    found = AccessLabels.objects.filter(role=role).values_list("labels", flat=True)
    return found.first()


def give(*, role: Group, labels: list[str] | None) -> None:
    """Whoever has the role sees by these from now on; None: everything."""
    if labels is None:
        AccessLabels.objects.filter(role=role).delete()
    else:
        AccessLabels.objects.update_or_create(role=role, defaults={"labels": labels})


def in_words(*, labels: list[str] | None) -> str:
    """As the audit log and the list of roles have it."""
    if labels is None:
        return "everything"
    return f"no label, or {', '.join(labels)}" if labels else "no label"


def _within(context: Context, parts: Iterator[bytes]) -> Iterator[bytes]:
    while (part := context.run(next, parts, None)) is not None:
        yield part
