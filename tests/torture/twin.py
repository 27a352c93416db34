"""What must a contact look like in the end? A second, tiny implementation of merge and mapping.

Imports nothing of the product, on purpose: a mistake would have to be made twice to stay unseen.
It knows only what the rig's workspace needs: leaves merged over leaves, null clears, statuses by
their time of qualification, e-mail addresses without case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

MEMBER = ("realized", "existing")
# A time further ahead than this counts as being just so far ahead.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Plan:
    """Which path of a profile becomes what, and which field shows which audience."""

    attributes: tuple[tuple[str, str], ...] = (
        ("person.name.lastName", "last_name"),
        ("person.name.firstName", "first_name"),
        ("mobilePhone.number", "mobile"),
    )
    custom_fields: tuple[tuple[str, str], ...] = (
        ("loyalty.tier", "Loyalty tier"),
        ("loyalty.points", "Loyalty points"),
    )
    audiences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """`must_exist` and `may_exist` are both false for who must not be in Zendesk at all."""

    must_exist: bool
    may_exist: bool
    attributes: Mapping[str, Any] = field(default_factory=dict)
    custom_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Person:
    """All that was said of one person so far."""

    email: str
    attributes: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    was_member: bool = False

    def hear(self, document: Mapping[str, Any], *, received_at: datetime) -> None:
        """A record about this person, in the order in which the product took them."""
        told = {k: v for k, v in document.items() if k not in ("identityMap", "segmentMembership")}
        _merge(self.attributes, told)
        for audiences in document.get("segmentMembership", {}).values():
            for audience, entry in audiences.items():
                self._hear_status(audience, entry, received_at)

    def _hear_status(self, audience: str, entry: Mapping[str, str], received_at: datetime) -> None:
        time = entry.get("lastQualificationTime")
        at = datetime.fromisoformat(time).astimezone(UTC) if time else received_at
        at = min(at, received_at + AHEAD)
        known = self.statuses.get(audience)
        if known is None or at >= known[0]:
            self.statuses[audience] = (at, entry["status"])
            self.was_member |= entry["status"] in MEMBER

    def expected(self, plan: Plan) -> Expected:
        """The contact Zendesk must hold once everything is delivered."""
        shown = {
            name: self.statuses[audience][1]
            for audience, name in plan.audiences
            if audience in self.statuses
        }
        has_last_name = bool(str(self.at("person.name.lastName") or "").strip())
        is_member = any(status in MEMBER for status in shown.values())
        if not has_last_name or not (is_member or self.was_member):
            return Expected(must_exist=False, may_exist=False)
        return Expected(
            # Who left before anything was sent is never sent.
            must_exist=is_member,
            may_exist=True,
            attributes={"email": self.email, **self._values(plan.attributes)},
            custom_fields={**self._values(plan.custom_fields), **shown},
        )

    def at(self, path: str) -> Any:
        value: Any = self.attributes
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def _values(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        found = {target: self.at(path) for path, target in pairs}
        return {target: value for target, value in found.items() if value not in (None, "")}


def _merge(into: dict[str, Any], told: Mapping[str, Any]) -> None:
    for key, value in told.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            below = into.setdefault(key, {})
            _merge(below, value)
        else:
            into[key] = value


def differences(contact: Mapping[str, Any], expected: Expected) -> list[str]:
    """Names of the fields in which Zendesk's contact is not as expected."""
    wrong = [name for name, value in expected.attributes.items() if contact.get(name) != value]
    held = {name: value for name, value in contact["custom_fields"].items() if value is not None}
    names = held.keys() | expected.custom_fields.keys()
    return wrong + sorted(
        name for name in names if not _same(held.get(name), expected.custom_fields.get(name))
    )


def _same(held: Any, expected: Any) -> bool:
    """Zendesk shows a number as a text."""
    return held == expected or (isinstance(expected, int) and str(held) == str(expected))
