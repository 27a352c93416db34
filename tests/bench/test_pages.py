"""What the benchmark of the pages asks for, and how it judges: every route, every kind of link."""

import pytest
from pytest_django import Settings

from activations.services.large_demo import loading, size
from connections import access
from tests.bench.pages import addresses, course, links, survey, verdicts
from tests.bench.pages.links import Link
from tests.bench.pages.survey import Asked, Shape, Survey
from tests.bench.pages.verdicts import Measured
from tests.bench.table import Verdict
from tests.bench.viewing import Viewer
from tests.factories import NOON, UserFactory

PAGE = """
<a href="?sort=-name">Name</a> <a href="?page=2">2</a> <a href="/plain/">no query</a>
<a href="https://elsewhere.example.org/?q=1">out</a> <a href="#top">up</a>
<div hx-get="/list/live/?seen=0a8ce205e5ba0bf8"></div>
<form method="get"><input type="hidden" name="sort" value="name"><input type="search" name="q">
<select name="origin"><option value="">All</option><option value="upload">Upload</option></select>
</form>
<form method="post" action="/delete/"><input name="name"></form>
"""


def asked(name: str = "audiences", *, queries: int = 5, size: int = 1_000) -> Asked:
    return Asked(name, "/audiences/", Shape.PAGE, queries, size, size // 5)


def test_a_page_leads_to_its_links_its_fragments_and_what_its_forms_ask() -> None:
    found = links.found_in(html=PAGE, at="/list/")

    assert [link.path for link in found if not link.is_htmx] == [
        "/list/?sort=-name",
        "/list/?page=2",
        "/list/?sort=name&q=e",
        "/list/?sort=name&origin=upload",
    ]
    assert [link.path for link in found if link.is_htmx] == ["/list/live/?seen=0a8ce205e5ba0bf8"]


def test_numbers_and_identifiers_make_no_other_link_but_words_do() -> None:
    assert Link("/a/?page=2").shape == Link("/a/?page=40").shape
    assert Link("/a/?sort=name").shape != Link("/a/?sort=origin").shape
    assert Link("/a/?page=2").shape != Link("/a/?page=2", is_htmx=True).shape


def test_a_survey_survives_its_way_between_processes() -> None:
    taken = Survey("sessionid=x", [asked()], ["theme"])

    assert survey.read(taken.as_json()) == taken


def test_each_promise_is_judged_by_itself() -> None:
    quick = Measured(asked(), [10.0] * 20, 5.0, paint_ms=200, weight=90_000)
    # One slow answer in twenty is what a p95 forgives.
    once = Measured(asked("once"), [10.0] * 19 + [900.0], 5.0)
    slow = Measured(asked("slow"), [10.0] * 18 + [160.0, 161.0], 5.0)
    heavy = Measured(asked("heavy", queries=16, size=200_000), [1.0], 5.0, 1_200, 10)

    found = list(verdicts.targets(of="SQLite", measured=[quick, once, slow, heavy]))

    assert [target.verdict for target in found] == [Verdict.NOT_MET] * 4
    assert [target.figure for target in found] == [
        "3 of 4; not slow 160 ms",
        "3 of 4; not heavy 16",
        "3 of 4; not heavy 200 kB",
        "1 of 2; not heavy 1200 ms",
    ]
    assert all(t.verdict == "met" for t in verdicts.targets(of="SQLite", measured=[quick, once]))


def test_what_a_page_loads_counts_with_it() -> None:
    heavy = Measured(asked(), [1.0], 5.0, paint_ms=100, weight=250_000)

    found = {t.wanted: t.verdict for t in verdicts.targets(of="x", measured=[heavy])}

    assert found["x: under 200 kB"] == Verdict.NOT_MET


def test_files_and_redirects_are_shown_and_not_judged() -> None:
    file = Asked("export", "/export/", Shape.FILE, 99, 10**9, 10**8)

    for target in verdicts.targets(of="x", measured=[Measured(file, [9_000.0], 5.0)]):
        assert target.verdict == Verdict.MET


@pytest.mark.django_db
@pytest.mark.parametrize("viewer", Viewer)
def test_every_route_is_asked_for_and_its_answer_is_small_and_asks_little(
    settings: Settings, viewer: Viewer
) -> None:
    settings.WEBHOOK_HOSTS = ("hooks.example.org",)
    UserFactory(is_superuser=True)
    loading.load(size=size.of(profiles=500), at=NOON)

    taken = course.survey(viewer=viewer)

    plain = {one.name for one in taken.asked if not one.is_variant}
    assert plain | set(taken.unread) == {r.name for r in access.routes()} - addresses.NO_PAGES
    judged = [one for one in taken.asked if one.is_judged]
    assert [one.label for one in judged if one.queries > verdicts.MOST_QUERIES] == []
    assert [one.label for one in judged if one.bytes >= verdicts.MOST_BYTES] == []
