"""What every address asks for, read from the URL configuration; nothing is listed by hand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from connections.permissions import Access, may


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `access` is None where the view declares none."""

    name: str
    pattern: str
    view: Callable[..., Any]
    access: Access | None

    @property
    def place(self) -> str:
        """Where the view is written."""
        return f"{self.view.__module__}.{getattr(self.view, '__qualname__', self.view)}"


def routes(*, patterns: Sequence[Any] | None = None) -> Iterator[Route]:
    """Every address of `patterns`, or of the whole product."""
    yield from _walk(get_resolver().url_patterns if patterns is None else patterns, "", "")


def may_visit(*, user: User | AnonymousUser, url_name: str) -> bool:
    """Whether a link to the page called so is of use to the person."""
    access = _access_of(url_name)
    return access.is_open or all(may(user=user, permission=p) for p in access.to_see)


@lru_cache
def _access_of(url_name: str) -> Access:
    access: Access = resolve(reverse(url_name)).func.access  # type: ignore[attr-defined]
    return access


def _walk(patterns: Sequence[Any], before: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, path, inner)
        elif isinstance(entry, URLPattern):
            view = entry.callback
            access = getattr(view, "access", None)
            yield Route(f"{namespace}{entry.name}", path, view, access)
