"""The state of every destination as Prometheus reads it; nobody's data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from activations.deliveries.store import counts
from activations.models import Count
from activations.queries import prometheus, status
from activations.queries.prometheus import Family, Sample
from activations.queries.status import DestinationState
from activations.terms import Lane
from connections.models import DestinationStatus
from connections.queries import alerts

_THROTTLED = "zendesk-429"
_BOUNDS = (*(f"{seconds:g}" for seconds in counts.BUCKETS_SECONDS), counts.SLOWER)

# By destination and name of the count: its labels with their values.
_Counts: TypeAlias = Mapping[tuple[int, str], Mapping[str, int]]

_gauge = partial(Family, kind="gauge")
_counter = partial(Family, kind="counter")


def text(*, at: datetime) -> str:
    """Every destination but drafts, in seven queries."""
    states = [state for state in status.load() if state.status != DestinationStatus.DRAFT]
    counted = _stored()
    return prometheus.text(
        families=[
            *_standing(states),
            *_backlog(states, at),
            *_history(states, counted),
            *_lateness(states, counted),
            Family(
                "zendeskdest_request_seconds",
                "histogram",
                "How long Zendesk took to answer.",
                [sample for state in states for sample in _latency(state, counted)],
            ),
            _gauge(
                name="zendeskdest_alerts_open",
                meaning="Conditions somebody has to look at.",
                samples=[
                    Sample({"about": alert.about, "name": alert.name, "code": alert.code}, 1)
                    for alert in alerts.open_now()
                ],
            ),
        ]
    )


def _standing(states: Sequence[DestinationState]) -> Iterator[Family]:
    yield _gauge(
        name="zendeskdest_sending",
        meaning="1 for a destination that sends, 0 while it is disabled, stopped or rejected.",
        samples=[_of(state, state.status == DestinationStatus.ENABLED) for state in states],
    )
    yield _gauge(
        name="zendeskdest_deliveries",
        meaning="Profiles of a destination by state.",
        samples=[
            _of(state, count, state=name)
            for state in states
            for name, count in state.deliveries.items()
        ],
    )
    for name in ("excluded", "failed"):
        yield _gauge(
            name=f"zendeskdest_{name}",
            meaning=f"Profiles that are {name} now, by reason.",
            samples=[
                _of(state, count, code=code)
                for state in states
                for code, count in sorted(getattr(state.census, name).items())
            ],
        )


def _backlog(states: Sequence[DestinationState], at: datetime) -> Iterator[Family]:
    lanes = [(state, lane) for state in states for lane in ("live", "backfill")]
    yield _gauge(
        name="zendeskdest_backlog",
        meaning="Profiles in line or waiting for a retry, by lane.",
        samples=[_of(state, getattr(state.census, lane), lane=lane) for state, lane in lanes],
    )
    yield _gauge(
        name="zendeskdest_oldest_pending_seconds",
        meaning=(
            "For how long the oldest change that Zendesk is not known to hold has been due: "
            "in line, in flight, put off or to be confirmed, by lane; 0 without one."
        ),
        samples=[
            _of(state, _age(state.unsent_since.get(Lane[lane.upper()]), at), lane=lane)
            for state, lane in lanes
        ],
    )
    yield _gauge(
        name="zendeskdest_unsettled",
        meaning="Profiles whose last request nobody knows the end of.",
        samples=[_of(state, state.census.unsettled) for state in states],
    )


def _history(states: Sequence[DestinationState], counted: _Counts) -> Iterator[Family]:
    # Runs are deleted after 90 days, so these may fall: they are no counters.
    yield _gauge(
        name="zendeskdest_requests",
        meaning="Requests of the dataflow runs that are kept.",
        samples=[
            _of(state, count, result=result)
            for state in states
            for result, count in (
                ("sent", state.requests.sent),
                ("throttled", state.requests.throttled),
            )
        ],
    )
    yield _counter(
        name="zendeskdest_outcomes_total",
        meaning="What became of deliveries, by code; written and unchanged are successes.",
        samples=[
            _of(state, count, code=code)
            for state in states
            for code, count in sorted(_outcomes(state, counted).items())
        ],
    )
    yield _counter(
        name="zendeskdest_throttles_total",
        meaning="Requests that Zendesk answered with: slow down.",
        samples=[_of(state, _outcomes(state, counted).get(_THROTTLED, 0)) for state in states],
    )


def _lateness(states: Sequence[DestinationState], counted: _Counts) -> Iterator[Family]:
    for count, name, meaning in (
        (counts.STALE, "stale_settlements", "Results that came after their lease was over."),
        (counts.MISSED_TURNS, "missed_turns", "Requests not ready before their turn had passed."),
    ):
        yield _counter(
            name=f"zendeskdest_{name}_total",
            meaning=meaning,
            samples=[
                _of(state, sum(counted[state.destination.pk, count].values())) for state in states
            ],
        )


def _latency(state: DestinationState, counted: _Counts) -> Iterator[Sample]:
    key = state.destination.pk
    return prometheus.histogram(
        labels={"destination": state.name},
        counts=counted[key, counts.REQUESTS],
        bounds=_BOUNDS,
        total=sum(counted[key, counts.REQUEST_TIME].values()) / 1000,
    )


def _outcomes(state: DestinationState, counted: _Counts) -> Mapping[str, int]:
    # From 0 on, so that the first success is seen as a rise.
    return {counts.WRITTEN: 0, **counted[state.destination.pk, counts.OUTCOMES]}


def _of(of: DestinationState, value: float, /, **labels: str) -> Sample:
    return Sample({"destination": of.name, **labels}, value)


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since is not None else 0.0


def _stored() -> _Counts:
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    rows = Count.objects.order_by().values_list("destination_id", "name", "label", "value")
    for key, name, label, value in rows:
        found[key, name][label] = value
    return found
