"""The Schedule step with many audiences: search, filters, pages, and one edit for many."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience
from activations.services import drafts
from connections.models import Destination
from tests import factories
from tests.pages.conftest import CountQueries

HTMX = {"HX-Request": "true"}
MANY = 30


@pytest.fixture
def sent(destination: Destination) -> Audience:
    """What the destination sends before the wizard opens."""
    audience: Audience = factories.AudienceFactory(name="Sent already")
    factories.ActivationFactory(
        destination=destination, audience=audience, mapping_id="VIP audience"
    )
    return audience


@pytest.fixture
def full(destination: Destination, user: User, sent: Audience) -> ActivationDraft:
    """A draft with one audience that is sent and more than a page of new ones."""
    draft = drafts.open_for(destination=destination, person=user)
    new = [factories.AudienceFactory(name=f"New {n:02}") for n in range(MANY)]
    keys = {audience.pk for audience in new}
    drafts.select_audiences(draft=draft, version=1, shown=keys, chosen=keys, at=factories.NOON)
    return draft


def url_of(draft: ActivationDraft) -> str:
    return reverse("activations:draft-schedule", args=[draft.uuid])


def listed(client: Client, url: str) -> list[str]:
    return [row.audience.name for row in client.get(url).context["rows"]]


def edit(client: Client, draft: ActivationDraft, query: str = "", **typed: object) -> str:
    """What is answered to one edit of many rows, followed where it leads."""
    draft.refresh_from_db()
    data = {"version": str(draft.version), "edit": "1", "edit-scope": "listed", **typed}
    return client.post(f"{url_of(draft)}{query}", data, follow=True).content.decode()


def stored(draft: ActivationDraft, column: str) -> dict[str, str]:
    """A column of the draft by the audience's name."""
    draft.refresh_from_db()
    names = dict(Audience.objects.values_list("pk", "name"))
    return {names[row["audience"]]: row[column] for row in draft.audiences}


def test_new_audiences_only_are_shown_page_by_page(
    signed_in: Client, full: ActivationDraft
) -> None:
    assert listed(signed_in, url_of(full)) == [f"New {n:02}" for n in range(25)]
    assert listed(signed_in, f"{url_of(full)}?page=2") == [f"New {n:02}" for n in range(25, MANY)]
    assert "Sent already" in listed(signed_in, f"{url_of(full)}?new=off")


def test_the_switch_is_in_the_address_and_on_at_first(
    signed_in: Client, full: ActivationDraft
) -> None:
    page = signed_in.get(f"{url_of(full)}?q=new")
    switch = page.context["switches"][0]
    assert (switch.text, switch.is_on) == ("Show new audiences only", True)
    assert switch.query == {"q": "new", "sort": "added", "new": "off"}
    turned = signed_in.get(f"{url_of(full)}?new=off").context["switches"][0]
    assert (turned.is_on, turned.query) == (False, {"sort": "added"})


def test_when_nothing_is_new_the_way_to_all_is_shown(
    signed_in: Client, destination: Destination, user: User, sent: Audience
) -> None:
    draft = drafts.open_for(destination=destination, person=user)
    page = signed_in.get(url_of(draft)).content.decode()
    assert "No audience was added" in page
    assert f'href="{url_of(draft)}?new=off"' in page


def test_rows_with_problems_are_found(
    signed_in: Client, full: ActivationDraft, sent: Audience
) -> None:
    edit(signed_in, full, "?q=00", **{"edit-start_on": "2026-04-01"})
    key = str(Audience.objects.get(name="New 03").pk)
    full.refresh_from_db()
    typed = {"version": full.version, "audience": key, f"start-{key}": "2026-04-01"}
    signed_in.post(url_of(full), typed | {f"mapping-id-{key}": "Newsletter"}, headers=HTMX)
    shown = listed(signed_in, f"{url_of(full)}?problems=on&sort=name")
    assert "New 02" in shown
    assert "New 03" not in shown
    page = signed_in.get(f"{url_of(full)}?problems=on&new=off").content.decode()
    assert f"{MANY + 1} audiences, {MANY - 1} without Mapping ID<" in page
    typed = {"version": full.version + 1, "audience": key, f"start-{key}": "soon"}
    page = signed_in.post(url_of(full), typed, headers=HTMX).content.decode()
    assert f"{MANY + 1} audiences, {MANY} without Mapping ID, 1 with problems<" in page


