"""Access by label: what may a person see, by the labels that their roles hold?

Said at the edge (a request), asked for by whoever reads what carries labels; a context variable,
as in `acting`, so that no query hands on a person it has no other use for. Where nobody said so,
in commands and tasks, everything is seen. What carries labels is not known here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from functools import cached_property
from itertools import chain
from typing import Any, Final, TypeVar

from django.apps import apps as registry
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as Row
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from connections.models import AccessLabels
from connections.permissions import SEES_BY_LABEL

T = TypeVar("T")
_CODENAME: Final = SEES_BY_LABEL[0]


class Viewer:
    """Whoever looks, for one request; what was read about them is read once."""

    def __init__(self, who: Callable[[], Any]) -> None:
        self._who = who
        self._known: dict[str, Any] = {}

    @cached_property
    def labels(self) -> frozenset[str] | None:
        """Those that their roles hold; None for who sees everything, whatever its labels."""
        return held_by(user=self._who())

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` said the first time."""
        if name not in self._known:
            self._known[name] = read()
        found: T = self._known[name]
        return found


class _Anybody(Viewer):
    labels = None


_ANYBODY: Final = _Anybody(lambda: None)
_viewer: ContextVar[Viewer | None] = ContextVar("who_looks", default=None)


def now() -> Viewer:
    """For whom something is read."""
    return _viewer.get() or _ANYBODY


def held_by(*, user: Any) -> frozenset[str] | None:
    """None: everything. No query for who has no role with access labels, else one."""
    if not user.is_authenticated:
        return frozenset()
    if user.is_superuser or not user.has_perm(f"connections.{_CODENAME}"):
        return None
    lists = list(user.groups.order_by().values_list("access_labels__labels", flat=True))
    return None if None in lists else frozenset(chain.from_iterable(lists))


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
        role.permissions.remove(_mark())
    else:
        AccessLabels.objects.update_or_create(role=role, defaults={"labels": labels})
        role.permissions.add(_mark())


def mark_all(*, apps: Any = registry, **kwargs: Any) -> None:
    """After migrations. A release before this one takes the mark off a role that it saves."""
    if "accesslabels" not in apps.all_models["connections"]:
        # On the way back, to before there were any.
        return
    restricted = Group.objects.filter(access_labels__isnull=False)
    for role in restricted.exclude(permissions__codename=_CODENAME):
        role.permissions.add(_mark())


def in_words(*, labels: list[str] | None) -> str:
    """As the audit log and the list of roles have it."""
    if labels is None:
        return "everything"
    return f"no label, or {', '.join(labels)}" if labels else "no label"


def _mark() -> Row:
    """Raises DoesNotExist: without it a role would see everything, whatever its labels."""
    return Row.objects.get(content_type__app_label="connections", codename=_CODENAME)


def _within(context: Context, parts: Iterator[bytes]) -> Iterator[bytes]:
    while (part := context.run(next, parts, None)) is not None:
        yield part
