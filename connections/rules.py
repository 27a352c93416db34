"""What people change about the rules of alerts: on or off, and the threshold."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from connections import alerts, audit, marks
from connections.alert_rules import Rule
from connections.audit import Action, Kind
from connections.models import AlertRule
from connections.queries import alert_rules


def set_enabled(*, rule: Rule, is_enabled: bool, person: Any, at: datetime) -> None:
    """A rule that is off opens nothing and tells nobody; what it had opened is closed."""
    with transaction.atomic():
        _change(rule, person, at, is_enabled=is_enabled)
        action = Action.ENABLED if is_enabled else Action.DISABLED
        audit.note(action=action, kind=Kind.ALERT_RULE, name=rule.name, reference=rule.code)
        if not is_enabled and not rule.is_raised:
            alerts.drop(code=rule.code)


def set_threshold(*, rule: Rule, threshold: Decimal, seen: str, person: Any, at: datetime) -> None:
    """In the rule's unit, within its bounds; counts from the next look on.

    `seen` is the mark of the threshold the person had before them. Raises ChangedMeanwhile.
    """
    limits = rule.threshold
    if limits is None or not limits.lowest <= threshold <= limits.highest:
        raise ValueError(f"The rule {rule.code} has no such threshold.")
    with transaction.atomic():
        # A rule nobody changed yet has no row to lock.
        AlertRule.objects.get_or_create(
            code=rule.code, defaults={"changed_by": person, "changed_at": at}
        )
        AlertRule.objects.select_for_update().get(code=rule.code)
        standing = alert_rules.standings()[rule.code]
        marks.demand(row=standing, values={"threshold": threshold}, seen=seen)
        _change(rule, person, at, threshold=threshold)
        audit.note_changes(
            kind=Kind.ALERT_RULE,
            about=None,
            name=rule.name,
            reference=rule.code,
            changes=audit.differences(
                before={"threshold": standing.threshold}, after={"threshold": threshold}
            ),
        )


def _change(rule: Rule, person: Any, at: datetime, **values: Any) -> None:
    AlertRule.objects.update_or_create(
        code=rule.code, defaults={**values, "changed_by": person, "changed_at": at}
    )
