"""Activate now: how its jobs go, and what one more would cost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from activations.deliveries import resending
from activations.models import Resend
from activations.queries import audiences, census, forecast, outlook, sight
from activations.queries.forecast import Forecast
from connections.models import Destination

# Jobs a page tells of.
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A job as a page shows it."""

    resend: Resend
    status: str

    @property
    def may_be_stopped(self) -> bool:
        """Whether members are left that were not lined up."""
        return self.resend.lined_up_at is None

    @property
    def total(self) -> int:
        """Members in all; audiences grow, so it is never less than what is done."""
        return max(self.resend.members, self.resend.done + len(self.resend.under_way))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sending some audiences again takes, at most; `limit` in words, empty without one."""

    contacts: int
    forecast: Forecast
    limit: str
    neighbours: tuple[census.Neighbour, ...]


def get(*, uuid: UUID, destination: Destination) -> Resend:
    """Raises Resend.DoesNotExist."""
    found = sight.of_audiences(Resend.objects.select_related("audience"))
    return found.get(uuid=uuid, destination=destination)


def newest(*, destination_id: int) -> list[Row]:
    """What is not over, the oldest first, then what was ordered last; at most two queries."""
    jobs = sight.of_audiences(Resend.objects.filter(destination_id=destination_id))
    jobs = jobs.select_related("audience", "requested_by")
    shown = list(jobs.filter(finished_at__isnull=True).order_by("pk")[:SHOWN])
    if len(shown) < SHOWN:
        over = jobs.filter(finished_at__isnull=False).order_by("-created_at", "-pk")
        shown += over[: SHOWN - len(shown)]
    return [Row(job, _status(job)) for job in shown]


def estimate(*, destination: Destination, audience_ids: Collection[int], at: datetime) -> Estimate:
    """By the counts of members that were taken down last; at most four queries.

    Somebody in two of the audiences counts twice, so it is the most that it can be. The line of the
    destination may be half a minute old where it is long.
    """
    assert destination.account is not None, "only a draft has no account"
    counts = audiences.newest_counts(audience_ids=audience_ids)
    contacts = sum(count.members for count in counts.values())
    lines = census.lines(
        destination_id=destination.pk, token_fingerprint=destination.account.token_fingerprint
    )
    reckoned = forecast.reckon(
        contacts=contacts,
        others=lines.own + lines.others,
        limit=settings.ZENDESK_REQUESTS_PER_SECOND,
        at=at,
    )
    return Estimate(contacts, reckoned, outlook.limit_in_words(), lines.neighbours)


def _status(job: Resend) -> str:
    return resending.status(
        job=resending.Job(
            is_started=job.started_at is not None,
            is_finished=job.finished_at is not None,
            was_cut_short=bool(job.problem),
            activated=job.activated,
            others=job.excluded + job.failed,
        )
    )
