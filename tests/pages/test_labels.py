"""The tab Labels: labelled attributes, putting labels on, changing and taking them off."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from activations.models import LabeledAttribute
from activations.services.policy_check import REMEDY, REMEDY_OF_C12
from connections.models import Destination, DestinationStatus
from connections.permissions import Permission
from tests import factories
from tests.pages import opened, permitted
from tests.pages.conftest import CountQueries

LABELS, NEW = "/policies/labels/", "/policies/labels/new/"


def shown(client: Client, query: str = "") -> list[str]:
    return [row.attribute.path for row in client.get(LABELS + query).context["rows"]]


def url(attribute: LabeledAttribute) -> str:
    return f"{LABELS}{attribute.pk}/"


@pytest.fixture
def sending(destination: Destination) -> Destination:
    """Activated; gives the loyalty tier to a third party, which an enabled policy is about."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    factories.PolicyFactory(name="No third parties", labels=["C2"])
    return destination


def test_without_labels_the_page_leads_to_the_first(signed_in: Client) -> None:
    page = signed_in.get(LABELS).content.decode()
    assert "No attribute is labelled yet" in page
    assert f'href="{NEW}"' in page


def test_an_attribute_is_labelled_and_listed_with_what_labels_mean(
    signed_in: Client, user: User
) -> None:
    signed_in.post(NEW, {"path": "xdm: loyalty.tier", "labels": ["S1", "C2"]})
    attribute = LabeledAttribute.objects.get()
    assert (attribute.path, attribute.labels) == ("loyalty.tier", ["C2", "S1"])
    assert attribute.changed_by == user
    page = signed_in.get(LABELS).content.decode()
    assert "Is not given to a third party." in page
    assert "Says exactly where somebody is." in page


def test_who_labels_what_is_mapped_is_told_at_how_many_destinations(
    signed_in: Client, sending: Destination
) -> None:
    factories.map_mandatory(factories.DestinationFactory())
    told = {}
    for path in ("loyalty", "loyalty.points", "identityMap.Email"):
        answer = signed_in.post(NEW, {"path": path, "labels": ["S1"]}, follow=True)
        told[path] = " ".join(message.message for message in answer.context["messages"])
    assert "1 destination maps it: roles that see by label" in told["loyalty"]
    assert "2 destinations map it" in told["identityMap.Email"]
    assert "destination" not in told["loyalty.points"]


def test_the_dialog_says_who_sees_it_again(signed_in: Client) -> None:
    assert "no data usage policy forbids anything" in signed_in.get(LABELS).content.decode()
    factories.LabeledAttributeFactory(path="loyalty")
    assert "Roles that see by label see it again" in signed_in.get(LABELS).content.decode()


def test_all_labels_are_offered_with_their_meaning(signed_in: Client) -> None:
    page = signed_in.get(NEW).content.decode()
    assert page.count('name="labels"') == 16
    assert '<option value="loyalty.tier">' in page
    assert '<option value="identityMap.Email">' in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"path": ""}, "Enter the path of an attribute."),
        ({"path": "a..b"}, "has an empty part"),
        ({"path": "constant: x"}, "A constant is no attribute"),
        ({"path": "loyalty.points"}, "has labels already"),
        ({"labels": []}, "Tick at least one label."),
    ],
)
def test_what_will_not_do_is_refused(
    signed_in: Client, wrong: dict[str, Any], message: str
) -> None:
    factories.LabeledAttributeFactory(path="loyalty.points")
    page = signed_in.post(NEW, {"path": "loyalty.tier", "labels": ["C2"]} | wrong).content.decode()
    assert message in page
    assert LabeledAttribute.objects.count() == 1


def test_labels_are_changed_and_taken_off(signed_in: Client) -> None:
    attribute = factories.LabeledAttributeFactory(labels=["C2"])
    signed_in.post(url(attribute), {"labels": ["C3"]} | opened.mark(signed_in, url(attribute)))
    attribute.refresh_from_db()
    assert attribute.labels == ["C3"]
    signed_in.post(f"{url(attribute)}delete/")
    assert not LabeledAttribute.objects.exists()


def test_the_list_is_searched_filtered_sorted_and_paged(signed_in: Client) -> None:
    factories.LabeledAttributeFactory(path="person.gender", labels=["C12", "I2"])
    factories.LabeledAttributeFactory.create_batch(26, labels=["C1"])
    assert shown(signed_in, "?q=gender") == ["person.gender"]
    assert shown(signed_in, "?label=C12") == ["person.gender"]
    assert "person.gender" not in shown(signed_in, "?label=C1")
    assert shown(signed_in, "?sort=-path")[0] == "person.gender"
    assert len(shown(signed_in, "?page=2")) == 2
    assert "No attribute fits" in signed_in.get(f"{LABELS}?label=<b>").content.decode()


