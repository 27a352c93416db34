"""The list of audiences and the page of one."""

from django.test import Client
from django.urls import reverse

from activations.models import Audience
from tests import factories
from tests.pages.conftest import CountQueries

AUDIENCES = "/audiences/"


def _page(client: Client, audience: Audience) -> str:
    return client.get(reverse("activations:audience-detail", args=[audience.uuid])).content.decode()


def test_nothing_yet_says_how_profiles_are_loaded(signed_in: Client) -> None:
    page = signed_in.get(AUDIENCES).content.decode()
    assert "manage.py ingest" in page
    assert "/api/v1/profiles" in page


def test_thirty_audiences_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    factories.MembershipFactory()
    one = count_queries(AUDIENCES)
    factories.MembershipFactory.create_batch(29)
    assert count_queries(AUDIENCES) == one


def test_an_audience_without_a_name_comes_last_and_shows_its_id(signed_in: Client) -> None:
    unnamed = factories.AudienceFactory(name="", external_id="7841ba61")
    factories.AudienceFactory(name="VIP <i>customers</i>")
    answer = signed_in.get(AUDIENCES)
    assert [row.audience for row in answer.context["rows"]][-1] == unnamed
    page = answer.content.decode()
    assert "Not yet named" in page
    assert "ups/7841ba61" in page
    assert "VIP &lt;i&gt;customers" in page


def test_a_search_finds_names_ids_and_namespaces(signed_in: Client) -> None:
    factories.AudienceFactory(name="VIP", namespace="ups", external_id="111")
    factories.AudienceFactory(name="Other", namespace="AAM", external_id="222")
    for words, name in (("vip", "VIP"), ("222", "Other"), ("aam oth", "Other")):
        rows = signed_in.get(AUDIENCES, {"q": words}).context["rows"]
        assert [row.audience.name for row in rows] == [name]
    assert "No audience fits" in signed_in.get(AUDIENCES, {"q": "x" * 9}).content.decode()


def test_one_audience_shows_counts_destinations_and_at_most_five_members(
    signed_in: Client,
) -> None:
    audience = factories.AudienceFactory(name="VIP")
    factories.MembershipFactory.create_batch(7, audience=audience)
    factories.MembershipFactory(audience=audience, status="exited")
    factories.ActivationFactory(audience=audience, destination__name="Zendesk CRM")
    url = reverse("activations:audience-detail", args=[audience.uuid])
    context = signed_in.get(url).context
    assert context["row"].counts.members == 7
    assert len(context["samples"]) == 5
    assert "Zendesk CRM" in _page(signed_in, audience)


def test_a_profile_with_odd_attributes_does_not_break_the_samples(signed_in: Client) -> None:
    audience = factories.AudienceFactory()
    for attributes in ({"person": "text"}, {"person": {"name": ["x"]}}, {"person": None}):
        factories.MembershipFactory(audience=audience, profile__attributes=attributes)
    assert "Profile samples" in _page(signed_in, audience)


def test_an_audience_can_be_named(signed_in: Client) -> None:
    audience = factories.AudienceFactory(name="")
    url = reverse("activations:audience-detail", args=[audience.uuid])
    assert 'id="id_name_error"' in signed_in.post(url, {"name": " "}).content.decode()
    signed_in.post(url, {"name": "VIP customers"})
    audience.refresh_from_db()
    assert audience.name == "VIP customers"
