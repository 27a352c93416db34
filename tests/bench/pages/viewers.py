"""People to look at the pages: with full access, with a role, with one that has access labels."""

from typing import Final

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.utils import timezone

from activations.governance import attributes
from activations.governance.labels import CODES
from activations.mapping import catalogue
from activations.models import Audience, CustomLabel, FieldMapping, LabeledAttribute
from activations.services import custom_labels, labels
from connections import marks, roles
from connections.models import Destination
from connections.permissions import Permission
from tests.bench.viewing import Viewer

_HIDDEN: Final = "BOARD-ONLY"


class Nobody(Exception):
    """The installation has nobody of that kind."""


def person(*, viewer: Viewer, beside: Destination) -> User:
    """Somebody of that kind; who has a role is one of the colleagues that the demo brings.

    `beside` is a destination of the account whose pages are looked at. Raises Nobody.
    """
    if viewer == Viewer.ADMINISTRATOR:
        return _first(User.objects.filter(is_superuser=True))
    found = _first(User.objects.filter(is_superuser=False))
    held = _hide(beside=beside, by=found) if viewer == Viewer.LABELS else None
    role = roles.create(name=f"Everything, as {viewer}", permissions=list(Permission), labels=held)
    found.groups.set([role])
    return found


def _first(people: QuerySet[User]) -> User:
    found = people.order_by("pk").first()
    if found is None:
        raise Nobody("somebody has to look at the pages: there is nobody like that")
    return found


def _hide(*, beside: Destination, by: User) -> list[str]:
    """Something of each kind; the labels that are left."""
    held = [*CODES, *CustomLabel.objects.order_by("pk").values_list("name", flat=True)]
    custom_labels.create(values={"name": _HIDDEN, "friendly_name": "Board only"}, person=by)
    at = timezone.now()
    audience = _unsent(beside)
    seen = marks.of(row=audience, fields=["labels"])
    labels.label_audience(audience=audience, codes=[_HIDDEN], seen=seen, at=at)
    labels.put_on(path=_unmapped(), codes=[_HIDDEN], person=by, at=at)
    return held


def _unsent(beside: Destination) -> Audience:
    """The audience with the most members that the account sends nowhere."""
    rows = Audience.objects.exclude(activations__destination__account=beside.account)
    found = (
        rows.filter(uploads=None).order_by(F("days__existing").desc(nulls_last=True), "pk").first()
    )
    assert found is not None, "no account sends all audiences"
    return found


def _unmapped() -> str:
    """An attribute that nobody maps or has labelled."""
    taken = {*FieldMapping.objects.order_by().values_list("source", flat=True).distinct()}
    taken |= {*LabeledAttribute.objects.values_list("path", flat=True)}
    tops = {attributes.top(path=path) for path in taken}
    free = (one.path for one in catalogue.ATTRIBUTES if attributes.top(path=one.path) not in tops)
    return next(free)
