"""What a person may not see of an attribute by labels can neither be typed nor be asked about."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from activations.models import ConsentPolicy, LabeledAttribute, Upload
from activations.queries import preview, references, sight
from connections import roles
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import hidden_consents
from tests.pages.conftest import forecast_of

REFUSED = sight.NOT_YOURS.partition(",")[0]
POLICY = {
    "name": "Only with a yes",
    "marketing_actions": ["analytics"],
    "label_match": "any",
    "accepted": "y",
}


@pytest.fixture
def client(db: None) -> Client:
    """With every permission, and none of the labels."""
    user = factories.UserFactory(is_superuser=False)
    user.groups.add(roles.create(name="No label", permissions=list(Permission), labels=[]))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def hidden(db: None) -> LabeledAttribute:
    """Held by somebody."""
    factories.ProfileFactory(attributes={"loyalty": {"tier": "gold", "card": "4711"}})
    made: LabeledAttribute = factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2"])
    return made


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("path", ["loyalty.tier", "xdm: loyalty.tier", "loyalty.tier.deeper"])
def test_a_consent_policy_asks_for_nothing_hidden(
    client: Client, hidden: LabeledAttribute, path: str
) -> None:
    """Nor does it tell whether anybody holds something there."""
    new = reverse("activations:consent-policy-new")
    assert REFUSED in text(client.post(new, {**POLICY, "path": path}))
    assert not ConsentPolicy.objects.exists()
    client.post(new, {**POLICY, "path": "loyalty.card"})
    assert ConsentPolicy.objects.get().path == "loyalty.card"


def test_a_policy_is_not_changed_to_ask_for_something_hidden(
    client: Client, hidden: LabeledAttribute
) -> None:
    policy = factories.ConsentPolicyFactory(status="draft")
    there = reverse("activations:consent-policy-edit", args=[policy.uuid])
    assert REFUSED in text(client.post(there, {**POLICY, "path": "loyalty.tier"}))
    policy.refresh_from_db()
    assert policy.path == "consents.marketing.any.val"


@pytest.mark.parametrize("path", ["loyalty.tier", "loyalty.tier.deeper"])
def test_labelling_does_not_tell_what_is_labelled(
    client: Client, hidden: LabeledAttribute, path: str
) -> None:
    page = text(client.post(reverse("activations:labels-new"), {"path": path, "labels": ["C2"]}))
    assert REFUSED in page
    assert "labels already" not in page
    assert LabeledAttribute.objects.count() == 1


class TestUpload:
    """A file whose column would go to what is hidden."""

    @pytest.fixture(autouse=True)
    def upload(self, client: Client, hidden: LabeledAttribute, settings: Settings) -> Upload:
        settings.FILE_UPLOAD_TEMP_DIR = settings.DATA_DIR / "uploads"
        file = SimpleUploadedFile("people.csv", b"email,Loyalty-Tier\nann@example.org,gold\n")
        client.post("/audiences/new/", {"file": file})
        return Upload.objects.get()

    def test_it_is_not_suggested(self, client: Client, upload: Upload) -> None:
        page = client.get(reverse("activations:upload", args=[upload.uuid]))
        assert [row["field"].value() for row in page.context["form"].rows] == ["", ""]
        assert "loyalty.tier" not in text(page)

    @pytest.mark.parametrize(
        "path", ["loyalty.tier", "xdm:loyalty.xdm:xdm:tier", "loyalty", "loyalty.tier.deeper"]
    )
    def test_it_is_not_taken_however_it_is_typed(
        self, client: Client, upload: Upload, path: str
    ) -> None:
        typed = {"email": "0", "name": "VIP", "expiry_days": "30", "path-1": path}
        answer = client.post(reverse("activations:upload", args=[upload.uuid]), typed)
        assert REFUSED in text(answer)
        upload.refresh_from_db()
        assert (upload.status, upload.columns) == ("draft", [])

    def test_what_is_beside_it_is_taken(self, client: Client, upload: Upload) -> None:
        typed = {"email": "0", "name": "VIP", "expiry_days": "30", "path-1": "loyalty.card"}
        answer = client.post(reverse("activations:upload", args=[upload.uuid]), typed)
        assert answer.status_code == 302


def test_the_next_request_says_whose_it_is_where_that_may_be_seen(
    client: Client, destination: Destination
) -> None:
    profile = factories.ProfileFactory(email="ann@example.org")
    there = [references.to(profile_id=profile.pk), destination.uuid]
    url = reverse("activations:person-next", args=there)
    assert "ann@example.org" in text(client.get(url))
    factories.LabeledAttributeFactory(path="identityMap.Email", labels=["C2"])
    page = text(client.get(url))
    assert "ann@example.org" not in page
    assert ">A profile<" in page


def test_a_person_known_by_another_identity_is_named_by_it_where_it_may_be_seen(db: None) -> None:
    profile = factories.ProfileFactory(email="", identity="Phone:+46180000", identities={})
    found = preview.by_key(key=profile.pk)
    assert found is not None
    assert found.who == "Phone:+46180000"


def test_consents_that_may_not_be_seen_are_counted(db: None) -> None:
    """Beside those that may be, on Review and on the page of who consented."""
    user = factories.UserFactory(is_superuser=False)
    user.groups.add(roles.create(name="No label", permissions=list(Permission), labels=[]))
    clean = hidden_consents.fill(at=timezone.now(), person=user)
    factories.ConsentPolicyFactory(name="Seen", marketing_actions=["analytics"])
    factories.LabeledAttributeFactory(path="numbat", labels=["C2"])
    browser = Client()
    browser.force_login(user)
    forecast = forecast_of(browser, clean.draft)
    consents = text(browser.get(reverse("activations:draft-consents", args=[clean.draft.uuid])))
    for page in (forecast, consents):
        assert "1 policy that looks at an attribute you may not see applies too." in page
        assert "<bdi>Seen</bdi>" in page
        assert hidden_consents.POLICY not in page
        assert "numbat" not in page
