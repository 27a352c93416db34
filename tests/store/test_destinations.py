"""A destination's status changes only out of what it is now, whatever the caller read before."""

import pytest

from connections import destinations
from connections.models import Destination, DestinationStatus
from tests.factories import DestinationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped() -> Destination:
    return DestinationFactory(
        status=DestinationStatus.ERROR, problem="Why", problem_code="it", rejection_streak=20
    )


def test_resuming_forgets_the_stop_and_its_reason(stopped: Destination) -> None:
    destinations.resume(destination=stopped)

    stopped.refresh_from_db()
    assert stopped.status == DestinationStatus.ENABLED
    assert (stopped.problem, stopped.problem_code, stopped.rejection_streak) == ("", "", 0)


def test_resuming_leaves_alone_what_somebody_disabled_meanwhile(stopped: Destination) -> None:
    Destination.objects.update(status=DestinationStatus.DISABLED)

    destinations.resume(destination=stopped)

    assert stopped.status == DestinationStatus.DISABLED
    assert Destination.objects.get().status == DestinationStatus.DISABLED
