"""The Review step with consent policies: which apply, and how many members hold the consent."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience, Delivery, Membership
from activations.services import draft_content, drafts
from activations.services.draft_content import MappingRow, ScheduleRow
from connections.models import Destination
from connections.permissions import TO_ACTIVATE
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.pages import permitted
from tests.pages.conftest import CountQueries, forecast_of

VIEW = "View applicable consent policies</a>"


@pytest.fixture
def audience() -> Audience:
    made: Audience = factories.AudienceFactory()
    return made


@pytest.fixture
def draft(destination: Destination, user: User, audience: Audience) -> ActivationDraft:
    """Ready; its destination is meant for third parties."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    opened = drafts.open_for(destination=destination, person=user)
    row = ScheduleRow(audience.pk, "VIP audience", "2026-01-01")
    opened.audiences = draft_content.store_schedule(rows=[row])
    opened.save()
    return opened


def members(audience: Audience, *values: Any) -> None:
    for value in values:
        attributes = {
            "person": {"name": {"lastName": "Ek"}},
            "consents": {"marketing": {"any": {"val": value}}},
        }
        profile = factories.ProfileFactory(attributes=attributes)
        factories.MembershipFactory(audience=audience, profile=profile)


def review(client: Client, draft: ActivationDraft) -> str:
    page = client.get(reverse("activations:draft-review", args=[draft.uuid]))
    return " ".join(page.content.decode().split())


def test_without_a_policy_none_applies(signed_in: Client, draft: ActivationDraft) -> None:
    factories.ConsentPolicyFactory(marketing_actions=["analytics"])
    factories.ConsentPolicyFactory(status="draft")
    assert "None applies" in review(signed_in, draft)
    assert VIEW not in review(signed_in, draft)
    assert "Applied consent policies" not in forecast_of(signed_in, draft)


def test_the_forecast_counts_who_lacks_a_consent_and_shows_who_holds_it(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    factories.ConsentPolicyFactory(name="Marketing")
    factories.ConsentPolicyFactory(name="Sharing", path="consents.share.val")
    members(audience, "y", "y", "y", "n")
    assert "2 apply: whoever lacks the consent is not sent." in review(signed_in, draft)
    assert VIEW in review(signed_in, draft)

    page = forecast_of(signed_in, draft)

    assert "See who consented, by audience</a>" in page
    assert '<a href="/policies/consent/?q=Marketing"><bdi>Marketing</bdi></a>' in page
    assert ">3 of 4" in page
    assert ">0 of 4" in page
    assert 'Hold it <span class="muted num">75 %</span>' in page
    assert "No consent <code" in page
    assert "0 contacts to send" in page


def test_a_label_on_what_the_draft_maps_makes_a_policy_apply(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    factories.ConsentPolicyFactory(marketing_actions=[], labels=["C2"])
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2"])
    members(audience, "n")
    assert "1 contact to send" in forecast_of(signed_in, draft)
    more = draft_content.store_mappings(rows=[MappingRow("xdm: loyalty.tier", "xdm: title")])
    draft.mappings += more
    draft.save()
    assert "1 applies" in review(signed_in, draft)
    assert "0 contacts to send" in forecast_of(signed_in, draft)


def test_the_exact_request_says_why_there_is_none(
    signed_in: Client, draft: ActivationDraft, audience: Audience
) -> None:
    factories.ConsentPolicyFactory(name="Marketing")
    members(audience, "n")
    key = Membership.objects.get().profile_id
    preview = reverse("activations:draft-preview", args=[draft.uuid])
    page = signed_in.post(preview, {"profile": key}).content.decode()
    assert "The policy “Marketing” asks for a consent" in page


def test_sending_only_one_now_sends_nobody_without_consent(
    signed_in: Client, draft: ActivationDraft, audience: Audience, sandbox: RunningSandbox
) -> None:
    factories.ConsentPolicyFactory(name="Marketing")
    members(audience, "n", "y")
    url = reverse("activations:draft-test", args=[draft.uuid])
    for key in audience.memberships.values_list("profile_id", flat=True):
        signed_in.post(url, {"profile": key})
    with sandbox.sandbox.lock:
        assert len(sandbox.sandbox.contacts.all()) == 1
    assert set(Delivery.objects.values_list("code", flat=True)) == {"", "consent"}


def test_policies_take_no_more_queries(
    draft: ActivationDraft, audience: Audience, count_queries: CountQueries
) -> None:
    members(audience, "y")
    pages = [reverse(f"activations:draft-{n}", args=[draft.uuid]) for n in ("review", "forecast")]
    before = [count_queries(page) for page in pages]
    factories.ConsentPolicyFactory.create_batch(3)
    assert [count_queries(page) for page in pages] == before


def test_hostile_words_are_shown_as_words(signed_in: Client, draft: ActivationDraft) -> None:
    hostile = "<script>alert(1)</script> " + "x" * 150
    factories.ConsentPolicyFactory(name=hostile, path=hostile, accepted=[hostile])
    page = forecast_of(signed_in, draft)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_may_not_see_policies_is_led_to_none(draft: ActivationDraft) -> None:
    factories.ConsentPolicyFactory(name="Marketing")
    client, person = permitted.browser(*TO_ACTIVATE)
    ActivationDraft.objects.update(created_by=person)
    page = forecast_of(client, draft)
    assert "<bdi>Marketing</bdi>" in page
    assert "/policies/" not in page
