"""The tab Policies: the list, one policy, making, changing, enabling, deleting; what is refused."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import Policy
from activations.services.policy_check import REMEDY
from activations.terms import PolicyStatus
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import opened, permitted
from tests.pages.conftest import CountQueries

POLICIES, NEW = "/policies/", "/policies/new/"
HOSTILE = "<script>alert(1)</script> " + "x" * 170
TYPED: dict[str, Any] = {
    "name": "No partners",
    "description": "Contract of May",
    "labels": ["C3", "C2"],
    "label_match": "all",
    "marketing_actions": ["export-to-third-party", "analytics"],
}


def url(name: str, policy: Policy) -> str:
    return reverse(f"activations:policy{name}", args=[policy.uuid])


def shown(client: Client, query: str = "") -> list[str]:
    return [row.policy.name for row in client.get(POLICIES + query).context["rows"]]


@pytest.fixture
def sending(destination: Destination) -> Destination:
    """Activated; gives the labelled loyalty tier to a third party."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2"])
    return destination


def test_the_core_policies_are_listed_with_labels_and_actions(signed_in: Client) -> None:
    page = signed_in.get(POLICIES).content.decode()
    assert len(shown(signed_in)) == 10
    assert "Export to Third Party" in page
    assert '<span class="badge" title="Is not given to a third party.">C2</span>' in page
    assert '<span class="badge">Core</span>' in page


def test_the_list_is_searched_filtered_sorted_and_paged(signed_in: Client) -> None:
    factories.PolicyFactory(name="zeta", description="about loyalty")
    factories.PolicyFactory.create_batch(26, status=PolicyStatus.DRAFT)
    assert shown(signed_in, "?q=loyalty") == ["zeta"]
    assert shown(signed_in, "?status=enabled") == ["zeta"]
    assert len(shown(signed_in, "?kind=core")) == 10
    assert len(shown(signed_in, "?kind=own&page=2")) == 2
    assert shown(signed_in, "?sort=-name")[0] == "zeta"
    assert "No policy fits" in signed_in.get(f"{POLICIES}?q=nothing").content.decode()


def test_without_any_policy_the_page_says_what_holds(signed_in: Client) -> None:
    Policy.objects.all().delete()
    assert "No policy yet" in signed_in.get(POLICIES).content.decode()


def test_many_policies_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    one = count_queries(POLICIES)
    factories.PolicyFactory.create_batch(20)
    assert count_queries(POLICIES) == one <= 8


def test_a_new_policy_is_a_draft_by_its_maker(signed_in: Client, user: User) -> None:
    answer = signed_in.post(NEW, TYPED, follow=True)
    policy = Policy.objects.get(name="No partners")
    assert "is a draft: it restricts nothing until enabled" in answer.content.decode()
    assert (policy.status, policy.created_by) == (PolicyStatus.DRAFT, user)
    assert policy.labels == ["C2", "C3"]
    assert policy.marketing_actions == ["analytics", "export-to-third-party"]
    page = " ".join(signed_in.get(url("", policy)).content.decode().split())
    assert "All of these labels" in page
    assert "Analytics or Export to Third Party" in page
    assert "Nothing that is activated now would break it." in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Give the policy a name."),
        ({"name": "DATA SCIENCE"}, "Another policy has this name."),
        ({"labels": []}, "Tick at least one label."),
        ({"labels": ["X9"]}, "Select a valid choice."),
        ({"marketing_actions": []}, "Tick at least one marketing action."),
        ({"label_match": "none"}, "Select a valid choice."),
    ],
)
def test_what_will_not_do_is_refused_and_the_rest_kept(
    signed_in: Client, wrong: dict[str, Any], message: str
) -> None:
    page = signed_in.post(NEW, TYPED | wrong).content.decode()
    assert message in page
    assert "Contract of May" in page
    assert not Policy.objects.filter(is_core=False).exists()


def test_a_policy_is_changed(signed_in: Client) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    edit = url("-edit", policy)
    signed_in.post(edit, TYPED | opened.mark(signed_in, edit))
    policy.refresh_from_db()
    assert (policy.name, policy.label_match) == ("No partners", "all")
    assert policy.status == PolicyStatus.DRAFT


