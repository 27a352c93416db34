"""Asks for every page once, inside the product, and counts the queries.

Each route is asked for as a browser does and as htmx does: what answers differently is a page and
a fragment. Links, filters and sortings that a page offers are asked for as well, one of each
shape. Every cache is empty each time.
"""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from tests.bench.pages import addresses, drafting, links, viewers
from tests.bench.pages.links import Link
from tests.bench.pages.survey import Asked, Shape, Survey
from tests.bench.viewing import Viewer

_HTMX: Mapping[str, str] = {"HX-Request": "true"}
# A fragment is shorter than its page by more than a token or a time of day.
_ALIKE = 200


class Broken(Exception):
    """A page did not answer as one."""


def survey(*, viewer: Viewer = Viewer.ADMINISTRATOR) -> Survey:
    """All of them. Raises Broken, addresses.Unknown and viewers.Nobody."""
    person = viewers.person(viewer=viewer, beside=addresses.largest_destination())
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    course = _Course(client, person)
    asked = list(course.everything())
    if course.broken:
        raise Broken("\n".join(course.broken))
    return Survey(f"{name}={client.cookies[name].value}", asked, course.unread)


class _Course:
    """Routes first, then what their pages lead to."""

    def __init__(self, client: Client, person: User) -> None:
        self._client, self._person = client, person
        self._links: list[Link] = []
        self.unread: list[str] = []
        self.broken: list[str] = []

    def everything(self) -> Iterator[Asked]:
        draft = drafting.open_draft(person=self._person, beside=addresses.largest_destination())
        for address in addresses.known(person=self._person, draft=draft):
            yield from self._route(address.name, address.path)
        seen = set()
        for link in self._links:
            view = _view(link.path)
            if view and (view, link.shape) not in seen:
                seen.add((view, link.shape))
                yield from self._follow(view, link)

    def _route(self, name: str, path: str) -> Iterator[Asked]:
        page = self._ask(name, path, {})
        if page is not None:
            yield page
        if page is not None and page.shape == Shape.PAGE:
            part = self._ask(name, path, _HTMX)
            if part is not None and abs(part.bytes - page.bytes) > _ALIKE:
                yield part

    def _follow(self, view: str, link: Link) -> Iterator[Asked]:
        name = f"{view}?{urlsplit(link.path).query}"
        found = self._ask(name, link.path, _HTMX if link.is_htmx else {})
        if found is not None:
            yield found

    def _ask(self, name: str, path: str, headers: Mapping[str, str]) -> Asked | None:
        """None where nothing can be read."""
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            answer: Any = self._client.get(path, headers=headers)
        if answer.status_code == 405:
            self.unread.append(name)
            return None
        if answer.status_code >= 400 and answer.status_code != 410:
            self.broken.append(f"GET {path} ({name}) answered {answer.status_code}")
            return None
        shape = _shape(answer, headers)
        body = b"" if answer.streaming else answer.content
        # Only plain pages lead on: otherwise there would be no end of combinations.
        if shape == Shape.PAGE and "?" not in name:
            self._links += links.found_in(html=body.decode(), at=path)
        slowest = max(queries.captured_queries, key=_seconds, default={"time": "0", "sql": ""})
        return Asked(
            name=name,
            path=path,
            shape=shape,
            queries=len(queries),
            bytes=len(body),
            compressed_bytes=len(gzip.compress(body, 6)),
            slowest=slowest["sql"],
            slowest_ms=1000 * _seconds(slowest),
        )


def _view(path: str) -> str:
    """The name of the route; empty when there is none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def _seconds(query: Mapping[str, str]) -> float:
    return float(query["time"])


def _shape(answer: Any, headers: Mapping[str, str]) -> Shape:
    if answer.streaming or "attachment" in answer.headers.get("Content-Disposition", ""):
        return Shape.FILE
    if 300 <= answer.status_code < 400:
        return Shape.REDIRECT
    return Shape.FRAGMENT if headers else Shape.PAGE
