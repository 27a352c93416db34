"""The counts beside the entries of the navigation."""

from dataclasses import dataclass
from typing import Any

from connections.models import Alert
from connections.permissions import Permission, may
from connections.queries import destinations
from connections.queries.alerts import EVENTS


@dataclass(frozen=True, slots=True)
class Count:
    """`entry` is the label of the entry in small letters, `noun` what is counted, for one."""

    entry: str
    number: int
    noun: str
    needs_attention: bool = False


def counts(*, person: Any) -> list[Count]:
    """Of what the person may see; a query each, over rows that people make and not profiles."""
    found = []
    if may(user=person, permission=Permission.VIEW_DESTINATIONS):
        found.append(Count("destinations", destinations.counts().live, "destination"))
    if may(user=person, permission=Permission.VIEW_ALERTS):
        opened = Alert.objects.filter(resolved_at=None).exclude(code__in=EVENTS).count()
        found.append(Count("alerts", opened, "open alert", needs_attention=True))
    return found