def test_many_attributes_take_as_many_queries_as_one(
    count_queries: CountQueries, user: User
) -> None:
    factories.ProfileFactory()
    factories.LabeledAttributeFactory(changed_by=user)
    one = count_queries(LABELS)
    factories.LabeledAttributeFactory.create_batch(20, changed_by=user)
    assert count_queries(LABELS) == one <= 9


def refusal(client: Client, path: str, labels: list[str]) -> list[str]:
    answer = client.post(NEW, {"path": path, "labels": labels})
    return list(answer.context["form"].errors["labels"])


@pytest.mark.parametrize("path", ["loyalty", "loyalty.tier"])
def test_a_label_that_what_is_activated_breaks_is_refused_with_the_violations(
    signed_in: Client, sending: Destination, path: str
) -> None:
    assert refusal(signed_in, path, ["C2"]) == [
        "“Zendesk CRM”, mapping to “xdm: title”: The policy “No third parties” forbids Export to"
        " Third Party with C2, which “xdm: loyalty.tier” carries.",
        REMEDY,
    ]
    assert not LabeledAttribute.objects.exists()


def test_c12_on_what_is_sent_is_refused_also_for_a_disabled_destination(
    signed_in: Client, sending: Destination
) -> None:
    """It may be enabled at any time."""
    Destination.objects.update(status=DestinationStatus.DISABLED, marketing_actions=[])
    first, last = refusal(signed_in, "loyalty", ["C12"])
    assert "may not be exported in any way" in first
    assert last == REMEDY_OF_C12


def test_a_change_is_refused_too_and_what_is_stored_stays(
    signed_in: Client, sending: Destination
) -> None:
    attribute = factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C5"])
    typed = {"labels": ["C5", "C2"]} | opened.mark(signed_in, url(attribute))
    answer = signed_in.post(url(attribute), typed)
    assert "The policy “No third parties” forbids" in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    attribute.refresh_from_db()
    assert attribute.labels == ["C5"]


def test_what_is_broken_already_keeps_nobody_from_other_labels(
    signed_in: Client, sending: Destination
) -> None:
    """Labels may have been put on past this page, by hand in the database."""
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2"])
    signed_in.post(NEW, {"path": "jobTitle", "labels": ["C2"]})
    assert LabeledAttribute.objects.filter(path="jobTitle").exists()


def test_of_many_violations_the_first_are_told_and_the_rest_counted(
    signed_in: Client, sending: Destination
) -> None:
    for number in range(12):
        factories.FieldMappingFactory(
            destination=sending, source=f"loyalty.field{number}", target=f"F{number}"
        )
    told = refusal(signed_in, "loyalty", ["C12"])
    assert len(told) == 12
    assert told[10] == "And 3 more."


def test_a_path_that_nobody_holds_is_kept_and_doubted(signed_in: Client) -> None:
    factories.ProfileFactory(attributes={"loyalty": {"tier": "gold"}})
    for path, is_doubted in (("loyalty.teir", True), ("loyalty.tier", False)):
        answer = signed_in.post(NEW, {"path": path, "labels": ["C2"]}, follow=True)
        told = f"{path} is labelled, but no profile holds anything there so far. Check the spelling"
        assert (told in answer.content.decode()) == is_doubted
    page = signed_in.get(LABELS).content.decode()
    assert page.count("No profile holds anything there so far. Check the spelling.") == 1
    assert f'<a href="{NEW}">Label the right path</a>' in page
    assert LabeledAttribute.objects.count() == 2


def test_who_labels_nothing_is_led_to_nothing(db: None) -> None:
    factories.ProfileFactory()
    factories.LabeledAttributeFactory(path="loyalty.teir")
    client, _ = permitted.browser(Permission.VIEW_POLICIES)
    page = client.get(LABELS).content.decode()
    assert "No profile holds anything there so far." in page
    assert NEW not in page


def test_hostile_paths_are_shown_as_words(signed_in: Client) -> None:
    attribute = factories.LabeledAttributeFactory(path="<script>alert(1)</script>" + "x" * 480)
    for path in (LABELS, url(attribute)):
        page = signed_in.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
