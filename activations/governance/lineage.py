"""The way of data that breaks a policy, step by step: source, attribute or audience, destination,
policy. Words only; `queries.origins` knows where data came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from activations.governance.check import Violation


@dataclass(frozen=True, slots=True)
class Step:
    """One stop. `kind` says what it is, `notes` what is to be known of it there.

    `is_current`: the page is about it; `is_broken`: here the way ends.
    """

    kind: str
    name: str
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_current: bool = False
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a violation is about came from."""

    name: str
    notes: tuple[str, ...] = ()


def steps(
    *, violation: Violation, origin: Origin, destination: str, actions: Sequence[str]
) -> tuple[Step, ...]:
    """`actions` are the marketing actions of the destination, in words: all it has."""
    purpose = f"meant for {', '.join(actions)}" if actions else "without marketing actions"
    return (
        Step("Source of data", origin.name, notes=origin.notes),
        _carrier(violation),
        Step("Destination", destination, notes=("this destination", purpose), is_current=True),
        Step("Policy", violation.policy, notes=(_forbids(violation),), is_broken=True),
    )


def _carrier(violation: Violation) -> Step:
    codes = tuple(label.code for label in violation.labels)
    others = [f"together with {one.code} on {one.path}" for one in violation.others]
    if violation.is_of_audience:
        notes = [*others, f"activated as {violation.target}"]
        return Step("Audience", violation.source, codes, tuple(notes))
    where = [f"{label.code} is on {label.path}" for label in violation.labels]
    notes = [*where, *others, f"mapped to {violation.target}"]
    return Step("Attribute", violation.source, codes, tuple(notes))


def _forbids(violation: Violation) -> str:
    if not violation.marketing_actions:
        return f"forbids {violation.label_codes} in any export"
    return f"forbids {' and '.join(violation.action_names)} with {violation.label_codes}"
