"""Loads the whole of it, in one transaction: an interrupted load leaves nothing behind."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model

from activations import rowsets
from activations.models import (
    Attempt,
    Audience,
    AudienceDay,
    AudienceRun,
    AudienceRunCursor,
    DataflowRun,
    Delivery,
    IngestHour,
    Membership,
    Profile,
)
from activations.services import audience_days
from activations.services.large_demo import (
    chronicle,
    crowd,
    governance,
    happenings,
    layout,
    moments,
    standings,
    tables,
    workspace,
)
from activations.services.large_demo.crowd import Person
from activations.services.large_demo.layout import Layout
from activations.services.large_demo.moments import Moments
from activations.services.large_demo.size import Size
from activations.services.large_demo.standings import Standings
from connections import audit
from connections.audit import Action, Kind
from connections.models import Account, Destination

_SEED: Final = 20260301
_PEOPLE_AT_ONCE: Final = 10_000
_RUNS_AT_ONCE: Final = 5_000
# Its rows have keys of ours; these are told where to go on.
_NUMBERED: Final[tuple[type[Model], ...]] = (Account, Destination, Audience, Profile, Delivery)
_LARGE: Final[tuple[type[Model], ...]] = (
    *(Profile, Membership, Delivery, Attempt, Audience, AudienceDay, AudienceRun, DataflowRun),
)
# Told how many profiles are through.
OnProgress = Callable[[int], None]


class NotEmpty(Exception):
    """There is a workspace already; loading adds to none. Waiting does not help."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of the things people count."""

    profiles: int
    audiences: int
    destinations: int
    memberships: int
    deliveries: int
    attempts: int
    runs: int
    audience_runs: int


def is_empty() -> bool:
    """Whether nobody has done anything here yet; people who can sign in do not count."""
    held = (Account, Destination, Audience, Profile, IngestHour)
    return not any(model._default_manager.exists() for model in held)


def load(*, size: Size, at: datetime, on_progress: OnProgress = lambda done: None) -> Loaded:
    """The same for the same size and instant, but for uuids of rows. Raises NotEmpty."""
    with transaction.atomic():
        if not is_empty():
            raise NotEmpty
        audit.note(action=Action.APPLIED, kind=Kind.WORKSPACE, name="Large demo")
        return _Load(size, at).everything(on_progress)


def tidy() -> None:
    """To be called after the transaction: what the database server would do by itself later."""
    tables.tidy(models=_LARGE)


class _Load:
    """One load under way."""

    def __init__(self, size: Size, at: datetime) -> None:
        self._size, self._at = size, at
        self._chance = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
        self._stamp: Callable[[datetime], Any] = rowsets.instant
        self._layout: Layout = layout.of(size=size)
        self._moments: Moments = moments.make(
            at=at, days=size.days, chance=self._chance, stamp=self._stamp
        )

    def everything(self, on_progress: OnProgress) -> Loaded:
        tables.check_as_it_comes()
        workspace.build(layout=self._layout, at=self._at, chance=self._chance)
        governance.build(at=self._at)
        memberships, deliveries, attempts = self._people(on_progress)
        tables.renumber(models=_NUMBERED)
        runs, audience_runs = self._history()
        self._days()
        return Loaded(
            profiles=self._size.profiles,
            audiences=len(self._layout.audiences),
            destinations=len(layout.FLOWS),
            memberships=memberships,
            deliveries=deliveries,
            attempts=attempts,
            runs=runs,
            audience_runs=audience_runs,
        )

    def _people(self, on_progress: OnProgress) -> tuple[int, int, int]:
        standing = Standings(self._layout, self._moments, self._chance)
        counts = [0, 0, 0]
        for first in range(1, self._size.profiles + 1, _PEOPLE_AT_ONCE):
            count = min(_PEOPLE_AT_ONCE, self._size.profiles - first + 1)
            for number, added in enumerate(self._some_people(first, count, standing)):
                counts[number] += added
            on_progress(first + count - 1)
        return counts[0], counts[1], counts[2]

    def _some_people(self, first: int, count: int, standing: Standings) -> tuple[int, int, int]:
        people = list(
            crowd.people(
                first=first, count=count, layout=self._layout, moments=self._moments, at=self._at
            )
        )
        rows = (person.row for person in people)
        tables.copy(model=Profile, columns=crowd.PROFILE_COLUMNS, rows=rows)
        for person in people:
            standing.add(person)
        deliveries, attempts = standing.take()
        return (
            self._memberships(people),
            tables.copy(model=Delivery, columns=standings.DELIVERY_COLUMNS, rows=deliveries),
            tables.copy(model=Attempt, columns=standings.ATTEMPT_COLUMNS, rows=attempts),
        )

    def _memberships(self, people: Sequence[Person]) -> int:
        rows = (
            row
            for person in people
            for row in crowd.memberships(
                person=person, layout=self._layout, moments=self._moments, chance=self._chance
            )
        )
        return tables.copy(model=Membership, columns=crowd.MEMBERSHIP_COLUMNS, rows=rows)

    def _history(self) -> tuple[int, int]:
        at, chance, stamp = self._at, self._chance, self._stamp
        runs = list(chronicle.runs(layout=self._layout, at=at, chance=chance))
        rows = [chronicle.run_row(run=run, stamp=stamp, chance=chance) for run in runs]
        tables.copy(model=DataflowRun, columns=chronicle.RUN_COLUMNS, rows=rows)
        audience_runs = 0
        for start in range(0, len(runs), _RUNS_AT_ONCE):
            some = (
                row
                for run in runs[start : start + _RUNS_AT_ONCE]
                for row in chronicle.audience_rows(
                    run=run, layout=self._layout, stamp=stamp, chance=chance
                )
            )
            audience_runs += tables.copy(
                model=AudienceRun, columns=chronicle.AUDIENCE_RUN_COLUMNS, rows=some
            )
        # What began in this hour is counted on by the product itself.
        AudienceRunCursor.objects.create(pk=1, counted_until=runs[-1].started_at)
        traffic = chronicle.traffic(layout=self._layout, at=at, stamp=stamp, chance=chance)
        tables.copy(model=IngestHour, columns=chronicle.INGEST_COLUMNS, rows=traffic)
        people = [*User.objects.filter(is_active=True), *happenings.colleagues()]
        happenings.alerts(runs=runs, at=at)
        happenings.tell(people=people, at=at, chance=chance)
        happenings.uploads(layout=self._layout, at=at, chance=chance)
        happenings.api_keys(at=at)
        return len(runs), audience_runs

    def _days(self) -> None:
        """Members of today are counted; there were fewer, day by day, before."""
        audience_days.count_all(at=self._at)
        today = list(AudienceDay.objects.filter(on=self._at.date()))
        days = self._size.days
        AudienceDay.objects.bulk_create(
            (
                self._day(counted, self._at - timedelta(days=back), 1 - 0.6 * back / days)
                for back in range(1, days)
                for counted in today
            ),
            batch_size=2_000,
        )

    def _day(self, counted: AudienceDay, at: datetime, share: float) -> AudienceDay:
        part = share * (0.98 + 0.04 * self._chance.random())
        on: date = at.date()
        return AudienceDay(
            audience_id=counted.audience_id,
            on=on,
            realized=int(counted.realized * part),
            existing=int(counted.existing * part),
            exited=int(counted.exited * part),
            counted_at=at,
        )
