"""Does everything a file refers to exist, in the file or already in the workspace? Pure."""

import difflib
from collections.abc import Collection, Iterator

from activations.governance.labels import CODES
from activations.services.workspace.reading import Reading
from activations.services.workspace.values import Place, Problem, Workspace


def problems(*, reading: Reading, current: Workspace) -> tuple[Problem, ...]:
    """One problem for each name that leads nowhere, at the place where it is used."""
    # What the file defines counts even where the definition has problems of its own.
    accounts = reading.account_names | {entry.name for entry in current.accounts}
    audiences = reading.audience_names | {entry.reference for entry in current.audiences}
    labels = {*CODES, *reading.label_names, *(entry.name for entry in current.labels or ())}
    return (
        *_missing("account", reading.account_references, accounts),
        *_missing("audience", reading.audience_references, audiences),
        *_missing("label", reading.label_references, labels),
    )


def _missing(
    kind: str, used: Collection[tuple[str, Place]], known: Collection[str]
) -> Iterator[Problem]:
    for name, place in used:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Do you mean “{close[0]}”?" if close else ""
            message = f"The {kind} is neither defined in this file nor known already.{hint}"
            yield Problem(place, message)
