"""What the database is told of one dispatch: the answers that came, the claims given back."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction

from activations.deliveries.events import Delivered, HandedBack, Refused, classify
from activations.deliveries.store import counts, intake, settlements
from activations.deliveries.store.settlements import Result, Tally
from activations.models import Delivery
from activations.patience import patiently
from activations.rendering import ToSend
from activations.sending.obstacles import Obstacles
from activations.sending.rounds import Round
from activations.sending.senders import Landed
from activations.terms import DeliveryState, Lane

# Before the next tries of a settlement: what a database server takes to be there again.
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


class Books:
    """Kept by the thread of the dispatch. An answer stays unsettled until the database has it."""

    def __init__(self, *, obstacles: Obstacles, round_: Round) -> None:
        self._obstacles, self._round = obstacles, round_
        self._unsettled: list[Result] = []
        # Destinations whose last answer seen here was a success; the others are on trial.
        self.proven: set[int] = set()

    def settle(self, landed: Sequence[Landed]) -> set[int]:
        """Learn from these answers and store them; returns destinations that were stopped by it.

        Raises a sender's fault of ours, and what the database raises when it stays away.
        """
        self._learn(landed)
        if not self._unsettled:
            return set()
        tally = store(results=self._unsettled, at=self._round.clock())
        self._unsettled = []
        self._round.settled(tally)
        if withdrawn := [each.item.claimed.id for each in landed if each.item.is_withdrawal]:
            look_once_more(delivery_ids=withdrawn, at=self._round.clock())
        return tally.stopped_destinations

    def hand_back(self, items: Collection[ToSend], *, was_begun: bool) -> None:
        """Claims of which no request was made; `was_begun` also when only the database knows."""
        if items:
            back = [Result(item.claimed, HandedBack(), was_begun=was_begun) for item in items]
            store(results=back, at=self._round.clock())

    def count_missed_turns(self, items: Collection[ToSend]) -> None:
        """Their requests were not sent: they were ready only after their turn had passed."""
        keys = [(item.claimed.destination_id, counts.MISSED_TURNS, "") for item in items]
        counts.add(counts=Counter(keys))

    def _learn(self, landed: Sequence[Landed]) -> None:
        returned = [each for each in landed if each.error is None]
        held_until = self._obstacles.learn([each.sent.outcome for each in returned if each.sent])
        results = [_result(each, held_until) for each in returned]
        for result in results:
            if isinstance(result.event, Delivered):
                self.proven.add(result.claimed.destination_id)
            elif isinstance(result.event, Refused):
                self.proven.discard(result.claimed.destination_id)
        self._unsettled += results
        for each in landed:
            if each.error is not None:
                raise each.error


def store(*, results: Sequence[Result], at: datetime) -> Tally:
    """Settle; a restarted database is waited for, as what is not told must be asked for again."""
    settle = partial(settlements.settle, results=results, at=at)
    return patiently(settle, pauses=PAUSES, event="delivery.settle_again")


def look_once_more(*, delivery_ids: Collection[int], at: datetime) -> None:
    """Whom Zendesk knows to have left for want of a consent counts as excluded from now on.

    That takes no request. What is not settled comes again by itself.
    """
    rows = Delivery.objects.filter(pk__in=delivery_ids, state=DeliveryState.DELIVERED)

    def advance() -> int:
        with transaction.atomic():
            return intake.advance(rows, at=at, lane=Lane.LIVE)

    patiently(advance, pauses=PAUSES, event="delivery.look_again")


def _result(landed: Landed, held_until: datetime | None) -> Result:
    item, sent = landed.item, landed.sent
    if sent is None:
        return Result(item.claimed, HandedBack(), was_begun=True)
    event = classify(
        sent=sent, settle_seconds=settings.DELIVERY_SETTLE_SECONDS, held_until=held_until
    )
    return Result(item.claimed, event, sent, item.version, was_begun=True)
