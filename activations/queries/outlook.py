"""What a destination has still to send, how fast it goes and when it will be done."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from activations.queries import census, forecast, idleness, pace
from activations.queries.census import Census, Neighbour
from activations.queries.forecast import Forecast
from activations.queries.pace import Pace
from activations.queries.unresolved import Unresolved
from connections.destinations import effective_status
from connections.models import Destination, DestinationStatus


@dataclass(frozen=True, slots=True)
class Outlook:
    """`is_idle`: contacts are due, and yet nothing is being sent."""

    forecast: Forecast
    pace: Pace
    neighbours: tuple[Neighbour, ...]
    is_idle: bool

    @property
    def limit(self) -> str:
        """The token's limit in words; empty without one."""
        return limit_in_words()


def limit_in_words() -> str:
    """How many requests a token may make; empty without a limit."""
    rate: float = settings.ZENDESK_REQUESTS_PER_SECOND
    return f"{rate:g} requests a second" if rate else ""


def of(
    *, destination: Destination, counted: Census, unresolved: Unresolved, at: datetime
) -> Outlook:
    """Two queries."""
    # What nobody claims from has a line that waits, not one that keeps the token busy.
    is_sending = effective_status(destination) == DestinationStatus.ENABLED
    account = destination.account
    assert account is not None, "a destination outside draft has an account"
    fingerprint = account.token_fingerprint
    lines = census.lines(destination_id=destination.pk, token_fingerprint=fingerprint)
    measured = pace.measure(destination_id=destination.pk, token_fingerprint=fingerprint, at=at)
    return Outlook(
        forecast=forecast.reckon(
            contacts=counted.open,
            others=lines.others,
            limit=settings.ZENDESK_REQUESTS_PER_SECOND,
            measured=measured.of_a_full_line(due_at=counted.due_at) if is_sending else None,
            at=at,
            not_before=unresolved.last_try_at,
        ),
        pace=measured,
        neighbours=lines.neighbours,
        is_idle=idleness.of_line(counted=counted, measured=measured, at=at),
    )
