"""What holds now, as the database has it; what is activated must go on holding."""

from collections.abc import Iterator
from typing import Any

import pytest

from activations.governance.check import LabelledAudience, Rule, Rulebook
from activations.queries import governance
from activations.services import policies, policy_check
from activations.terms import LabelMatch, PolicyStatus
from connections.models import Destination
from tests import factories

pytestmark = pytest.mark.django_db


def test_enabled_policies_and_all_labels_are_read_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    factories.PolicyFactory(name="B", labels=["C2", "C3"], label_match=LabelMatch.ALL)
    factories.PolicyFactory(name="A")
    factories.PolicyFactory(status=PolicyStatus.DRAFT)
    factories.LabeledAttributeFactory(path="loyalty", labels=["C2", "S1"])
    nameless = factories.AudienceFactory(name="", external_id="vip", labels=["C5"])
    factories.AudienceFactory(name="Free")
    with django_assert_num_queries(1):
        found = governance.rulebook()
    assert found.labels == {"loyalty": ["C2", "S1"]}
    assert found.audiences == {"ups/vip": LabelledAudience(nameless.pk, "ups/vip", ("C5",))}
    assert found.rules == (
        Rule("A", ("C2",), LabelMatch.ANY, ("export-to-third-party",)),
        Rule("B", ("C2", "C3"), LabelMatch.ALL, ("export-to-third-party",)),
    )


@pytest.fixture
def sending() -> Destination:
    """Activated twice; gives the loyalty tier, which is labelled, to a third party."""
    destination: Destination = factories.DestinationFactory(
        name="Zendesk CRM", marketing_actions=["export-to-third-party"]
    )
    factories.map_mandatory(destination, title="loyalty.tier")
    factories.ActivationFactory.create_batch(2, destination=destination)
    factories.LabeledAttributeFactory(path="loyalty")
    return destination


class CountingLabels(dict[str, list[str]]):
    """Knows how often all of them were gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


def test_labels_are_gone_through_once_for_all_destinations(sending: Destination) -> None:
    for _ in range(3):
        factories.ActivationFactory()
    labels = CountingLabels({"loyalty": ["C12"]})
    found = policy_check.breaches(rulebook=Rulebook(labels=labels))
    assert [breach.destination for breach in found] == ["Zendesk CRM"]
    assert labels.times == 1


def test_a_destination_is_told_once_whatever_it_activates(sending: Destination) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    (breach,) = policies.breaches(policy=policy)
    assert (breach.destination, breach.violation.row) == ("Zendesk CRM", 2)


def test_many_destinations_take_as_many_queries_as_one(
    sending: Destination, django_assert_num_queries: Any
) -> None:
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    for _ in range(5):
        other = factories.DestinationFactory(marketing_actions=["export-to-third-party"])
        factories.map_mandatory(other, title="loyalty.points")
        factories.ActivationFactory(destination=other)
    with django_assert_num_queries(3):
        assert len(policies.breaches(policy=policy)) == 6
