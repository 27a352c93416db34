"""Which data usage policies does a destination break by what is mapped and activated there?

Decides only; `services.policy_check` knows where mappings, labels and policies are kept.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class LabelledAudience:
    """An audience whose labels hold for all that is exported with it; `key` is its row's."""

    key: int
    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Rulebook:
    """Everything that holds now: enabled policies of both kinds, the labels by their path, and
    the labelled audiences by their reference."""

    rules: tuple[Rule, ...] = ()
    labels: Mapping[str, Sequence[str]] | None = None
    audiences: Mapping[str, LabelledAudience] = field(default_factory=dict)
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

    def with_audience(self, *, reference: str, audience: LabelledAudience) -> "Rulebook":
        """As it would be with these labels on an audience, and no others."""
        return replace(self, audiences={**self.audiences, reference: audience})


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping as the check sees it; `row` is its place among the others."""

    row: int
    source: Source
    target: str


@dataclass(frozen=True, slots=True)
class Activated:
    """An activated audience as the check sees it; `row` is its place among the others."""

    row: int
    reference: str
    mapping_id: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One mapping, or one audience, that breaks one policy; no marketing action where none
    matters (C12).

    Of an audience, `source` is its name and `target` its Mapping ID; `others` are the labels that
    what is mapped adds where the policy needs them all.
    """

    policy: str
    row: int
    source: str
    target: str
    labels: tuple[Carried, ...]
    marketing_actions: tuple[str, ...]
    is_of_audience: bool = False
    others: tuple[Carried, ...] = ()

    @property
    def action_names(self) -> list[str]:
        """The marketing actions that are in the way, in words."""
        return marketing_actions.named(codes=self.marketing_actions)

    @property
    def label_codes(self) -> str:
        """The labels that are in the way: “C2 and C3”."""
        return " and ".join(label.code for label in self.labels)

    @property
    def subject(self) -> str:
        """What carries the labels."""
        return f"{'the audience ' if self.is_of_audience else ''}“{self.source}”"

    @property
    def why(self) -> str:
        """What does not go together, without saying where."""
        if not self.marketing_actions:
            subject = self.subject[0].upper() + self.subject[1:]
            return f"{subject} carries {self.label_codes} and may not be exported in any way."
        actions = " and ".join(self.action_names)
        together = "".join(f", together with {one.code} on “{one.path}”" for one in self.others)
        return (
            f"The policy “{self.policy}” forbids {actions} with {self.label_codes}, which"
            f" {self.subject} carries{together}."
        )

    @property
    def remedy(self) -> str:
        """What whoever meets it can do."""
        thing = "audience" if self.is_of_audience else "mapping"
        if not self.marketing_actions:
            return f"Remove this {thing}, or ask whoever applies data usage labels."
        return (
            f"Remove this {thing}, take the marketing action off the destination, or ask whoever"
            " manages data usage policies."
        )

    @property
    def message(self) -> str:
        """Both in one."""
        return f"{self.why} {self.remedy}"


@dataclass(frozen=True)
class _Export:
    """What a destination exports: its mappings, and the audiences that are labelled."""

    mappings: tuple[tuple[Mapped, tuple[Carried, ...]], ...]
    audiences: tuple[tuple[Activated, LabelledAudience], ...]
    actions: Collection[str]

    @cached_property
    def together(self) -> dict[str, Carried]:
        """What the mappings carry: they reach the same contact."""
        return {label.code: label for _, labels in self.mappings for label in labels}


def find(
    *,
    mapped: Sequence[Mapped],
    actions: Collection[str],
    rulebook: Rulebook,
    activated: Iterable[Activated] = (),
) -> tuple[Violation, ...]:
    """Every violation of a destination with these marketing actions: mappings, then audiences.

    `all` of a policy's labels may be spread over the mappings and one audience, whose labels all
    that is mapped has too: they reach Zendesk together. Those of two audiences do not.
    """
    if not rulebook.labels and not rulebook.audiences:
        return ()
    export = _Export(
        tuple((one, carrying.by(source=one.source, shelves=rulebook.shelves)) for one in mapped),
        tuple(
            (one, rulebook.audiences[one.reference])
            for one in activated
            if one.reference in rulebook.audiences
        ),
        actions,
    )
    found = [*_never_exported(export)]
    for rule in rulebook.rules:
        found += _of_rule(rule, export)
    return tuple(sorted(found, key=lambda violation: (violation.is_of_audience, violation.row)))


def _never_exported(export: _Export) -> Iterator[Violation]:
    for one, labels in export.mappings:
        if wrong := tuple(label for label in labels if label.code == NO_EXPORT):
            yield _violation(NO_EXPORT_POLICY, one, wrong, ())
    for activated, audience in export.audiences:
        if NO_EXPORT in audience.codes:
            yield _of_audience(NO_EXPORT_POLICY, activated, audience, (NO_EXPORT,), ())


def _of_rule(rule: Rule, export: _Export) -> Iterator[Violation]:
    forbidden = tuple(action for action in rule.marketing_actions if action in export.actions)
    if not forbidden:
        return
    is_any = rule.match != LabelMatch.ALL
    if is_any or set(rule.labels) <= export.together.keys():
        for one, labels in export.mappings:
            if wrong := tuple(label for label in labels if label.code in rule.labels):
                yield _violation(rule.name, one, wrong, forbidden)
    for activated, audience in export.audiences:
        codes = tuple(code for code in audience.codes if code in rule.labels)
        missing = () if is_any else [code for code in rule.labels if code not in codes]
        if codes and export.together.keys() >= set(missing):
            others = tuple(export.together[code] for code in missing)
            yield _of_audience(rule.name, activated, audience, codes, forbidden, others)


def _violation(
    policy: str, one: Mapped, labels: tuple[Carried, ...], actions: tuple[str, ...]
) -> Violation:
    source = format_source(one.source)
    return Violation(policy, one.row, source, one.target, labels, actions)


def _of_audience(
    policy: str,
    one: Activated,
    audience: LabelledAudience,
    codes: tuple[str, ...],
    actions: tuple[str, ...],
    others: tuple[Carried, ...] = (),
) -> Violation:
    labels = tuple(Carried(code, "") for code in codes)
    return Violation(policy, one.row, audience.name, one.mapping_id, labels, actions, True, others)
