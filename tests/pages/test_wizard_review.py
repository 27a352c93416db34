"""The Review step: what changes, what is taken away, and many audiences."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.services import drafts
from activations.services.draft_content import MappingRow, ScheduleRow
from connections.models import Destination
from tests import factories
from tests.pages.conftest import STATUS_FIELD, CountQueries, forecast_of, next_part

MANY = 30
# The product's own target for every page and fragment.
MOST_QUERIES = 15
MAPPINGS = (
    MappingRow("IdentityMap: Email", "Identity: email"),
    MappingRow("xdm: person.name.lastName", "xdm: last_name"),
)


@pytest.fixture
def vip(destination: Destination) -> Audience:
    """What the destination sends before the wizard opens, with a title for each contact."""
    audience: Audience = factories.AudienceFactory(name="VIP customers")
    factories.map_mandatory(destination, title="jobTitle")
    factories.ActivationFactory(
        destination=destination, audience=audience, mapping_id="VIP audience"
    )
    return audience


@pytest.fixture
def mine(destination: Destination, user: User, vip: Audience) -> ActivationDraft:
    return drafts.open_for(destination=destination, person=user)


def choose(draft: ActivationDraft, *, add: list[Audience], drop: list[Audience]) -> None:
    draft.refresh_from_db()
    drafts.select_audiences(
        draft=draft,
        version=draft.version,
        shown={audience.pk for audience in (*add, *drop)},
        chosen={audience.pk for audience in add},
        at=factories.NOON,
    )


def schedule(draft: ActivationDraft, *rows: ScheduleRow) -> None:
    drafts.save_schedule(draft=draft, version=draft.version, rows=rows, at=factories.NOON)


def url_of(draft: ActivationDraft) -> str:
    return reverse("activations:draft-review", args=[draft.uuid])


def page_of(client: Client, draft: ActivationDraft, query: str = "") -> str:
    return " ".join(client.get(f"{url_of(draft)}{query}").content.decode().split())


def summary(client: Client, draft: ActivationDraft, query: str = "") -> dict[str, str]:
    """What becomes of each audience that is shown."""
    rows = client.get(f"{url_of(draft)}{query}").context["rows"]
    return {row.audience.name: str(row.change.kind) for row in rows}


def test_the_summary_says_what_is_new_changed_and_removed(
    signed_in: Client, mine: ActivationDraft, vip: Audience
) -> None:
    new = factories.AudienceFactory(name="New ones")
    assert summary(signed_in, mine) == {"VIP customers": "same"}
    choose(mine, add=[new], drop=[])
    schedule(mine, ScheduleRow(vip.pk, "VIP audience", "2026-05-05"))
    assert summary(signed_in, mine) == {"VIP customers": "changed", "New ones": "new"}
    assert "now 1 Jan 2026" in page_of(signed_in, mine)
    choose(mine, add=[], drop=[vip])
    assert summary(signed_in, mine, "?show=changed") == {"New ones": "new"}
    assert summary(signed_in, mine, "?show=removed") == {"VIP customers": "removed"}


def test_what_is_as_now_is_left_out_of_what_changes(
    signed_in: Client, mine: ActivationDraft
) -> None:
    page = page_of(signed_in, mine, "?show=changed")
    assert "No audience is new or changed." in page
    assert "New or changed (0)" in page


def test_a_removed_audience_says_what_stays_in_zendesk(
    signed_in: Client, mine: ActivationDraft, vip: Audience
) -> None:
    assert "Finish stops writing" not in page_of(signed_in, mine)
    choose(mine, add=[], drop=[vip])
    page = page_of(signed_in, mine)
    assert "Finish stops writing these fields." in page
    assert "status of the audience “VIP customers”, which is removed" in page
    assert "Show the 1 removed audience<" in page


def test_a_removed_mapping_says_what_stays_in_zendesk(
    signed_in: Client, mine: ActivationDraft
) -> None:
    drafts.save_mappings(draft=mine, version=1, rows=MAPPINGS, at=factories.NOON)
    page = page_of(signed_in, mine)
    assert "<strong>xdm: title</strong>: mapped from “xdm: jobTitle”, which is removed" in page
    assert "Show the" not in page


def test_problems_name_the_audience_and_lead_to_its_row(
    signed_in: Client, mine: ActivationDraft
) -> None:
    choose(mine, add=[factories.AudienceFactory(name="New ones")], drop=[])
    page = page_of(signed_in, mine)
    assert "<bdi>New ones</bdi>: Enter the name of the contact custom field" in page
    schedule_url = reverse("activations:draft-schedule", args=[mine.uuid])
    assert f'href="{schedule_url}?new=off&amp;problems=on"' in page
    rows = signed_in.get(f"{schedule_url}?new=off&problems=on").context["rows"]
    assert [row.audience.name for row in rows] == ["New ones"]


def test_problems_of_the_mapping_name_its_row(signed_in: Client, mine: ActivationDraft) -> None:
    rows = (*MAPPINGS, MappingRow("", "xdm: title"), MappingRow("xdm: jobTitle", ""), MappingRow())
    drafts.save_mappings(draft=mine, version=1, rows=rows, at=factories.NOON)
    page = page_of(signed_in, mine)
    for row in ("xdm: title", "xdm: jobTitle", "Row 5"):
        assert f"<li><bdi>{row}</bdi>: " in page


def test_of_many_problems_the_first_are_told_and_the_rest_counted(
    signed_in: Client, mine: ActivationDraft
) -> None:
    choose(mine, add=factories.AudienceFactory.create_batch(MANY), drop=[])
    page = page_of(signed_in, mine)
    assert page.count("Enter the name of the contact custom field") == 10
    assert "and 20 more" in page
    assert "30 problems to put right first" in page


def test_many_audiences_are_searched_sorted_and_paged(
    signed_in: Client, mine: ActivationDraft
) -> None:
    new = [factories.AudienceFactory(name=f"New {n:02}") for n in range(MANY)]
    choose(mine, add=new, drop=[])
    assert len(summary(signed_in, mine)) == 25
    assert len(summary(signed_in, mine, "?page=2")) == MANY + 1 - 25
    assert next(iter(summary(signed_in, mine, "?sort=-name"))) == "VIP customers"
    assert summary(signed_in, mine, "?q=new+07") == {"New 07": "new"}


def test_exclusions_are_told_by_reason_with_what_to_do(
    signed_in: Client, mine: ActivationDraft, vip: Audience
) -> None:
    reader = factories.AudienceFactory(name="Readers")
    factories.MembershipFactory.create_batch(
        2, audience=reader, profile__attributes={"person": {"name": {"lastName": " "}}}
    )
    choose(mine, add=[reader], drop=[])
    schedule(mine, ScheduleRow(reader.pk, "Newsletter", "2026-01-01"))
    forecast = forecast_of(signed_in, mine)
    assert "Who will not be sent" in forecast
    assert "Load a last name, or map another field to last_name." in forecast
    assert "The forecast is complete." in forecast


def test_many_audiences_take_as_many_queries_as_one(
    signed_in: Client, mine: ActivationDraft, count_queries: CountQueries
) -> None:
    choose(mine, add=[factories.MembershipFactory().audience], drop=[])
    one = count_queries(url_of(mine))
    more = [member.audience for member in factories.MembershipFactory.create_batch(MANY)]
    choose(mine, add=more, drop=[])
    assert count_queries(url_of(mine)) == one


def test_the_page_does_not_wait_for_the_forecast(
    signed_in: Client, mine: ActivationDraft, count_queries: CountQueries
) -> None:
    choose(mine, add=[factories.MembershipFactory().audience], drop=[])
    page = page_of(signed_in, mine)
    url = reverse("activations:draft-forecast", args=[mine.uuid])
    assert f'aria-busy="true" hx-get="{url}" hx-trigger="load"' in page
    assert "Counting whom this reaches" in page
    assert count_queries(url_of(mine)) <= MOST_QUERIES


def test_every_part_of_the_forecast_takes_few_queries(
    signed_in: Client, mine: ActivationDraft, count_queries: CountQueries
) -> None:
    new = factories.MembershipFactory.create_batch(MANY)
    factories.DeliveryFactory(destination=mine.destination)
    choose(mine, add=[member.audience for member in new], drop=[])
    rows = [ScheduleRow(one.audience_id, f"F{one.pk}", "2026-01-01") for one in new]
    schedule(mine, *rows)
    fields = [
        {**STATUS_FIELD, "name": row.mapping_id, "choices": [], "type": "string"} for row in rows
    ]
    account = mine.destination.account
    account.contact_fields = [*account.contact_fields, *fields]
    account.save()
    url = reverse("activations:draft-forecast", args=[mine.uuid])
    first = signed_in.get(url).content.decode()
    following = next_part(first)
    assert "0 so far" in first
    assert count_queries(url) <= MOST_QUERIES
    assert count_queries(following) <= MOST_QUERIES


def test_a_forecast_of_an_older_draft_begins_anew(signed_in: Client, mine: ActivationDraft) -> None:
    reader = factories.MembershipFactory().audience
    choose(mine, add=[reader], drop=[])
    schedule(mine, ScheduleRow(reader.pk, "Newsletter", "2026-01-01"))
    url = reverse("activations:draft-forecast", args=[mine.uuid])
    following = next_part(signed_in.get(url).content.decode())
    assert signed_in.get(following).context["foreseen"].trial.batches == 1
    drafts.save_mappings(
        draft=mine, version=mine.version, rows=MAPPINGS, at=factories.NOON + timedelta(minutes=1)
    )
    assert signed_in.get(following).context["foreseen"].trial.batches == 0
    assert signed_in.get(f"{url}?tried=made-up").context["foreseen"].trial.batches == 0


def test_with_problems_left_nobody_is_tried_out(signed_in: Client, mine: ActivationDraft) -> None:
    choose(mine, add=[factories.MembershipFactory().audience], drop=[])
    forecast = forecast_of(signed_in, mine)
    assert "not tried out yet" in forecast
    assert "aria-busy" not in forecast


def test_a_draft_finished_in_another_tab_has_no_forecast_and_moves_no_page(
    signed_in: Client, mine: ActivationDraft
) -> None:
    url = reverse("activations:draft-forecast", args=[mine.uuid])
    drafts.finish(draft=mine, at=factories.NOON)
    answer = signed_in.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "HX-Redirect" not in answer
    drafts.discard(draft=mine)
    assert signed_in.get(url).status_code == 404


def test_the_columns_to_choose_from_are_those_of_its_table(
    signed_in: Client, mine: ActivationDraft
) -> None:
    page = signed_in.get(url_of(mine)).content.decode()
    assert 'data-columns-of="reviewed-audiences"' in page
    assert '<table class="table" id="reviewed-audiences">' in page
    assert "data-columns-of" not in signed_in.get(url_of(mine), {"q": "nobody"}).content.decode()