def test_a_policy_is_deleted_but_no_core_policy(signed_in: Client) -> None:
    policy, core = factories.PolicyFactory(), Policy.objects.filter(is_core=True)[0]
    signed_in.post(url("-delete", policy))
    answer = signed_in.post(url("-delete", core), follow=True)
    assert "A core policy is not deleted" in answer.content.decode()
    assert list(Policy.objects.filter(pk__in=[policy.pk, core.pk])) == [core]


def test_a_core_policy_is_not_edited(signed_in: Client) -> None:
    core = Policy.objects.filter(is_core=True)[0]
    answer = signed_in.post(url("-edit", core), TYPED, follow=True)
    assert answer.redirect_chain[-1][0] == url("", core)
    core.refresh_from_db()
    assert core.name != "No partners"


def test_the_switch_enables_and_disables(signed_in: Client) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    for is_on, status in (("on", PolicyStatus.ENABLED), ("off", PolicyStatus.DISABLED)):
        signed_in.post(url("-toggle", policy), {"is_on": is_on})
        policy.refresh_from_db()
        assert policy.status == status


def test_switching_off_what_was_never_on_leaves_a_draft(signed_in: Client) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    signed_in.post(url("-toggle", policy), {"is_on": "off"})
    policy.refresh_from_db()
    assert policy.status == PolicyStatus.DRAFT


def test_what_is_activated_keeps_a_policy_from_being_enabled_and_is_listed(
    signed_in: Client, sending: Destination
) -> None:
    policy = factories.PolicyFactory(name="No third parties", status=PolicyStatus.DRAFT)
    answer = signed_in.post(url("-toggle", policy), {"is_on": "on"}, follow=True)
    page = answer.content.decode()
    assert "It was not enabled" in page
    assert "Why it cannot be enabled" in page
    for words in ("Zendesk CRM", "xdm: loyalty.tier", "xdm: title", "Export to Third Party"):
        assert f"{words}<" in page
    policy.refresh_from_db()
    assert policy.status == PolicyStatus.DRAFT


def test_who_sees_no_destinations_reads_only_how_many_mappings_break_it(
    sending: Destination,
) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    client, _ = permitted.browser(Permission.VIEW_POLICIES)
    page = client.get(url("", policy)).content.decode()
    assert "1 mapping or audience of activated destinations breaks it." in page
    for words in ("Zendesk CRM", "xdm: loyalty.tier", "xdm: title"):
        assert words not in page


def test_without_an_activated_audience_nothing_is_sent_that_could_break_it(
    signed_in: Client, sending: Destination
) -> None:
    sending.activations.all().delete()
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    signed_in.post(url("-toggle", policy), {"is_on": "on"})
    policy.refresh_from_db()
    assert policy.status == PolicyStatus.ENABLED


def test_a_change_that_would_be_broken_is_refused_beside_the_labels(
    signed_in: Client, sending: Destination
) -> None:
    policy = factories.PolicyFactory(labels=["C5"])
    edit = url("-edit", policy)
    typed = TYPED | {"label_match": "any"} | opened.mark(signed_in, edit)
    answer = signed_in.post(edit, typed)
    (first, *_, last) = answer.context["form"].errors["labels"]
    assert first.startswith("“Zendesk CRM”, mapping to “xdm: title”: The policy “No partners”")
    assert last == REMEDY
    policy.refresh_from_db()
    assert policy.labels == ["C5"]


def test_a_draft_may_say_what_is_broken_already(signed_in: Client, sending: Destination) -> None:
    policy = factories.PolicyFactory(labels=["C5"], status=PolicyStatus.DRAFT)
    edit = url("-edit", policy)
    signed_in.post(edit, TYPED | {"label_match": "any"} | opened.mark(signed_in, edit))
    policy.refresh_from_db()
    assert policy.labels == ["C2", "C3"]


def test_hostile_words_are_shown_as_words(signed_in: Client) -> None:
    policy = factories.PolicyFactory(name=HOSTILE, description=HOSTILE)
    for path in (POLICIES, url("", policy), url("-edit", policy)):
        page = signed_in.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_who_only_looks_is_offered_no_change(db: None) -> None:
    policy = factories.PolicyFactory()
    client, _ = permitted.browser(Permission.VIEW_POLICIES)
    for path in (POLICIES, url("", policy), "/policies/labels/"):
        page = client.get(path).content.decode()
        assert 'role="switch"' not in page
        assert "New policy" not in page
        assert "Label an attribute" not in page
    assert client.post(url("-toggle", policy), {"is_on": "off"}).status_code == 403