def test_fields_that_would_be_refused_are_told_and_not_offered(
    signed_in: Client, full: ActivationDraft
) -> None:
    full.mappings = [*full.mappings, {**CUSTOM, "target": "Newsletter"}]
    full.save()
    page = signed_in.get(url_of(full))
    offered = [(one.value, one.note, one.is_disabled) for one in page.context["suggestions"]]
    assert offered == [
        ("VIP audience", "list", False),
        ("Half a list", "lacks a status", True),
        ("Newsletter", "mapped already", True),
    ]
    assert page.content.decode().count('aria-disabled="true" data-value=') == 2


CUSTOM = {
    "source_kind": "attribute",
    "source": "loyalty.tier",
    "target_kind": "custom_field",
    "when_empty": "keep",
}


def test_the_name_that_was_meant_is_taken_by_a_button_also_without_a_script(
    signed_in: Client, full: ActivationDraft
) -> None:
    key = str(Audience.objects.get(name="New 03").pk)
    typed = {"version": full.version, "audience": key, f"start-{key}": "2026-04-01"}
    wrong = signed_in.post(url_of(full), typed | {f"mapping-id-{key}": "Newslettr"})
    button = f'name="mapping-id-{key}" value="Newsletter" data-combobox-take="mapping-id-{key}"'
    assert button in wrong.content.decode()

    # What a browser sends that has no script: the field, then the button.
    both = {"version": full.version + 1, f"mapping-id-{key}": ["Newslettr", "Newsletter"]}
    right = signed_in.post(url_of(full), typed | both).content.decode()
    assert "Newsletter exists in Zendesk" in right
    assert button not in right
    assert stored(full, "mapping_id")["New 03"] == "Newsletter"


@pytest.mark.parametrize("typed", ["Half a lst", "Loyalty point", "Vip audience", "Newslettr"])
def test_no_button_takes_a_name_that_would_be_refused_too(
    signed_in: Client, full: ActivationDraft, typed: str
) -> None:
    """Too few choices, a number, another audience's, and written by a field mapping."""
    full.mappings = [*full.mappings, {**CUSTOM, "target": "Newsletter"}]
    full.save()
    key = str(Audience.objects.get(name="New 03").pk)
    sent = {"version": full.version, "audience": key, f"mapping-id-{key}": typed}
    page = signed_in.post(url_of(full), sent, headers=HTMX).content.decode()
    assert "The account has no contact custom field" in page
    assert "data-combobox-take" not in page


def test_a_tick_box_is_told_what_it_receives(
    signed_in: Client, full: ActivationDraft, destination: Destination
) -> None:
    account = destination.account
    assert account is not None
    tick = {"id": 9, "name": "Opted in", "type": "bool", "choices": [], "for_contact": True}
    account.contact_fields = [*account.contact_fields, {**tick, "for_organisation": False}]
    account.save()
    key = str(Audience.objects.get(name="New 03").pk)
    typed = {"version": full.version, "audience": key, f"start-{key}": "2026-04-01"}
    page = signed_in.post(url_of(full), typed | {f"mapping-id-{key}": "Opted in"}, headers=HTMX)
    assert "true for realized and existing, false for exited" in page.content.decode()


def test_a_save_keeps_the_audiences_of_other_pages(
    signed_in: Client, full: ActivationDraft
) -> None:
    key = str(Audience.objects.get(name="New 29").pk)
    typed = {"version": full.version, "audience": key, f"start-{key}": "2026-05-05"}
    signed_in.post(f"{url_of(full)}?page=2", typed, headers=HTMX)
    starts = stored(full, "start_on")
    assert starts["New 29"] == "2026-05-05"
    assert starts["New 28"] == "2026-03-01"
    assert len(starts) == MANY + 1


def test_a_save_answers_for_the_rows_it_was_sent(signed_in: Client, full: ActivationDraft) -> None:
    key = str(Audience.objects.get(name="New 29").pk)
    typed = {"version": full.version, "audience": key, f"start-{key}": "soon"}
    page = signed_in.post(url_of(full), typed, headers=HTMX).content.decode()
    assert page.count("data-notes") == 3
    assert "This is no date." in page


