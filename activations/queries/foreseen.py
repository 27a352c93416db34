"""What finishing a draft will set in motion: how many are sent, who is not, and until when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings

from activations.mapping.plan import Plan
from activations.queries import census, codes, forecast, samples, scopes
from activations.queries.census import Neighbour
from activations.queries.forecast import Forecast
from activations.queries.samples import Sample
from activations.services import drafts
from activations.services.draft_content import Content
from connections.models import Destination

# So many profiles are tried out: all of them where there are no more, else spread over all.
LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason why profiles will not be sent."""

    code: str
    count: int

    @property
    def meaning(self) -> str:
        """The code in words."""
        return codes.meaning(code=self.code)

    @property
    def remedy(self) -> str:
        """What to do about it; empty when there is nothing particular."""
        return codes.remedy(code=self.code)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`candidates` are looked at; when `is_exact`, every one of them was tried out already.

    `queued` stands in line at this destination before them, the neighbours' beside them.
    """

    candidates: int
    without_email: int
    # Audiences whose first day is still to come.
    later: int
    sample: Sample
    forecast: Forecast
    queued: int
    neighbours: tuple[Neighbour, ...]
    is_exact: bool

    @property
    def contacts(self) -> int:
        """To send: the very number, or the most it can be."""
        return self.forecast.contacts

    @property
    def others(self) -> int:
        """What the neighbours have in line."""
        return sum(neighbour.queued for neighbour in self.neighbours)

    @property
    def estimate(self) -> int | None:
        """How many it will probably be, judged by the sample; None when that adds nothing."""
        if self.is_exact or not self.sample.looked_at:
            return None
        likely = round(self.candidates * self.sample.to_send / self.sample.looked_at)
        return likely if likely < self.contacts else None

    @property
    def excluded(self) -> int:
        """Who will certainly not be sent, by what is known now."""
        return sum(self.sample.excluded.values()) if self.is_exact else self.without_email

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Why, of the profiles that were tried out."""
        found = sorted(self.sample.excluded.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Exclusion(code, count) for code, count in found)


def of(
    *, destination: Destination, content: Content, at: datetime, now: Plan | None = None
) -> Foreseen:
    """A fixed number of queries; at a million profiles about half a second.

    `now`: what is sent now, if it was read already.
    """
    plan = drafts.plan(destination=destination, content=content)
    scope = scopes.of(destination=destination, plan=plan, at=at, now=now)
    candidates, without_email = scope.count(), scope.without_email()
    # With problems left there is nothing to try out: the mapping may not even be complete.
    ids = [] if content.blocking else scope.some(most=LOOKED_AT, of=candidates)
    sample = samples.look(destination_id=destination.pk, profile_ids=ids, plan=plan, at=at)
    is_exact = not content.blocking and candidates <= LOOKED_AT
    contacts = sample.to_send if is_exact else candidates - without_email
    neighbours = _neighbours(destination)
    queued = 0 if scope.is_everything else census.queued(destination_id=destination.pk)
    others = queued + sum(neighbour.queued for neighbour in neighbours)
    return Foreseen(
        candidates=candidates,
        without_email=without_email,
        later=_later(plan, at.astimezone(UTC).date()),
        sample=sample,
        # What goes out now is what there was to send, not what could be sent.
        forecast=forecast.reckon(
            contacts=contacts, others=others, limit=settings.ZENDESK_REQUESTS_PER_SECOND, at=at
        ),
        queued=queued,
        neighbours=neighbours,
        is_exact=is_exact,
    )


def _later(plan: Plan, today: date) -> int:
    return sum(1 for audience in plan.audiences if audience.start_on > today)


def _neighbours(destination: Destination) -> tuple[Neighbour, ...]:
    fingerprint = destination.account.token_fingerprint if destination.account else ""
    found = census.neighbours(destination_id=destination.pk, token_fingerprint=fingerprint)
    return tuple(neighbour for neighbour in found if neighbour.queued)
