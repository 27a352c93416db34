"""Nothing that a role may not see by its labels is named in any answer of any address.

Addresses come from the URL configuration and from the links, fragments and forms of the pages
themselves; what is hidden has words that nothing else has (`tests.pages.hidden`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse
from pytest_django import Settings

from connections import access
from tests.bench.pages import links, verdicts
from tests.bench.pages.links import Link
from tests.pages import hidden, offers
from tests.pages.hidden import Hidden

# For what is hidden, and for audiences whose names would tell it.
MOST_MORE = 2
HTMX = {"HX-Request": "true"}
# Where the words stand for who sees everything: without these the walk would prove little.
NAMED = {
    *("overview", "activations:audiences", "activations:audience-detail", "activations:browse"),
    *("activations:audience-name", "activations:audience-about", "activations:audience-labels"),
    *("activations:system", "activations:destination-data", "activations:destination-live"),
    *("activations:destination-settings", "activations:upload-new", "activations:upload"),
    *("activations:ingestion", "activations:person"),
    *("activations:person-next", "activations:monitoring-destination"),
    *("activations:monitoring-audience", "activations:audit-log", "activations:audit-log-csv"),
    *("activations:audit-log-json", "activations:labels", "activations:labels-edit"),
    *("activations:custom-label", "activations:consent-policy", "activations:draft-audiences"),
    *("activations:draft-mapping", "activations:draft-mapping-sources"),
    *("activations:draft-review", "activations:draft-forecast", "activations:draft-consents"),
    *("activations:profiles", "activations:profiles-csv", "activations:destination-profile"),
    "activations:draft-preview",
}


@pytest.fixture
def scene(db: None, settings: Settings, tmp_path: Path) -> Hidden:
    settings.DATA_DIR = tmp_path
    settings.WEBHOOK_HOSTS = "hooks.example.org"
    return hidden.fill()


class Walk:
    """Every address by GET, plain and as htmx asks, then what the pages lead to."""

    def __init__(self, scene: Hidden) -> None:
        self._scene, self._client = scene, Client(raise_request_exception=True)
        self._client.force_login(scene.person)
        self._links: list[Link] = []
        # Where a hidden word stood, and how much each page asks the database.
        self.named: set[str] = set()
        # Method and path of each link, button and form of the pages.
        self.offered: set[tuple[str, str]] = set()
        self.queries: dict[str, int] = {}
        self.asked = 0

    def go(self, *, further: bool = True) -> "Walk":
        """`further`: also as htmx asks, and to what the pages lead to."""
        for visit in self._scene.visits:
            is_page = self._get(visit.path, {}, leads_on=further)
            if is_page and further:
                self._get(visit.path, HTMX)
        seen = set()
        for link in self._links:
            view = _view(link.path)
            if view and (view, link.shape) not in seen:
                seen.add((view, link.shape))
                self._get(link.path, HTMX if link.is_htmx else {})
        return self

    def post(self) -> "Walk":
        """Without a word, as a stray press would; nothing of it stays."""
        cookies = self._client.cookies.output().replace("Set-Cookie:", "")
        for visit in self._scene.visits:
            with transaction.atomic():
                self._client.cookies.load(cookies)
                self._take(visit.path, self._client.post(visit.path, headers=HTMX))
                transaction.set_rollback(True)
        return self

    def refused(self) -> set[tuple[str, str]]:
        """What was offered all the same; nothing that is pressed stays."""
        cookies = self._client.cookies.output().replace("Set-Cookie:", "")
        found = set()
        answered = {("GET", path) for path in self.queries}
        for method, path in sorted(self.offered - answered):
            with transaction.atomic():
                self._client.cookies.load(cookies)
                if self._client.generic(method, path).status_code == 403:
                    found.add((method, path))
                transaction.set_rollback(True)
        return found

    def search(self, words: str) -> "Walk":
        answer = self._client.post(reverse("activations:search"), {"words": words})
        # What was typed stands in the page again.
        found = answer.context["found"]
        hits = [hit.url for group in found.groups for hit in group.hits]
        if str(self._scene.audience.uuid) in "".join(hits):
            self.named.add("activations:search")
        return self

    def preview(self) -> "Walk":
        """The request that would withdraw somebody, asked for by their key."""
        clean = self._scene.clean
        path = reverse("activations:draft-preview", args=[clean.draft.uuid])
        answer = self._client.post(path, {"profile": clean.lacking.pk}, headers=HTMX)
        assert answer.context["preview"].fate == "send"
        self._take(path, answer)
        return self

    def _get(self, path: str, headers: dict[str, str], *, leads_on: bool = False) -> bool:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = self._client.get(path, headers=headers)
        if answer.status_code == 200:
            self.queries[path] = len(queries)
        body = self._take(path, answer)
        is_page = answer.status_code == 200 and "html" in answer["Content-Type"]
        if answer.status_code == 200 and not answer.streaming:
            self.offered |= set(offers.of(html=body))
        if is_page and leads_on:
            self._links += links.found_in(html=body, at=path)
        return is_page

    def _take(self, path: str, answer: Any) -> str:
        self.asked += 1
        parts = answer.streaming_content if answer.streaming else [answer.content]
        body = b"".join(parts).decode()
        told = f"{body}{answer.headers}".casefold()
        # What was asked for stands in the page again.
        for typed in ("q=quokka", "q=numbat", 'value="quokka"', 'value="numbat"'):
            told = told.replace(typed, "")
        if any(word in told for word in hidden.WORDS):
            self.named.add(_view(path))
        return body


def _view(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def test_no_answer_names_what_is_hidden(scene: Hidden) -> None:
    walk = Walk(scene).go().search("quokka").preview()
    assert walk.asked > 2 * len(list(access.routes())), walk.asked
    assert walk.named == set()


def test_no_page_offers_what_is_refused(scene: Hidden) -> None:
    walk = Walk(scene).go(further=False)
    assert len(walk.offered) > 150, len(walk.offered)
    assert walk.refused() == set()


def test_no_answer_to_a_press_names_what_is_hidden(scene: Hidden) -> None:
    assert Walk(scene).post().named == set()


def test_the_same_walk_finds_it_for_who_sees_everything(scene: Hidden) -> None:
    """And what is hidden costs the others few queries more; no page takes many."""
    restricted = Walk(scene).go(further=False)
    hidden.give(person=scene.person, access_labels=None)
    walk = Walk(scene).go(further=False).search("quokka").preview()
    assert walk.named >= NAMED | {"activations:search"}
    more = {path: count - walk.queries[path] for path, count in restricted.queries.items()}
    assert {path: count for path, count in more.items() if count > MOST_MORE} == {}
    every = [*restricted.queries.items(), *walk.queries.items()]
    assert {path: count for path, count in every if count > verdicts.MOST_QUERIES} == {}


def _addresses(scene: Hidden) -> Iterator[str]:
    """Every address of the hidden audience, and of an upload into it."""
    audience, destination = scene.audience, scene.destination
    upload = audience.uploads.get()
    starts = {
        "audiences/<uuid:uuid>/": f"audiences/{audience.uuid}/",
        "audiences/uploads/<uuid:uuid>/": f"audiences/uploads/{upload.uuid}/",
        "monitoring/destinations/<uuid:uuid>/audiences/<uuid:audience_uuid>/": (
            f"monitoring/destinations/{destination.uuid}/audiences/{audience.uuid}/"
        ),
    }
    for route in access.routes():
        for pattern, there in starts.items():
            if route.pattern.startswith(pattern):
                yield f"/{there}{route.pattern.removeprefix(pattern)}"


def test_every_address_of_a_hidden_audience_leads_nowhere(scene: Hidden) -> None:
    client = Client()
    client.force_login(scene.person)
    addresses = list(_addresses(scene))
    assert len(addresses) >= 11
    found = {
        f"{method} {path}": client.generic(method, path).status_code
        for path in addresses
        for method in ("GET", "POST")
    }
    assert {where: status for where, status in found.items() if status not in (404, 405)} == {}
