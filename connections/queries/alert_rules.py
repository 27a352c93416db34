"""The rules as they stand now, and who listens."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connections.alert_rules import RULES, Rule, counted
from connections.models import AlertRule, Destination, Subscription, Webhook


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule with what people changed about it."""

    rule: Rule
    is_enabled: bool
    threshold: Decimal | None

    @property
    def limit(self) -> str:
        """The threshold in words: “150 minutes”; empty for a rule without one."""
        limits = self.rule.threshold
        if limits is None or self.threshold is None:
            return ""
        return counted(number=self.threshold, unit=limits.unit)


def standings() -> Mapping[str, Standing]:
    """Every rule by its code, in one query."""
    rows = {row.code: row for row in AlertRule.objects.all()}
    return {rule.code: _standing(rule, rows.get(rule.code)) for rule in RULES}


def listened_to(*, codes: tuple[str, ...]) -> set[tuple[int, str]]:
    """At which destinations (ids) somebody or a webhook hears of which of these rules."""
    found = set(
        Subscription.objects.filter(code__in=codes)
        .order_by()
        .values_list("destination_id", "code")
        .distinct()
    )
    everywhere = {
        code for rules in Webhook.objects.values_list("rules", flat=True) for code in rules
    }
    for key, named in Destination.objects.order_by().values_list("pk", "alerts"):
        found |= {(key, code) for code in codes if code in named or code in everywhere}
    return found


def _standing(rule: Rule, row: AlertRule | None) -> Standing:
    threshold = rule.threshold.default if rule.threshold else None
    if row is not None and row.threshold is not None and rule.threshold:
        threshold = row.threshold
    return Standing(rule, is_enabled=row is None or row.is_enabled, threshold=threshold)
