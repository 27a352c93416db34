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
from activations.queries import audiences, codes, preview, references, sight
from activations.queries.audiences import full_name
from activations.queries.deliveries import Request, detail_of, request_of
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
    # It sends or maps something that whoever looks may not see.
    is_closed: bool = False

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
    def detail(self) -> str:
        """What is told besides the code, if it may be seen."""
        return detail_of(code=self.delivery.code, detail=self.delivery.detail)

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
    def sees_everything(self) -> bool:
        """Whether nothing is left out for who looks."""
        return sight.sees_everything()

    @property
    def attributes(self) -> Sequence[Node]:
        """The tree of those that may be seen."""
        return tuple(_nodes(self.profile.attributes))

    @property
    def identities(self) -> Mapping[str, Any]:
        """By namespace, those that may be seen."""
        found = self.profile.identities.items()
        return {name: each for name, each in found if sight.shows_path(f"identityMap.{name}")}

    @property
    def email(self) -> str:
        """Empty where it may not be seen."""
        return audiences.email(profile=self.profile)


def reference_to(*, email: str) -> str | None:
    """How to speak of the profile known by this address; None when there is none."""
    key = f"{identity.EMAIL}:{email.strip().lower()}"
    found = Profile.objects.filter(identity=key).values_list("pk", flat=True).first()
    return references.to(profile_id=found) if found is not None else None


def get(*, reference: str) -> Person:
    """Five queries, and one for who does not see everything.

    Raises Profile.DoesNotExist, also for a reference that is not ours.
    """
    profile = _profile(reference)
    memberships = list(
        sight.of_audiences(Membership.objects.filter(profile=profile))
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
    closed = sight.closed(destinations=[delivery.destination_id for delivery in deliveries])
    return [Holding(one, requests[one.pk], one.destination_id in closed) for one in deliveries]


def _nodes(attributes: Mapping[str, Any], above: str = "") -> Iterator[Node]:
    """`above` is the path of the object they are in, with a dot where there is one."""
    for key, value in sorted(attributes.items()):
        if sight.shows_path(f"{above}{key}"):
            node = _node(key, value, f"{above}{key}.")
            # An object of which nothing may be seen is not there either.
            if node.children or not value or not isinstance(value, dict):
                yield node


def _node(key: str, value: Any, below: str) -> Node:
    if isinstance(value, dict):
        return Node(key, "object", "", tuple(_nodes(value, below)))
    if isinstance(value, list):
        # Labels know no places in a list: what holds for it holds for each of its entries.
        entries = (_node(f"[{index}]", item, below) for index, item in enumerate(value))
        return Node(key, f"array of {len(value)}", "", tuple(entries))
    return Node(key, _type(value), _text(value))


def _type(value: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return kinds.get(type(value), "null")


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
