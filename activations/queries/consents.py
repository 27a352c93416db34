"""Which consents destinations ask for, by the policies that are enabled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.db.models import Exists, OuterRef

from activations.governance import consent
from activations.governance.consent import ConsentRule
from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.models import Activation, ConsentPolicy, LabeledAttribute
from activations.terms import LabelMatch, PolicyStatus, SourceKind
from connections.models import Destination

_ENABLED: Final = ConsentPolicy.objects.filter(status=PolicyStatus.ENABLED)
# Beside the columns of another query.
IS_ANY_ENABLED: Final = Exists(_ENABLED.order_by())


def of(*, sources: Iterable[Source], actions: Collection[str]) -> tuple[Consent, ...]:
    """What a destination asks for; one query, two where a policy is about labels."""
    rules = _rules()
    return consent.required(rules=rules, sources=sources, actions=actions, labels=_labels(rules))


def by_destination() -> dict[int, tuple[Consent, ...]]:
    """Of every destination that activates an audience and asks for something; four queries."""
    rules = _rules()
    if not rules:
        return {}
    labels = _labels(rules)
    is_activated = Exists(Activation.objects.filter(destination=OuterRef("pk")))
    activated = Destination.objects.filter(is_activated).prefetch_related("field_mappings")
    found = {
        destination.pk: consent.required(
            rules=rules,
            sources=sources_of(destination=destination),
            actions=destination.marketing_actions,
            labels=labels,
        )
        for destination in activated
    }
    return {pk: consents for pk, consents in found.items() if consents}


def sources_of(*, destination: Destination) -> list[Source]:
    """What is mapped."""
    rows = destination.field_mappings.all()
    return [Source(SourceKind(row.source_kind), row.source) for row in rows]


def rule_of(*, policy: ConsentPolicy) -> ConsentRule:
    """The policy as it is judged, enabled or not."""
    return ConsentRule(
        marketing_actions=tuple(policy.marketing_actions),
        labels=tuple(policy.labels),
        match=LabelMatch(policy.label_match),
        consent=Consent(
            source=Source(SourceKind.ATTRIBUTE, policy.path),
            values=tuple(policy.accepted),
            policy=policy.name,
        ),
    )


def _rules() -> list[ConsentRule]:
    return [rule_of(policy=policy) for policy in _ENABLED.order_by("name", "pk")]


def _labels(rules: Sequence[ConsentRule]) -> Mapping[str, Sequence[str]]:
    """None are read where no policy is about them."""
    if not any(rule.labels for rule in rules):
        return {}
    return dict(LabeledAttribute.objects.order_by().values_list("path", "labels"))
