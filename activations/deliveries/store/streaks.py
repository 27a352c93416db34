"""Rejections that are all alike: a destination that is set up wrong stops by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from activations.deliveries.events import Delivered, NotSent, OutcomeUnknown, Refused
from connections import destinations
from connections.models import Destination

if TYPE_CHECKING:
    from activations.deliveries.store.settlements import Result

# So many identical rejections in a row with no success between them are no accident.
STOP_AFTER = 20
STOPPED = "identical-rejections"


def judge(*, results: Sequence["Result"], at: datetime) -> set[int]:
    """Update streaks and last errors; returns the destinations that are stopped."""
    by_destination: dict[int, list[Result]] = {}
    for result in results:
        if isinstance(result.event, Delivered | Refused | NotSent | OutcomeUnknown):
            by_destination.setdefault(result.claimed.destination_id, []).append(result)
    stopped = set()
    for destination_id, judged in sorted(by_destination.items()):
        if all(isinstance(result.event, Delivered) for result in judged):
            _end_streak(destination_id)
        elif _judge_one(destination_id, judged, at):
            stopped.add(destination_id)
    return stopped


def _end_streak(destination_id: int) -> None:
    Destination.objects.filter(pk=destination_id, rejection_streak__gt=0).update(
        rejection_streak=0, rejection_signature=""
    )


def _judge_one(destination_id: int, judged: Sequence["Result"], at: datetime) -> bool:
    # no_key: rows that point to the destination are being written meanwhile.
    destination = Destination.objects.select_for_update(no_key=True).get(pk=destination_id)
    for result in judged:
        match result.event:
            case Delivered():
                destination.rejection_streak, destination.rejection_signature = 0, ""
            case Refused(code, detail, signature):
                is_alike = signature == destination.rejection_signature
                destination.rejection_streak = destination.rejection_streak + 1 if is_alike else 1
                destination.rejection_signature = signature
                _note_error(destination, code, detail, at)
            case NotSent(code, detail) | OutcomeUnknown(code, detail):
                _note_error(destination, code, detail, at)
            case _:
                pass
    destination.save(
        update_fields=[
            "rejection_streak",
            "rejection_signature",
            "last_error_code",
            "last_error",
            "last_error_at",
        ]
    )
    if destination.rejection_streak < STOP_AFTER:
        return False
    # Also true for whoever comes second: it has claims of a destination that is stopped.
    destinations.stop(destination_id=destination_id, code=STOPPED, problem=_words(destination))
    return True


def _note_error(destination: Destination, code: str, detail: str, at: datetime) -> None:
    destination.last_error_code, destination.last_error = code[:60], detail
    destination.last_error_at = at


def _words(destination: Destination) -> str:
    return (
        f"Stopped after {destination.rejection_streak} identical rejections in a row "
        f"({destination.rejection_signature}). {destination.last_error} "
        "Mend the mapping or the field in Zendesk, then retry the failed profiles."
    )
