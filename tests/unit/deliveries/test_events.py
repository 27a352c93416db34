from datetime import UTC, datetime, timedelta

import pytest

from activations.deliveries.events import (
    ContactGone,
    Delivered,
    Event,
    HandedBack,
    NotSent,
    OutcomeUnknown,
    Refused,
    Sent,
    classify,
)
from connections.zendesk import errors

STARTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FINISHED = STARTED + timedelta(seconds=3)
HELD = STARTED + timedelta(seconds=40)
LANDED = FINISHED + timedelta(seconds=120)

REJECTED = errors.Rejected(422, "unknown", "/custom_fields/VIP", "No.", (), None)
UNKNOWN = errors.Unknown(reason="the server failed", status=503)
NOT_SENT = errors.NotSent(reason="the connection was refused")


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (errors.Written(7, 200, None), Delivered(7, "digest", STARTED, "notes")),
        (errors.Missing(404, None), ContactGone()),
        (
            REJECTED,
            Refused(
                "zendesk-422-unknown", REJECTED.summary, "zendesk-422-unknown /custom_fields/VIP"
            ),
        ),
        (errors.Unauthorised(401, "unauthorized", "No.", None), HandedBack()),
        (errors.Throttled(429, None), HandedBack(until=HELD)),
        (NOT_SENT, NotSent("network", NOT_SENT.summary)),
        (UNKNOWN, OutcomeUnknown("zendesk-503", UNKNOWN.summary, LANDED)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_answer_means_one_event(outcome: errors.Outcome, event: Event) -> None:
    sent = Sent(outcome, "digest", "notes", STARTED, FINISHED)

    assert classify(sent=sent, settle_seconds=120, held_until=HELD) == event


def test_refusals_at_different_places_are_not_alike() -> None:
    def signature(pointer: str | None) -> str:
        outcome = errors.Rejected(422, "unknown", pointer, "No.", (), None)
        sent = Sent(outcome, "", "", STARTED, FINISHED)
        event = classify(sent=sent, settle_seconds=1, held_until=None)
        assert isinstance(event, Refused)
        return event.signature

    assert len({signature("/a"), signature("/b"), signature(None)}) == 3
    assert signature("/a") == signature("/a")
    assert len(signature("/" + "x" * 1000)) <= 300
