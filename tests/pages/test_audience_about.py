"""What people say about an audience: its description, and the tags it is found by."""

import pytest
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.terms import LONGEST_TAG, MOST_TAGS
from connections.models import AuditEntry
from connections.permissions import Permission
from tests import factories
from tests.pages import opened
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser

AUDIENCES = "/audiences/"


def _url(audience: Audience) -> str:
    return reverse("activations:audience-about", args=[audience.uuid])


def _save(client: Client, audience: Audience, **typed: str) -> str:
    url = _url(audience)
    answer = client.post(url, typed | opened.mark(client, url), follow=True)
    audience.refresh_from_db()
    return answer.content.decode()


def _found(client: Client, url: str, **query: str) -> set[str]:
    return {row.audience.name for row in client.get(url, query).context["rows"]}


def test_they_are_saved_shown_and_noted(signed_in: Client) -> None:
    audience = factories.AudienceFactory(name="VIP")
    page = _save(signed_in, audience, description="Who <b> buys", tags=" Nordics,  sales  team ,")
    assert (audience.description, audience.tags) == ("Who <b> buys", ["Nordics", "sales team"])
    for shown in (page, signed_in.get(AUDIENCES).content.decode()):
        assert "Who &lt;b&gt; buys" in shown
        assert "<bdi>sales team</bdi>" in shown
    (entry,) = AuditEntry.objects.filter(kind="audience")
    assert ["tags", "", "Nordics, sales team"] in entry.changes
    assert "In use: Nordics, sales team." in signed_in.get(_url(audience)).content.decode()


def test_a_tag_counts_once_whatever_its_capitals(signed_in: Client) -> None:
    audience = factories.AudienceFactory()
    _save(signed_in, audience, tags="vip, Summer, VIP")
    assert audience.tags == ["vip", "Summer"]


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (",".join(f"t{number}" for number in range(MOST_TAGS + 1)), f"at most {MOST_TAGS} fit"),
        ("x" * (LONGEST_TAG + 1), f"longer than {LONGEST_TAG} characters"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_saved(
    signed_in: Client, tags: str, told: str
) -> None:
    audience = factories.AudienceFactory(description="Before", tags=["before"])
    page = _save(signed_in, audience, description="After", tags=tags)
    assert told in page
    assert (audience.description, audience.tags) == ("Before", ["before"])


def test_who_saves_second_is_told_what_the_first_one_wrote(signed_in: Client) -> None:
    audience = factories.AudienceFactory(tags=["old"])
    mark = opened.mark(signed_in, _url(audience))
    Audience.objects.update(tags=["theirs", "too"])
    page = signed_in.post(_url(audience), {"tags": "mine"} | mark).content.decode()
    assert "now it is “theirs, too”" in page
    audience.refresh_from_db()
    assert audience.tags == ["theirs", "too"]


def test_a_tag_narrows_the_list_and_the_words_look_into_descriptions(signed_in: Client) -> None:
    tags = [f"t{number}" for number in range(MOST_TAGS - 1)]
    factories.AudienceFactory(name="Last", tags=[*tags, "Grün"])
    factories.AudienceFactory(name="First", tags=["Grün"], description="For the fjords")
    factories.AudienceFactory(name="Other", tags=["Grün or not"])
    factories.AudienceFactory(name="None")
    assert _found(signed_in, AUDIENCES, tag="Grün") == {"Last", "First"}
    assert _found(signed_in, AUDIENCES, tag="Gr") == set()
    assert _found(signed_in, AUDIENCES, q="fjords") == {"First"}
    page = signed_in.get(AUDIENCES, {"tag": "Grün"}).content.decode()
    assert '<option value="Grün" selected>Grün</option>' in page
    assert "tag=Gr%C3%BCn&amp;sort=" in page
    assert "No audience fits" in signed_in.get(AUDIENCES, {"tag": "nothing"}).content.decode()


def test_the_wizard_narrows_by_tag_too(signed_in: Client, draft: ActivationDraft) -> None:
    factories.AudienceFactory(name="VIP", tags=["Nordics"], description="Buys often")
    factories.AudienceFactory(name="Churn")
    url = reverse("activations:draft-audiences", args=[draft.uuid])
    assert _found(signed_in, url, tag="Nordics") == {"VIP"}
    page = signed_in.get(url, {"tag": "Nordics"}).content.decode()
    assert "Buys often" in page
    assert '<option value="Nordics" selected>' in page


def test_thousands_of_tagged_audiences_take_as_many_queries_as_one(
    count_queries: CountQueries,
) -> None:
    factories.AudienceDayFactory(audience__tags=["a"])
    one = count_queries(f"{AUDIENCES}?tag=a")
    for number in range(60):
        factories.AudienceDayFactory(audience__tags=["a", f"tag {number}"])
    assert count_queries(f"{AUDIENCES}?tag=a") == one <= 15


def test_who_may_only_look_reads_them_and_is_offered_no_form(db: None) -> None:
    audience = factories.AudienceFactory(description="For the fjords", tags=["Nordics"])
    client, _ = browser(Permission.VIEW_AUDIENCES)
    page = client.get(reverse("activations:audience-detail", args=[audience.uuid])).content.decode()
    assert "For the fjords" in page
    assert _url(audience) not in page
    assert client.post(_url(audience), {"tags": "mine"}).status_code == 403
