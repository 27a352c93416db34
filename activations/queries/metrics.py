"""The state of every destination as Prometheus reads it (text format 0.0.4); nobody's data."""

from collections.abc import Iterable, Iterator

from activations.queries import status
from activations.queries.status import DestinationState
from connections.models import DestinationStatus

# (name, its second label, meaning)
_DELIVERIES = ("zendeskdest_deliveries", "state", "Profiles of a destination by state.")
_EXCLUDED = ("zendeskdest_excluded", "code", "Profiles that are not sent, by reason.")
_FAILED = ("zendeskdest_failed", "code", "Profiles that Zendesk refused, by reason.")
# Runs are deleted after 90 days, so these may fall: they are no counters.
_REQUESTS = ("zendeskdest_requests", "result", "Requests of the dataflow runs that are kept.")
_UNSETTLED = ("zendeskdest_unsettled", "", "Profiles whose last request nobody knows the end of.")

_Sample = tuple[str, str, int]


def text() -> str:
    """Every destination but drafts, in the fixed number of queries of `status.load`."""
    states = [state for state in status.load() if state.status != DestinationStatus.DRAFT]
    lines = (
        *_family(_DELIVERIES, _deliveries(states)),
        *_family(_EXCLUDED, _reasons(states, "excluded")),
        *_family(_FAILED, _reasons(states, "failed")),
        *_family(_REQUESTS, _requests(states)),
        *_family(_UNSETTLED, ((state.name, "", state.counts.unsettled) for state in states)),
    )
    return "".join(f"{line}\n" for line in lines)


def _family(family: tuple[str, str, str], samples: Iterable[_Sample]) -> Iterator[str]:
    name, label, meaning = family
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for destination, value, count in samples:
        labels = f'destination="{_escaped(destination)}"'
        if label:
            labels += f',{label}="{_escaped(value)}"'
        yield f"{name}{{{labels}}} {count}"


def _deliveries(states: Iterable[DestinationState]) -> Iterator[_Sample]:
    for state in states:
        for name, count in state.as_json()["deliveries"].items():
            yield state.name, name, count


def _reasons(states: Iterable[DestinationState], kind: str) -> Iterator[_Sample]:
    for state in states:
        for code, count in sorted(state.as_json()[kind].items()):
            yield state.name, code, count


def _requests(states: Iterable[DestinationState]) -> Iterator[_Sample]:
    for state in states:
        for result, count in state.as_json()["requests"].items():
            yield state.name, result, count


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
