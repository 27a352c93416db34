"""Where the profiles of a destination stand now, and why some were not sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Subquery

from activations.models import Delivery
from activations.queries import bars, census, codes
from activations.queries.bars import Segment
from activations.queries.census import Census
from activations.terms import DeliveryState
from connections.models import Destination


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with the number of profiles it stands at, and what was said about one of them."""

    state: str
    code: str
    example: str
    count: int

    @property
    def can_retry(self) -> bool:
        """An excluded profile is looked at again by itself when it changes."""
        return self.state == DeliveryState.FAILED

    @property
    def meaning(self) -> str:
        """The code in words."""
        return codes.meaning(code=self.code)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return codes.remedy(code=self.code)


@dataclass(frozen=True, slots=True)
class Totals:
    """Each profile is counted in exactly one of activated, excluded, failed and pending."""

    census: Census
    # Whether members are still being lined up.
    is_backfilling: bool

    @property
    def activated(self) -> int:
        """Whose contact in Zendesk is up to date."""
        return self.census.delivered

    @property
    def excluded(self) -> int:
        """Not sent because something mandatory is missing or consent was not given."""
        return sum(self.census.excluded.values())

    @property
    def failed(self) -> int:
        """Refused by Zendesk."""
        return sum(self.census.failed.values())

    @property
    def pending(self) -> int:
        """Still to be looked at or sent."""
        return self.census.open

    @property
    def settled(self) -> int:
        """How many are not pending."""
        return self.census.settled

    @property
    def known(self) -> int:
        """All of them."""
        return self.census.known

    @property
    def is_busy(self) -> bool:
        """Whether the numbers are about to change."""
        return self.pending > 0 or self.is_backfilling

    @property
    def bar(self) -> tuple[Segment, ...]:
        """The four as parts of a bar that is 100 long; what is not there is left out."""
        return bars.of(
            parts=(
                ("success", "activated", self.activated),
                ("warning", "excluded", self.excluded),
                ("danger", "failed", self.failed),
                ("neutral", "pending", self.pending),
            )
        )


def of(*, destination_id: int, is_backfilling: bool) -> Totals:
    """Two queries, whatever the number of profiles or codes."""
    return Totals(census.of(destination_id=destination_id), is_backfilling)


def reasons(*, destination_id: int) -> tuple[Reason, ...]:
    """Why profiles were not delivered, what concerns most of them first; two queries."""
    by_state = census.codes(destination_id=destination_id)
    found = [
        (state, code, count)
        for state, by_code in sorted(by_state.items())
        for code, count in by_code.items()
    ]
    examples = _examples(destination_id, [(state, code) for state, code, _ in found])
    told = (Reason(s, c, examples[s, c], count) for s, c, count in found)
    return tuple(sorted(told, key=lambda reason: (-reason.count, reason.code)))


def reason(*, destination_id: int, state: str, code: str) -> Reason:
    """One of the reasons, with however many profiles it has now."""
    rows = Delivery.objects.filter(destination_id=destination_id, state=state, code=code)
    return Reason(state, code, "", rows.count())


def _examples(
    destination_id: int, wanted: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """What any one row of each says: an index leads to it, so a million of them do no harm."""
    keys = list(wanted)
    if not keys:
        return {}
    rows = Delivery.objects.filter(destination_id=destination_id).order_by()
    columns = {
        f"example_{number}": Subquery(rows.filter(state=state, code=code).values("detail")[:1])
        for number, (state, code) in enumerate(keys)
    }
    found = Destination.objects.filter(pk=destination_id).values_list(*columns.values()).first()
    return {key: text or "" for key, text in zip(keys, found or (), strict=True)}
