"""When does an activated audience start, where the file leaves it out? Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from activations.services.workspace.values import (
    ActivationEntry,
    DestinationEntry,
    Problem,
    Workspace,
)


def settle(*, wanted: Workspace, current: Workspace, today: date) -> Workspace:
    """The wanted workspace with every start: what is activated keeps its own, the rest is new."""
    present = {
        (destination.name, entry.audience): entry.start_on
        for destination in current.destinations
        for entry in destination.activations or ()
    }

    def settled(destination: DestinationEntry, entry: ActivationEntry) -> ActivationEntry:
        if entry.start_left_out_at is None:
            return entry
        return replace(entry, start_on=present.get((destination.name, entry.audience), today))

    return replace(
        wanted,
        destinations=tuple(
            replace(
                destination,
                activations=destination.activations
                and tuple(settled(destination, entry) for entry in destination.activations),
            )
            for destination in wanted.destinations
        ),
    )


def problems(*, settled: Workspace) -> Iterator[Problem]:
    """Schedules that end before the start which they were given here."""
    for destination in settled.destinations:
        for entry in destination.activations or ():
            place = entry.start_left_out_at
            if place is not None and entry.end_on is not None and entry.end_on < entry.start_on:
                message = f"is left out, which means {entry.start_on}: after the end."
                yield Problem(place, message)
