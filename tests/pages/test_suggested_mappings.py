"""The Mapping step: what fits by name is suggested, and filled in where only one target does."""

import pytest
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft
from activations.services import draft_content, draft_mappings
from tests import factories
from tests.pages.conftest import CountQueries

HTMX = {"HX-Request": "true"}
POINTS = "xdm: custom_fields.Loyalty points"


@pytest.fixture
def url(draft: ActivationDraft) -> str:
    """Of the step; the profiles have points and a mobile number."""
    factories.ProfileFactory(
        attributes={"loyalty": {"points": 7}, "mobilePhone": {"number": "+46"}, "acme": {"x": 1}}
    )
    return reverse("activations:draft-mapping", args=[draft.uuid])


def _typed(draft: ActivationDraft, *more: tuple[str, str], **buttons: str) -> dict[str, str]:
    """The form of the draft's rows, more rows, and the button pressed."""
    rows = [(row.source, row.target) for row in _rows(draft)] + list(more)
    typed = {"version": str(draft.version), **buttons}
    for index, (source, target) in enumerate(rows):
        typed |= {f"source-{index}": source, f"target-{index}": target}
    return typed


def _rows(draft: ActivationDraft) -> tuple[draft_content.MappingRow, ...]:
    draft.refresh_from_db()
    return draft_content.read_mappings(stored=draft.mappings)


def _suggestions(page: str) -> str:
    return page.split('id="mapping-suggestions"')[1].split("</section>")[0]


def test_what_profiles_hold_and_zendesk_calls_the_same_is_suggested(
    signed_in: Client, url: str
) -> None:
    found = _suggestions(signed_in.get(url).content.decode())
    assert "xdm: loyalty.points" in found
    assert POINTS in found
    assert "xdm: mobilePhone.number" in found
    # Nobody has a job title.
    assert "jobTitle" not in found
    assert "Add all 2" in found


def test_before_the_first_profile_the_platforms_attributes_are_suggested(
    signed_in: Client, draft: ActivationDraft
) -> None:
    page = signed_in.get(reverse("activations:draft-mapping", args=[draft.uuid])).content.decode()
    assert "xdm: jobTitle" in _suggestions(page)


def test_one_suggestion_is_added_and_no_longer_suggested(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    answer = signed_in.post(url, _typed(draft, suggestion=POINTS), headers=HTMX)
    assert answer["HX-Redirect"].startswith(url)
    assert (_rows(draft)[-1].source, _rows(draft)[-1].target) == ("xdm: loyalty.points", POINTS)
    assert POINTS not in _suggestions(signed_in.get(url).content.decode())


def test_all_suggestions_are_added_in_place_of_an_empty_row(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    before = len(_rows(draft))
    answer = signed_in.post(url, _typed(draft, ("", ""), suggestion="all"))
    assert answer.status_code == 302
    assert [row.target for row in _rows(draft)[before:]] == ["xdm: mobile", POINTS]
    page = signed_in.get(url).content.decode()
    assert "<li>" not in _suggestions(page)


def test_what_is_not_suggested_is_not_added(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    before = _rows(draft)
    signed_in.post(url, _typed(draft, suggestion="xdm: custom_fields.Nowhere"))
    assert _rows(draft) == before


def test_a_field_that_receives_a_status_is_not_suggested(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    audience = factories.AudienceFactory()
    draft.audiences = [{"audience": audience.pk, "mapping_id": "Loyalty points"}]
    draft.save()
    assert POINTS not in _suggestions(signed_in.get(url).content.decode())


def test_a_source_alone_gets_the_target_of_its_name(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    typed = _typed(draft, ("xdm: mobilePhone.number", ""))
    page = signed_in.post(url, typed, headers=HTMX).content.decode()
    assert _rows(draft)[-1].target == "xdm: mobile"
    # Only that target is drawn anew: somebody may be at work in the others.
    assert 'id="row-3-target" hx-swap-oob="true"' in page
    assert page.count('-target" hx-swap-oob') == 1
    assert "The target was filled in" in page
    assert "xdm: mobile" not in _suggestions(page)


def test_a_target_that_was_chosen_stays(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    typed = _typed(draft, ("xdm: mobilePhone.number", "xdm: phone"))
    page = signed_in.post(url, typed, headers=HTMX).content.decode()
    assert _rows(draft)[-1].target == "xdm: phone"
    assert "filled in" not in page


def test_a_constant_drops_the_choice_about_empty_sources(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    typed = _typed(draft, ("constant:  12 \r\n", "xdm: industry"), **{"when-3": "clear"})
    page = signed_in.post(url, typed, headers=HTMX).content.decode()
    row = _rows(draft)[-1]
    assert (row.source, row.when_empty) == ("constant:  12 \n", "keep")
    assert "field-error" not in page


def test_a_constant_that_does_not_fit_is_said_at_its_row_and_keeps_from_finishing(
    signed_in: Client, url: str, draft: ActivationDraft
) -> None:
    typed = _typed(draft, ("constant: twelve", POINTS))
    page = signed_in.post(url, typed, headers=HTMX).content.decode()
    message = "The constant is no number, but “Loyalty points” is a number field"
    assert message in page.split('id="row-3-problems"')[1]
    review = signed_in.get(reverse("activations:draft-review", args=[draft.uuid]))
    assert message in review.content.decode()
    assert not review.context["can_finish"]


def test_a_list_of_suggestions_stays_readable(signed_in: Client, draft: ActivationDraft) -> None:
    account = draft.destination.account
    assert account is not None
    names = [f"Field {n}" for n in range(30)]
    account.contact_fields = [
        {"id": n, "name": name, "type": "string"} for n, name in enumerate(names)
    ]
    account.save()
    factories.ProfileFactory(attributes=dict.fromkeys(names, 1))
    page = signed_in.get(reverse("activations:draft-mapping", args=[draft.uuid])).content.decode()
    assert _suggestions(page).count("<li>") == draft_mappings.MOST_SUGGESTED


def test_more_profiles_and_mappings_take_as_many_queries(
    signed_in: Client, url: str, draft: ActivationDraft, count_queries: CountQueries
) -> None:
    one = count_queries(url)
    factories.ProfileFactory.create_batch(20)
    signed_in.post(url, _typed(draft, suggestion="all"))
    assert count_queries(url) == one <= 15
