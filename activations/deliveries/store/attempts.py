"""The log of requests: written before the bytes leave, completed when the answer is known."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from activations.deliveries.events import Sent
from activations.deliveries.store import bulk, trials
from activations.deliveries.store.claims import Claimed
from activations.models import Attempt, Delivery
from activations.terms import DeliveryState
from connections.zendesk import errors

KEEP_FOR = timedelta(days=90)

# What `Attempt.outcome` reads after each answer; empty while nobody knows.
_WORDS: dict[type, str] = {
    errors.Written: "written",
    errors.Missing: "missing",
    errors.Rejected: "rejected",
    errors.Unauthorised: "unauthorised",
    errors.Throttled: "throttled",
    errors.NotSent: "not-sent",
    errors.Unknown: "unknown",
}
HANDED_BACK = "handed-back"
_MISSING = _WORDS[errors.Missing]
_WITHOUT_EFFECT = (
    *(_WORDS[each] for each in (errors.Rejected, errors.Unauthorised, errors.Throttled)),
    *(_WORDS[errors.NotSent], HANDED_BACK),
)
_BEGUN = (
    *("delivery_id", "fence", "seq", "digest", "started_at", "deadline_at"),
    *("outcome", "code", "request_id"),
)


@dataclass(frozen=True, slots=True)
class Begun:
    """Delivery ids: begun, and those that must wait until others of their destination are back."""

    ids: frozenset[int]
    waiting: frozenset[int]
    stopped_destinations: frozenset[int]


def begin(
    *, claims: Sequence[tuple[Claimed, str]], at: datetime, on_trial: Collection[int] = ()
) -> Begun:
    """Write attempts down; each claim comes with the digest of what will be sent.

    Whoever stood still for longer than a lease begins nothing: such claims are in none of the
    sets. Of destinations `on_trial` no more are begun than it takes to stop them. Should this
    process die, each attempt counts as possibly sent until the lease ends. A claim (delivery and
    fence) makes one attempt at most.
    """
    stamp = bulk.stamps()
    with transaction.atomic():
        held = _held([claimed for claimed, _ in claims])
        room = trials.room(destination_ids=on_trial)
        begun, waiting = _fitting([c for c, _ in claims if c.id in held], room)
        bulk.insert(
            model=Attempt,
            columns=_BEGUN,
            rows=[
                (c.id, c.fence, c.seq, digest, stamp(at), stamp(c.lease_until), "", "", "")
                for c, digest in claims
                if c.id in begun
            ],
        )
    stopped = frozenset(pk for pk, left in room.items() if left is None)
    return Begun(frozenset(begun), frozenset(waiting), stopped)


def _fitting(
    claims: Sequence[Claimed], room: Mapping[int, int | None]
) -> tuple[set[int], set[int]]:
    taken: Counter[int] = Counter()
    begun: set[int] = set()
    waiting: set[int] = set()
    for claimed in claims:
        destination_id = claimed.destination_id
        most = room.get(destination_id) or 0
        if destination_id in room and taken[destination_id] >= most:
            waiting.add(claimed.id)
        else:
            taken[destination_id] += 1
            begun.add(claimed.id)
    return begun, waiting


def _held(claims: Sequence[Claimed]) -> set[int]:
    # Locked, so that nobody takes them over before the attempts are there to be seen.
    fences = {claimed.id: claimed.fence for claimed in claims}
    rows = Delivery.objects.filter(pk__in=fences, state=DeliveryState.LEASED)
    locked = rows.select_for_update(no_key=True).order_by("pk").values_list("pk", "fence")
    return {pk for pk, fence in locked if fences[pk] == fence}


def finish(*, results: Sequence[tuple[Claimed, Sent | None]]) -> None:
    """Note what became of attempts, by claim; None: handed back without being sent."""
    stamp = bulk.stamps()
    bulk.update(
        model=Attempt,
        columns=("outcome", "http_status", "code", "request_id", "started_at"),
        keys=("delivery_id", "fence"),
        rows=[(*_account(sent, stamp), claimed.id, claimed.fence) for claimed, sent in results],
        expressions={"started_at": "COALESCE({new}, {old})"},
    )


def supersede(*, delivery_ids: Sequence[int]) -> None:
    """Attempts nobody knows the outcome of, made irrelevant by a success after their horizon."""
    if delivery_ids:
        Attempt.objects.filter(delivery_id__in=delivery_ids, outcome="").update(
            outcome="superseded"
        )


def may_have_written(*, account_id: int, profile_ids: Collection[int]) -> set[int]:
    """Deliveries of an account of which a request may have written a contact that is still there.

    Once Zendesk said that a contact is missing, to whichever of them, only later requests count.
    """
    log = Attempt.objects.filter(
        delivery__account_id=account_id, delivery__profile_id__in=profile_ids
    ).exclude(outcome__in=_WITHOUT_EFFECT)
    found: dict[int, set[int]] = {pk: set() for pk in profile_ids}
    for profile_id, delivery_id, outcome in log.order_by("pk").values_list(
        "delivery__profile_id", "delivery_id", "outcome"
    ):
        if outcome == _MISSING:
            found[profile_id].clear()
        else:
            found[profile_id].add(delivery_id)
    return set().union(*found.values())


def prune(*, at: datetime, limit: int) -> int:
    """Delete up to `limit` attempts that are over age."""
    old = Attempt.objects.filter(started_at__lt=at - KEEP_FOR).exclude(outcome="")
    ids = list(old.order_by("started_at", "pk").values_list("pk", flat=True)[:limit])
    deleted, _ = Attempt.objects.filter(pk__in=ids).delete()
    return deleted


def _account(sent: Sent | None, stamp: Callable[[datetime], Any]) -> tuple[Any, ...]:
    if sent is None:
        return (HANDED_BACK, None, "", "", None)
    outcome = sent.outcome
    return (
        _WORDS[type(outcome)],
        getattr(outcome, "status", None),
        outcome.failure_code[:100],
        (getattr(outcome, "request_id", None) or "")[:100],
        stamp(sent.started_at),
    )
