"""From a claimed delivery to what should be sent: joins profiles, mapping and deliveries.

Rendering happens at the moment of sending, from the newest profile and one whole version of the
configuration; nothing rendered is ever stored.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from activations.deliveries.events import (
    Event,
    Excluded,
    Irrelevant,
    NotSent,
    Refused,
    Unchanged,
)
from activations.deliveries.store import attempts
from activations.deliveries.store.claims import Claimed
from activations.mapping import transform
from activations.mapping.paths import LAST_NAME
from activations.mapping.plan import Plan
from activations.models import Membership, Profile
from activations.services import configuration
from activations.terms import ExclusionCode
from connections.models import Destination
from connections.zendesk import writes
from connections.zendesk.contact import Contact
from connections.zendesk.writes import Write

logger = logging.getLogger(__name__)

MAPPING_ERROR = "mapping-error"
# It may have been the machine's fault (no memory, say), but hardly so often.
MAPPING_TRIES = 3


@dataclass(frozen=True, slots=True)
class ToSend:
    """A request to make for a claim."""

    claimed: Claimed
    contact: Contact
    digest: str
    notes: str
    version: int
    # Nothing but exits, since a consent is missing.
    is_withdrawal: bool = False

    def write(self) -> Write:
        """The very request. Raises ValueError for an address that no request can carry."""
        return writes.of(contact=self.contact, contact_id=self.claimed.contact_id)


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile as the mapping stage reads it, without the destination's own knowledge."""

    email: str
    attributes: dict[str, object]
    identities: dict[str, object]
    memberships: dict[int, str]


class Plans:
    """The plans of some destinations, read again only when their version moved."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[int, datetime | None], Plan]] = {}

    def of(self, destination: Destination) -> Plan:
        """One whole version: read again if it changed while it was being read."""
        while True:
            assert destination.account is not None
            key = (destination.mapping_version, destination.account.contact_fields_at)
            known = self._known.get(destination.pk)
            if known is not None and known[0] == key:
                return known[1]
            plan = configuration.load_plan(destination=destination)
            # What a plan is read from beside its rows belongs to the version too.
            destination.refresh_from_db(fields=["mapping_version", "marketing_actions"])
            if destination.mapping_version == key[0]:
                self._known[destination.pk] = (key, plan)


def load_profiles(*, profile_ids: Sequence[int]) -> dict[int, StoredProfile]:
    """Profiles by id, with two queries for any number of them."""
    memberships: dict[int, dict[int, str]] = {pk: {} for pk in profile_ids}
    entries = Membership.objects.filter(profile_id__in=profile_ids).order_by()
    for profile_id, audience_id, status in entries.values_list(
        "profile_id", "audience_id", "status"
    ):
        memberships[profile_id][audience_id] = status
    rows = Profile.objects.filter(pk__in=profile_ids).order_by()
    return {
        pk: StoredProfile(email, attributes, identities, memberships[pk])
        for pk, email, attributes, identities in rows.values_list(
            "pk", "email", "attributes", "identities"
        )
    }


def with_doubts_of_their_own(
    *, claims: Sequence[Claimed], plans: Mapping[int, Plan], account_id: int
) -> list[Claimed]:
    """The claims of an account; where a plan asks for consents, `may_exist` is by own requests.

    Who was never sent by a destination is not sent because another one may have made the contact.
    """
    doubtful = {
        claimed.id: claimed.profile_id
        for claimed in claims
        if claimed.may_exist
        and not claimed.was_delivered
        # None of a destination that was just deleted.
        and (plan := plans.get(claimed.destination_id)) is not None
        and plan.consents
    }
    if not doubtful:
        return list(claims)
    own = attempts.may_have_written(account_id=account_id, profile_ids=set(doubtful.values()))
    return [
        replace(claimed, may_exist=claimed.id in own) if claimed.id in doubtful else claimed
        for claimed in claims
    ]


def decide(
    *, claimed: Claimed, profile: StoredProfile, plan: Plan, version: int, at: datetime
) -> ToSend | Event:
    """What to do with a claim: send something, or what happened to it without a request.

    `version` is the destination's `mapping_version` that `plan` was read at.
    """
    view = transform.ProfileView(
        email=profile.email,
        attributes=profile.attributes,
        identities=profile.identities,
        memberships=profile.memberships,
        was_delivered=claimed.may_exist,
    )
    try:
        rendered = transform.render(profile=view, plan=plan, at=at)
        item = _item(claimed, rendered, version)
    except Exception as error:  # noqa: BLE001  (one odd profile must not stop all the others)
        # The message may carry a value of the profile; its type and our ids are enough.
        logger.error("delivery.render_failed delivery=%d %s", claimed.id, type(error).__name__)
        words = f"The mapping failed on this profile ({type(error).__name__})."
        if claimed.attempts + 1 < MAPPING_TRIES:
            return NotSent(MAPPING_ERROR, words)
        return Refused(MAPPING_ERROR, words, signature=f"{MAPPING_ERROR} {claimed.id}")
    match rendered:
        case transform.Nothing():
            return Irrelevant()
        case transform.Excluded(code, detail):
            return Excluded(str(code), detail)
        case transform.Withdrawn(detail=detail):
            assert item is not None
            return Excluded(ExclusionCode.CONSENT.value, detail) if _is_held(item) else item
        case transform.Send():
            assert item is not None
            return Unchanged() if _is_held(item) else item


def _item(claimed: Claimed, rendered: transform.Rendered, version: int) -> ToSend | None:
    """What would be sent; None when nothing is to be."""
    match rendered:
        case transform.Send(contact, notes):
            words = [_words(note) for note in notes]
        case transform.Withdrawn(contact, notes, last_name, detail):
            words = [detail, *map(_words, notes)]
            if claimed.contact_id is None and last_name:
                # Nobody knows whether there is a contact: this upsert may have to make it.
                contact = replace(contact, attributes={LAST_NAME: last_name})
        case _:
            return None
    is_withdrawal = isinstance(rendered, transform.Withdrawn)
    return ToSend(claimed, contact, contact.digest(), " ".join(words), version, is_withdrawal)


def _words(note: transform.FieldNote) -> str:
    return f"{note.target}: {note.message}"


def _is_held(item: ToSend) -> bool:
    """Whether Zendesk holds exactly this, beyond doubt."""
    claimed = item.claimed
    is_sure = claimed.contact_id is not None and claimed.unsettled_until is None
    return is_sure and item.digest == claimed.delivered_digest
