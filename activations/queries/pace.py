"""How fast contacts go out now: measured over the last minute from the requests written down."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from activations.models import Attempt

WINDOW = timedelta(seconds=60)
# The newest so many requests are looked at: without a limit they are a few seconds' worth.
MOST_REQUESTS = 3_000
# A shorter time says little, unless it was full of requests.
SHORTEST_SECONDS = 10.0

# Outcomes after which a contact is done with; the others are tried again.
_WRITTEN, _REJECTED = "written", "rejected"

_Row: TypeAlias = tuple[datetime, str, int, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one destination, and of the token it may share with others.

    `contacts_per_minute` counts what Zendesk stored for the destination, `requests_per_second`
    what the token's requests settled since `measured_since`; None while there is too little to
    measure. Where there was little to send, they tell of that and not of what could be sent.
    """

    contacts_per_minute: int | None = None
    requests_per_second: float | None = None
    last_request_at: datetime | None = None
    measured_since: datetime | None = None

    @property
    def is_measured(self) -> bool:
        """Whether anything was settled in the last minute."""
        return bool(self.requests_per_second)

    def of_a_full_line(self, *, due_at: datetime | None) -> float | None:
        """What the token can do, throttled or not: None unless it had work all the time.

        What is due since `due_at` and still in line waited through all that was measured.
        """
        if due_at is None or self.measured_since is None or due_at > self.measured_since:
            return None
        return self.requests_per_second


def measure(*, destination_id: int, token_fingerprint: str, at: datetime) -> Pace:
    """One query over the requests of the last minute."""
    newest = Attempt.objects.filter(started_at__gte=at - WINDOW).order_by("-started_at", "-pk")
    rows: list[_Row] = list(
        newest.values_list(
            "started_at",
            "outcome",
            "delivery__destination_id",
            "delivery__account__token_fingerprint",
        )[:MOST_REQUESTS]
    )
    ours = [row for row in rows if row[3] == token_fingerprint]
    if not ours:
        return Pace()
    last_request_at = ours[0][0]
    since = ours[-1][0]
    seconds = (at - since).total_seconds()
    if seconds < SHORTEST_SECONDS and len(rows) < MOST_REQUESTS:
        return Pace(last_request_at=last_request_at)
    seconds = max(seconds, 1.0)
    written = _count(ours, (_WRITTEN,), destination_id)
    settled = _count(ours, (_WRITTEN, _REJECTED))
    return Pace(round(written * 60 / seconds), settled / seconds, last_request_at, since)


def by_token(*, at: datetime) -> dict[str, float]:
    """Requests a second that each token's answers settled in the last minute, in one query."""
    newest = Attempt.objects.filter(started_at__gte=at - WINDOW).order_by("-started_at", "-pk")
    rows = list(
        newest.values_list("started_at", "outcome", "delivery__account__token_fingerprint")[
            :MOST_REQUESTS
        ]
    )
    if not rows:
        return {}
    # Cut short by the limit, they are of less than the whole window.
    is_cut = len(rows) == MOST_REQUESTS
    seconds = (at - rows[-1][0]).total_seconds() if is_cut else WINDOW.total_seconds()
    settled = Counter(token for _, outcome, token in rows if outcome in (_WRITTEN, _REJECTED))
    return {token: count / max(seconds, 1.0) for token, count in settled.items()}


def _count(rows: Sequence[_Row], outcomes: Sequence[str], destination_id: int | None = None) -> int:
    return sum(
        1
        for _, outcome, of_destination, _ in rows
        if outcome in outcomes and destination_id in (None, of_destination)
    )
