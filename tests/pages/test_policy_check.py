"""The data usage policy check of the Review step, and that nothing passes it by."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, Audience, LabeledAttribute, Policy
from activations.services import drafts
from activations.terms import PolicyStatus
from connections.models import Destination
from connections.permissions import TO_ACTIVATE, Permission
from tests import factories
from tests.pages import permitted
from tests.pages.conftest import CountQueries

MOST_QUERIES = 15
MOST_BYTES = 200_000


@pytest.fixture
def mine(destination: Destination, user: User) -> ActivationDraft:
    """Everything is right in it, and the loyalty tier is mapped for a third party."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    return drafts.open_for(destination=destination, person=user)


def review(client: Client, draft: ActivationDraft) -> str:
    url = reverse("activations:draft-review", args=[draft.uuid])
    return " ".join(client.get(url).content.decode().split())


def finish(client: Client, draft: ActivationDraft) -> str:
    url = reverse("activations:draft-finish", args=[draft.uuid])
    return client.post(url, follow=True).content.decode()


def test_the_core_policies_are_there_disabled(db: None) -> None:
    core = Policy.objects.filter(is_core=True)
    assert core.count() == 10
    assert set(core.values_list("status", flat=True)) == {PolicyStatus.DISABLED}


def test_a_violation_says_which_policy_row_label_and_action_and_what_to_do(
    signed_in: Client, mine: ActivationDraft
) -> None:
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2", "C3"])
    factories.PolicyFactory(name="No third parties")
    page = review(signed_in, mine)
    assert "The policy “No third parties” forbids Export to Third Party with C2" in page
    assert "Data usage policy check</h2>" in page
    assert "Row 3 of the mapping" in page
    assert "C2 is on <bdi>loyalty</bdi>" in page
    assert "mapped to</span> <bdi>xdm: title</bdi>" in page
    assert "sent by</span> <bdi>Zendesk CRM</bdi>" in page
    assert "take the marketing action off the destination" in page
    assert '<button class="btn btn-primary" disabled aria-describedby="why-not">Finish' in page
    assert "1 problem to put right first" in page


def test_review_leads_to_the_policy_and_names_who_can_change_it(
    signed_in: Client, user: User, mine: ActivationDraft
) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2", "C12"])
    factories.PolicyFactory(name="No & partners")
    user.username = "zoe"
    user.save()
    factories.member(Permission.APPLY_LABELS, username="bo")
    factories.member(Permission.MANAGE_POLICIES, username="cy", is_active=False)
    page = review(signed_in, mine)
    assert 'href="/policies/?q=No%20%26%20partners"' in page
    assert 'href="/policies/labels/?label=C12"' in page
    assert "Labels are put on by bo or zoe." in page
    LabeledAttribute.objects.update(labels=["C2"])
    assert "Policies are managed by zoe." in review(signed_in, mine)


def test_an_audience_hands_its_labels_to_all_that_is_sent_with_it(
    signed_in: Client, mine: ActivationDraft
) -> None:
    Audience.objects.update(name="VIP customers", labels=["C2"])
    factories.PolicyFactory(name="No third parties")
    page = review(signed_in, mine)
    assert "with C2, which the audience “VIP customers” carries. Remove this audience," in page
    assert "on the audience, and so on all that is sent with it" in page
    assert "activated as</span> <bdi>VIP audience</bdi>" in page
    assert "1 problem to put right first" in page
    assert "Nothing was changed. The policy “No third parties” forbids" in finish(signed_in, mine)
    Audience.objects.update(labels=["C5"])
    assert "sends what you chose" in finish(signed_in, mine)


def test_an_audience_and_what_is_mapped_break_together_what_neither_breaks_alone(
    signed_in: Client, mine: ActivationDraft
) -> None:
    Audience.objects.update(name="VIP customers", labels=["C3"])
    factories.PolicyFactory(name="Not both", labels=["C2", "C3"], label_match="all")
    assert "no enabled policy stands against" in review(signed_in, mine)
    factories.LabeledAttributeFactory(path="loyalty.tier")
    page = review(signed_in, mine)
    assert "the audience “VIP customers” carries, together with C2 on “loyalty.tier”." in page
    assert "together with</span> <bdi>loyalty.tier</bdi>" in page


