"""Labels of a whole audience: set on its page, refused where what is activated breaks a policy."""

import pytest
from django.test import Client

from activations.models import Audience, Policy
from activations.services.policy_check import REMEDY
from activations.terms import PolicyStatus
from connections.audit import Kind
from connections.models import AuditEntry, Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import opened, permitted
from tests.pages.conftest import CountQueries


@pytest.fixture
def vip(db: None) -> Audience:
    audience: Audience = factories.AudienceFactory(name="VIP customers")
    return audience


@pytest.fixture
def sending(destination: Destination, vip: Audience) -> Destination:
    """Activated for a third party, which an enabled policy is about."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination)
    factories.ActivationFactory(destination=destination, audience=vip, mapping_id="VIP audience")
    factories.PolicyFactory(name="No third parties", labels=["C2"])
    return destination


def page_of(audience: Audience) -> str:
    return f"/audiences/{audience.uuid}/"


def label(client: Client, audience: Audience, *codes: str) -> str:
    url = f"{page_of(audience)}labels/"
    typed = {"labels": list(codes)} | opened.mark(client, url)
    return client.post(url, typed, follow=True).content.decode()


def test_an_audience_is_labelled_on_its_page_and_freed_again(
    signed_in: Client, vip: Audience
) -> None:
    factories.CustomLabelFactory(name="BANK-1", friendly_name="Bank data")
    assert f'href="{page_of(vip)}labels/"' in signed_in.get(page_of(vip)).content.decode()
    page = label(signed_in, vip, "BANK-1", "C2")
    assert "The labels of VIP customers were saved." in page
    assert "Bank data" in page
    vip.refresh_from_db()
    assert vip.labels == ["C2", "BANK-1"]
    noted = AuditEntry.objects.get(kind=Kind.AUDIENCE)
    assert (noted.name, noted.changes) == ("VIP customers", [["labels", "", "C2, BANK-1"]])
    label(signed_in, vip)
    vip.refresh_from_db()
    assert vip.labels == []


def test_a_label_that_what_is_activated_breaks_is_refused_and_names_the_audience(
    signed_in: Client, sending: Destination, vip: Audience
) -> None:
    page = label(signed_in, vip, "C2")
    assert (
        "“Zendesk CRM”, audience at “VIP audience”: The policy “No third parties” forbids Export to"
        " Third Party with C2, which the audience “VIP customers” carries." in page
    )
    assert REMEDY in page
    vip.refresh_from_db()
    assert vip.labels == []


def test_what_somebody_else_ticked_meanwhile_is_told(signed_in: Client, vip: Audience) -> None:
    url = f"{page_of(vip)}labels/"
    mark = opened.mark(signed_in, url)
    Audience.objects.update(labels=["S1"])
    page = signed_in.post(url, {"labels": ["C2"]} | mark).content.decode()
    assert "now they are S1. Save again" in page
    vip.refresh_from_db()
    assert vip.labels == ["S1"]


def test_a_policy_is_not_enabled_that_a_labelled_audience_breaks(
    signed_in: Client, sending: Destination, vip: Audience
) -> None:
    Policy.objects.update(status=PolicyStatus.DISABLED)
    label(signed_in, vip, "C2")
    policy = Policy.objects.get(name="No third parties")
    page = signed_in.post(f"/policies/{policy.uuid}/toggle/", {"is_on": "on"}, follow=True)
    assert "It was not enabled" in page.content.decode()
    assert "all of the audience</span> <bdi>VIP customers</bdi>" in page.content.decode()


def test_marketing_actions_that_a_labelled_audience_forbids_are_refused(
    signed_in: Client, sending: Destination, vip: Audience
) -> None:
    Destination.objects.update(marketing_actions=[])
    label(signed_in, vip, "C2")
    url = f"/destinations/{sending.uuid}/edit/"
    typed = {
        "name": sending.name,
        "description": "",
        "marketing_actions": ["export-to-third-party"],
        "activation_triggers": sending.activation_triggers,
    } | opened.mark(signed_in, url)
    page = signed_in.post(url, typed).content.decode()
    assert "which the audience “VIP customers” carries" in page
    sending.refresh_from_db()
    assert sending.marketing_actions == []


def test_a_label_of_an_audience_is_not_deleted(signed_in: Client, vip: Audience) -> None:
    custom = factories.CustomLabelFactory(name="BANK-1")
    label(signed_in, vip, "BANK-1")
    page = signed_in.post(f"/policies/labels/custom/{custom.pk}/delete/", follow=True)
    assert "BANK-1 is used by audience “VIP customers”." in page.content.decode()


def test_who_may_not_label_attributes_labels_no_audience(vip: Audience) -> None:
    Audience.objects.update(labels=["C2"])
    client, _ = permitted.browser(Permission.VIEW_AUDIENCES, Permission.VIEW_POLICIES)
    page = client.get(page_of(vip)).content.decode()
    assert "Is not given to a third party." in page
    assert "Edit labels" not in page
    assert client.post(f"{page_of(vip)}labels/", {"labels": ["C3"]}).status_code == 403
    client, _ = permitted.browser(Permission.VIEW_AUDIENCES)
    assert "Is not given" not in client.get(page_of(vip)).content.decode()
    vip.refresh_from_db()
    assert vip.labels == ["C2"]


def test_many_labelled_audiences_take_as_many_queries_as_one(
    count_queries: CountQueries, sending: Destination
) -> None:
    Audience.objects.update(labels=["C5"])
    policy = factories.PolicyFactory(labels=["C5"], status=PolicyStatus.DRAFT)
    one = count_queries(f"/policies/{policy.uuid}/")
    for number in range(5):
        more = factories.AudienceFactory(labels=["C5"])
        factories.ActivationFactory(destination=sending, audience=more, mapping_id=f"F{number}")
    assert count_queries(f"/policies/{policy.uuid}/") == one
