"""What holds now: enabled data usage policies, and the labels of attributes."""

from collections.abc import Iterable

from django.db.models import F, Value

from activations.governance.check import Rule, Rulebook
from activations.governance.consent import ConsentRule
from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.models import ConsentPolicy, LabeledAttribute, Policy
from activations.terms import LabelMatch, PolicyStatus, SourceKind

_LABEL, _USAGE, _CONSENT = "label", "usage", "consent"


def rulebook() -> Rulebook:
    """One query for all, since pages that need it are counting; a row says which kind it is."""
    labels = LabeledAttribute.objects.order_by().annotate(
        kind=Value(_LABEL), label_match=Value(""), marketing_actions=F("labels")
    )
    usage = Policy.objects.filter(status=PolicyStatus.ENABLED).order_by()
    consent = ConsentPolicy.objects.filter(status=PolicyStatus.ENABLED).order_by()
    columns = ("label_match", "labels", "marketing_actions")
    more = {"at": Value(""), "values": F("labels")}
    rows = labels.annotate(**more).values_list("kind", "path", *columns, *more)
    rows = rows.union(
        usage.annotate(kind=Value(_USAGE), **more).values_list("kind", "name", *columns, *more),
        consent.annotate(kind=Value(_CONSENT), at=F("path"), values=F("accepted")).values_list(
            "kind", "name", *columns, *more
        ),
        all=True,
    )
    rules, consents, labelled = [], [], {}
    for kind, name, match, codes, actions, path, accepted in rows:
        if kind == _LABEL:
            labelled[name] = codes
        elif kind == _USAGE:
            rules.append(Rule(name, tuple(codes), LabelMatch(match), tuple(actions)))
        else:
            asked = _consent(name, path, accepted)
            consents.append(ConsentRule(tuple(actions), tuple(codes), LabelMatch(match), asked))
    return Rulebook(
        rules=tuple(sorted(rules, key=lambda rule: rule.name)),
        labels=labelled,
        consents=tuple(sorted(consents, key=lambda rule: rule.consent.policy)),
    )


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
