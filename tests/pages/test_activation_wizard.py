"""The activation wizard: every change is saved, every problem is said, Finish is the last word."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from activations.models import Activation, ActivationDraft, Audience, FieldMapping
from activations.services import drafts
from connections.models import Destination
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.pages.conftest import CountQueries, forecast_of

HTMX = {"HX-Request": "true"}


def _url(step: str, draft: ActivationDraft) -> str:
    return reverse(f"activations:draft-{step}", args=[draft.uuid])


def _select(client: Client, draft: ActivationDraft, *audiences: Audience, version: int = 1) -> str:
    keys = [str(audience.pk) for audience in audiences]
    typed = {"version": str(version), "shown": keys, "chosen": keys}
    return client.post(_url("audiences", draft), typed, headers=HTMX).content.decode()


def _schedule(client: Client, draft: ActivationDraft, audience: Audience, **typed: str) -> str:
    draft.refresh_from_db()
    key = str(audience.pk)
    data = {"version": str(draft.version), "audience": key, f"start-{key}": "2026-01-01"}
    data |= {f"{name.replace('_', '-')}-{key}": value for name, value in typed.items()}
    return client.post(_url("schedule", draft), data, headers=HTMX).content.decode()


def _mapping(*rows: tuple[str, str], version: int = 1) -> dict[str, str]:
    typed = {"version": str(version)}
    for index, (source, target) in enumerate(rows):
        typed |= {f"source-{index}": source, f"target-{index}": target}
    return typed


MANDATORY = (
    ("IdentityMap: Email", "Identity: email"),
    ("xdm: person.name.lastName", "xdm: last_name"),
)


@pytest.fixture
def audience(db: None) -> Audience:
    return factories.AudienceFactory(name="VIP customers")


@pytest.fixture
def ready(signed_in: Client, draft: ActivationDraft, audience: Audience) -> ActivationDraft:
    """A draft that can be finished."""
    _select(signed_in, draft, audience)
    _schedule(signed_in, draft, audience, mapping_id="VIP audience")
    return draft


def test_opening_twice_leads_to_the_same_draft(signed_in: Client, destination: Destination) -> None:
    url = reverse("activations:activate", args=[destination.uuid])
    assert signed_in.get(url)["Location"] == signed_in.get(url)["Location"]


def test_the_audience_whose_page_led_here_is_selected_in_the_draft(
    signed_in: Client, destination: Destination, audience: Audience
) -> None:
    page = signed_in.get(reverse("activations:audience-detail", args=[audience.uuid]))
    choose = f"{reverse('activations:choose')}?audience={audience.uuid}"
    assert page.content.decode().count(f'href="{choose}"') == 2
    chooser = signed_in.get(choose).content.decode()
    assert "receives “<bdi>VIP customers</bdi>”" in chooser
    assert f'name="audience" value="{audience.uuid}"' in chooser
    assert "Activated here" not in chooser

    first = _activate(signed_in, destination, audience)
    again = _activate(signed_in, destination, audience)

    assert "VIP customers is selected." in first
    assert "VIP customers was selected already." in again
    draft = ActivationDraft.objects.get()
    assert [row["audience"] for row in draft.audiences] == [audience.pk]


def test_choosing_says_which_destinations_send_the_audience_already(
    signed_in: Client, destination: Destination, audience: Audience
) -> None:
    factories.ActivationFactory(destination=destination, audience=audience, mapping_id="VIP")
    choose = reverse("activations:choose")

    assert "Activated here" in signed_in.get(choose, {"audience": audience.uuid}).content.decode()
    assert "was selected already" in _activate(signed_in, destination, audience)
    [row] = ActivationDraft.objects.get().audiences
    assert row["mapping_id"] == "VIP"


def test_a_search_for_the_destination_keeps_the_audience(
    signed_in: Client, destination: Destination, audience: Audience
) -> None:
    asked = {"audience": audience.uuid, "q": "nothing"}
    page = signed_in.get(reverse("activations:choose"), asked).content.decode()
    assert f'<input type="hidden" name="audience" value="{audience.uuid}">' in page
    assert f'href="?audience={audience.uuid}"' in page


def test_a_tab_that_saves_in_the_same_moment_is_not_overwritten(
    signed_in: Client, draft: ActivationDraft, destination: Destination, audience: Audience
) -> None:
    saved: list[str] = []

    def meanwhile(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if sql.startswith('UPDATE "activations_activationdraft"') and not saved:
            saved.append(sql)
            ActivationDraft.objects.update(version=7, mappings=[])
        return execute(sql, *more)

    with connection.execute_wrapper(meanwhile):
        told = _activate(signed_in, destination, audience)
    draft.refresh_from_db()
    assert "VIP customers was not selected: another tab saved this draft." in told
    assert (draft.version, draft.mappings, draft.audiences) == (7, [], [])


@pytest.mark.parametrize("key", ["", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_audience_that_is_not_there_opens_no_draft(
    signed_in: Client, destination: Destination, key: str
) -> None:
    url = reverse("activations:activate", args=[destination.uuid])
    assert signed_in.post(url, {"audience": key}).status_code == 404
    assert not ActivationDraft.objects.exists()


def _activate(client: Client, destination: Destination, audience: Audience) -> str:
    url = reverse("activations:activate", args=[destination.uuid])
    return client.post(url, {"audience": audience.uuid}, follow=True).content.decode()


def test_a_new_draft_starts_with_the_mandatory_mappings(draft: ActivationDraft) -> None:
    targets = [row["target"] for row in draft.mappings]
    assert targets == ["email", "last_name", "first_name"]


def test_a_live_destination_opens_with_what_it_sends(
    signed_in: Client, destination: Destination
) -> None:
    factories.map_mandatory(destination, title="jobTitle")
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    signed_in.get(reverse("activations:activate", args=[destination.uuid]))
    draft = ActivationDraft.objects.get()
    assert [row["target"] for row in draft.mappings] == ["email", "last_name", "title"]
    assert draft.audiences[0]["mapping_id"] == "VIP audience"


def test_somebody_elses_draft_answers_404(client: Client, draft: ActivationDraft) -> None:
    client.force_login(factories.UserFactory())
    assert client.get(_url("audiences", draft)).status_code == 404


def test_choices_on_one_page_keep_those_on_another(
    signed_in: Client, draft: ActivationDraft
) -> None:
    first, second = factories.AudienceFactory.create_batch(2)
    _select(signed_in, draft, first)
    _select(signed_in, draft, second, version=2)
    draft.refresh_from_db()
    assert [row["audience"] for row in draft.audiences] == [first.pk, second.pk]


def test_unchecking_removes_an_audience(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    _select(signed_in, draft, audience)
    signed_in.post(_url("audiences", draft), {"version": "2", "shown": str(audience.pk)})
    draft.refresh_from_db()
    assert draft.audiences == []


def test_an_audience_that_is_sent_now_comes_back_with_its_schedule(
    signed_in: Client, destination: Destination, user: User, audience: Audience
) -> None:
    factories.ActivationFactory(
        destination=destination, audience=audience, mapping_id="VIP audience"
    )
    draft = drafts.open_for(destination=destination, person=user)
    before = draft.audiences
    signed_in.post(_url("audiences", draft), {"version": "1", "shown": str(audience.pk)})
    _select(signed_in, draft, audience, version=2)
    draft.refresh_from_db()
    assert draft.audiences == before


def test_next_saves_and_goes_on_also_without_a_script(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    key = str(audience.pk)
    typed = {"version": "1", "shown": key, "chosen": key, "go": "mapping"}
    assert signed_in.post(_url("audiences", draft), typed)["Location"] == _url("mapping", draft)
    typed = _mapping(*MANDATORY, version=2) | {"go": "schedule"}
    answer = signed_in.post(_url("mapping", draft), typed, headers=HTMX)
    assert answer["HX-Redirect"] == _url("schedule", draft)


def test_a_second_tab_is_told_and_overwrites_nothing(
    signed_in: Client, draft: ActivationDraft
) -> None:
    first, second = factories.AudienceFactory.create_batch(2)
    _select(signed_in, draft, first)
    answer = _select(signed_in, draft, second, version=1)
    assert "Changed in another tab." in answer
    draft.refresh_from_db()
    assert [row["audience"] for row in draft.audiences] == [first.pk]
    # The page that is behind stays refused until it is loaded again.
    assert 'name="version" value="0"' in answer


def test_sending_the_same_twice_is_no_conflict(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    _select(signed_in, draft, audience)
    assert "Changed in another tab." not in _select(signed_in, draft, audience, version=1)


def test_an_incomplete_mapping_is_kept_and_said_at_its_row(
    signed_in: Client, draft: ActivationDraft
) -> None:
    typed = _mapping(*MANDATORY, ("xdm: loyalty.tier", ""))
    page = signed_in.post(_url("mapping", draft), typed, headers=HTMX).content.decode()
    assert "Select a target field, or remove this row." in page
    assert "xdm: loyalty.tier" in signed_in.get(_url("mapping", draft)).content.decode()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("xdm: a", "xdm: last_name", "already the target"),
        ("xdm: a", "xdm: custom_fields.Nowhere", "no contact custom field “Nowhere”"),
        ("xdm: a", "xdm: custom_fields.Reg No", "companies only"),
        ("xdm: a", "xdm: shoe_size", "no contact attribute that can be written"),
        ("nonsense <b>", "xdm: title", "A source starts with “xdm:”"),
    ],
)
def test_a_wrong_mapping_is_said_at_its_row(
    signed_in: Client, draft: ActivationDraft, source: str, target: str, message: str
) -> None:
    typed = _mapping(*MANDATORY, (source, target))
    page = signed_in.post(_url("mapping", draft), typed, headers=HTMX).content.decode()
    _, row = page.split('id="row-2-problems"')
    assert message in row


def test_rows_are_added_and_removed(signed_in: Client, draft: ActivationDraft) -> None:
    signed_in.post(_url("mapping", draft), _mapping(*MANDATORY) | {"add": "1"})
    draft.refresh_from_db()
    assert len(draft.mappings) == 3
    typed = _mapping(*MANDATORY, ("", ""), version=draft.version) | {"remove": "2"}
    signed_in.post(_url("mapping", draft), typed)
    draft.refresh_from_db()
    assert len(draft.mappings) == 2


@pytest.mark.parametrize(
    ("mapping_id", "message"),
    [
        ("", "Enter the name of the contact custom field"),
        ("VIP audiense", "Did you mean “VIP audience”?"),
        ("vip audience", "capitals and blanks must be the same"),
        ("Loyalty points", "is a number field, which cannot hold a status"),
        ("Half a list", "has no choice “exited”"),
        ("Reg No", "companies only"),
    ],
)
def test_a_wrong_mapping_id_is_said_at_once(
    signed_in: Client,
    draft: ActivationDraft,
    audience: Audience,
    mapping_id: str,
    message: str,
) -> None:
    _select(signed_in, draft, audience)
    page = _schedule(signed_in, draft, audience, mapping_id=mapping_id)
    _, note = page.split(f'id="mapping-id-note-{audience.pk}"')
    assert message in note


def test_a_mapping_id_serves_one_audience(signed_in: Client, draft: ActivationDraft) -> None:
    first, second = factories.AudienceFactory.create_batch(2)
    _select(signed_in, draft, first, second)
    _schedule(signed_in, draft, first, mapping_id="VIP audience")
    page = _schedule(signed_in, draft, second, mapping_id="VIP audience")
    assert "is already written by the audience" in page


def test_a_good_mapping_id_is_confirmed(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    _select(signed_in, draft, audience)
    page = _schedule(signed_in, draft, audience, mapping_id="VIP audience")
    assert "VIP audience exists in Zendesk: list field with realized, existing, exited" in page


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"start": ""}, "Enter the first day."),
        ({"start": "tomorrow"}, "This is no date."),
        ({"end": "31.12.2026"}, "This is no date."),
        ({"end": "2025-12-31"}, "ends before it starts"),
        ({"end": "2026-01-02"}, "The last day is over"),
    ],
)
def test_wrong_dates_are_said(
    signed_in: Client,
    draft: ActivationDraft,
    audience: Audience,
    dates: dict[str, str],
    message: str,
) -> None:
    _select(signed_in, draft, audience)
    assert message in _schedule(signed_in, draft, audience, mapping_id="VIP audience", **dates)


def test_the_fields_are_read_again_on_demand(
    signed_in: Client, draft: ActivationDraft, sandbox: RunningSandbox
) -> None:
    answer = signed_in.post(_url("read-fields", draft), follow=True)
    assert "10 custom fields were read." in answer.content.decode()


def test_review_foresees_what_finish_will_do(
    signed_in: Client, ready: ActivationDraft, audience: Audience
) -> None:
    factories.MembershipFactory.create_batch(3, audience=audience)
    factories.MembershipFactory(audience=audience, profile__email="", profile__identity="ecid:1")
    factories.MembershipFactory(audience=audience, status="exited")
    foreseen = signed_in.get(_url("forecast", ready)).context["foreseen"]
    assert (foreseen.candidates, foreseen.is_exact) == (4, False)


def test_finish_waits_until_everything_is_right(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    _select(signed_in, draft, audience)
    _schedule(signed_in, draft, audience, mapping_id="VIP audiense")
    page = signed_in.get(_url("review", draft)).content.decode()
    assert "1 problem to put right first" in page
    assert 'disabled aria-describedby="why-not">Finish' in page
    answer = signed_in.post(_url("finish", draft), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert not Activation.objects.exists()


def test_finish_makes_it_real_and_ends_at_the_destination(
    signed_in: Client, ready: ActivationDraft, audience: Audience
) -> None:
    answer = signed_in.post(_url("finish", ready))
    destination = ready.destination
    assert answer["Location"] == reverse("activations:destination-detail", args=[destination.uuid])
    activation = Activation.objects.get(destination=destination)
    assert (activation.audience, activation.mapping_id) == (audience, "VIP audience")
    assert FieldMapping.objects.filter(destination=destination).count() == 3


@pytest.mark.parametrize("name", ["audiences", "mapping", "schedule", "review"])
def test_going_back_into_a_finished_draft_leads_to_the_destination(
    signed_in: Client, ready: ActivationDraft, name: str
) -> None:
    signed_in.post(_url("finish", ready))
    answer = signed_in.get(_url(name, ready), follow=True)
    detail = reverse("activations:destination-detail", args=[ready.destination.uuid])
    assert answer.redirect_chain == [(detail, 302)]
    assert "This was finished already." in answer.content.decode()


def test_finishing_twice_changes_nothing_more(signed_in: Client, ready: ActivationDraft) -> None:
    signed_in.post(_url("finish", ready))
    ready.refresh_from_db()
    finished_at = ready.finished_at
    signed_in.post(_url("finish", ready))
    ready.refresh_from_db()
    assert ready.finished_at == finished_at
    assert Activation.objects.count() == 1


def test_what_the_draft_says_too_is_not_said_to_be_undone(
    signed_in: Client, ready: ActivationDraft
) -> None:
    Destination.objects.update(mapping_version=7)
    ActivationDraft.objects.update(based_on={})
    page = signed_in.get(_url("review", ready)).content.decode()
    assert "It is just what your draft says too." in page
    assert "Finish would undo that" not in page


def test_finish_does_not_undo_what_somebody_else_changed(
    signed_in: Client, ready: ActivationDraft
) -> None:
    Destination.objects.update(mapping_version=7)
    factories.FieldMappingFactory(destination=ready.destination, target="title")
    page = signed_in.get(_url("review", ready)).content.decode()
    assert "The destination was changed meanwhile" in page
    assert "Finish would undo that" in page
    signed_in.post(_url("finish", ready))
    assert not Activation.objects.exists()
    signed_in.post(_url("discard", ready), {"again": "1"}, follow=True)
    assert ActivationDraft.objects.get().based_on_version == 7


def test_discarding_leaves_the_destination_as_it_was(
    signed_in: Client, ready: ActivationDraft, user: User
) -> None:
    signed_in.post(_url("discard", ready))
    assert not ActivationDraft.objects.filter(created_by=user).exists()
    assert not Activation.objects.exists()


@pytest.mark.parametrize("step", ["audiences", "mapping", "schedule"])
@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"version": "-1", "source-0": "\x00", "shown": "x", "chosen": "²", "audience": "1e9"},
        {"version": "9" * 30, "source-0": "x" * 9999, "shown": "9" * 30, "go": "//example.org"},
    ],
)
def test_a_malformed_form_is_answered_calmly(
    signed_in: Client, draft: ActivationDraft, step: str, typed: dict[str, str]
) -> None:
    assert signed_in.post(_url(step, draft), typed).status_code == 200


@pytest.mark.parametrize("step", ["audiences", "schedule", "review"])
def test_thirty_audiences_take_as_many_queries_as_one(
    signed_in: Client, draft: ActivationDraft, count_queries: CountQueries, step: str
) -> None:
    _select(signed_in, draft, factories.MembershipFactory().audience)
    one = count_queries(_url(step, draft))
    more = [member.audience for member in factories.MembershipFactory.create_batch(29)]
    _select(signed_in, draft, *more, version=2)
    assert count_queries(_url(step, draft)) == one


def test_review_says_how_many_how_long_and_until_when(
    signed_in: Client, ready: ActivationDraft, audience: Audience, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.47
    factories.MembershipFactory.create_batch(3, audience=audience)
    page = forecast_of(signed_in, ready)
    assert "3 contacts to send, 1 request each: under a minute at your limit of" in page
    assert "8.47 requests a second, finished by <time" in page
    assert "At most" not in page


def test_review_says_when_finish_changes_nothing(signed_in: Client, ready: ActivationDraft) -> None:
    assert "Finish sends nothing now" in forecast_of(signed_in, ready)


def test_review_says_what_keeps_the_destination_from_sending(
    signed_in: Client, ready: ActivationDraft, audience: Audience
) -> None:
    factories.MembershipFactory(audience=audience)
    Destination.objects.update(status="disabled")
    assert "the destination is disabled" in forecast_of(signed_in, ready)


def test_the_last_step_is_the_same_to_htmx(signed_in: Client, ready: ActivationDraft) -> None:
    """It saves nothing, so there is no part of it to be answered with."""
    answer = signed_in.get(_url("review", ready), headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert b"<h1" in answer.content
