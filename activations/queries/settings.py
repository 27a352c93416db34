"""What a destination is set up to do, for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activations.mapping.paths import format_source
from activations.mapping.plan import MappingRule
from activations.queries import sight
from activations.services import configuration
from activations.services.draft_content import MANDATORY_TARGETS
from activations.terms import WhenEmpty
from connections.alert_rules import BY_CODE
from connections.models import Destination
from connections.queries import subscriptions


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping as people write it."""

    source: str
    target: str
    when_empty: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Names of the alert rules that a person hears of here, and of those everybody does."""

    own: Sequence[str]
    has_email: bool
    everybody: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mapping:
    """The rows that may be seen, in their order, and how many more there are."""

    rows: Sequence[Mapped]
    hidden: int


def mapping(*, destination: Destination) -> Mapping:
    """One query."""
    rules = configuration.rules_of(destination=destination)
    shown = [_mapped(rule) for rule in rules if sight.shows_source(rule.source)]
    return Mapping(shown, len(rules) - len(shown))


def heard(*, destination: Destination, person: Any) -> Heard:
    """One query."""
    chosen = subscriptions.of(destination=destination, person=person)
    return Heard(
        own=_names(chosen["rules"]),
        has_email=chosen["has_email"],
        everybody=_names(destination.alerts),
    )


def _mapped(rule: MappingRule) -> Mapped:
    when = str(WhenEmpty(rule.when_empty).label)
    if rule.target_text in MANDATORY_TARGETS:
        when = "The profile is excluded"
    return Mapped(format_source(rule.source), rule.target_text, when)


def _names(codes: Sequence[str]) -> list[str]:
    return sorted(BY_CODE[code].name for code in codes if code in BY_CODE)
