"""Where the profiles of a destination stand now, and why some were not sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Max

from activations.models import Backfill, Delivery
from activations.queries.remedies import remedy
from activations.terms import DeliveryState, ExclusionCode

_FAILURES = {
    "network": "Zendesk could not be reached",
    "zendesk-400": "Zendesk could not read the request",
    "zendesk-401": "Zendesk refused the token",
    "zendesk-403": "The token may not write contacts",
    "zendesk-404": "Zendesk does not know the contact or the address",
    "zendesk-409": "Zendesk holds several contacts with this e-mail",
    "zendesk-422": "Zendesk refused a value",
    "zendesk-422-unknown": "Zendesk does not know a field that was sent",
    "zendesk-422-incorrect_value": "A value does not fit its field in Zendesk",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with the number of profiles it stands at."""

    state: str
    code: str
    meaning: str
    example: str
    count: int

    @property
    def can_retry(self) -> bool:
        """An excluded profile is looked at again by itself when it changes."""
        return self.state == DeliveryState.FAILED

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return remedy(code=self.code)


@dataclass(frozen=True, slots=True)
class Totals:
    """Each profile is counted in exactly one of the four."""

    activated: int
    excluded: int
    failed: int
    pending: int
    is_backfilling: bool
    reasons: tuple[Reason, ...]

    @property
    def settled(self) -> int:
        """How many are not pending."""
        return self.activated + self.excluded + self.failed

    @property
    def known(self) -> int:
        """All of them."""
        return self.settled + self.pending

    @property
    def is_busy(self) -> bool:
        """Whether the numbers are about to change."""
        return self.pending > 0 or self.is_backfilling


def of(*, destination_id: int) -> Totals:
    """Three queries, whatever the number of profiles or codes."""
    deliveries = Delivery.objects.filter(destination_id=destination_id).order_by()
    by_code = deliveries.values_list("state", "code")
    grouped = list(by_code.annotate(count=Count("pk")))
    # Apart from the counts, which an index answers alone: most rows are delivered, without a why.
    undelivered = by_code.filter(state__in=_UNDELIVERED)
    examples = {(s, c): detail for s, c, detail in undelivered.annotate(example=Max("detail"))}
    return Totals(
        activated=_sum(grouped, DeliveryState.DELIVERED),
        excluded=_sum(grouped, DeliveryState.EXCLUDED),
        failed=_sum(grouped, DeliveryState.FAILED),
        pending=_sum(grouped, *_OPEN),
        is_backfilling=Backfill.objects.filter(
            destination_id=destination_id, finished_at__isnull=True
        ).exists(),
        reasons=_reasons(grouped, examples),
    )


_OPEN = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.WAITING)
_UNDELIVERED = (DeliveryState.EXCLUDED, DeliveryState.FAILED)
_Grouped = Iterable[tuple[str, str, int]]


def _sum(grouped: _Grouped, *states: str) -> int:
    return sum(count for state, _, count in grouped if state in states)


def _reasons(grouped: _Grouped, examples: Mapping[tuple[str, str], str]) -> tuple[Reason, ...]:
    reasons = [
        Reason(state, code, _meaning(state, code), examples.get((state, code), ""), count)
        for state, code, count in grouped
        if state in _UNDELIVERED
    ]
    return tuple(sorted(reasons, key=lambda reason: (-reason.count, reason.code)))


def _meaning(state: str, code: str) -> str:
    if state == DeliveryState.EXCLUDED:
        return dict(ExclusionCode.choices).get(code, "")
    by_status = "-".join(code.split("-")[:2])
    return _FAILURES.get(code) or _FAILURES.get(by_status) or "Zendesk refused the contact"
