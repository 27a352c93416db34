"""Which data usage policies does a destination break by what is mapped to it?

Decides only; `services.policy_check` knows where mappings, labels and policies are kept.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from activations.governance import carrying
from activations.governance.carrying import Carried, Shelves
from activations.governance.consent import ConsentRule
from activations.governance.labels import NO_EXPORT
from activations.mapping.paths import Source, format_source
from activations.terms import LabelMatch
from connections import marketing_actions

# What holds for C12 needs no policy: nobody can switch it off.
NO_EXPORT_POLICY = "No export (C12)"


@dataclass(frozen=True, slots=True)
class Rule:
    """An enabled policy: these labels and any of these marketing actions do not go together."""

    name: str
    labels: tuple[str, ...]
    match: LabelMatch
    marketing_actions: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """Everything that holds now: enabled policies of both kinds, and the labels by their path."""

    rules: tuple[Rule, ...] = ()
    labels: Mapping[str, Sequence[str]] | None = None
    consents: tuple[ConsentRule, ...] = ()

    @cached_property
    def shelves(self) -> Shelves:
        """The labels where a source looks for them: put there once for all destinations."""
        return carrying.shelves(labels=self.labels or {})

    def with_rule(self, *, rule: Rule, instead_of: str = "") -> "Rulebook":
        """As it would be with one more policy, in the place of the one with that name."""
        others = tuple(one for one in self.rules if one.name != instead_of)
        return replace(self, rules=(*others, rule))

    def with_labels(self, *, path: str, codes: Sequence[str]) -> "Rulebook":
        """As it would be with these labels on a path, and no others."""
        return replace(self, labels={**(self.labels or {}), path: codes})


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping as the check sees it; `row` is its place among the others."""

    row: int
    source: Source
    target: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One mapping that breaks one policy; no marketing action where none matters (C12)."""

    policy: str
    row: int
    source: str
    target: str
    labels: tuple[Carried, ...]
    marketing_actions: tuple[str, ...]

    @property
    def action_names(self) -> list[str]:
        """The marketing actions that are in the way, in words."""
        return marketing_actions.named(codes=self.marketing_actions)

    @property
    def label_codes(self) -> str:
        """The labels that are in the way: “C2 and C3”."""
        return " and ".join(label.code for label in self.labels)

    @property
    def why(self) -> str:
        """What does not go together, without saying where."""
        if not self.marketing_actions:
            return f"“{self.source}” carries {self.label_codes} and may not be exported in any way."
        actions = " and ".join(self.action_names)
        return (
            f"The policy “{self.policy}” forbids {actions} with {self.label_codes}, which"
            f" “{self.source}” carries."
        )

    @property
    def remedy(self) -> str:
        """What whoever meets it can do."""
        if not self.marketing_actions:
            return "Remove this mapping, or ask whoever applies data usage labels."
        return (
            "Remove this mapping, take the marketing action off the destination, or ask whoever"
            " manages data usage policies."
        )

    @property
    def message(self) -> str:
        """Both in one."""
        return f"{self.why} {self.remedy}"


def find(
    *, mapped: Sequence[Mapped], actions: Collection[str], rulebook: Rulebook
) -> tuple[Violation, ...]:
    """Every violation of a destination with these marketing actions, row by row.

    `all` of a policy's labels may be spread over the mappings: they reach Zendesk together.
    """
    if not rulebook.labels:
        return ()
    carried = [(one, carrying.by(source=one.source, shelves=rulebook.shelves)) for one in mapped]
    found = [*_never_exported(carried)]
    for rule in rulebook.rules:
        found += _of_rule(rule, carried, actions)
    return tuple(sorted(found, key=lambda violation: violation.row))


def _never_exported(carried: Sequence[tuple[Mapped, tuple[Carried, ...]]]) -> Iterator[Violation]:
    for one, labels in carried:
        if wrong := tuple(label for label in labels if label.code == NO_EXPORT):
            yield _violation(NO_EXPORT_POLICY, one, wrong, ())


def _of_rule(
    rule: Rule,
    carried: Sequence[tuple[Mapped, tuple[Carried, ...]]],
    actions: Collection[str],
) -> Iterator[Violation]:
    forbidden = tuple(action for action in rule.marketing_actions if action in actions)
    together = {label.code for _, labels in carried for label in labels}
    is_met = set(rule.labels) <= together if rule.match == LabelMatch.ALL else True
    if not forbidden or not is_met:
        return
    for one, labels in carried:
        if wrong := tuple(label for label in labels if label.code in rule.labels):
            yield _violation(rule.name, one, wrong, forbidden)


def _violation(
    policy: str, one: Mapped, labels: tuple[Carried, ...], actions: tuple[str, ...]
) -> Violation:
    source = format_source(one.source)
    return Violation(policy, one.row, source, one.target, labels, actions)