def test_an_audience_with_c12_is_never_exported(signed_in: Client, mine: ActivationDraft) -> None:
    Destination.objects.update(marketing_actions=[])
    Audience.objects.update(name="VIP customers", labels=["C12"])
    page = review(signed_in, mine)
    assert "The audience “VIP customers” carries C12 and may not be exported in any way" in page
    assert "Nothing was changed." in finish(signed_in, mine)


def test_finish_is_refused_too(signed_in: Client, mine: ActivationDraft) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier")
    factories.PolicyFactory(name="No third parties")
    assert "Nothing was changed. The policy “No third parties” forbids" in finish(signed_in, mine)
    mine.refresh_from_db()
    assert mine.finished_at is None


@pytest.mark.parametrize("status", [PolicyStatus.DRAFT, PolicyStatus.DISABLED])
def test_a_policy_that_is_not_enabled_is_in_nobodys_way(
    signed_in: Client, mine: ActivationDraft, status: PolicyStatus
) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier")
    factories.PolicyFactory(status=status)
    page = review(signed_in, mine)
    assert "no enabled policy stands against what is mapped" in page
    assert "sends what you chose" in finish(signed_in, mine)


def test_c12_needs_no_policy_and_no_marketing_action(
    signed_in: Client, mine: ActivationDraft
) -> None:
    Destination.objects.update(marketing_actions=[])
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C12"])
    assert "carries C12 and may not be exported in any way" in review(signed_in, mine)
    assert "Nothing was changed." in finish(signed_in, mine)


def test_a_single_profile_is_not_sent_either(signed_in: Client, mine: ActivationDraft) -> None:
    """The page may have been open since before the label was put on."""
    person = factories.ProfileFactory()
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C12"])
    answer = signed_in.post(
        reverse("activations:draft-test", args=[mine.uuid]), {"profile": str(person.pk)}
    )
    page = answer.content.decode()
    assert "Nothing was sent." in page
    assert "may not be exported in any way" in page
    assert not mine.destination.deliveries.exists()


def test_the_mapping_step_says_it_at_the_row(signed_in: Client, mine: ActivationDraft) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C12"])
    url = reverse("activations:draft-mapping", args=[mine.uuid])
    rows = signed_in.get(url).context["rows"]
    assert [len(row.problems) for row in rows] == [0, 0, 1]


def test_who_may_not_map_is_told_without_a_way_to_the_mapping(mine: ActivationDraft) -> None:
    client, person = permitted.browser(*TO_ACTIVATE)
    draft = drafts.open_for(destination=mine.destination, person=person)
    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C12"])
    page = review(client, draft)
    assert "carries C12" in page
    assert reverse("activations:draft-mapping", args=[draft.uuid]) not in page


def test_hostile_words_are_shown_as_words(signed_in: Client, mine: ActivationDraft) -> None:
    factories.LabeledAttributeFactory(path="loyalty.tier")
    factories.PolicyFactory(name="<script>alert(1)</script>")
    page = review(signed_in, mine)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture
def broken_often(mine: ActivationDraft) -> Callable[[int], None]:
    def add(count: int) -> None:
        for number in range(count):
            factories.PolicyFactory(name=f"{number} {'x' * 190}")
            factories.LabeledAttributeFactory()

    factories.LabeledAttributeFactory(path="loyalty.tier", labels=["C2", "C12"])
    return add


def test_many_violations_take_no_more_queries_and_little_room(
    signed_in: Client,
    mine: ActivationDraft,
    count_queries: CountQueries,
    broken_often: Callable[[int], None],
) -> None:
    url = reverse("activations:draft-review", args=[mine.uuid])
    factories.PolicyFactory()
    one = count_queries(url)
    broken_often(60)
    assert count_queries(url) == one <= MOST_QUERIES
    page = signed_in.get(url).content
    assert len(page) < MOST_BYTES
    assert page.count(b"of the mapping</span>") == 10
    assert b"and 52 more</p>" in page
