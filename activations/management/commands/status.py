"""Prints the state of every destination."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from activations.queries import status
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
        for number, state in enumerate(states):
            if number:
                self.say("")
            for line in _lines(state):
                self.say(line)


def _lines(state: DestinationState) -> Iterator[str]:
    counts = state.counts
    yield f"{state.name or 'Draft destination'} ({_words(state)})"
    yield _row("pending", counts.pending)
    yield _row("delivered", counts.delivered)
    yield from _reasons("excluded", counts.excluded)
    yield from _reasons("failed", counts.failed)
    yield f"  requests   {counts.requests_sent} sent, {counts.requests_throttled} throttled"
    if counts.unsettled:
        yield (
            f"  unsettled  {counts.unsettled}: Zendesk's answer never came; each is sent again and "
            "confirmed by itself"
        )
    else:
        yield "  unsettled  0"
    error = state.last_error
    if error is not None:
        when = f"{error.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, " if error.at else ""
        yield f"  last error {when}{error.code}: {error.message}"
    yield from (f"  -> {step}" for step in _next_steps(state))


def _words(state: DestinationState) -> str:
    account = f"account {state.account_name}: " if state.account_name else "account: "
    return f"{state.status}; {account}{state.account}"


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
    elif state.counts.failed:
        yield f"Once the cause is gone, `retry {_argument(state.name)}` puts them back in line."
    if state.account == AccountStatus.UNCHECKED and state.account_name:
        yield f"`check_connection {_argument(state.name)}` asks Zendesk about the token."
    if state.status == DestinationStatus.DRAFT:
        yield "Finish the wizard in the browser."


def _argument(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
