"""The page of one destination."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activations.models import Activation
from activations.queries.runs import METRICS
from activations.terms import DeliveryState
from connections import destinations
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser


def _url(name: str, destination: Destination) -> str:
    return reverse(f"activations:{name}", args=[destination.uuid])


def _page(client: Client, destination: Destination, name: str = "destination-detail") -> str:
    return client.get(_url(name, destination)).content.decode()


def _fail(destination: Destination, code: str, count: int = 1) -> None:
    factories.DeliveryFactory.create_batch(
        count, destination=destination, state=DeliveryState.FAILED, code=code, detail="Why <b>"
    )


def test_without_audiences_it_offers_to_activate_some(
    signed_in: Client, destination: Destination
) -> None:
    assert "No audience is activated" in _page(signed_in, destination)


def test_each_profile_counts_in_exactly_one_total(
    signed_in: Client, destination: Destination
) -> None:
    _fail(destination, "zendesk-422-unknown", count=2)
    factories.DeliveryFactory(destination=destination)
    factories.DeliveryFactory(destination=destination, state="excluded", code="missing-email")
    factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    totals = signed_in.get(_url("destination-live", destination)).context["totals"]
    counted = (totals.activated, totals.excluded, totals.failed, totals.pending)
    assert counted == (1, 1, 2, 1)


def test_it_looks_again_often_only_while_something_is_pending(
    signed_in: Client, destination: Destination
) -> None:
    assert 'hx-trigger="every 5s"' in _page(signed_in, destination, "destination-live")
    factories.DeliveryFactory(destination=destination)
    assert 'hx-trigger="every 2s"' in _page(signed_in, destination, "destination-live")


def test_it_is_drawn_again_only_when_something_changed(
    signed_in: Client, destination: Destination
) -> None:
    page = signed_in.get(_url("destination-detail", destination))
    asked = {"tab": "runs", "seen": page.context["mark"]}
    url = _url("destination-live", destination)
    assert signed_in.get(url, asked).status_code == 204
    factories.DataflowRunFactory(destination=destination, started_at=factories.NOON)
    news = signed_in.get(url, asked).content.decode()
    assert 'id="runs" hx-swap-oob="true"' in news
    assert "No dataflow run yet" not in news


def test_a_stop_reaches_the_open_page_with_its_status(
    signed_in: Client, destination: Destination
) -> None:
    seen = signed_in.get(_url("destination-data", destination)).context["mark"]
    Destination.objects.update(status="error", problem="Refused.", problem_code="x")
    news = signed_in.get(_url("destination-live", destination), {"tab": "data", "seen": seen})
    page = news.content.decode()
    assert 'id="status" hx-swap-oob="true"' in page
    assert "Refused." in page
    assert "Error" in page


def test_before_anything_is_activated_the_page_is_one_next_step(
    signed_in: Client, destination: Destination
) -> None:
    page = _page(signed_in, destination)
    assert reverse("activations:activate", args=[destination.uuid]) in page
    for absent in ("Identities activated", "Progress", "Dataflow run start"):
        assert absent not in page


def test_each_metric_of_a_run_says_how_it_is_defined(
    signed_in: Client, destination: Destination
) -> None:
    factories.DataflowRunFactory(destination=destination)
    page = _page(signed_in, destination)
    assert len(METRICS) == 5
    for metric in METRICS:
        assert metric.help in page
    # The formula also stands in the page itself.
    assert page.count("identities activated ÷ (activated + excluded + failed)") == 2


@pytest.mark.parametrize("has_work", [True, False])
def test_a_run_is_processing_while_its_hour_lasts_and_takes_an_hour_once_it_is_completed(
    signed_in: Client, destination: Destination, has_work: bool
) -> None:
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    for started_at in (hour, hour - timedelta(hours=1)):
        factories.DataflowRunFactory(destination=destination, started_at=started_at)
    if has_work:
        factories.DeliveryFactory(destination=destination)
    page = _page(signed_in, destination)
    cell = r"(Processing|Completed)</span>\s*</td>\s*<td[^>]*>(1 hour|\d+ min into its hour)</td>"
    (status, present), ended = re.findall(cell, page)
    assert (status, ended) == ("Processing", ("Completed", "1 hour"))
    assert present in {f"{now.minute + late} min into its hour" for late in (0, 1)}


def test_codes_come_with_their_meaning_and_zendesks_own_words_as_text(
    signed_in: Client, destination: Destination
) -> None:
    _fail(destination, "zendesk-422-unknown")
    page = _page(signed_in, destination, "destination-problems")
    assert "Zendesk does not know a field that was sent" in page
    assert "Why &lt;b&gt;" in page


def test_retry_puts_one_code_back_in_line(signed_in: Client, destination: Destination) -> None:
    _fail(destination, "zendesk-422-unknown", count=2)
    _fail(destination, "zendesk-409")
    url = _url("retry", destination)
    page = signed_in.post(url, {"code": "zendesk-422-unknown"}, follow=True).content.decode()
    assert "2 profiles are back in line." in page
    assert "zendesk-409" in page


def test_a_refused_token_leads_to_a_new_one(signed_in: Client) -> None:
    destination = factories.DestinationFactory(
        account__status="rejected", account__problem="Zendesk does not accept this token (401)."
    )
    page = _page(signed_in, destination)
    assert "Zendesk does not accept this token (401)." in page
    assert destination.account is not None
    assert reverse("connections:account-token", args=[destination.account.uuid]) in page


def test_a_stopped_destination_says_why_and_can_be_resumed(signed_in: Client) -> None:
    destination = factories.DestinationFactory(
        status="error", problem="Refused 20 times in a row.", problem_code="zendesk-422-unknown"
    )
    page = _page(signed_in, destination)
    assert "Refused 20 times in a row." in page
    assert "Resume and retry" in page
    signed_in.post(reverse("connections:resume", args=[destination.uuid]))
    destination.refresh_from_db()
    assert destination.status == "enabled"


def test_an_outage_says_when_it_is_tried_again(signed_in: Client) -> None:
    until = timezone.now() + timedelta(minutes=5)
    destination = factories.DestinationFactory(account__outage_until=until)
    assert "Zendesk cannot be reached." in _page(signed_in, destination)


def test_a_run_shows_its_rate(signed_in: Client, destination: Destination) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for started_at in (hour, hour - timedelta(hours=1)):
        factories.DataflowRunFactory(
            destination=destination,
            started_at=started_at,
            identities_activated=9,
            identities_excluded=1,
        )
    rows = signed_in.get(_url("destination-detail", destination)).context["runs"]
    assert [row.activation_rate for row in rows] == ["90.0 %", "90.0 %"]


def test_activation_data_counts_profiles_by_status(
    signed_in: Client, destination: Destination
) -> None:
    audience = factories.AudienceFactory(name="VIP")
    for status in ("realized", "realized", "exited"):
        factories.MembershipFactory(audience=audience, status=status)
    factories.ActivationFactory(destination=destination, audience=audience, mapping_id="Field")
    row = signed_in.get(_url("destination-data", destination)).context["rows"][0]
    assert (row.counts.realized, row.counts.existing, row.counts.exited) == (2, 0, 1)
    assert row.schedule == "running"


def test_thirty_rows_take_as_many_queries_as_one(
    count_queries: CountQueries, destination: Destination
) -> None:
    def add(count: int) -> None:
        for number in range(count):
            factories.ActivationFactory(destination=destination)
            _fail(destination, f"zendesk-422-code{number}")
            factories.DataflowRunFactory(
                destination=destination, started_at=factories.NOON - timedelta(hours=number + count)
            )

    names = ("destination-detail", "destination-data", "destination-problems", "profiles")
    paths = [_url(name, destination) for name in names]
    add(1)
    one = [count_queries(path) for path in paths]
    add(29)
    assert [count_queries(path) for path in paths] == one


def test_no_tab_takes_more_than_fifteen_queries_whatever_goes_on(
    destination: Destination,
) -> None:
    """Of somebody whose permissions come from roles, which takes two queries more."""
    client = Client()
    client.force_login(factories.member(*Permission))
    activation = factories.ActivationFactory(destination=destination)
    factories.BackfillFactory(activation=activation)
    factories.ResendFactory(destination=destination, audience=activation.audience)
    factories.DataflowRunFactory(destination=destination)
    factories.AlertFactory(destination=destination)
    later = timezone.now() + timedelta(minutes=5)
    _fail(destination, "zendesk-409")
    for state in ("pending", "waiting"):
        row = factories.DeliveryFactory(
            destination=destination, state=state, unsettled_until=later, next_attempt_at=later
        )
        factories.AttemptFactory(delivery=row, started_at=timezone.now())
    names = ("destination-detail", "destination-data", "profiles", "destination-problems")
    paths = [_url(name, destination) for name in (*names, "destination-settings")]
    live = _url("destination-live", destination)
    paths += [f"{live}?tab={tab}" for tab in ("runs", "data", "problems", "settings")]
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert len(captured) <= 15, path


def test_a_destination_that_is_gone_answers_404(
    signed_in: Client, destination: Destination
) -> None:
    url = _url("destination-detail", destination)
    destination.delete()
    assert signed_in.get(url).status_code == 404


def test_chosen_audiences_are_sent_no_more(signed_in: Client, destination: Destination) -> None:
    factories.map_mandatory(destination)
    gone, kept = (
        factories.ActivationFactory(destination=destination, mapping_id=name)
        for name in ("VIP audience", "Newsletter")
    )
    elsewhere = factories.ActivationFactory()
    url = _url("remove-audiences", destination)

    page = signed_in.post(url, {"chosen": [gone.pk, elsewhere.pk]}, follow=True).content.decode()

    assert "1 audience is sent no more. Contacts stay as they are." in page
    assert set(Activation.objects.all()) == {kept, elsewhere}
    before = destination.mapping_version
    destination.refresh_from_db()
    assert destination.mapping_version == before + 1


def test_who_removes_what_somebody_else_removed_is_told(
    signed_in: Client, destination: Destination
) -> None:
    gone = factories.ActivationFactory(destination=destination)
    url = _url("remove-audiences", destination)
    signed_in.post(url, {"chosen": gone.pk})
    version = Destination.objects.get(pk=destination.pk).mapping_version

    page = signed_in.post(url, {"chosen": gone.pk}, follow=True).content.decode()

    assert "Nothing was changed" in page
    assert Destination.objects.get(pk=destination.pk).mapping_version == version


def test_it_says_why_totals_and_runs_do_not_add_up(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    assert "They do not add up" not in _page(signed_in, destination)
    factories.DataflowRunFactory(destination=destination)
    page = _page(signed_in, destination)
    said = page[page.index("They do not add up") :].split("</p>")[0]
    assert _url("destination-problems", destination) in said
    assert _url("monitoring-destination", destination) in said
    assert "They do not add up" in _page(signed_in, destination, "destination-live")


def test_who_may_not_monitor_is_told_of_problems_only(destination: Destination) -> None:
    factories.DeliveryFactory(destination=destination)
    factories.DataflowRunFactory(destination=destination)
    page = _page(browser(Permission.VIEW_DESTINATIONS)[0], destination)
    assert "Why profiles are excluded or failed stands under" in page
    assert _url("monitoring-destination", destination) not in page


def test_every_tab_has_what_the_destination_is_in_a_rail(
    signed_in: Client, destination: Destination
) -> None:
    destination.marketing_actions = ["email-targeting"]
    destination.activation_triggers = ["segmentation-changes"]
    destination.save()
    for tab in ("detail", "data", "problems", "settings"):
        rail = _page(signed_in, destination, f"destination-{tab}").split('id="rail"')[1]
        for fact in ("Email Targeting", "Segmentation changes", "Streaming", "Created by"):
            assert fact in rail, (tab, fact)
        assert str(destination.account) in rail


def test_the_rail_names_who_changed_it_last(
    signed_in: Client, user: User, destination: Destination
) -> None:
    rail = reverse("activations:browse-rail", args=[destination.uuid])
    other = factories.DestinationFactory()
    signed_in.post(reverse("connections:toggle", args=[other.uuid]), {"is_on": "off"})
    assert "Changed by" not in _page(signed_in, destination)

    signed_in.post(reverse("connections:toggle", args=[destination.uuid]), {"is_on": "off"})
    told = f"<dt>Changed by</dt><dd><bdi>{user.get_username()}</bdi></dd>"
    browse = f"{reverse('activations:browse')}?rail={destination.uuid}"
    for url in (_url("destination-detail", destination), rail, browse):
        assert told in signed_in.get(url).content.decode()
    assert told in _page(signed_in, destination, "destination-live")

    signed_in.post(_url("retry", destination), {"code": "zendesk-409"})
    destinations.enable(destination=destination)
    assert "<bdi>system</bdi>" in _page(signed_in, destination)


def test_what_is_edited_elsewhere_reaches_the_rail_of_the_open_page(
    signed_in: Client, destination: Destination
) -> None:
    Destination.objects.update(status="error", problem="Refused.", problem_code="x")
    news = _page(signed_in, destination, "destination-live")
    rail = news.split('id="destination-facts" hx-swap-oob="true"')[1].split("</dl>")[0]
    assert "Error" in rail
    assert "Refused." in rail
