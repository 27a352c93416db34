"""Does a file make a destination break a data usage policy, or take a label away that is used?"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from activations.governance.check import Activated, LabelledAudience, Rule, Rulebook, Violation
from activations.services import policy_check
from activations.services.workspace.values import (
    WHOLE_FILE,
    AttributeEntry,
    DestinationEntry,
    LabelEntry,
    Place,
    PolicyEntry,
    Problem,
    Workspace,
)
from activations.terms import LabelMatch

T = TypeVar("T", LabelEntry, AttributeEntry, PolicyEntry)


def problems(
    *, wanted: Workspace, current: Workspace, rulebook: Rulebook, prune: bool
) -> Iterator[Problem]:
    """What keeps labels and policies from becoming what the file says, and what would be broken.

    One for each mapping or audience by which a destination breaks what it did not before.
    """
    yield from _names(wanted, current)
    after = _after(wanted, current, prune)
    yield from _used(after, wanted, current, rulebook)
    then = _rulebook(after, wanted, rulebook)
    present = {entry.name: entry for entry in current.destinations}
    named = {entry.name for entry in wanted.destinations}
    silent = () if prune else [entry for entry in current.destinations if entry.name not in named]
    for entry in (*wanted.destinations, *silent):
        old = present.get(entry.name)
        known = set() if old is None else set(_violations(old, None, rulebook))
        for violation in _violations(entry, old, then):
            if violation not in known:
                thing = "at" if violation.is_of_audience else "to"
                message = f"“{entry.name}” {thing} “{violation.target}”: {violation.message}"
                yield Problem(_place(violation, entry, wanted, rulebook), message)


def _names(wanted: Workspace, current: Workspace) -> Iterator[Problem]:
    core = {entry.name for entry in current.policies or () if entry.is_core}
    for policy in wanted.policies or ():
        if policy.is_core and policy.name not in core:
            yield Problem(policy.place, "There is no core policy of this name.")
        if not policy.is_core and policy.name in core:
            words = "is a core policy: write “core: true” and whether it is enabled, nothing else."
            yield Problem(policy.place, words)
    known = {entry.name.casefold(): entry.name for entry in current.labels or ()}
    for label in wanted.labels or ():
        name = known.setdefault(label.name.casefold(), label.name)
        if name != label.name:
            yield Problem(label.place, f"is known already as “{name}”, and keeps its name.")


def _after(wanted: Workspace, current: Workspace, prune: bool) -> Workspace:
    """Labels and policies as they will be; a core policy keeps all but whether it is enabled."""
    core = {entry.name: entry for entry in current.policies or () if entry.is_core}
    switched = tuple(
        replace(core[entry.name], is_enabled=entry.is_enabled)
        if entry.is_core and entry.name in core
        else entry
        for entry in wanted.policies or ()
    )
    policies = None if wanted.policies is None else switched
    return Workspace(
        labels=_kept(current.labels, wanted.labels, lambda one: one.name, prune),
        attributes=_kept(current.attributes, wanted.attributes, lambda one: one.path, prune),
        policies=_kept(
            current.policies, policies, lambda one: one.name, prune, lambda one: one.is_core
        ),
        consent_policies=_kept(
            current.consent_policies, wanted.consent_policies, lambda one: one.name, prune
        ),
    )


def _kept(
    current: Iterable[T] | None,
    wanted: Iterable[T] | None,
    key: Callable[[T], str],
    prune: bool,
    stays: Callable[[T], bool] = lambda one: False,
) -> tuple[T, ...]:
    """All as they are where the file is silent."""
    found = {key(one): one for one in current or () if wanted is None or not prune or stays(one)}
    return tuple({**found, **{key(one): one for one in wanted or ()}}.values())


def _used(
    after: Workspace, wanted: Workspace, current: Workspace, rulebook: Rulebook
) -> Iterator[Problem]:
    """Labels that are pruned although something carries or asks for them."""
    gone = {entry.name for entry in current.labels or ()}
    gone -= {entry.name for entry in after.labels or ()}
    labels = {one.reference: one.labels for one in wanted.audiences if one.labels is not None}
    audiences = {name: one.codes for name, one in rulebook.audiences.items()} | labels
    uses = [
        *((f"attribute “{one.path}”", one.labels) for one in after.attributes or ()),
        *((f"audience “{name}”", codes) for name, codes in audiences.items()),
        *((f"policy “{one.name}”", one.labels) for one in after.policies or ()),
        *((f"consent policy “{one.name}”", one.labels) for one in after.consent_policies or ()),
    ]
    for what, codes in uses:
        for code in codes:
            if code in gone:
                yield Problem(Place("labels", 0), f"{code} is left out, but used by {what}.")


def _rulebook(after: Workspace, wanted: Workspace, now: Rulebook) -> Rulebook:
    """What will hold. Audiences keep their names, by which violations are told apart."""
    audiences = dict(now.audiences)
    for entry in wanted.audiences:
        if entry.labels is not None:
            known = now.audiences.get(entry.reference)
            name = entry.label if known is None else known.name
            audiences[entry.reference] = LabelledAudience(0, name, entry.labels)
    rules = (
        Rule(one.name, one.labels, LabelMatch(one.label_match), one.marketing_actions)
        for one in after.policies or ()
        if one.is_enabled and one.label_match in LabelMatch.values
    )
    labels = {one.path: one.labels for one in after.attributes or ()}
    return Rulebook(rules=tuple(rules), labels=labels, audiences=audiences)


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


def _place(
    violation: Violation, entry: DestinationEntry, wanted: Workspace, now: Rulebook
) -> Place:
    """What is new in the file: the policy, else the label, else what is mapped."""
    enforced = {rule.name for rule in now.rules}
    for policy in wanted.policies or ():
        if policy.name == violation.policy and policy.is_enabled and policy.name not in enforced:
            return policy.place
    put = {path: tuple(codes) for path, codes in (now.labels or {}).items()}
    carried = {label.path for label in (*violation.labels, *violation.others)}
    for attribute in wanted.attributes or ():
        if attribute.path in carried and put.get(attribute.path) != attribute.labels:
            return attribute.place
    for audience in wanted.audiences:
        was = now.audiences.get(audience.reference)
        is_new = audience.labels and (was is None or was.codes != audience.labels)
        if is_new and violation.is_of_audience and violation.source == audience.label:
            return audience.labels_at or WHOLE_FILE
    return entry.mapped_at or WHOLE_FILE
