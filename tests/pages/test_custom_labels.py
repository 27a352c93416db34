"""Labels of one's own: made, described, put on things, named in policies, deleted when unused."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from activations.models import CustomLabel, LabeledAttribute
from activations.services import labels, policies
from connections.labelled import UnknownLabel
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import opened, permitted
from tests.pages.conftest import CountQueries

LIST, NEW = "/policies/labels/custom/", "/policies/labels/custom/new/"
BANK = {"name": "BANK-1", "friendly_name": "Bank data", "description": "By contract 17."}


def url(label: CustomLabel) -> str:
    return f"{LIST}{label.pk}/"


@pytest.fixture
def bank(db: None) -> CustomLabel:
    label: CustomLabel = factories.CustomLabelFactory(**BANK)
    return label


def test_without_one_the_page_leads_to_the_first(signed_in: Client) -> None:
    page = signed_in.get(LIST).content.decode()
    assert "No custom label yet" in page
    assert f'href="{NEW}"' in page
    assert f'href="{LIST}"' in signed_in.get("/policies/labels/").content.decode()


def test_a_label_is_made_and_offered_wherever_labels_are(signed_in: Client, user: User) -> None:
    signed_in.post(NEW, BANK)
    label = CustomLabel.objects.get()
    assert (label.name, label.friendly_name, label.created_by) == ("BANK-1", "Bank data", user)
    for page in ("/policies/labels/new/", "/policies/new/", "/policies/consent/new/"):
        text = signed_in.get(page).content.decode()
        assert 'value="BANK-1"' in text
        assert "Bank data: By contract 17." in text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Give the label a name."),
        ({"name": "two words"}, "no blanks"),
        ({"name": "-x"}, "A name has letters, digits"),
        ({"name": "c12"}, "C12 comes with the product."),
        ({"name": "Shop"}, "Another label has this name."),
        ({"friendly_name": " "}, "Give the label a friendly name."),
    ],
)
def test_what_will_not_do_is_refused(
    signed_in: Client, wrong: dict[str, Any], message: str
) -> None:
    factories.CustomLabelFactory(name="SHOP")
    assert message in signed_in.post(NEW, BANK | wrong).content.decode()
    assert CustomLabel.objects.count() == 1


def test_it_is_described_anew_and_keeps_its_name(signed_in: Client, bank: CustomLabel) -> None:
    mark = opened.mark(signed_in, url(bank))
    signed_in.post(url(bank), {"name": "X", "friendly_name": "Loans", "description": ""} | mark)
    bank.refresh_from_db()
    assert (bank.name, bank.friendly_name, bank.description) == ("BANK-1", "Loans", "")


def test_its_fields_are_named_for_themselves_and_not_for_it(
    signed_in: Client, bank: CustomLabel
) -> None:
    page = signed_in.get(url(bank)).content.decode()
    named = re.findall(r'<label class="field-label" for="\w+">([^<]+)<', page)
    assert named == ["Friendly name", "Description"]


def test_what_somebody_else_saved_meanwhile_is_told(signed_in: Client, bank: CustomLabel) -> None:
    mark = opened.mark(signed_in, url(bank))
    CustomLabel.objects.update(friendly_name="Theirs")
    page = signed_in.post(url(bank), {"friendly_name": "Mine", "description": ""} | mark)
    assert "Somebody changed this meanwhile" in page.content.decode()
    bank.refresh_from_db()
    assert bank.friendly_name == "Theirs"


def test_it_is_deleted_as_long_as_nothing_uses_it(signed_in: Client, bank: CustomLabel) -> None:
    signed_in.post(f"{url(bank)}delete/")
    assert not CustomLabel.objects.exists()


def test_a_used_one_is_not_deleted_and_the_page_says_by_what(
    signed_in: Client, bank: CustomLabel
) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2", "BANK-1"])
    factories.PolicyFactory(name="No banks", labels=["BANK-1"])
    factories.ConsentPolicyFactory(name="Ask banks", labels=["BANK-1"])
    factories.PolicyFactory(name="Other", labels=["BANK-10"])
    page = signed_in.post(f"{url(bank)}delete/", follow=True).content.decode()
    assert (
        "It was not deleted: BANK-1 is used by attribute “loyalty.tier”, data usage policy"
        " “No banks”, consent policy “Ask banks”. Take it off there first." in page
    )
    assert "1 attribute, 1 data usage policy, 1 consent policy" in page
    assert "Delete: still used" in page
    assert CustomLabel.objects.count() == 1
    uses = signed_in.get(url(bank)).content.decode()
    assert "As long as anything uses it" in uses
    assert "<bdi>No banks</bdi>" in uses


def test_it_forbids_like_any_label_once_a_policy_names_it(
    signed_in: Client, destination: Destination, bank: CustomLabel
) -> None:
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory(destination=destination)
    factories.PolicyFactory(name="No banks", labels=["BANK-1"])
    typed = {"path": "loyalty.tier", "labels": ["BANK-1"]}
    page = signed_in.post("/policies/labels/new/", typed).content.decode()
    assert "forbids Export to Third Party with BANK-1" in page
    signed_in.post("/policies/labels/new/", typed | {"path": "jobTitle"})
    assert LabeledAttribute.objects.get().labels == ["BANK-1"]
    listed = signed_in.get("/policies/labels/?label=BANK-1").content.decode()
    assert "Bank data: By contract 17." in listed


def test_a_label_that_was_deleted_meanwhile_is_put_on_nothing(user: User) -> None:
    with pytest.raises(UnknownLabel, match="no label GONE any more"):
        labels.put_on(path="x", codes=["GONE"], person=user, at=factories.NOON)
    with pytest.raises(UnknownLabel):
        policies.create(values={"name": "P", "labels": ["GONE"]}, person=user)
    assert not LabeledAttribute.objects.exists()


def test_the_list_is_searched_sorted_and_paged(signed_in: Client, bank: CustomLabel) -> None:
    factories.CustomLabelFactory.create_batch(26, friendly_name="Other")
    found = signed_in.get(f"{LIST}?q=contract").context["rows"]
    assert [row.label.name for row in found] == ["BANK-1"]
    assert len(signed_in.get(f"{LIST}?page=2&sort=-updated").context["rows"]) == 2
    assert "No label fits" in signed_in.get(f"{LIST}?q=<b>").content.decode()


def test_many_take_as_many_queries_as_one(count_queries: CountQueries, bank: CustomLabel) -> None:
    one = count_queries(LIST)
    for number in range(20):
        factories.CustomLabelFactory()
        factories.LabeledAttributeFactory(labels=[f"BANK-{number}"])
    assert count_queries(LIST) == one <= 10


def test_who_may_only_look_changes_nothing(bank: CustomLabel) -> None:
    client, _ = permitted.browser(Permission.VIEW_POLICIES)
    page = client.get(LIST).content.decode()
    assert "Bank data" in page
    assert NEW not in page
    for path in (NEW, url(bank), f"{url(bank)}delete/"):
        assert client.post(path, BANK).status_code == 403
    assert CustomLabel.objects.count() == 1
