"""One person: who they are, which audiences they are in, what each destination holds of them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from activations.deliveries.store.attempts import HANDED_BACK
from activations.models import Attempt, Delivery, Membership, Profile
from activations.profiles import identity
from activations.queries import codes, preview, references
from activations.queries.audiences import full_name
from activations.queries.deliveries import Request, request_of
from activations.services import configuration
from activations.terms import DeliveryState
from connections.models import Destination

MOST_MEMBERSHIPS: Final = 200
_SHOWN_ATTEMPTS: Final = 100
_LONGEST_TEXT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Node:
    """One attribute: a value with its type, or an object with what is in it."""

    key: str
    type: str
    text: str
    children: Sequence["Node"] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """What one destination has of a person; `may_exist`: a contact, as far as we know."""

    delivery: Delivery
    requests: Sequence[Request]

    @property
    def state(self) -> str:
        """In words."""
        return str(DeliveryState(self.delivery.state).label)

    @property
    def meaning(self) -> str:
        """The code in words; empty without one."""
        return codes.meaning(code=self.delivery.code) if self.delivery.code else ""

    @property
    def remedy(self) -> str:
        """The next step."""
        return codes.remedy(code=self.delivery.code)

    @property
    def contact_url(self) -> str:
        """The contact in the simulator; empty for the real Zendesk."""
        if not (settings.ZENDESK_SANDBOX and self.delivery.contact_id):
            return ""
        return f"{settings.ZENDESK_SELL_URL}/contacts/{self.delivery.contact_id}"


@dataclass(frozen=True, slots=True)
class Person:
    """A profile as its page shows it."""

    reference: str
    profile: Profile
    name: str
    memberships: Sequence[Membership]
    has_more_memberships: bool
    holdings: Sequence[Holding]

    @property
    def attributes(self) -> Sequence[Node]:
        """The tree of attributes."""
        return tuple(_nodes(self.profile.attributes))


def reference_to(*, email: str) -> str | None:
    """How to speak of the profile known by this address; None when there is none."""
    key = f"{identity.EMAIL}:{email.strip().lower()}"
    found = Profile.objects.filter(identity=key).values_list("pk", flat=True).first()
    return references.to(profile_id=found) if found is not None else None


def get(*, reference: str) -> Person:
    """Five queries. Raises Profile.DoesNotExist, also for a reference that is not ours."""
    profile = _profile(reference)
    memberships = list(
        Membership.objects.filter(profile=profile)
        .select_related("audience")
        .order_by("audience__name", "pk")[: MOST_MEMBERSHIPS + 1]
    )
    return Person(
        reference=reference,
        profile=profile,
        name=full_name(attributes=profile.attributes),
        memberships=memberships[:MOST_MEMBERSHIPS],
        has_more_memberships=len(memberships) > MOST_MEMBERSHIPS,
        holdings=_holdings(profile),
    )


def next_request(
    *, reference: str, destination: Destination, at: datetime
) -> preview.Preview | None:
    """What would be sent now; None without an account. Raises Profile.DoesNotExist."""
    person = preview.by_key(key=_profile(reference).pk)
    if destination.account is None or person is None:
        return None
    return preview.of(
        destination=destination,
        plan=configuration.load_plan(destination=destination),
        version=destination.mapping_version,
        person=person,
        at=at,
    )


def _profile(reference: str) -> Profile:
    profile_id = references.read(reference=reference)
    if profile_id is None:
        raise Profile.DoesNotExist
    return Profile.objects.get(pk=profile_id)


def _holdings(profile: Profile) -> list[Holding]:
    rows = Delivery.objects.filter(profile=profile).select_related("destination__account")
    deliveries = list(rows.order_by("destination__name", "pk"))
    # In the order of their index: in that of their keys, the whole log might be walked through.
    log = Attempt.objects.filter(delivery_id__in=[delivery.pk for delivery in deliveries])
    attempts = log.exclude(outcome=HANDED_BACK).order_by("-delivery_id", "-fence")
    requests: dict[int, list[Request]] = defaultdict(list)
    for one in attempts[:_SHOWN_ATTEMPTS]:
        requests[one.delivery_id].append(request_of(attempt=one))
    return [Holding(delivery, requests[delivery.pk]) for delivery in deliveries]


def _nodes(attributes: Mapping[str, Any]) -> Iterator[Node]:
    for key, value in sorted(attributes.items()):
        if isinstance(value, dict):
            yield Node(key, "object", "", tuple(_nodes(value)))
        elif isinstance(value, list):
            items = {f"[{index}]": item for index, item in enumerate(value)}
            yield Node(key, f"array of {len(value)}", "", tuple(_nodes(items)))
        else:
            yield Node(key, _type(value), _text(value))


def _type(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return kinds.get(type(value), "null")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
