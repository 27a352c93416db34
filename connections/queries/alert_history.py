"""What was triggered and when it was over, as the History tab lists it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from connections.alert_rules import RULES, Rule, named
from connections.models import Account, Alert, Destination, Message, MessageState


@dataclass(frozen=True, slots=True)
class Sent:
    """How the messages about one alert fare; `problems` say why some did not arrive."""

    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def sent(self) -> int:
        """Arrived."""
        return self.counts.get(MessageState.SENT, 0)

    @property
    def waiting(self) -> int:
        """Not sent yet, or to be tried again."""
        return self.counts.get(MessageState.WAITING, 0)

    @property
    def given_up(self) -> int:
        """Not tried any more."""
        return self.counts.get(MessageState.GIVEN_UP, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One alert with its rule, its object, and what was sent."""

    alert: Alert
    rule: Rule
    about: Account | Destination
    sent: Sent

    @property
    def can_resolve(self) -> bool:
        """Whether a person may call it over."""
        return self.alert.resolved_at is None and self.rule.is_resolvable


def get(*, key: int) -> Alert:
    """Raises Alert.DoesNotExist."""
    return Alert.objects.get(pk=key)


def find(*, words: str, since: datetime, until: datetime) -> QuerySet[Alert]:
    """Triggered in between; every word in the rule's name or the object's. The newest first."""
    found = Alert.objects.filter(triggered_at__gte=since, triggered_at__lt=until)
    for word in words.split():
        codes = [rule.code for rule in RULES if word.casefold() in rule.name.casefold()]
        found = found.filter(
            Q(code__in=codes)
            | Q(destination__name__icontains=word)
            | Q(account__name__icontains=word)
        )
    return found.select_related("destination", "account", "resolved_by").order_by(
        "-triggered_at", "-pk"
    )


def rows(*, alerts: Sequence[Alert]) -> list[Row]:
    """The lines of one page, with one further query."""
    sent = _sent(alerts)
    return [
        Row(alert=alert, rule=named(alert.code), about=_about(alert), sent=sent[alert.pk])
        for alert in alerts
    ]


def _sent(alerts: Sequence[Alert]) -> Mapping[int, Sent]:
    counts: dict[int, Counter[str]] = {alert.pk: Counter() for alert in alerts}
    problems: dict[int, set[str]] = {alert.pk: set() for alert in alerts}
    found = Message.objects.filter(alert__in=alerts).order_by()
    for key, state, problem in found.values_list("alert_id", "state", "problem"):
        assert key is not None, "only tests have no alert"
        counts[key][state] += 1
        if problem and state != MessageState.SENT:
            problems[key].add(problem)
    return {key: Sent(counts[key], tuple(sorted(problems[key]))) for key in counts}


def _about(alert: Alert) -> Account | Destination:
    thing = alert.destination or alert.account
    assert thing is not None, "an alert is of a destination or of an account"
    return thing
