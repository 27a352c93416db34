"""What holds now: enabled data usage policies, and the labels of attributes."""

from django.db.models import F, Value

from activations.governance.check import Rule, Rulebook
from activations.models import LabeledAttribute, Policy
from activations.terms import LabelMatch, PolicyStatus


def rulebook() -> Rulebook:
    """One query for both, since pages that need it are counting: a label matches nothing itself."""
    labels = LabeledAttribute.objects.order_by().annotate(
        label_match=Value(""), marketing_actions=F("labels")
    )
    enabled = Policy.objects.filter(status=PolicyStatus.ENABLED).order_by()
    columns = ("label_match", "labels", "marketing_actions")
    rows = labels.values_list("path", *columns).union(
        enabled.values_list("name", *columns), all=True
    )
    rules, labelled = [], {}
    for name, match, codes, actions in rows:
        if match:
            rules.append(Rule(name, tuple(codes), LabelMatch(match), tuple(actions)))
        else:
            labelled[name] = codes
    return Rulebook(rules=tuple(sorted(rules, key=lambda rule: rule.name)), labels=labelled)


def rule_of(*, policy: Policy) -> Rule:
    """The policy as the check takes it, enabled or not."""
    return Rule(
        name=policy.name,
        labels=tuple(policy.labels),
        match=LabelMatch(policy.label_match),
        marketing_actions=tuple(policy.marketing_actions),
    )
