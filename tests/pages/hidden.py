"""An installation with something of everything, an audience and an attribute of it hidden.

No word of either is in anything else, so that one of them in an answer is told of where it must
not be. What is looked at is what the survey in a browser looks at: every address there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from activations.governance.labels import CODES
from activations.models import (
    Activation,
    ActivationDraft,
    Audience,
    ConsentPolicy,
    CustomLabel,
    Profile,
)
from activations.services import activated, audience_names, draft_updates, labels
from connections import acting, marks, roles
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.browser import visits
from tests.browser.scene.__main__ import full
from tests.browser.scene.words import plain
from tests.browser.visits import Visit
from tests.pages import hidden_consents
from tests.pages.hidden_consents import Clean

LABEL: Final = "SECRET"
# Of the audience and of the attributes, in every word of theirs; one is in the catalogue.
WORDS: Final = ("quokka", "numbat", "workphone", "work phone")
ROLE: Final = "Almost everything"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What there is, who looks, and every address of it."""

    person: User
    audience: Audience
    profile: Profile
    destination: Destination
    visits: Sequence[Visit]
    clean: Clean


def fill() -> Hidden:
    """`person` has every permission and every label but one."""
    at = timezone.now()
    factories.CustomLabelFactory(name=LABEL, friendly_name="Board only")
    there = full(plain, at)
    ann = User.objects.get(username="ann")
    busy = Destination.objects.get(name="Zendesk CRM")
    with acting.by(lambda: acting.person(ann)):
        audience = _audience(busy, ann)
        mark = _attributes(busy, ann)
    # What is sent comes into the draft that was open already.
    draft_updates.take_in(draft=ActivationDraft.objects.get(destination=busy), at=at)
    _demote(ann)
    upload = factories.UploadFactory(
        audience=audience, file_name="quokka.csv", status="finished", finished_at=at
    )
    other = factories.AudienceFactory(labels=["C1"])
    more = [
        *there["more"],
        f"audiences/uploads/{upload.uuid}/",
        f"audiences/new/?audience={audience.uuid}",
        f"destinations/browse/?audience={audience.uuid}",
        f"destinations/system/?node=audience:{audience.uuid}",
        f"monitoring/destinations/{busy.uuid}/audiences/{audience.uuid}/",
        f"destinations/{busy.uuid}/live/?tab=data",
        f"policies/consent/{ConsentPolicy.objects.get(path='numbat.consent').uuid}/",
        *(f"audiences/{audience.uuid}/{page}/" for page in ("name", "about", "labels")),
        f"audiences/{audience.uuid}/",
        f"audiences/{other.uuid}/",
        f"policies/labels/{mark}/",
        "audiences/?q=quokka",
        "policies/labels/?q=numbat",
        f"policies/labels/?label={LABEL}",
        f"policies/labels/custom/{CustomLabel.objects.get(name=LABEL).pk}/",
        f"destinations/{busy.uuid}/activation-data/?q=quokka",
        "audit-log/?q=quokka",
    ]
    # Somebody is sent what is mapped, there; elsewhere, where all may be seen, it is asked for.
    ConsentPolicy.objects.update(status="draft")
    clean = hidden_consents.fill(at=at, person=ann)
    found = visits.visits(objects=there["objects"], more=[*more, *clean.pages])
    # Of what pages lead to, each kind is opened once: of these.
    found.sort(key=lambda visit: visit.path.removeprefix("/") not in clean.pages)
    profile = Profile.objects.order_by("pk")[0]
    return Hidden(ann, audience, profile, busy, found, clean)


def give(*, person: User, access_labels: list[str] | None) -> None:
    """One role with every permission; None: it sees everything."""
    person.groups.all().delete()
    role = roles.create(name=ROLE, permissions=list(Permission), labels=access_labels)
    person.groups.add(role)


def held() -> list[str]:
    """Every label but the one that hides."""
    own = CustomLabel.objects.exclude(name=LABEL).values_list("name", flat=True)
    return [*CODES, *own]


def _demote(person: User) -> None:
    person.is_superuser = False
    person.save()
    give(person=person, access_labels=held())


def _audience(busy: Destination, person: User) -> Audience:
    """Activated, with members, hours, a job and a history in the audit log; hidden in the end."""
    at = timezone.now()
    audience: Audience = factories.AudienceFactory(
        name="Quokka draft", namespace="quokkans", external_id="quokka-7"
    )
    factories.ActivationFactory(destination=busy, audience=audience, mapping_id="Field 9")
    for profile in Profile.objects.all():
        factories.MembershipFactory(profile=profile, audience=audience, last_qualified_at=at)
    factories.ResendFactory(destination=busy, audience=audience)
    factories.AudienceRunFactory(
        destination=busy, audience=audience, started_at=at - timedelta(hours=1), activated=99_999
    )
    told = {"name": "Quokka holders", "description": "What quokkas buy", "tags": ["Quokkatag"]}
    audience_names.edit(audience=audience, values=told, seen=marks.of(row=audience, fields=told))
    # One more entry that names it, of a destination.
    twin = factories.ActivationFactory(audience=audience, mapping_id="Field 10")
    activated.remove(destination=twin.destination, activation_ids=[twin.pk], at=at)
    seen = marks.of(row=audience, fields=["labels"])
    labels.label_audience(audience=audience, codes=["C1", LABEL], seen=seen, at=at)
    assert Activation.objects.filter(audience=audience).count() == 1
    audience.refresh_from_db()
    return audience


def _attributes(busy: Destination, ann: User) -> int:
    """Held by every profile, labelled, mapped, asked for by a consent policy."""
    for profile in Profile.objects.all():
        told = {"numbat": {"rating": "numbat-value"}, "workPhone": {"number": "555"}}
        profile.attributes = {**profile.attributes, **told}
        profile.identities = {**profile.identities, "Numbat": [{"id": "numbat-id"}]}
        profile.save()
    for path in ("numbat", "identityMap.Numbat", "workPhone"):
        made = labels.put_on(path=path, codes=[LABEL], person=ann, at=timezone.now())
    factories.FieldMappingFactory(
        destination=busy, position=9, source="numbat.rating", target="industry"
    )
    Destination.objects.filter(pk=busy.pk).update(mapping_version=F("mapping_version") + 1)
    factories.ConsentPolicyFactory(name="Only with a yes", path="numbat.consent", status="draft")
    key: Any = made.pk
    return int(key)
