"""Which consents destinations ask for, by the policies that are enabled."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from activations.governance import consent
from activations.governance.check import Activated, Rulebook
from activations.governance.consent import ConsentRule
from activations.mapping import catalogue
from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.models import Activation, ConsentPolicy
from activations.queries import governance, labelled_audiences, sight
from activations.terms import PolicyStatus, SourceKind
from connections.models import Destination

# Beside the columns of another query.
IS_ANY_ENABLED: Final = Exists(ConsentPolicy.objects.filter(status=PolicyStatus.ENABLED).order_by())


def of(
    *,
    sources: Iterable[Source],
    actions: Collection[str],
    rulebook: Rulebook,
    activated: Sequence[Activated],
) -> tuple[Consent, ...]:
    """What a destination that exports this asks for."""
    return consent.required(
        rules=rulebook.consents,
        sources=sources,
        actions=actions,
        shelves=rulebook.shelves,
        audiences=labelled_audiences.codes(of=activated, rulebook=rulebook),
    )


def asked_by(
    *, destination: Destination, sources: Iterable[Source], rulebook: Rulebook | None = None
) -> tuple[Consent, ...]:
    """With its audiences as they are stored; one query where what holds was not read yet, and one
    where audiences are labelled."""
    known = rulebook or governance.rulebook()
    activated = labelled_audiences.activated(rulebook=known, destination=destination)
    return of(
        sources=sources,
        actions=destination.marketing_actions,
        rulebook=known,
        activated=activated.get(destination.pk, ()),
    )


def by_destination() -> dict[int, tuple[Consent, ...]]:
    """Of every destination that activates an audience and asks for something; three queries, and
    one where audiences are labelled."""
    rulebook = governance.rulebook()
    asked = _required(rulebook.consents, rulebook)
    return {destination.pk: required for destination, required in asked if required}


def met_by(*, policy: ConsentPolicy) -> list[Destination]:
    """The destinations that activate an audience and meet its conditions, enabled or not."""
    rule = governance.consent_rule_of(policy=policy)
    asked = _required([rule], governance.rulebook())
    return [destination for destination, required in asked if required]


def sources_of(*, destination: Destination) -> list[Source]:
    """What is mapped."""
    rows = destination.field_mappings.all()
    return [Source(SourceKind(row.source_kind), row.source) for row in rows]


def shown(*, consents: Iterable[Consent]) -> tuple[Consent, ...]:
    """Those at an attribute that may be seen; no query but what is read once."""
    return tuple(one for one in consents if sight.shows_path(one.source.path))


def suggestions() -> list[str]:
    """Paths where a consent may stand, those that the platform keeps for it first."""
    paths = [attribute.path for attribute in catalogue.ATTRIBUTES]
    shown = filter(sight.shows_path, paths)
    return sorted(shown, key=lambda path: (not path.startswith("consents."), path))


def _required(
    rules: Sequence[ConsentRule], rulebook: Rulebook
) -> list[tuple[Destination, tuple[Consent, ...]]]:
    """Nothing is read where there are no rules."""
    if not rules:
        return []
    activated, book = (
        labelled_audiences.activated(rulebook=rulebook),
        replace(rulebook, consents=tuple(rules)),
    )
    return [
        (
            destination,
            of(
                sources=sources_of(destination=destination),
                actions=destination.marketing_actions,
                rulebook=book,
                activated=activated.get(destination.pk, ()),
            ),
        )
        for destination in _activated()
    ]


def _activated() -> QuerySet[Destination]:
    is_activated = Exists(Activation.objects.filter(destination=OuterRef("pk")))
    found = Destination.objects.filter(is_activated).order_by("name", "pk")
    return found.prefetch_related("field_mappings")
