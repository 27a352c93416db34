"""Where the object of an audit log's entry is looked at, for who may and while it is there."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from connections import access


@dataclass(frozen=True, slots=True)
class _Place:
    """A page of one object, or the list it stands in; `list` needs no less than the page."""

    list: str
    page: str = ""
    is_always_there: bool = False


_PLACES: Final = {
    "destination": _Place("activations:browse", "activations:destination-detail"),
    "account": _Place("connections:accounts"),
    "audience": _Place("activations:audiences", "activations:audience-detail"),
    "upload": _Place("activations:upload-new", "activations:upload"),
    "policy": _Place("activations:policies", "activations:policy"),
    "consent-policy": _Place("activations:consent-policies", "activations:consent-policy"),
    "labels": _Place("activations:labels"),
    "custom-label": _Place("activations:custom-labels"),
    "alert": _Place("connections:alert-history"),
    "alert-rule": _Place("connections:alerts", is_always_there=True),
    "webhook": _Place("connections:alert-messages"),
    "api-key": _Place("activations:ingestion-api"),
    "person": _Place("connections:people"),
    "role": _Place("connections:roles", "connections:role"),
}


def of(
    *, kind: str, reference: str, user: User | AnonymousUser, there: Collection[tuple[str, str]]
) -> str:
    """The address; empty where there is nothing to look at. `there` as `audit_log.there`."""
    place = _PLACES.get(kind)
    if place is None or not access.may_visit(user=user, url_name=place.list):
        return ""
    if not place.is_always_there and (kind, reference) not in there:
        return ""
    return reverse(place.page, args=[reference]) if place.page else reverse(place.list)
