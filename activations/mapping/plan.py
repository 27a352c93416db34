"""What a destination sends and when: its mappings, its audiences, the account's custom fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from activations.mapping.consents import Consent
from activations.mapping.paths import EMAIL, LAST_NAME, Source, Target, format_target
from activations.terms import TargetKind, WhenEmpty
from connections.zendesk.contact import CONTACT_ATTRIBUTES, AttributeSpec, CustomField


@dataclass(frozen=True)
class MappingRule:
    """One row of the Mapping step."""

    source: Source
    target: Target
    when_empty: WhenEmpty = WhenEmpty.KEEP

    @cached_property
    def is_cleared_when_empty(self) -> bool:
        """Whether an absent source value empties the Zendesk field."""
        return self.when_empty == WhenEmpty.CLEAR

    @cached_property
    def target_text(self) -> str:
        """The target as people write it."""
        return format_target(self.target)


@dataclass(frozen=True, slots=True)
class ActivatedAudience:
    """An audience with the custom field (Mapping ID) that receives its status, and its schedule."""

    audience_id: int
    mapping_id: str
    start_on: date
    end_on: date | None = None

    def covers(self, *, on: date) -> bool:
        """Whether it is sent on that day (UTC); `end_on` is the last one."""
        return self.start_on <= on and (self.end_on is None or on <= self.end_on)


@dataclass(frozen=True)
class Plan:
    """Everything a contact is rendered from, apart from the profile.

    `fields` are the account's custom fields by name; empty as long as the account was never
    reached. Who lacks one of the `consents` is not sent. Build a plan once and render many
    profiles with it: what it derives is kept.
    """

    rules: tuple[MappingRule, ...]
    audiences: tuple[ActivatedAudience, ...]
    fields: Mapping[str, CustomField] = field(repr=False)
    consents: tuple[Consent, ...] = ()

    def covering(self, *, on: date) -> tuple[ActivatedAudience, ...]:
        """The audiences whose schedule covers that day (UTC)."""
        return tuple(audience for audience in self.audiences if audience.covers(on=on))

    @cached_property
    def last_name(self) -> MappingRule | None:
        """The rule that writes the last name."""
        return next((rule for rule, spec in self.attributes if spec.name == LAST_NAME), None)

    @cached_property
    def has_email(self) -> bool:
        """Whether a rule writes the e-mail identity."""
        return any(
            rule.target.name == EMAIL for rule in self.rules if _is(rule, TargetKind.IDENTITY)
        )

    @cached_property
    def attributes(self) -> tuple[tuple[MappingRule, AttributeSpec], ...]:
        """The rules that write built-in attributes. KeyError for one no check let through."""
        return tuple(
            (rule, CONTACT_ATTRIBUTES[rule.target.name])
            for rule in self.rules
            if _is(rule, TargetKind.ATTRIBUTE)
        )

    @cached_property
    def address(self) -> tuple[MappingRule, ...]:
        """The rules that write parts of the address."""
        return tuple(rule for rule in self.rules if _is(rule, TargetKind.ADDRESS))

    @cached_property
    def custom_fields(self) -> tuple[tuple[MappingRule, CustomField | None], ...]:
        """The rules that write custom fields, with what the account knows about each."""
        return tuple(
            (rule, self.fields.get(rule.target.name))
            for rule in self.rules
            if _is(rule, TargetKind.CUSTOM_FIELD)
        )


def _is(rule: MappingRule, kind: TargetKind) -> bool:
    return rule.target.kind == kind
