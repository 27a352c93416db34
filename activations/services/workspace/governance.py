"""Does a file make a destination break a data usage policy? Pure."""

from collections.abc import Iterator

from activations.governance.check import Activated, Rulebook, Violation
from activations.services import policy_check
from activations.services.workspace.values import (
    WHOLE_FILE,
    DestinationEntry,
    Problem,
    Workspace,
)


def problems(*, wanted: Workspace, current: Workspace, rulebook: Rulebook) -> Iterator[Problem]:
    """One for each mapping or audience by which a destination breaks what it did not before."""
    present = {entry.name: entry for entry in current.destinations}
    for entry in wanted.destinations:
        old = present.get(entry.name)
        known = set() if old is None else set(_violations(old, None, rulebook))
        for violation in _violations(entry, old, rulebook):
            if violation not in known:
                thing = " at" if violation.is_of_audience else " to"
                message = f"“{entry.name}”{thing} “{violation.target}”: {violation.message}"
                yield Problem(entry.mapped_at or WHOLE_FILE, message)


def _violations(
    entry: DestinationEntry, old: DestinationEntry | None, rulebook: Rulebook
) -> tuple[Violation, ...]:
    """What is activated breaks; where a file is silent, it stays as it was."""
    rules, activations, actions = entry.rules, entry.activations, entry.marketing_actions
    if old is not None:
        rules = old.rules if rules is None else rules
        activations = old.activations if activations is None else activations
        actions = old.marketing_actions if actions is None else actions
    if not activations:
        return ()
    return policy_check.of_rules(
        rules=rules or (),
        actions=actions or (),
        rulebook=rulebook,
        activated=[Activated(0, one.audience, one.mapping_id) for one in activations],
    )
