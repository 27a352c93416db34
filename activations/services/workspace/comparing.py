"""What would have to change to make one workspace equal to another? Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from activations.mapping.paths import format_source
from activations.mapping.plan import MappingRule
from activations.services.workspace.values import (
    AccountEntry,
    ActivationEntry,
    AttributeEntry,
    AudienceEntry,
    DestinationEntry,
    LabelEntry,
    PolicyEntry,
    Workspace,
)

E = TypeVar(
    "E",
    AccountEntry,
    AudienceEntry,
    DestinationEntry,
    LabelEntry,
    AttributeEntry,
    PolicyEntry,
)
# Of one kind, both as it is and as it is to be.
LABEL, ATTRIBUTE, POLICY, CONSENT = (
    *("custom label", "labelled attribute", "policy", "consent policy"),
)


class Action(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PRUNED = "pruned"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Old and new value as JSON; lists are compared item by item."""

    old: str | bool | list[str]
    new: str | bool | list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """One object; `key` is what it is known by (an audience's reference, else the name)."""

    action: Action
    kind: str
    key: str
    label: str
    fields: Mapping[str, FieldChange] = field(default_factory=dict)


# What stands for a token's values: that it is another one is all that may be told.
TOKEN = FieldChange("", "replaced")


def compare(
    *, current: Workspace, wanted: Workspace, prune: bool, idle_audiences: Collection[str] = ()
) -> tuple[Change, ...]:
    """Changes in the order in which they can be made; prunes come last."""
    changes = [
        *_each("account", current.accounts, wanted.accounts, _name, _account_fields),
        *_each(LABEL, current.labels or (), wanted.labels or (), _name, _label_fields),
        *_each("audience", current.audiences, wanted.audiences, _reference, _audience_fields),
        *_each("destination", current.destinations, wanted.destinations, _name, _destination),
        *_each(ATTRIBUTE, current.attributes or (), wanted.attributes or (), _path, _labelled),
        *_each(POLICY, current.policies or (), wanted.policies or (), _name, _policy),
        *_each(
            CONSENT, current.consent_policies or (), wanted.consent_policies or (), _name, _policy
        ),
    ]
    if prune:
        changes += _pruned(current, wanted, idle_audiences)
        changes += _pruned_rules(current, wanted)
    return tuple(changes)


def _each(
    kind: str,
    current: Iterable[E],
    wanted: Iterable[E],
    key: Callable[[E], str],
    differences: Callable[[E, E], dict[str, FieldChange]],
) -> Iterator[Change]:
    present = {key(entry): entry for entry in current}
    for entry in wanted:
        old = present.get(key(entry))
        if old is None:
            yield Change(Action.CREATED, kind, key(entry), _label(entry))
            continue
        fields = differences(old, entry)
        action = Action.CHANGED if fields else Action.UNCHANGED
        yield Change(action, kind, key(entry), _label(entry) if fields else _label(old), fields)


def _pruned(
    current: Workspace, wanted: Workspace, idle_audiences: Collection[str]
) -> Iterator[Change]:
    named = {entry.name for entry in wanted.destinations}
    going = [entry for entry in current.destinations if entry.name not in named]
    for destination in going:
        yield Change(Action.PRUNED, "destination", destination.name, destination.name)
    accounts = {entry.name for entry in wanted.accounts}
    accounts |= {entry.account for entry in wanted.destinations}
    for account in current.accounts:
        if account.name not in accounts:
            yield Change(Action.PRUNED, "account", account.name, account.name)
    audiences = {entry.reference for entry in wanted.audiences}
    for entry in wanted.destinations:
        audiences |= {activation.audience for activation in entry.activations or ()}
    for audience in current.audiences:
        if audience.reference in idle_audiences and audience.reference not in audiences:
            yield Change(Action.PRUNED, "audience", audience.reference, audience.label)


def _pruned_rules(current: Workspace, wanted: Workspace) -> Iterator[Change]:
    """Labels last: what carried them is gone then. Core policies stay, whatever a file says."""
    own = [entry for entry in current.policies or () if not entry.is_core]
    yield from _gone(ATTRIBUTE, current.attributes, wanted.attributes, _path)
    yield from _gone(POLICY, own, wanted.policies, _name)
    yield from _gone(CONSENT, current.consent_policies, wanted.consent_policies, _name)
    yield from _gone(LABEL, current.labels, wanted.labels, _name)


