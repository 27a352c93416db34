"""A destination of which all may be seen, but for the attribute that its consent stands at.

So its draft, its profiles and their next requests can be opened by somebody from whom the
attribute is hidden. Beside it a file whose header suggests an attribute that is hidden.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User
from django.urls import reverse

from activations.mapping.consents import Consent
from activations.mapping.paths import Source
from activations.models import ActivationDraft, Audience, Profile, Upload
from activations.queries import references
from activations.services import drafts
from activations.services.uploads import lifecycle, storage
from activations.terms import DeliveryState, SourceKind
from connections.models import Destination
from tests import factories

PATH: Final = "numbat.consent"
VALUE: Final = "numbat-yes"
POLICY: Final = "Only with another yes"
# As a delivery keeps it once a request told of the exits.
_WHY: Final = Consent(Source(SourceKind.ATTRIBUTE, PATH), (VALUE,), POLICY).why


@dataclass(frozen=True, slots=True)
class Clean:
    """`told` of what was withdrawn already; `lacking` the consent, which is still to be."""

    destination: Destination
    draft: ActivationDraft
    lacking: Profile
    told: Profile
    upload: Upload

    @property
    def pages(self) -> Sequence[str]:
        """Every address of it that may name the attribute."""
        lacking, told = (references.to(profile_id=one.pk) for one in (self.lacking, self.told))
        draft, destination = [self.draft.uuid], [self.destination.uuid]
        found = [
            reverse("activations:draft-review", args=draft),
            reverse("activations:draft-forecast", args=draft),
            reverse("activations:draft-consents", args=draft),
            reverse("activations:destination-detail", args=destination),
            reverse("activations:destination-problems", args=destination),
            reverse("activations:profiles", args=destination),
            reverse("activations:profiles-csv", args=destination),
            reverse("activations:person-next", args=[lacking, *destination]),
            reverse("activations:person", args=[told]),
            reverse("activations:destination-profile", args=[*destination, told]),
            reverse("activations:upload", args=[self.upload.uuid]),
        ]
        return [path.removeprefix("/") for path in found]


def fill(*, at: datetime, person: User) -> Clean:
    """`person` has a draft of it, ready to be finished."""
    field = {"name": "Seen", "type": "string", "choices": [], "for_contact": True}
    account = factories.AccountFactory(
        contact_fields=[{"id": 1, "for_organisation": False, **field}], contact_fields_at=at
    )
    destination = factories.DestinationFactory(
        name="All to be seen", account=account, marketing_actions=["analytics"]
    )
    factories.map_mandatory(destination)
    audience = factories.AudienceFactory(name="Seen by all")
    factories.ActivationFactory(destination=destination, audience=audience, mapping_id="Seen")
    factories.ConsentPolicyFactory(
        name=POLICY, path=PATH, accepted=[VALUE], marketing_actions=["analytics"]
    )
    return Clean(
        destination=destination,
        draft=drafts.open_for(destination=destination, person=person),
        lacking=_delivered(destination, audience, at),
        told=_delivered(destination, audience, at, detail=_WHY),
        upload=_upload(at, person),
    )


def _delivered(
    destination: Destination, audience: Audience, at: datetime, detail: str = ""
) -> Profile:
    """In the audience, and sent before anybody asked for a consent."""
    profile: Profile = factories.ProfileFactory()
    factories.MembershipFactory(profile=profile, audience=audience, last_qualified_at=at)
    factories.DeliveryFactory(
        destination=destination,
        profile=profile,
        state=DeliveryState.DELIVERED,
        delivered_seq=1,
        delivered_at=at,
        contact_id=profile.pk,
        detail=detail,
    )
    return profile


def _upload(at: datetime, person: User) -> Upload:
    """Whose columns are being chosen."""
    with tempfile.TemporaryDirectory(dir=storage.folder()) as folder:
        source = Path(folder) / "people.csv"
        source.write_text("email,Office phone\nann@example.org,555\n", encoding="utf-8")
        return lifecycle.create(
            source=source, file_name="people.csv", audience=None, person=person, at=at
        )