def test_one_edit_sets_the_dates_of_all_that_are_listed(
    signed_in: Client, full: ActivationDraft
) -> None:
    page = edit(signed_in, full, **{"edit-start_on": "2026-04-01", "edit-end_on": "2026-05-01"})
    assert f"The dates of {MANY} audiences were set." in page
    assert set(stored(full, "start_on").values()) == {"2026-01-01", "2026-04-01"}
    assert stored(full, "start_on")["Sent already"] == "2026-01-01"
    assert stored(full, "end_on")["New 29"] == "2026-05-01"


def test_one_edit_sets_the_dates_of_those_that_are_ticked(
    signed_in: Client, full: ActivationDraft
) -> None:
    key = str(Audience.objects.get(name="New 07").pk)
    page = edit(
        signed_in,
        full,
        ticked=key,
        **{"edit-scope": "ticked", "edit-start_on": "2026-04-01"},
    )
    assert "The dates of 1 audience were set." in page
    assert [name for name, on in stored(full, "start_on").items() if on == "2026-04-01"] == [
        "New 07"
    ]


def test_what_was_typed_in_the_rows_is_saved_with_the_edit(
    signed_in: Client, full: ActivationDraft
) -> None:
    key = str(Audience.objects.get(name="New 07").pk)
    typed = {"audience": key, f"start-{key}": "2026-03-01", f"mapping-id-{key}": "Newsletter"}
    edit(signed_in, full, **typed, **{"edit-end_on": "2026-12-31"})
    assert stored(full, "mapping_id")["New 07"] == "Newsletter"
    assert stored(full, "end_on")["New 07"] == "2026-12-31"


def test_missing_mapping_ids_are_found_by_name(signed_in: Client, full: ActivationDraft) -> None:
    Audience.objects.filter(name="New 03").update(name="newsletter")
    page = edit(signed_in, full, **{"edit-by_name": "on"})
    assert stored(full, "mapping_id")["newsletter"] == "Newsletter"
    assert "1 Mapping ID was found by name." in page
    assert f"For {MANY - 1} there is no free field of that name." in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"edit-scope": "ticked", "edit-start_on": "2026-04-01"}, "Tick at least one audience"),
        ({}, "Say what to change"),
        ({"edit-start_on": "soon"}, "This is no date."),
        ({"edit-start_on": "2026-04-02", "edit-end_on": "2026-04-01"}, "before the start date"),
        ({"edit-end_on": "2026-04-01", "edit-has_no_end": "on"}, "or say that there is none"),
        ({"edit-scope": "everywhere", "edit-start_on": "2026-04-01"}, "Select a valid choice"),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing_and_keeps_what_was_typed(
    signed_in: Client, full: ActivationDraft, typed: dict[str, str], message: str
) -> None:
    before = stored(full, "start_on")
    page = edit(signed_in, full, **typed)
    assert message in page
    assert 'id="edit-many" open' in page
    assert 'aria-invalid="true"' in page
    assert all(f'value="{text}"' in page for text in typed.values() if text.startswith("2026"))
    assert stored(full, "start_on") == before


def test_an_edit_in_a_second_tab_changes_nothing(signed_in: Client, full: ActivationDraft) -> None:
    before = stored(full, "start_on")
    data = {"version": "1", "edit": "1", "edit-scope": "listed", "edit-start_on": "2026-04-01"}
    # Something was typed in the rows of the other tab too.
    key = str(Audience.objects.get(name="New 07").pk)
    data |= {"audience": key, f"start-{key}": "2029-01-01"}
    answer = signed_in.post(url_of(full), data, headers=HTMX).content.decode()
    assert "Changed in another tab." in answer
    assert stored(full, "start_on") == before


def test_many_audiences_take_as_many_queries_as_few(
    signed_in: Client, full: ActivationDraft, count_queries: CountQueries
) -> None:
    few = count_queries(f"{url_of(full)}?new=off&q=Sent")
    assert count_queries(f"{url_of(full)}?new=off&sort=-name&problems=on") == few
    assert few <= 15


def test_a_single_row_has_nothing_to_edit_together(
    signed_in: Client, full: ActivationDraft
) -> None:
    assert "Edit many at once" in signed_in.get(url_of(full)).content.decode()
    assert "Edit many at once" not in signed_in.get(f"{url_of(full)}?q=07").content.decode()
