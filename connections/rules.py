"""What people change about the rules of alerts: on or off, and the threshold."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from connections import alerts
from connections.alert_rules import Rule
from connections.models import AlertRule


def set_enabled(*, rule: Rule, is_enabled: bool, person: Any, at: datetime) -> None:
    """A rule that is off opens nothing and tells nobody; what it had opened is closed."""
    with transaction.atomic():
        _change(rule, person, at, is_enabled=is_enabled)
        if not is_enabled and not rule.is_raised:
            alerts.drop(code=rule.code)


def set_threshold(*, rule: Rule, threshold: Decimal, person: Any, at: datetime) -> None:
    """In the rule's unit, within its bounds; counts from the next look on."""
    limits = rule.threshold
    if limits is None or not limits.lowest <= threshold <= limits.highest:
        raise ValueError(f"The rule {rule.code} has no such threshold.")
    _change(rule, person, at, threshold=threshold)


def _change(rule: Rule, person: Any, at: datetime, **values: Any) -> None:
    AlertRule.objects.update_or_create(
        code=rule.code, defaults={**values, "changed_by": person, "changed_at": at}
    )
