"""Sending audiences again: lined up step by step, counted until the last member is over.

A step lines up what the destination sends within a minute or two and waits for that, so that a
million members crowd out nobody, and a job can be stopped. What it lined up and how far it came is
stored in the transaction of the step: a killed worker neither loses nor repeats any of it.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from activations import rowsets
from activations.deliveries import resending
from activations.deliveries.resending import Fate, Standing
from activations.deliveries.store import intake, members, runs
from activations.models import Activation, Delivery, Resend

CHUNK_PROFILES = 1_000
# Due or in hand at one destination for all its jobs; with as many, nobody more is lined up.
MOST_DUE = 1_000
# With so many put off something is wrong that more of them would not mend.
MOST_UNDER_WAY = 5_000
# Jobs at work at one destination: each may still wait for a few.
MOST_JOBS = 50

_OVER: Final = (Fate.ACTIVATED, Fate.EXCLUDED, Fate.FAILED, Fate.LEFT)
_WRITTEN: Final = (
    *("started_at", "lined_up_at", "finished_at", "cursor", "under_way", "members"),
    *(fate.value for fate in _OVER),
    "problem",
)
_GONE: Final = "The audience was removed from the destination, or its schedule ended."


def advance(*, at: datetime) -> None:
    """One step of each destination's jobs, the oldest first."""
    # Looked at often: without work not even SQLite's write lock is taken.
    waiting = _open().order_by().values_list("destination_id", flat=True).distinct()
    for destination_id in list(waiting):
        with transaction.atomic():
            _advance(destination_id, at)


def stop(*, resend: Resend, problem: str, at: datetime) -> bool:
    """Line up nobody more; who is lined up is still sent. False: it was over before."""
    is_queued = Q(started_at__isnull=True)
    open_ = _open().filter(pk=resend.pk, lined_up_at__isnull=True)
    with transaction.atomic():
        changed = open_.filter(is_queued).update(lined_up_at=at, finished_at=at, problem=problem)
        changed += open_.exclude(is_queued).update(lined_up_at=at, problem=problem)
    return changed == 1


def prune(*, before: datetime) -> int:
    """Delete those that were over before an instant."""
    deleted, _ = Resend.objects.filter(finished_at__lt=before).delete()
    return deleted


def _open() -> QuerySet[Resend]:
    return Resend.objects.filter(finished_at__isnull=True)


def _advance(destination_id: int, at: datetime) -> None:
    ours = _open().filter(destination_id=destination_id).order_by("pk")
    oldest = ours.values_list("pk", flat=True).first()
    # Of several workers the one that holds the oldest job does the step.
    if oldest is None or not list(ours.filter(pk=oldest).select_for_update(skip_locked=True)):
        return
    jobs = list(ours.filter(started_at__isnull=False).select_for_update())
    before = {job.pk: _values(job) for job in jobs}
    room = MOST_DUE - sum(_look_after(job, at) for job in jobs)
    lined_up = 0
    while room > lined_up and sum(len(job.under_way) for job in jobs) < MOST_UNDER_WAY:
        turn = _next(jobs, ours, at)
        if turn is None:
            break
        lined_up += _line_up(turn, at)
    intake.check_references()
    runs.add(destination_id=destination_id, at=at, profiles_received=lined_up)
    for job in jobs:
        if job.lined_up_at is not None and not job.under_way:
            job.finished_at = at
        if _values(job) != before.get(job.pk):
            job.save(update_fields=_WRITTEN)


def _look_after(job: Resend, at: datetime) -> int:
    """Count who is over and line up who was in a worker's hands; returns how many are due."""
    assert job.started_at is not None
    seqs: dict[int, int] = dict(job.under_way)
    late = [pk for pk, seq in seqs.items() if seq == 0]
    seqs |= intake.send_again(delivery_ids=late, at=at) if late else {}
    rows = Delivery.objects.filter(pk__in=rowsets.numbers(seqs))
    found = {
        pk: Standing(state, delivered_seq, delivered_at)
        for pk, state, delivered_seq, delivered_at in rows.values_list(
            "pk", "state", "delivered_seq", "delivered_at"
        )
    }
    fates = {
        pk: resending.fate(row=found.get(pk), seq=seq, since=job.started_at)
        for pk, seq in seqs.items()
    }
    counted = Counter(fates.values())
    for fate in _OVER:
        setattr(job, fate.value, getattr(job, fate.value) + counted[fate])
    job.under_way = [[pk, seq] for pk, seq in seqs.items() if fates[pk] not in _OVER]
    return counted[Fate.DUE]


def _next(jobs: list[Resend], ours: QuerySet[Resend], at: datetime) -> Resend | None:
    """The oldest job that has members left, else the next one in line, which then starts."""
    for job in jobs:
        if job.lined_up_at is None:
            return job
    waiting = ours.filter(started_at__isnull=True).exclude(pk__in=[job.pk for job in jobs])
    next_ = waiting.select_for_update().first() if len(jobs) < MOST_JOBS else None
    if next_ is not None:
        next_.started_at = at
        next_.members = members.count(audience_id=next_.audience_id)
        jobs.append(next_)
    return next_


def _line_up(job: Resend, at: datetime) -> int:
    """The next chunk of its members; returns how many."""
    activation = _activation(job, at)
    if activation is None:
        job.lined_up_at, job.problem = at, _GONE
        return 0
    ids = members.following(
        audience_id=job.audience_id,
        cursor=job.cursor,
        most=CHUNK_PROFILES,
        statuses=members.QUALIFYING,
    )
    if not ids:
        job.lined_up_at = at
        return 0
    members.hold(profile_ids=ids)
    intake.create_for_audience(activation_id=activation.pk, profile_ids=ids, at=at)
    there = intake.deliveries_of(profile_ids=ids)
    ours = [row.id for row in there if row.destination_id == job.destination_id]
    seqs = intake.send_again(delivery_ids=ours, at=at)
    job.under_way += [[pk, seq] for pk, seq in seqs.items()]
    job.left += len(ids) - len(seqs)
    job.cursor = ids[-1]
    return len(seqs)


def _activation(job: Resend, at: datetime) -> Activation | None:
    """As it is activated now, if its schedule covers today."""
    today = at.astimezone(UTC).date()
    covering = Q(start_on__lte=today) & (Q(end_on__isnull=True) | Q(end_on__gte=today))
    return Activation.objects.filter(
        covering, destination_id=job.destination_id, audience_id=job.audience_id
    ).first()


def _values(job: Resend) -> list[Any]:
    return [getattr(job, name) for name in _WRITTEN]
