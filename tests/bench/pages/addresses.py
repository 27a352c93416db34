"""An address for each route of the URL configuration, of the largest things there are.

Runs inside the product (its settings, its database). A route whose arguments nobody knows is an
error here, so that no new page goes unmeasured.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db.models import Count, Max, Model, QuerySet
from django.urls import reverse

from activations.models import (
    Activation,
    ActivationDraft,
    ApiKey,
    Audience,
    ConsentPolicy,
    CustomLabel,
    DataflowRun,
    Delivery,
    LabeledAttribute,
    Policy,
    Profile,
    Upload,
)
from activations.queries import people
from connections import access, alert_rules, platforms
from connections.access import Route
from connections.models import Account, Alert, AuditEntry, Destination, Notification, Webhook

_M = TypeVar("_M", bound=Model)
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
# What is measured elsewhere or is no page: machines ask for it, with a key of their own.
NO_PAGES = {"api:profiles", "healthz", "readyz", "metrics"}

# Without it they show nothing.
_NEEDED = {
    "activations:profiles-csv": "?state=failed",
    "activations:draft-mapping-source": "?field=xdm:%20person.name.lastName",
    "activations:draft-mapping-target": "?field=xdm:%20last_name",
}


class Unknown(Exception):
    """A route with an argument that nothing here gives."""


@dataclass(frozen=True, slots=True)
class Address:
    """A route with real objects for its arguments."""

    name: str
    path: str


def known(*, person: User, draft: ActivationDraft) -> Iterator[Address]:
    """Every route, also those that take no GET: the answer tells. Raises Unknown."""
    things = _Things(person, draft)
    for route in access.routes():
        if route.name not in NO_PAGES:
            path = reverse(route.name, kwargs=things.arguments_of(route))
            yield Address(route.name, path + _NEEDED.get(route.name, ""))


def largest_destination() -> Destination:
    """The one with the most deliveries."""
    rows = Delivery.objects.order_by().values("destination").annotate(count=Count("*"))
    return Destination.objects.get(pk=rows.order_by("-count")[0]["destination"])


@dataclass(frozen=True)
class _Things:
    """The largest of each kind, or the newest; read once."""

    person: User
    draft: ActivationDraft

    def arguments_of(self, route: Route) -> dict[str, Any]:
        return {
            match[2]: self._value(route.pattern[: match.end()], route)
            for match in _ARGUMENT.finditer(route.pattern)
        }

    def _value(self, so_far: str, route: Route) -> Any:
        for ending, value in self._values.items():
            if so_far.endswith(ending):
                return value()
        raise Unknown(
            f"/{route.pattern}: say in tests/bench/pages/addresses.py which object stands for "
            f"…{so_far.rpartition('/')[2]}"
        )

    @cached_property
    def _values(self) -> Mapping[str, Callable[[], Any]]:
        return {
            "drafts/<uuid:uuid>": lambda: self.draft.uuid,
            "next/<uuid:uuid>": lambda: self.destination.uuid,
            "destinations/<uuid:uuid>": lambda: self.destination.uuid,
            "audiences/<uuid:audience_uuid>": lambda: self.sent_audience.uuid,
            "runs/<uuid:uuid>": lambda: self.run.uuid,
            "uploads/<uuid:uuid>": lambda: _newest(Upload.objects.order_by("-rows_rejected")).uuid,
            "audiences/<uuid:uuid>": lambda: self.sent_audience.uuid,
            "accounts/<uuid:uuid>": lambda: _newest(Account.objects.order_by("pk")).uuid,
            "catalog/<slug:code>": lambda: platforms.ZENDESK.code,
            "rules/<slug:code>": lambda: alert_rules.RULES[0].code,
            "alerts/<slug:key>": lambda: _newest(Alert.objects.order_by("-pk")).pk,
            "webhooks/<uuid:uuid>": lambda: _newest(Webhook.objects.order_by("pk")).uuid,
            "bell/<uuid:uuid>": lambda: self.notification.uuid,
            "keys/<int:pk>": lambda: _newest(ApiKey.objects.order_by("pk")).pk,
            "roles/<int:key>": lambda: _newest(Group.objects.order_by("pk")).pk,
            "policies/<uuid:uuid>": lambda: _newest(Policy.objects.order_by("pk")).uuid,
            "consent/<uuid:uuid>": lambda: _newest(ConsentPolicy.objects.order_by("pk")).uuid,
            "custom/<int:key>": lambda: _newest(CustomLabel.objects.order_by("pk")).pk,
            "audit-log/<int:key>": lambda: _newest(AuditEntry.objects.order_by("-pk")).pk,
            "labels/<int:key>": lambda: _newest(LabeledAttribute.objects.order_by("pk")).pk,
            "people/<int:key>": lambda: _newest(User.objects.exclude(pk=self.person.pk)).pk,
            # Taken by POST alone: any will do.
            "send-again/<uuid:job>": lambda: self.destination.uuid,
            "profiles/<str:reference>": lambda: self.reference,
            "sign-in/<str:secret>": lambda: "unknown",
        }

    @cached_property
    def destination(self) -> Destination:
        return largest_destination()

    @cached_property
    def sent_audience(self) -> Audience:
        """The one with the most members among those the destination sends."""
        activations = Activation.objects.filter(destination=self.destination)
        members = activations.annotate(members=Max("audience__days__existing"))
        return _newest(members.order_by("-members")).audience

    @cached_property
    def run(self) -> DataflowRun:
        """One of its runs in which many failed."""
        return _newest(
            DataflowRun.objects.filter(destination=self.destination).order_by("-identities_failed")
        )

    @cached_property
    def notification(self) -> Notification:
        """Behind the person's bell."""
        return _newest(Notification.objects.filter(person=self.person).order_by("-pk"))

    @cached_property
    def reference(self) -> str:
        """Of somebody many destinations know."""
        rows = Profile.objects.exclude(email="").filter(pk__lte=1_000)
        popular = _newest(rows.annotate(count=Count("deliveries")).order_by("-count", "pk"))
        found = people.reference_to(email=popular.email)
        assert found is not None, "the profile was just read"
        return found


def _newest(rows: QuerySet[_M]) -> _M:
    """The first of these rows. Raises Unknown when there is none."""
    found = rows.first()
    if found is None:
        raise Unknown(f"there is no {rows.model._meta.verbose_name} to ask for")
    return found
