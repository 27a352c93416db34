"""What holds now, as the database has it; what is activated must go on holding."""

from typing import Any

import pytest

from activations.governance.check import Rule
from activations.queries import governance
from activations.services import policies
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
    with django_assert_num_queries(1):
        found = governance.rulebook()
    assert found.labels == {"loyalty": ["C2", "S1"]}
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
