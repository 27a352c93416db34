"""Where the profiles of a destination stand now, and why some were not sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max

from activations.models import Backfill, Delivery
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
    def is_busy(self) -> bool:
        """Whether the numbers are about to change."""
        return self.pending > 0 or self.is_backfilling


def of(*, destination_id: int) -> Totals:
    """Two queries, whatever the number of profiles or codes."""
    grouped = list(
        Delivery.objects.filter(destination_id=destination_id)
        .order_by()
        .values_list("state", "code")
        .annotate(count=Count("pk"), example=Max("detail"))
    )
    return Totals(
        activated=_sum(grouped, DeliveryState.DELIVERED),
        excluded=_sum(grouped, DeliveryState.EXCLUDED),
        failed=_sum(grouped, DeliveryState.FAILED),
        pending=_sum(grouped, *_OPEN),
        is_backfilling=Backfill.objects.filter(
            destination_id=destination_id, finished_at__isnull=True
        ).exists(),
        reasons=tuple(sorted(_reasons(grouped), key=lambda reason: (-reason.count, reason.code))),
    )


_OPEN = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.WAITING)
_Grouped = Iterable[tuple[str, str, int, str]]


def _sum(grouped: _Grouped, *states: str) -> int:
    return sum(count for state, _, count, _ in grouped if state in states)


def _reasons(grouped: _Grouped) -> Iterable[Reason]:
    for state, code, count, example in grouped:
        if state in (DeliveryState.EXCLUDED, DeliveryState.FAILED):
            yield Reason(state, code, _meaning(state, code), example, count)


def _meaning(state: str, code: str) -> str:
    if state == DeliveryState.EXCLUDED:
        return dict(ExclusionCode.choices).get(code, "")
    by_status = "-".join(code.split("-")[:2])
    return _FAILURES.get(code) or _FAILURES.get(by_status) or "Zendesk refused the contact"
