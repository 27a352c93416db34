"""The Select audiences step: search, filters, pages, and all that match at once."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.services import drafts
from activations.terms import Origin
from connections.models import Destination
from tests import factories
from tests.pages.conftest import CountQueries

HTMX = {"HX-Request": "true"}
# More than a page.
MANY = 60


@pytest.fixture
def url(draft: ActivationDraft) -> str:
    return reverse("activations:draft-audiences", args=[draft.uuid])


@pytest.fixture
def many(db: None) -> list[Audience]:
    return [
        factories.AudienceFactory(
            name=f"{'Loyal' if n % 2 else 'Lapsed'} {n:02}",
            origin=Origin.UPLOAD if n % 3 == 0 else Origin.PROFILES,
        )
        for n in range(MANY)
    ]


def chosen(draft: ActivationDraft) -> set[int]:
    draft.refresh_from_db()
    return {row["audience"] for row in draft.audiences}


def post(client: Client, draft: ActivationDraft, url: str, **typed: object) -> str:
    draft.refresh_from_db()
    data = {"version": str(draft.version), **typed}
    return client.post(url, data, headers=HTMX).content.decode()


def listed(client: Client, url: str) -> list[str]:
    return [row.audience.name for row in client.get(url).context["rows"]]


def test_all_that_match_are_selected_in_one_go(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    answer = signed_in.post(f"{url}?q=loyal", {"version": "1", "every": "select"}, headers=HTMX)
    assert answer["HX-Redirect"] == f"{url}?q=loyal"
    assert chosen(draft) == {audience.pk for audience in many if "Loyal" in audience.name}
    page = signed_in.get(f"{url}?q=loyal").content.decode()
    assert "All 30 audiences that match are selected." in page


def test_it_works_without_a_script_too(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    answer = signed_in.post(url, {"version": "1", "every": "select"}, follow=True)
    assert "All 60 audiences are selected." in answer.content.decode()


def test_ticks_of_the_page_and_all_that_match_go_together(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    one = str(next(audience.pk for audience in many if "Lapsed" in audience.name))
    post(signed_in, draft, f"{url}?q=loyal", every="select", shown=one, chosen=one)
    assert len(chosen(draft)) == 31


def test_clearing_drops_what_matches_and_keeps_the_rest(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    post(signed_in, draft, url, every="select")
    post(signed_in, draft, f"{url}?q=loyal", every="clear")
    assert chosen(draft) == {audience.pk for audience in many if "Lapsed" in audience.name}


def test_after_a_whole_page_is_ticked_all_that_match_are_offered(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    keys = [str(audience.pk) for audience in many[:25]]
    answer = post(signed_in, draft, url, shown=keys, chosen=keys)
    assert "25 of 60 audiences are selected." in answer
    assert "Select all 60 audiences" in answer


def test_one_page_of_audiences_needs_no_such_offer(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    factories.AudienceFactory.create_batch(3)
    assert "Select all 3" not in signed_in.get(url).content.decode()


@pytest.mark.parametrize("every", ["select", "clear"])
def test_a_second_tab_changes_nothing_with_all_that_match(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience], every: str
) -> None:
    first = str(many[0].pk)
    post(signed_in, draft, url, shown=first, chosen=first)
    answer = signed_in.post(url, {"version": "1", "every": every}, headers=HTMX)
    assert "Changed in another tab." in answer.content.decode()
    assert chosen(draft) == {many[0].pk}


def test_the_list_is_narrowed_by_origin_and_selection(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    keys = [str(many[0].pk), str(many[1].pk)]
    post(signed_in, draft, url, shown=keys, chosen=keys)
    assert listed(signed_in, f"{url}?selected=yes&sort=name") == ["Lapsed 00", "Loyal 01"]
    assert listed(signed_in, f"{url}?selected=yes&origin=upload") == ["Lapsed 00"]
    assert "Lapsed 00" not in listed(signed_in, f"{url}?selected=no")


def test_nothing_fits_says_that_the_selection_is_kept(
    signed_in: Client, url: str, many: list[Audience]
) -> None:
    assert "What you selected is kept." in signed_in.get(f"{url}?q=nobody").content.decode()


def test_what_the_destination_sends_now_is_marked(
    signed_in: Client, destination: Destination, user: User, many: list[Audience]
) -> None:
    factories.ActivationFactory(destination=destination, audience=many[0])
    draft = drafts.open_for(destination=destination, person=user)
    page = signed_in.get(reverse("activations:draft-audiences", args=[draft.uuid]))
    assert page.content.decode().count("Activated here") == 1


def test_more_than_250_audiences_are_warned_of(
    signed_in: Client, draft: ActivationDraft, url: str
) -> None:
    factories.AudienceFactory.create_batch(251)
    post(signed_in, draft, url, every="select")
    assert "251 audiences are selected; Experience Platform advises" in " ".join(
        signed_in.get(url).content.decode().split()
    )


def test_many_selected_audiences_take_as_many_queries_as_one(
    signed_in: Client,
    draft: ActivationDraft,
    url: str,
    many: list[Audience],
    count_queries: CountQueries,
) -> None:
    one = str(many[0].pk)
    post(signed_in, draft, url, shown=one, chosen=one)
    few = count_queries(f"{url}?selected=yes")
    post(signed_in, draft, url, every="select")
    assert count_queries(f"{url}?selected=yes&page=2") == few
    assert few <= 15


def test_a_click_reads_neither_fields_nor_what_the_draft_was_opened_with(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    shown = [audience.pk for audience in many[:2]]
    with CaptureQueriesContext(connection) as queries:
        answer = post(signed_in, draft, url, shown=shown, chosen=shown[:1])
    assert "Saved" in answer
    # The first query is the test's own look at the version.
    read = " ".join(query["sql"] for query in queries.captured_queries[1:])
    assert 'contact_fields"' not in read
    assert 'based_on"' not in read
    assert chosen(draft) == {shown[0]}


def test_two_clicks_on_one_page_are_both_kept(
    signed_in: Client, draft: ActivationDraft, url: str, many: list[Audience]
) -> None:
    first, second = (audience.pk for audience in many[:2])
    shown = {"shown": [first, second]}
    for version, ticked in (("1", [first]), ("2", [first, second])):
        data = {"version": version, **shown, "chosen": ticked}
        answer = signed_in.post(url, data, headers=HTMX).content.decode()
        assert f'name="version" value="{int(version) + 1}"' in answer
    assert chosen(draft) == {first, second}


def test_no_script_and_no_sense_in_the_address_is_answered_calmly(
    signed_in: Client, url: str, many: list[Audience]
) -> None:
    odd = f"{url}?selected=%00&origin=%27&sort=-nothing&page=-7&q=%25"
    assert signed_in.get(odd).status_code == 200
