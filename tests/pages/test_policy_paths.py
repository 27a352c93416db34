"""The broken policies on Review as paths: from the source of the data to the policy."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.services import drafts
from connections.models import Destination
from connections.permissions import TO_ACTIVATE
from tests import factories
from tests.pages import permitted
from tests.pages.conftest import CountQueries

MOST_QUERIES = 15
MOST_BYTES = 200_000


@pytest.fixture
def broken(destination: Destination, user: User) -> ActivationDraft:
    """Gives the loyalty tier, and an audience that is labelled, to a third party."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination, title="loyalty.tier")
    audience = factories.AudienceFactory(name="VIP customers", labels=["C3"], origin="upload")
    factories.ActivationFactory(
        destination=destination, audience=audience, mapping_id="VIP audience"
    )
    factories.UploadFactory(audience=audience, file_name="vip.csv")
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2"])
    factories.PolicyFactory(name="No partners", labels=["C2", "C3"])
    return drafts.open_for(destination=destination, person=user)


def review(client: Client, draft: ActivationDraft, query: str = "") -> str:
    url = reverse("activations:draft-review", args=[draft.uuid])
    answer = client.get(f"{url}{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def words(markup: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", markup)).split())


def paths(page: str) -> list[list[str]]:
    """The words of each step of each path."""
    found = re.findall('<ol class="path" role="list">.*?</ol>', page)
    return [[words(step) for step in re.findall("<li .*?</li>", path)] for path in found]


def choices(page: str, group: str) -> dict[str, str]:
    """What a group of links offers: words and address; the current one in capitals."""
    (found,) = re.findall(f'aria-label="{group}">(.*?)</div>', page)
    links = re.findall('<a class="segment" href="([^"]*)"( aria-current="true")?>(.*?)</a>', found)
    return {text.upper() if current else text: unescape(url) for url, current, text in links}


def test_each_violation_has_its_way_from_the_source_to_the_policy(
    signed_in: Client, broken: ActivationDraft
) -> None:
    policy = "Policy No partners forbids Export to Third Party with"
    destination = "Destination Zendesk CRM this destination meant for Export to Third Party"
    assert paths(review(signed_in, broken, "?view=path")) == [
        [
            "Source of data Profile ingestion loaded by file or HTTP",
            "Attribute xdm: loyalty.tier C2 C2 is on loyalty mapped to xdm: title",
            destination,
            f"{policy} C2",
        ],
        [
            "Source of data Custom upload uploaded in vip.csv",
            "Audience VIP customers C3 activated as VIP audience",
            destination,
            f"{policy} C3",
        ],
    ]


def test_the_destination_is_the_current_one_and_what_to_do_stands_below(
    signed_in: Client, broken: ActivationDraft
) -> None:
    page = review(signed_in, broken, "?view=path")
    current = re.findall('<li class="path-step" aria-current="true">.*?</li>', page)
    assert [words(step).partition(" ")[0] for step in current] == ["Destination"] * 2
    mapping = reverse("activations:draft-mapping", args=[broken.uuid])
    assert f'<a href="{mapping}#row-2">Mapping</a>' in page
    assert '<h3><a href="/policies/?q=No%20partners">' in page


def test_list_and_path_are_links_that_keep_everything_else_in_the_address(
    signed_in: Client, broken: ActivationDraft
) -> None:
    page = review(signed_in, broken, "?q=vip")
    assert paths(page) == []
    views = choices(page, "Violations as")
    assert views == {
        "LIST VIEW": "?q=vip#review-policies",
        "Path view": "?q=vip&view=path#review-policies",
    }
    page = review(signed_in, broken, views["Path view"].partition("#")[0])
    assert choices(page, "Violations as") == {
        "List view": "?q=vip#review-policies",
        "PATH VIEW": "?q=vip&view=path#review-policies",
    }
    # Searching and sorting the audiences stays with it.
    assert '<input type="hidden" name="view" value="path">' in page
    assert "view=path&amp;sort=-name" in page or "view=path&amp;sort=name" in page


def test_attributes_and_audiences_are_shown_apart_where_there_are_both(
    signed_in: Client, broken: ActivationDraft
) -> None:
    kinds = choices(review(signed_in, broken), "Violations of")
    assert list(kinds) == ["ALL (2)", "Attributes (1)", "Audiences (1)"]
    page = review(signed_in, broken, f"{kinds['Audiences (1)'].partition('#')[0]}&view=path")
    assert [path[1].partition(" ")[0] for path in paths(page)] == ["Audience"]
    assert "Row 3 of the mapping" in review(signed_in, broken, "?about=attribute")
    assert len(paths(review(signed_in, broken, "?about=nonsense&view=path"))) == 2
    Audience.objects.update(labels=[])
    page = review(signed_in, broken, "?about=audience&view=path")
    assert "Violations of" not in page
    assert [path[1].partition(" ")[0] for path in paths(page)] == ["Attribute"]


def test_without_a_violation_there_is_nothing_to_choose(
    signed_in: Client, broken: ActivationDraft
) -> None:
    Destination.objects.update(marketing_actions=[])
    assert "Path view" not in review(signed_in, broken, "?view=path")


def test_many_violations_take_no_more_queries_and_little_room(
    signed_in: Client, broken: ActivationDraft, count_queries: CountQueries
) -> None:
    url = f"{reverse('activations:draft-review', args=[broken.uuid])}?view=path"
    one = count_queries(url)
    for number in range(40):
        factories.PolicyFactory(name=f"{number} {'x' * 190}", labels=["C3"])
        factories.UploadFactory(columns=["loyalty.tier"], file_name="y" * 255)
    assert count_queries(url) == one <= MOST_QUERIES
    page = signed_in.get(url).content.decode()
    assert page.count('<ol class="path"') == 10
    assert "and 32 more" in page
    assert len(page) < MOST_BYTES


def test_hostile_words_are_shown_as_words(signed_in: Client, broken: ActivationDraft) -> None:
    hostile = "<script>alert(1)</script>"
    Audience.objects.update(name=hostile)
    Destination.objects.update(name=hostile)
    factories.PolicyFactory(name=f"{hostile}{'x' * 170}")
    factories.UploadFactory(columns=["loyalty"], file_name=hostile)
    page = review(signed_in, broken, "?view=path")
    assert "<script>alert(1)" not in page
    assert page.count("&lt;script&gt;alert(1)") > 5


def test_who_may_neither_map_nor_see_policies_is_led_to_neither(broken: ActivationDraft) -> None:
    client, person = permitted.browser(*TO_ACTIVATE)
    draft = drafts.open_for(destination=broken.destination, person=person)
    page = review(client, draft, "?view=path")
    assert len(paths(page)) == 2
    assert "<h3><bdi>No partners</bdi>" in page
    assert "/policies/" not in page
    assert reverse("activations:draft-mapping", args=[draft.uuid]) not in page
