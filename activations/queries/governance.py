"""What holds now: enabled data usage policies, and the labels of attributes."""

from activations.governance.check import Rule, Rulebook
from activations.models import LabeledAttribute, Policy
from activations.terms import LabelMatch, PolicyStatus


def rulebook() -> Rulebook:
    """Two queries; one where nothing is labelled, since no policy can be broken then."""
    labels = dict(LabeledAttribute.objects.values_list("path", "labels"))
    if not labels:
        return Rulebook()
    enabled = Policy.objects.filter(status=PolicyStatus.ENABLED).order_by("name", "pk")
    return Rulebook(rules=tuple(rule_of(policy=policy) for policy in enabled), labels=labels)


def rule_of(*, policy: Policy) -> Rule:
    """The policy as the check takes it, enabled or not."""
    return Rule(
        name=policy.name,
        labels=tuple(policy.labels),
        match=LabelMatch(policy.label_match),
        marketing_actions=tuple(policy.marketing_actions),
    )