def _gone(
    kind: str,
    current: Iterable[E] | None,
    wanted: Iterable[E] | None,
    key: Callable[[E], str],
) -> Iterator[Change]:
    """Nothing where the file is silent about them."""
    if wanted is None:
        return
    named = {key(entry) for entry in wanted}
    for entry in current or ():
        if key(entry) not in named:
            yield Change(Action.PRUNED, kind, key(entry), key(entry))


def _label_fields(old: LabelEntry, new: LabelEntry) -> dict[str, FieldChange]:
    return _differing(
        friendly_name=(old.friendly_name, new.friendly_name),
        description=(old.description, new.description),
    )


def _labelled(old: AttributeEntry, new: AttributeEntry) -> dict[str, FieldChange]:
    return _differing(labels=(list(old.labels), list(new.labels)))


def _policy(old: PolicyEntry, new: PolicyEntry) -> dict[str, FieldChange]:
    switched = _differing(enabled=(old.is_enabled, new.is_enabled))
    if new.is_core:
        return switched
    return switched | _differing(
        description=(old.description, new.description),
        labels=(list(old.labels), list(new.labels)),
        label_match=(str(old.label_match), str(new.label_match)),
        marketing_actions=(list(old.marketing_actions), list(new.marketing_actions)),
        path=(old.path, new.path),
        accepted=(list(old.accepted), list(new.accepted)),
    )


def _account_fields(old: AccountEntry, new: AccountEntry) -> dict[str, FieldChange]:
    return {} if old.fingerprint == new.fingerprint else {"token": TOKEN}


def _audience_fields(old: AudienceEntry, new: AudienceEntry) -> dict[str, FieldChange]:
    # A file that does not name an audience leaves the name it has.
    fields = _differing(name=(old.name, new.name or old.name))
    if new.description is not None:
        fields |= _differing(description=(old.description or "", new.description))
    return fields | _differing_lists(old, new, "tags", "labels")


def _destination(old: DestinationEntry, new: DestinationEntry) -> dict[str, FieldChange]:
    fields = _differing(
        description=(old.description, new.description),
        account=(old.account, new.account),
        enabled=(old.is_enabled, new.is_enabled),
        alerts=(list(old.alerts), list(new.alerts)),
    )
    fields |= _differing_lists(old, new, "marketing_actions", "activation_triggers")
    if new.rules is not None and new.rules != old.rules:
        fields["mappings"] = FieldChange(_shown_rules(old.rules or ()), _shown_rules(new.rules))
    if new.activations is not None and set(new.activations) != set(old.activations or ()):
        fields["audiences"] = FieldChange(
            _shown_activations(old.activations or ()), _shown_activations(new.activations)
        )
    return fields


def _differing(
    **values: tuple[str | bool | list[str], str | bool | list[str]],
) -> dict[str, FieldChange]:
    return {name: FieldChange(old, new) for name, (old, new) in values.items() if old != new}


def _differing_lists(old: E, new: E, *names: str) -> dict[str, FieldChange]:
    """Of those that the file speaks of."""
    lists = {name: (getattr(old, name) or (), getattr(new, name)) for name in names}
    return _differing(
        **{name: (list(was), list(now)) for name, (was, now) in lists.items() if now is not None}
    )


def _shown_rules(rules: Iterable[MappingRule]) -> list[str]:
    return [
        f"{format_source(rule.source)} -> {rule.target_text}"
        + (" (clear when empty)" if rule.is_cleared_when_empty else "")
        for rule in rules
    ]


def _shown_activations(activations: Iterable[ActivationEntry]) -> list[str]:
    return [
        f"{entry.audience} -> {entry.mapping_id} ({entry.start_on} to {entry.end_on or 'open'})"
        for entry in activations
    ]


def _name(entry: AccountEntry | DestinationEntry | LabelEntry | PolicyEntry) -> str:
    return entry.name


def _reference(entry: AudienceEntry) -> str:
    return entry.reference


def _path(entry: AttributeEntry) -> str:
    return entry.path


def _label(
    entry: AccountEntry
    | AudienceEntry
    | DestinationEntry
    | LabelEntry
    | AttributeEntry
    | PolicyEntry,
) -> str:
    if isinstance(entry, AttributeEntry):
        return entry.path
    return entry.label if isinstance(entry, AudienceEntry) else entry.name
