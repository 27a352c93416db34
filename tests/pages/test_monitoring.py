"""Monitoring: the time in the address, numbers per destination, run and audience, and why."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.models import DataflowRun
from connections.models import Destination
from tests import factories
from tests.pages.conftest import CountQueries

LIST = "/monitoring/"
HOSTILE = "<script>alert(1)</script> \u202eevil\u202c 👩‍🚀 " + "x" * 140


@pytest.fixture
def user(db: None) -> User:
    """Somebody who may do everything."""
    return factories.UserFactory(is_superuser=True)


def _hour(hours: int = 0) -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)


def _run(destination: Destination, hours: int = 0, **counts: int) -> DataflowRun:
    return factories.DataflowRunFactory(destination=destination, started_at=_hour(hours), **counts)


def _url(destination: Destination) -> str:
    return reverse("activations:monitoring-destination", args=[destination.uuid])


def _run_url(run: DataflowRun) -> str:
    return reverse("activations:monitoring-run", args=[run.uuid])


def test_without_destinations_it_leads_to_the_catalog(signed_in: Client) -> None:
    assert "Open the catalog" in signed_in.get(LIST).content.decode()


def test_each_destination_has_its_sums_in_the_time_asked_for(
    signed_in: Client, destination: Destination
) -> None:
    _run(destination, 1, identities_activated=7, identities_excluded=1, profiles_received=9)
    _run(destination, 24 * 3, identities_activated=100)
    found = [signed_in.get(LIST, {"range": key}).context["page"][0] for key in ("24h", "7d")]
    assert [row.sums.activated for row in found] == [7, 107]
    assert (found[0].sums.received, found[0].sums.rate) == (9, "87.5 %")


def test_days_are_those_of_the_persons_zone(signed_in: Client, destination: Destination) -> None:
    day = timezone.now().date() - timedelta(days=2)
    # Half past midnight in Auckland, the day before in UTC.
    started_at = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=9)
    factories.DataflowRunFactory(
        destination=destination, started_at=started_at, identities_activated=5
    )
    asked = {"range": "custom", "from": day.isoformat(), "to": day.isoformat()}
    assert signed_in.get(LIST, asked).context["total"].activated == 0
    signed_in.cookies["zone"] = "Pacific%2FAuckland"
    assert signed_in.get(LIST, asked).context["total"].activated == 5


def test_a_run_tells_its_numbers_in_the_order_of_the_destinations_page(
    signed_in: Client, destination: Destination
) -> None:
    _run(
        destination,
        profiles_received=1,
        identities_activated=2,
        identities_excluded=3,
        identities_failed=4,
    )
    page = signed_in.get(_url(destination)).content.decode()
    heads = re.findall(
        r'<th scope="col" class="num">(\w+)', page.partition("Dataflow run start")[2]
    )
    numbers = re.findall(
        r'<td data-label="\w+" class="num">(\d+)</td>', page.partition("Dataflow run start")[2]
    )
    assert heads[:4] == ["Received", "Activated", "Excluded", "Failed"]
    assert numbers[:4] == ["1", "2", "3", "4"]


def test_what_was_not_sent_has_one_name_on_every_page(
    signed_in: Client, destination: Destination
) -> None:
    _run(destination, identities_excluded=3)
    for url in (LIST, _url(destination)):
        page = signed_in.get(url).content.decode()
        assert "Records excluded" in page
        assert page.lower().count("skipped") == 1, "what Adobe calls it, as help"
    assert signed_in.get(LIST, {"sort": "-excluded"}).context["columns"]["excluded"].direction


def test_only_where_a_time_is_not_over_points_stand_apart(
    signed_in: Client, destination: Destination
) -> None:
    day = (timezone.now().date() - timedelta(days=2)).isoformat()
    past = {"range": "custom", "from": day, "to": day}
    words = "The points that stand apart are of a time that is not over yet."
    assert words in signed_in.get(LIST).content.decode()
    assert words not in signed_in.get(LIST, past).content.decode()


@pytest.mark.parametrize("zone", ["", "Europe", "../../etc/passwd", "x" * 3000, "No/Where"])
def test_a_zone_nobody_knows_is_utc(signed_in: Client, zone: str) -> None:
    signed_in.cookies["zone"] = zone
    assert signed_in.get(LIST).context["asked_range"].zone_name == "UTC"


def test_days_that_make_no_sense_are_kept_and_told(
    signed_in: Client, destination: Destination
) -> None:
    asked = {"range": "custom", "from": "2026-02-31", "to": "<b>"}
    page = signed_in.get(LIST, asked).content.decode()
    assert "Enter both days, as year-month-day." in page
    assert 'value="2026-02-31"' in page
    assert 'value="&lt;b&gt;"' in page


def test_names_are_searched_and_numbers_sorted(signed_in: Client) -> None:
    few, many = factories.DestinationFactory(name="Few"), factories.DestinationFactory(name="Many")
    _run(few, identities_failed=1)
    _run(many, identities_failed=5)

    def names(**asked: str) -> list[str]:
        return [row.destination.name for row in signed_in.get(LIST, asked).context["page"]]

    assert names() == ["Few", "Many"]
    assert names(sort="-failed") == ["Many", "Few"]
    assert names(q="man") == ["Many"]
    assert names(q="nothing") == []


def test_sorting_keeps_the_time(signed_in: Client, destination: Destination) -> None:
    context = signed_in.get(LIST, {"range": "7d", "failures": "1", "page": "2"}).context
    assert context["columns"]["failed"].url == "?range=7d&failures=1&sort=failed"


def test_only_destinations_with_failures_on_request(signed_in: Client) -> None:
    well, ill = factories.DestinationFactory(), factories.DestinationFactory()
    _run(well, identities_activated=1)
    _run(ill, identities_failed=1)
    found = signed_in.get(LIST, {"failures": "1"}).context["page"]
    assert [row.destination for row in found] == [ill]


@pytest.mark.parametrize("is_one", [False, True])
def test_switches_turn_a_part_of_the_page_and_keep_the_rest(
    signed_in: Client, destination: Destination, is_one: bool
) -> None:
    path = _url(destination) if is_one else LIST
    answer = signed_in.get(path, {"range": "7d", "failures": "1", "page": "2"})
    failures, graphs = answer.context["switches"]
    assert (failures.is_on, failures.query) == (True, {"range": "7d"})
    assert (graphs.is_on, graphs.query) == (
        True,
        {"range": "7d", "failures": "1", "graphs": "off"},
    )
    assert answer.content.decode().count('class="switch" role="switch"') == 2


def test_graphs_are_switched_off(signed_in: Client, destination: Destination) -> None:
    assert "data-chart" in signed_in.get(LIST).content.decode()
    assert "data-chart" not in signed_in.get(LIST, {"graphs": "off"}).content.decode()


def test_the_rate_is_explained_where_it_stands(signed_in: Client, destination: Destination) -> None:
    assert (
        "identities activated ÷ (activated + excluded + failed)"
        in signed_in.get(LIST).content.decode()
    )


def test_a_destination_lists_its_runs_newest_first(
    signed_in: Client, destination: Destination
) -> None:
    runs = [_run(destination, hours, identities_failed=hours) for hours in (0, 2, 30)]
    found = signed_in.get(_url(destination), {"range": "7d"}).context["rows"]
    assert [row.run for row in found] == runs
    found = signed_in.get(_url(destination), {"range": "7d", "failures": "1"}).context["rows"]
    assert [row.run for row in found] == runs[1:]


def test_a_destination_lists_its_audiences_with_their_sums(
    signed_in: Client, destination: Destination
) -> None:
    quiet = factories.ActivationFactory(destination=destination, audience__name="B quiet")
    vip = factories.ActivationFactory(destination=destination, audience__name="A vip")
    for hours, counts in ((1, (4, 1, 0)), (2, (1, 0, 2)), (30, (50, 0, 0))):
        factories.AudienceRunFactory(
            destination=destination,
            audience=vip.audience,
            started_at=_hour(hours),
            **dict(zip(("activated", "excluded", "failed"), counts, strict=True)),
        )
    asked = {"view": "audiences"}
    rows = signed_in.get(_url(destination), asked).context["rows"]
    assert [(r.activation, r.activated, r.excluded, r.failed) for r in rows] == [
        (vip, 5, 1, 2),
        (quiet, 0, 0, 0),
    ]
    assert rows[0].last_run_at == _hour(1)
    rows = signed_in.get(_url(destination), {**asked, "failures": "1"}).context["rows"]
    assert [row.activation for row in rows] == [vip]


def test_an_audience_has_its_hours_by_what_happened(
    signed_in: Client, destination: Destination
) -> None:
    vip = factories.AudienceFactory(name=HOSTILE)
    for hours, failed in ((1, 0), (2, 3)):
        factories.AudienceRunFactory(
            destination=destination,
            audience=vip,
            started_at=_hour(hours),
            activated=1,
            failed=failed,
        )
    url = reverse("activations:monitoring-audience", args=[destination.uuid, vip.uuid])
    assert len(signed_in.get(url).context["page"]) == 2
    page = signed_in.get(url, {"with": "failed"})
    assert [run.failed for run in page.context["page"]] == [3]
    assert "<script>alert" not in page.content.decode()


def test_a_run_tells_its_failures_by_code(signed_in: Client, destination: Destination) -> None:
    run = _run(destination, 2, identities_failed=3)
    delivery = factories.DeliveryFactory(destination=destination)
    elsewhere = factories.DeliveryFactory()
    inside, outside = run.started_at + timedelta(minutes=59), run.started_at + timedelta(hours=1)
    for number, (of, code, at, outcome) in enumerate(
        [
            (delivery, "zendesk-409", run.started_at, "rejected"),
            (delivery, "zendesk-409", inside, "rejected"),
            (delivery, "zendesk-422-unknown", inside, "rejected"),
            (delivery, "zendesk-409", outside, "rejected"),
            (delivery, "network", inside, "not-sent"),
            (elsewhere, "zendesk-409", inside, "rejected"),
        ]
    ):
        factories.AttemptFactory(
            delivery=of, fence=number, code=code, started_at=at, outcome=outcome
        )
    factories.DeliveryFactory(
        destination=destination, state="failed", code="mapping-error", updated_at=inside
    )
    answer = signed_in.get(_run_url(run))
    assert [(problem.code, problem.count) for problem in answer.context["problems"]] == [
        ("zendesk-409", 2),
        ("mapping-error", 1),
        ("zendesk-422-unknown", 1),
    ]
    page = answer.content.decode()
    assert "Zendesk holds several contacts with this e-mail" in page
    assert str(run.uuid) in page


def test_a_run_tells_who_was_excluded_and_still_is(
    signed_in: Client, destination: Destination
) -> None:
    run = _run(destination, 2, identities_excluded=2)
    inside = run.started_at + timedelta(minutes=5)
    for state, code, at in (
        ("excluded", "missing-email", inside),
        ("excluded", "missing-email", run.started_at - timedelta(microseconds=1)),
        ("delivered", "", inside),
    ):
        factories.DeliveryFactory(
            destination=destination, state=state, code=code, delivered_seq=1, updated_at=at
        )
    answer = signed_in.get(_run_url(run), {"show": "excluded"})
    assert [(p.code, p.count) for p in answer.context["problems"]] == [("missing-email", 1)]
    assert "not looked at again since" in answer.content.decode()


def test_what_is_gone_answers_404(signed_in: Client, destination: Destination) -> None:
    run = _run(destination)
    audience = factories.AudienceFactory()
    urls = [
        _run_url(run),
        _url(destination),
        reverse("activations:monitoring-audience", args=[destination.uuid, audience.uuid]),
    ]
    destination.delete()
    assert [signed_in.get(url).status_code for url in urls] == [404] * 3


def test_without_the_permission_it_is_refused(client: Client, destination: Destination) -> None:
    client.force_login(factories.member())
    for url in (LIST, _url(destination), _run_url(_run(destination))):
        assert client.get(url).status_code == 403


def test_browse_and_the_destination_lead_here(signed_in: Client, destination: Destination) -> None:
    for name, args in (("browse", []), ("destination-detail", [destination.uuid])):
        page = signed_in.get(reverse(f"activations:{name}", args=args)).content.decode()
        assert _url(destination) in page


def test_hostile_names_are_text(signed_in: Client) -> None:
    destination = factories.DestinationFactory(name=HOSTILE)
    _run(destination, identities_failed=99)
    for url in (LIST, _url(destination), _run_url(destination.runs.get())):
        page = signed_in.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_thirty_of_everything_take_as_many_queries_as_one(
    count_queries: CountQueries, destination: Destination
) -> None:
    run = _run(destination, identities_failed=1)

    def add(count: int) -> None:
        for number in range(count):
            _run(destination, 1 + number + count, identities_failed=1)
            _run(factories.DestinationFactory(), identities_activated=1)
            activation = factories.ActivationFactory(destination=destination)
            factories.AudienceRunFactory(
                destination=destination, audience=activation.audience, started_at=_hour(), failed=1
            )
            delivery = factories.DeliveryFactory(
                destination=destination, state="failed", code=f"mapping-error{number}"
            )
            factories.AttemptFactory(
                delivery=delivery, code=f"c{number}", started_at=_hour(), outcome="rejected"
            )

    paths = [
        f"{LIST}?range=30d",
        f"{_url(destination)}?range=7d",
        f"{_url(destination)}?range=7d&view=audiences&failures=1",
        _run_url(run),
        f"{_run_url(run)}?show=excluded",
    ]
    add(1)
    one = [count_queries(path) for path in paths]
    add(29)
    assert [count_queries(path) for path in paths] == one
    assert max(one) <= 8
