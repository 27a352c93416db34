"""What finishing a draft will set in motion: how many are sent, who is not, and until when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings

from activations.mapping.consents import Consent
from activations.mapping.plan import Plan
from activations.queries import bars, census, codes, consents, forecast
from activations.queries.bars import Segment
from activations.queries.census import Neighbour
from activations.queries.forecast import Forecast
from activations.queries.samples import Sample
from activations.queries.scopes import Scope
from activations.queries.trials import Trial
from connections.models import Destination


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
class Asked:
    """A consent that is asked for: of `asked` profiles that were tried out `held` hold it."""

    consent: Consent
    asked: int
    held: int

    @property
    def bar(self) -> tuple[Segment, ...]:
        """Who holds it and who does not; empty as long as nobody was tried out."""
        lacking = self.asked - self.held
        return bars.of(parts=(("success", "hold it", self.held), ("warning", "do not", lacking)))


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What `trial` found so far; when `is_exact`, every one of the candidates was tried out.

    `queued` stands in line at this destination before them, the neighbours' beside them.
    """

    trial: Trial
    # Audiences whose first day is still to come.
    later: int
    forecast: Forecast
    queued: int
    neighbours: tuple[Neighbour, ...]
    # Those at an attribute that may be seen, and how many others apply.
    consents: tuple[Consent, ...] = ()
    unseen_consents: int = 0

    @property
    def candidates(self) -> int:
        """Who is looked at: the very number, or the most it can be."""
        return self.trial.crowd.candidates

    @property
    def sample(self) -> Sample:
        """Those who were tried out."""
        return self.trial.sample

    @property
    def is_exact(self) -> bool:
        """Whether nothing is a bound or a judgement."""
        return self.trial.is_exact

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
        likely = None if self.is_exact else self._of_all(self.sample.to_send)
        return likely if likely is not None and likely < self.contacts else None

    @property
    def excluded(self) -> int | None:
        """Who will not be sent: the very number, or about so many; None while nobody knows."""
        found = sum(self.sample.excluded.values())
        return found if self.is_exact else self._of_all(found)

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Why, of the profiles that were tried out."""
        found = sorted(self.sample.excluded.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Exclusion(code, count) for code, count in found)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every consent that is asked for and may be seen, in the order of the policies."""
        counts = self.sample.consenting
        return tuple(Asked(one, self.sample.asked, counts.get(one.key, 0)) for one in self.consents)

    def _of_all(self, count: int) -> int | None:
        weight = self.trial.of_all
        return None if weight is None else round(count * weight)


def of(
    *, destination: Destination, plan: Plan, scope: Scope, trial: Trial, at: datetime
) -> Foreseen:
    """One query."""
    contacts = trial.sample.to_send if trial.is_exact else trial.crowd.candidates
    fingerprint = destination.account.token_fingerprint if destination.account else ""
    lines = census.lines(destination_id=destination.pk, token_fingerprint=fingerprint)
    queued = 0 if scope.is_everything else lines.own
    shown = consents.shown(consents=plan.consents)
    return Foreseen(
        trial=trial,
        later=_later(plan, at.astimezone(UTC).date()),
        # What goes out now is what there was to send, not what could be sent.
        forecast=forecast.reckon(
            contacts=contacts,
            others=queued + lines.others,
            limit=settings.ZENDESK_REQUESTS_PER_SECOND,
            at=at,
        ),
        queued=queued,
        neighbours=tuple(line for line in lines.neighbours if line.queued),
        consents=shown,
        unseen_consents=len(plan.consents) - len(shown),
    )


def _later(plan: Plan, today: date) -> int:
    return sum(1 for audience in plan.audiences if audience.start_on > today)
