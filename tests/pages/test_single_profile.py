"""The exact request for one profile, and a test that sends only that one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from activations import pipeline
from activations.models import ActivationDraft, Attempt, Delivery, Profile
from activations.services import drafts
from connections.models import Account, AccountStatus
from connections.zendesk.sandbox import RunningSandbox
from tests import factories

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
EMAIL = "ann@example.org"


@pytest.fixture
def ann(draft: ActivationDraft) -> Profile:
    """The only member of the only audience that the draft would activate."""
    membership = factories.MembershipFactory(
        profile=factories.ProfileFactory(
            email=EMAIL, attributes={"person": {"name": {"lastName": "Ek"}}}
        )
    )
    draft.audiences = [
        {
            "audience": membership.audience_id,
            "mapping_id": "VIP audience",
            "start_on": "2026-01-01",
            "end_on": "",
        }
    ]
    draft.save()
    return membership.profile


def show(client: Client, draft: ActivationDraft, **typed: str) -> str:
    url = reverse("activations:draft-preview", args=[draft.uuid])
    return client.post(url, typed, headers=HTMX).content.decode()


def send(client: Client, draft: ActivationDraft, profile: Profile) -> str:
    url = reverse("activations:draft-test", args=[draft.uuid])
    return client.post(url, {"profile": str(profile.pk)}, headers=HTMX).content.decode()


def contacts(sandbox: RunningSandbox) -> list[str]:
    with sandbox.sandbox.lock:
        return [contact["email"] for contact in sandbox.sandbox.contacts.all()]


def test_review_offers_members_to_look_at(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    page = signed_in.get(reverse("activations:draft-review", args=[draft.uuid])).content.decode()
    assert "The exact request" in page
    assert f"&quot;profile&quot;: &quot;{ann.pk}&quot;" in page or f'"profile": "{ann.pk}"' in page


def test_the_request_is_shown_and_the_token_is_not(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    shown = show(signed_in, draft, email=" Ann@Example.org ")

    assert "<strong>POST</strong>" in shown
    assert "/v2/contacts/upsert?email=ann%40example.org&amp;is_organization=false" in shown
    assert "&quot;VIP audience&quot;: &quot;realized&quot;" in shown
    assert factories.TOKEN not in shown
    assert f"Bearer …{factories.TOKEN[-4:]}" in shown
    assert contacts(sandbox) == []
    assert not Delivery.objects.exists()


def test_who_is_excluded_is_told_why(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    Profile.objects.update(attributes={})
    shown = show(signed_in, draft, profile=str(ann.pk))
    assert "missing-last-name" in shown
    assert "Send only this one now" not in shown


def test_an_unknown_address_is_said_to_be_unknown(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    assert "No profile has this e-mail identity" in show(signed_in, draft, email="<b>@example.org")


def test_who_is_in_no_audience_is_not_sent(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    stranger = factories.ProfileFactory()
    assert "in none of the audiences" in show(signed_in, draft, profile=str(stranger.pk))


def test_one_profile_is_sent_answered_and_read_back(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    factories.MembershipFactory(audience=ann.memberships.get().audience)

    shown = send(signed_in, draft, ann)

    assert "Zendesk answered 200" in shown
    assert "&quot;last_name&quot;: &quot;Ek&quot;" in shown
    assert contacts(sandbox) == [EMAIL]
    assert Attempt.objects.get().outcome == "written"


@pytest.mark.django_db(transaction=True)
def test_finishing_afterwards_does_not_send_it_again(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    send(signed_in, draft, ann)
    clock = pipeline.steady_clock()
    drafts.finish(draft=draft, at=clock())

    pipeline.deliver(clock=clock, until_idle=True, max_seconds=20)

    assert Delivery.objects.get().state == "delivered"
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_finishing_what_is_sent_otherwise_has_the_last_word(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    """The destination sends the same people with another Mapping ID."""
    factories.map_mandatory(draft.destination)
    audience = ann.memberships.get().audience
    factories.ActivationFactory(
        destination=draft.destination, audience=audience, mapping_id="Newsletter audience"
    )
    send(signed_in, draft, ann)

    pipeline.deliver(clock=pipeline.steady_clock(), until_idle=True, max_seconds=20)

    with sandbox.sandbox.lock:
        (contact,) = sandbox.sandbox.contacts.all()
    assert contact["custom_fields"]["Newsletter audience"] == "realized"


def test_a_refusal_is_shown_with_its_code(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    sandbox.sandbox.add_fault("status=422,path=/v2/contacts")
    shown = send(signed_in, draft, ann)
    assert "Not written" in shown
    assert "zendesk-422" in shown


def test_what_somebody_else_has_in_hand_is_left_to_them(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    factories.DeliveryFactory(
        destination=draft.destination,
        profile=ann,
        state="leased",
        lease_until=pipeline.steady_clock()(),
    )
    assert "is being sent at this moment" in send(signed_in, draft, ann)
    assert contacts(sandbox) == []


def test_a_rejected_account_sends_nothing(
    signed_in: Client, draft: ActivationDraft, ann: Profile, sandbox: RunningSandbox
) -> None:
    Account.objects.update(status=AccountStatus.REJECTED)
    assert "rejected the token" in send(signed_in, draft, ann)


def test_a_throttled_token_keeps_nobody_waiting_for_long(
    signed_in: Client,
    draft: ActivationDraft,
    ann: Profile,
    sandbox: RunningSandbox,
    settings: Settings,
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.0
    fingerprint = draft.destination.account.token_fingerprint
    factories.TokenPaceFactory(token_fingerprint=fingerprint, held_until=4_000_000_000)
    assert "Its turn did not come" in send(signed_in, draft, ann)
    assert Delivery.objects.get().attempts == 0


def test_somebody_elses_draft_is_not_there(
    client: Client, draft: ActivationDraft, ann: Profile
) -> None:
    client.force_login(factories.UserFactory())
    url = reverse("activations:draft-test", args=[draft.uuid])
    assert client.post(url, {"profile": str(ann.pk)}).status_code == 404


def test_looking_costs_a_fixed_number_of_queries(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    with CaptureQueriesContext(connection) as captured:
        show(signed_in, draft, profile=str(ann.pk))
    assert len(captured) <= 15


def test_hostile_text_is_shown_as_text(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    name = "<script>alert(1)</script>\u202e" + "x" * 200
    Profile.objects.update(attributes={"person": {"name": {"lastName": name}}})
    shown = show(signed_in, draft, profile=str(ann.pk))
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_an_address_nobody_has_is_kept_and_said_beside_its_field(
    signed_in: Client, draft: ActivationDraft, ann: Profile
) -> None:
    for typed, problem in (("bo@example.org", "Look at its spelling"), ("", "Enter the e-mail")):
        shown = show(signed_in, draft, email=typed)
        assert f'value="{typed}"' in shown
        assert 'aria-invalid="true" aria-describedby="preview-email-error"' in shown
        assert problem in shown
