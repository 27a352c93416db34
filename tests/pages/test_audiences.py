"""The list of audiences and the page of one."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from activations.models import Audience, Profile
from activations.services import audience_days
from connections.permissions import Permission
from tests import factories
from tests.factories import NOON
from tests.pages import opened
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
    page = _page(signed_in, audience)
    assert "Zendesk CRM" in page
    who = reverse("activations:person", args=[context["samples"][0].reference])
    assert f'href="{who}"' in page
    assert signed_in.get(who).status_code == 200


def test_a_profile_with_odd_attributes_does_not_break_the_samples(signed_in: Client) -> None:
    audience = factories.AudienceFactory()
    for attributes in ({"person": "text"}, {"person": {"name": ["x"]}}, {"person": None}):
        factories.MembershipFactory(audience=audience, profile__attributes=attributes)
    assert "Profile samples" in _page(signed_in, audience)


def test_an_audience_can_be_named(signed_in: Client) -> None:
    audience = factories.AudienceFactory(name="")
    url = reverse("activations:audience-name", args=[audience.uuid])
    assert 'id="id_name_error"' in signed_in.post(url, {"name": " "}).content.decode()
    signed_in.post(url, {"name": "VIP customers"} | opened.mark(signed_in, url))
    audience.refresh_from_db()
    assert audience.name == "VIP customers"


def test_a_name_is_changed_where_it_stands_in_the_list(signed_in: Client) -> None:
    audience = factories.AudienceFactory(name="Old")
    url = reverse("activations:audience-name", args=[audience.uuid])
    htmx = {"HX-Request": "true"}
    assert 'value="Old"' in signed_in.get(url, headers=htmx).content.decode()
    refused = signed_in.post(url, {"name": "x" * 256}, headers=htmx).content.decode()
    assert "at most 255 characters" in refused
    typed = {"name": "New <b>"} | opened.mark(signed_in, url)
    assert "New &lt;b&gt;" in signed_in.post(url, typed, headers=htmx).content.decode()
    assert "New &lt;b&gt;" in signed_in.get(f"{url}?cancel", headers=htmx).content.decode()


def test_the_numbers_are_those_of_the_last_count(signed_in: Client) -> None:
    audience = factories.AudienceFactory()
    factories.MembershipFactory(audience=audience)
    factories.AudienceDayFactory(audience=audience, realized=900_000, existing=100_000, exited=7)
    page = signed_in.get(AUDIENCES).content.decode()
    assert "1,000,000" in page
    assert "Members counted" in page


def test_counting_gives_one_row_a_day_and_a_line_after_two(signed_in: Client) -> None:
    audience = factories.MembershipFactory().audience
    for at in (NOON, NOON + timedelta(hours=1), NOON + timedelta(days=1)):
        audience_days.count_all(at=at)
    assert audience.days.count() == 2
    assert "Profiles by status over time" in _page(signed_in, audience)
    audience_days.prune(at=NOON + timedelta(days=401))
    assert [day.on for day in audience.days.all()] == [(NOON + timedelta(days=1)).date()]


def test_the_list_is_filtered_and_sorted_in_the_address(signed_in: Client) -> None:
    small = factories.AudienceDayFactory(audience__origin="upload", realized=1).audience
    large = factories.AudienceDayFactory(audience__origin="profiles", realized=9).audience
    factories.ActivationFactory(audience=large, destination__name="Zendesk CRM")

    def found(**query: str) -> list[object]:
        return [row.audience for row in signed_in.get(AUDIENCES, query).context["rows"]]

    assert found(origin="upload") == [small]
    assert found(activated="yes") == [large]
    assert found(activated="no", origin="profiles") == []
    assert found(sort="-members") == [large, small]
    page = signed_in.get(AUDIENCES, {"origin": "profiles"}).content.decode()
    assert "Zendesk CRM" in page
    assert "?origin=profiles&amp;sort=" in page


def test_an_audience_is_deleted_with_its_members_but_not_its_profiles(signed_in: Client) -> None:
    audience = factories.MembershipFactory().audience
    draft = factories.ActivationDraftFactory(
        audiences=[{"audience": audience.pk, "mapping_id": "", "start_on": "", "end_on": ""}]
    )
    signed_in.post(reverse("activations:audience-delete", args=[audience.uuid]))
    assert not Audience.objects.exists()
    assert Profile.objects.exists()
    draft.refresh_from_db()
    assert (draft.audiences, draft.version) == ([], 2)


def test_an_audience_that_is_activated_or_being_filled_is_not_deleted(signed_in: Client) -> None:
    activated = factories.ActivationFactory().audience
    filled = factories.UploadFactory(status="running").audience
    for audience, words in ((activated, "activated"), (filled, "being read into it")):
        url = reverse("activations:audience-delete", args=[audience.uuid])
        assert words in signed_in.post(url, follow=True).content.decode()
        assert Audience.objects.filter(pk=audience.pk).exists()


def test_who_may_not_see_profiles_sees_no_samples(client: Client, db: None) -> None:
    client.force_login(factories.member(Permission.VIEW_AUDIENCES))
    audience = factories.MembershipFactory(profile__email="ann@example.org").audience
    page = _page(client, audience)
    assert "ann@example.org" not in page
    assert "Delete audience" not in page
    for name in ("audience-name", "audience-delete"):
        url = reverse(f"activations:{name}", args=[audience.uuid])
        assert client.post(url, {"name": "x"}).status_code == 403
