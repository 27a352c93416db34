"""Editing a destination and renaming it in its row; two people at once lose nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from activations.services.policy_check import REMEDY
from connections.activation_triggers import CODES, SEGMENTATION
from connections.forms import TRIGGERS_SHOWN
from connections.models import Destination
from tests import factories
from tests.pages import opened

HTMX = {"HX-Request": "true"}


ON = {"activation_triggers": CODES}
PAGES = {
    "rename": "connections:rename",
    "connect": "connections:connect",
    "edit": "activations:destination-edit",
}


def _url(name: str, destination: Destination) -> str:
    return reverse(PAGES[name], args=[destination.uuid])


def _seen(client: Client, name: str, destination: Destination) -> str:
    """The mark of the form as it opens."""
    answer = client.get(_url(name, destination), headers=HTMX)
    seen: str = answer.context["form"]["seen"].value()
    return seen


def _rename(client: Client, destination: Destination, name: str, seen: str) -> Any:
    typed = {"name": name, "seen": seen}
    return client.post(_url("rename", destination), typed, headers=HTMX)


def test_renaming_in_the_row_puts_the_new_name_back(
    signed_in: Client, destination: Destination
) -> None:
    seen = _seen(signed_in, "rename", destination)
    page = _rename(signed_in, destination, "<b>New</b>", seen).content.decode()
    assert "&lt;b&gt;New&lt;/b&gt;" in page
    assert "<form" not in page
    destination.refresh_from_db()
    assert destination.name == "<b>New</b>"


def test_giving_up_puts_the_old_name_back(signed_in: Client, destination: Destination) -> None:
    page = signed_in.get(_url("rename", destination) + "?cancel", headers=HTMX).content.decode()
    assert "Zendesk CRM" in page
    assert "<form" not in page


@pytest.mark.parametrize("name", ["", "  ", "Taken", "x" * 201])
def test_a_name_that_will_not_do_is_kept_in_the_row_with_the_reason(
    signed_in: Client, destination: Destination, name: str
) -> None:
    factories.DestinationFactory(name="Taken")
    seen = _seen(signed_in, "rename", destination)
    answer = _rename(signed_in, destination, name, seen)
    assert answer.context["form"]["name"].errors
    assert f'value="{name}"' in answer.content.decode() or not name
    destination.refresh_from_db()
    assert destination.name == "Zendesk CRM"


def test_who_renames_second_is_told_and_may_insist(
    signed_in: Client, destination: Destination
) -> None:
    seen = _seen(signed_in, "rename", destination)
    _rename(signed_in, destination, "Mine", seen)
    told = _rename(signed_in, destination, "Theirs", seen)
    page = told.content.decode()
    assert "now it is “Mine”. Save again" in page
    assert 'value="Theirs"' in page
    destination.refresh_from_db()
    assert destination.name == "Mine"
    _rename(signed_in, destination, "Theirs", told.context["form"]["seen"].value())
    destination.refresh_from_db()
    assert destination.name == "Theirs"


def test_two_who_mean_the_same_do_not_disturb_each_other(
    signed_in: Client, destination: Destination
) -> None:
    seen = _seen(signed_in, "rename", destination)
    for _ in range(2):
        assert "<form" not in _rename(signed_in, destination, "Same", seen).content.decode()


def test_without_htmx_the_page_for_editing_opens(
    signed_in: Client, destination: Destination
) -> None:
    answer = signed_in.get(_url("rename", destination))
    assert answer["Location"] == _url("edit", destination)


def test_editing_says_which_field_somebody_else_changed(
    signed_in: Client, destination: Destination
) -> None:
    seen = _seen(signed_in, "edit", destination)
    Destination.objects.filter(pk=destination.pk).update(description="From a colleague")
    typed = {"name": "Zendesk CRM", "description": "Mine", "seen": seen, **ON}
    answer = signed_in.post(_url("edit", destination), typed)
    form = answer.context["form"]
    assert list(form.errors) == ["description"]
    assert "From a colleague" in answer.content.decode()
    assert ">\nMine</textarea>" in answer.content.decode()
    typed["seen"] = form["seen"].value()
    answer = signed_in.post(_url("edit", destination) + "?next=/destinations/browse/", typed)
    assert answer["Location"] == "/destinations/browse/"
    destination.refresh_from_db()
    assert destination.description == "Mine"


def test_editing_leads_to_the_destination_unless_a_page_of_ours_asked(
    signed_in: Client, destination: Destination
) -> None:
    here = reverse("activations:destination-detail", args=[destination.uuid])
    for wanted in ("https://example.org/", "//example.org", ""):
        page = signed_in.get(_url("edit", destination), {"next": wanted}).content.decode()
        assert f'href="{here}">Cancel' in page


def test_a_draft_is_edited_in_its_wizard(signed_in: Client) -> None:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    for name in ("edit", "rename"):
        answer = signed_in.get(_url(name, draft), headers=HTMX, follow=True)
        assert answer.redirect_chain[-1][0] == _url("connect", draft)


def test_marketing_actions_are_changed_and_a_conflict_names_them(
    signed_in: Client, destination: Destination
) -> None:
    seen = _seen(signed_in, "edit", destination)
    Destination.objects.filter(pk=destination.pk).update(marketing_actions=["segment-match"])
    typed = {"name": "Zendesk CRM", "seen": seen, "marketing_actions": ["analytics"], **ON}
    answer = signed_in.post(_url("edit", destination), typed)
    assert "now it is “Segment Match”" in answer.content.decode()
    signed_in.post(
        _url("edit", destination), {**typed, "seen": answer.context["form"]["seen"].value()}
    )
    destination.refresh_from_db()
    assert destination.marketing_actions == ["analytics"]
    rail = signed_in.get(reverse("activations:browse-rail", args=[destination.uuid]))
    assert "<dd>Analytics</dd>" in rail.content.decode()


def test_a_trigger_is_turned_off_and_on_and_a_conflict_names_those_that_are_on(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    seen = _seen(signed_in, "edit", destination)
    typed = {"name": "Zendesk CRM", "seen": seen, "activation_triggers": [SEGMENTATION]}
    assert signed_in.post(_url("edit", destination), typed).status_code == 302
    rail = signed_in.get(reverse("activations:browse-rail", args=[destination.uuid]))
    assert "<dt>When to activate</dt><dd>Segmentation changes</dd>" in rail.content.decode()
    assert not destination.backfills.exists()

    answer = signed_in.post(_url("edit", destination), {**typed, **ON})
    assert "now it is “Segmentation changes”. Save again" in answer.content.decode()
    assert list(answer.context["form"].errors) == ["activation_triggers"]
    again = {**typed, **ON, "seen": answer.context["form"]["seen"].value()}
    assert signed_in.post(_url("edit", destination), again).status_code == 302
    destination.refresh_from_db()
    assert destination.activation_triggers == list(CODES)
    # Whatever was suppressed catches up.
    assert destination.backfills.count() == 1


@pytest.mark.parametrize("triggers", [[], ["<b>"]])
def test_without_any_trigger_nothing_is_saved_and_it_is_said_at_the_boxes(
    signed_in: Client, destination: Destination, triggers: list[str]
) -> None:
    seen = _seen(signed_in, "edit", destination)
    typed = {"name": "Other", "seen": seen, "activation_triggers": triggers, TRIGGERS_SHOWN: "1"}
    answer = signed_in.post(_url("edit", destination), typed)

    page = answer.content.decode()
    assert list(answer.context["form"].errors) == ["activation_triggers"]
    assert 'id="id_activation_triggers_error"' in page
    assert '<details class="fold" open>' in page
    assert ("Keep at least one on" in page) == (not triggers)
    destination.refresh_from_db()
    assert (destination.name, destination.activation_triggers) == ("Zendesk CRM", list(CODES))


def test_a_page_of_before_there_were_triggers_leaves_them_as_they_are(
    signed_in: Client, destination: Destination
) -> None:
    Destination.objects.update(activation_triggers=[SEGMENTATION])
    opens = signed_in.get(_url("edit", destination)).content.decode()
    assert f'<input type="hidden" name="{TRIGGERS_SHOWN}" value="1">' in opens
    typed = {"name": "", "seen": _seen(signed_in, "edit", destination)}
    answer = signed_in.post(_url("edit", destination), typed)
    assert list(answer.context["form"].errors) == ["name"]
    assert answer.context["form"]["activation_triggers"].value() == [SEGMENTATION]

    signed_in.post(_url("edit", destination), {**typed, "name": "Other"})
    destination.refresh_from_db()
    assert (destination.name, destination.activation_triggers) == ("Other", [SEGMENTATION])


BOTH = ["activations:destination-edit", "activations:destination-settings"]


def _mean(client: Client, page: str, destination: Destination, *actions: str) -> Any:
    """The form of a page, saved with these marketing actions."""
    url = reverse(page, args=[destination.uuid])
    typed = {"name": "Renamed", "marketing_actions": actions, **ON}
    return client.post(url, typed | opened.mark(client, url))


@pytest.fixture
def labelled(destination: Destination) -> Destination:
    """Activated; an enabled policy keeps what it maps from third parties."""
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory(destination=destination)
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2"])
    factories.PolicyFactory(name="No <third> parties", labels=["C2"])
    return destination


@pytest.mark.parametrize("page", BOTH)
def test_a_marketing_action_that_breaks_a_policy_is_refused_with_the_violations(
    signed_in: Client, labelled: Destination, page: str
) -> None:
    answer = _mean(signed_in, page, labelled, "analytics", "export-to-third-party")
    form = answer.context["form"]
    assert form.errors["marketing_actions"] == [
        "“Renamed”, mapping to “xdm: title”: The policy “No <third> parties” forbids Export to"
        " Third Party with C2, which “xdm: loyalty.tier” carries.",
        REMEDY,
    ]
    html = answer.content.decode()
    assert "The policy “No &lt;third&gt; parties” forbids" in html
    assert form["marketing_actions"].value() == ["analytics", "export-to-third-party"]
    labelled.refresh_from_db()
    assert (labelled.name, labelled.marketing_actions) == ("Zendesk CRM", [])


@pytest.mark.parametrize("page", BOTH)
def test_what_breaks_no_policy_is_saved(
    signed_in: Client, labelled: Destination, page: str
) -> None:
    assert _mean(signed_in, page, labelled, "analytics").status_code == 302
    labelled.refresh_from_db()
    assert (labelled.name, labelled.marketing_actions) == ("Renamed", ["analytics"])


def test_before_an_audience_is_activated_any_marketing_action_will_do(
    signed_in: Client, labelled: Destination
) -> None:
    """Nothing is sent yet; Review says it."""
    labelled.activations.all().delete()
    assert _mean(signed_in, BOTH[0], labelled, "export-to-third-party").status_code == 302


def test_what_is_broken_already_keeps_nobody_from_renaming_and_from_taking_an_action_away(
    signed_in: Client, labelled: Destination
) -> None:
    Destination.objects.update(marketing_actions=["analytics", "export-to-third-party"])
    kept = ("analytics", "export-to-third-party")
    assert _mean(signed_in, BOTH[0], labelled, *kept).status_code == 302
    assert _mean(signed_in, BOTH[0], labelled, "export-to-third-party").status_code == 302
