"""Prints the state of every destination."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from activations.queries import forecast, outlook, status, unresolved
from activations.queries.outlook import Outlook
from activations.queries.status import DestinationState
from activations.terms import ExclusionCode
from connections.management.command import ProductCommand
from connections.models import AccountStatus, DestinationStatus

_EXCLUSIONS: Mapping[str, str] = {str(code.value): str(code.label) for code in ExclusionCode}


class Command(ProductCommand):
    help = "Prints the state of every destination: counts, reasons and what to do next."

    def handle(self, *args: Any, **options: Any) -> None:
        states = status.load()
        self.emit({"destinations": [state.as_json() for state in states]})
        if options["json"]:
            return
        if not states:
            self.say("There is no destination yet: create one in the browser or with `apply`.")
        now = timezone.now()
        for number, state in enumerate(states):
            if number:
                self.say("")
            for line in _lines(state, now):
                self.say(line)


def _lines(state: DestinationState, at: datetime) -> Iterator[str]:
    census = state.census
    yield f"{state.name or 'Draft destination'} ({_words(state)})"
    yield _row("pending", census.open)
    yield _row("delivered", census.delivered)
    yield from _reasons("excluded", census.excluded)
    yield from _reasons("failed", census.failed)
    requests = state.requests
    yield f"  requests   {requests.sent} sent, {requests.throttled} throttled"
    if census.unsettled:
        yield (
            f"  unsettled  {census.unsettled}: Zendesk's answer never came; each is sent again and "
            "confirmed by itself"
        )
    else:
        yield "  unsettled  0"
    for number, words in enumerate(_outlook(state, at)):
        yield f"  {'' if number else 'outlook':<10} {words}"
    error = state.last_error
    if error is not None:
        when = f"{error.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, " if error.at else ""
        yield f"  last error {when}{error.code}: {error.message}"
    yield from (f"  -> {step}" for step in _next_steps(state))


def _words(state: DestinationState) -> str:
    account = f"account {state.account_name}: " if state.account_name else "account: "
    return f"{state.status}; {account}{state.account}"


def _outlook(state: DestinationState, at: datetime) -> Iterator[str]:
    """What is behind the pending ones: since when, how fast, until when."""
    census = state.census
    if not census.open:
        return
    since = min(state.unsent_since.values(), default=at)
    if since < at:
        waited = forecast.words(seconds=round((at - since).total_seconds()))
        yield f"the oldest change has been unsent for {waited}"
    if state.status != DestinationStatus.ENABLED:
        return
    found = outlook.of(
        destination=state.destination,
        counted=census,
        unresolved=unresolved.of(destination_id=state.destination.pk, counted=census, at=at),
        at=at,
    )
    yield from _forecast(found)


def _forecast(found: Outlook) -> Iterator[str]:
    forecast, pace = found.forecast, found.pace
    if pace.contacts_per_minute is not None:
        yield f"{pace.contacts_per_minute} contacts a minute, measured over the last one"
    if forecast.finished_at is not None:
        basis = "at the present pace" if forecast.is_measured else f"at {found.limit}"
        end = f"{forecast.finished_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        yield f"at most {forecast.contacts} to send: {forecast.duration} {basis}, by {end}"
    if forecast.others:
        yield f"{forecast.others} more of other destinations share the token's pace"
    if found.is_idle:
        yield "nothing is being sent: is a worker running? `serve` starts one"


def _row(name: str, count: int) -> str:
    return f"  {name:<10} {count}"


def _reasons(name: str, codes: Mapping[str, int]) -> Iterator[str]:
    yield _row(name, sum(codes.values()))
    for code, count in sorted(codes.items(), key=lambda item: (-item[1], item[0])):
        meaning = f" ({_EXCLUSIONS[code]})" if code in _EXCLUSIONS else ""
        yield f"    {count} {code}{meaning}"


def _next_steps(state: DestinationState) -> Iterator[str]:
    if state.problem:
        yield state.problem
    if state.account == AccountStatus.REJECTED:
        yield (
            f"Give account “{state.account_name}” a new token, in the browser or in the "
            "environment followed by `apply`. What waits goes on by itself."
        )
    elif state.status == DestinationStatus.ERROR:
        yield f"Once the cause is gone: `retry {_argument(state.name)}`."
    elif state.census.failed:
        yield f"Once the cause is gone, `retry {_argument(state.name)}` puts them back in line."
    if state.account == AccountStatus.UNCHECKED and state.account_name:
        yield f"`check_connection {_argument(state.name)}` asks Zendesk about the token."
    if state.status == DestinationStatus.DRAFT:
        yield "Finish the wizard in the browser."


def _argument(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
