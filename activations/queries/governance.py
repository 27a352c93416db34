"""What holds now: enabled data usage policies, and the labels of attributes and audiences."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from activations.governance.check import LabelledAudience, Rule, Rulebook
from activations.governance.consent import ConsentRule
from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.models import Audience, ConsentPolicy, LabeledAttribute, Policy
from activations.terms import LabelMatch, PolicyStatus, SourceKind

_LABEL, _AUDIENCE, _USAGE, _CONSENT = "label", "audience", "usage", "consent"


def rulebook() -> Rulebook:
    """One query for all, since pages that need it are counting; a row says which kind it is."""
    rules, consents, labelled, audiences = [], [], {}, {}
    for kind, name, match, codes, actions, more, accepted in _rows():
        if kind == _LABEL:
            labelled[name] = codes
        elif kind == _AUDIENCE:
            audiences[name] = LabelledAudience(int(match), more or name, tuple(codes))
        elif kind == _USAGE:
            rules.append(Rule(name, tuple(codes), LabelMatch(match), tuple(actions)))
        else:
            asked = _consent(name, more, accepted)
            consents.append(ConsentRule(tuple(actions), tuple(codes), LabelMatch(match), asked))
    return Rulebook(
        rules=tuple(sorted(rules, key=lambda rule: rule.name)),
        labels=labelled,
        consents=tuple(sorted(consents, key=lambda rule: rule.consent.policy)),
        audiences=audiences,
    )


def _rows() -> Iterable[tuple[Any, ...]]:
    """Kind, name, match, labels, marketing actions, one text more and one list more."""
    columns = ("label_match", "labels", "marketing_actions")
    plain = {"marketing_actions": F("labels"), "values": F("labels")}
    labels = LabeledAttribute.objects.annotate(
        kind=Value(_LABEL), label_match=Value(""), more=Value(""), **plain
    )
    audiences = Audience.objects.exclude(labels=[]).annotate(
        kind=Value(_AUDIENCE),
        reference_text=Concat("namespace", Value("/"), "external_id"),
        label_match=Cast("pk", CharField()),
        more=F("name"),
        **plain,
    )
    usage = Policy.objects.filter(status=PolicyStatus.ENABLED).annotate(
        kind=Value(_USAGE), more=Value(""), values=F("labels")
    )
    consent = ConsentPolicy.objects.filter(status=PolicyStatus.ENABLED).annotate(
        kind=Value(_CONSENT), more=F("path"), values=F("accepted")
    )
    first, *others = (
        found.order_by().values_list("kind", name, *columns, "more", "values")
        for found, name in (
            (labels, "path"),
            (audiences, "reference_text"),
            (usage, "name"),
            (consent, "name"),
        )
    )
    return first.union(*others, all=True)


def audience_of(*, row: Audience) -> LabelledAudience:
    """An audience with its labels as the check takes it."""
    return LabelledAudience(row.pk, str(row), tuple(row.labels))


def consent_rule_of(*, policy: ConsentPolicy) -> ConsentRule:
    """The same of a consent policy."""
    return ConsentRule(
        marketing_actions=tuple(policy.marketing_actions),
        labels=tuple(policy.labels),
        match=LabelMatch(policy.label_match),
        consent=_consent(policy.name, policy.path, policy.accepted),
    )


def _consent(policy: str, path: str, accepted: Iterable[str]) -> Consent:
    return Consent(Source(SourceKind.ATTRIBUTE, path), tuple(accepted), policy)


def rule_of(*, policy: Policy) -> Rule:
    """The policy as the check takes it, enabled or not."""
    return Rule(
        name=policy.name,
        labels=tuple(policy.labels),
        match=LabelMatch(policy.label_match),
        marketing_actions=tuple(policy.marketing_actions),
    )
