"""Fills the installation and prints, as JSON, how to open every page of it.

Words: `empty` (only an administrator), `plain` or `hostile`. Printed: `sessions`, the cookie of
each person; `objects`, for the start of an address with its parameters what stands there in
turn; `more`, further addresses worth a look.
"""

import json
import sys
from datetime import datetime
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from activations.models import ActivationDraft, Audience, DataflowRun, Profile  # noqa: E402
from activations.queries import people as profile_queries  # noqa: E402
from activations.queries import references  # noqa: E402
from activations.services import drafts  # noqa: E402
from activations.services.draft_content import MappingRow, ScheduleRow  # noqa: E402
from connections.models import AuditEntry, Destination, Notification  # noqa: E402
from tests import factories  # noqa: E402
from tests.browser.scene import governance, people, sending, uploads  # noqa: E402
from tests.browser.scene.words import SPOKEN, Say, plain  # noqa: E402

_BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def session(user: User) -> str:
    """The cookie of a browser in which the person is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = _BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def empty() -> dict[str, Any]:
    """Nobody but an administrator, and one who has not chosen a password yet."""
    newcomer = User.objects.create_superuser(username="admin", password=None)
    sessions = {"ann": session(people.administrator(plain)), "newcomer": session(newcomer)}
    return {"sessions": sessions, "objects": {}, "more": []}


def full(say: Say, at: datetime) -> dict[str, Any]:
    ann = people.administrator(say)
    newcomer = User.objects.create_superuser(username="admin", password=None)
    working = people.fill(say, at)
    there, chosen = sending.destinations(say, at), sending.audiences(say, at)
    sending.activate(there.busy, chosen[:3], say, at)
    sending.profiles(there.busy, chosen, say, at)
    sending.runs(there.busy, chosen, at)
    files = uploads.fill(say, at, ann)
    people.alerts(say, at, destination=there.stopped, rejected=there.rejected, person=ann)
    objects = {
        **_of_destinations(there),
        **_of_drafts(there, chosen, ann, say, at),
        **_of_policies(there, ann, say, at),
        "destinations/catalog/<slug:code>/": ["destinations/catalog/zendesk/"],
        "destinations/<uuid:uuid>/activation-data/send-again/<uuid:job>/": [_job(there)],
        "audiences/<uuid:uuid>/": [f"audiences/{a.uuid}/" for a in (chosen[0], chosen[3])],
        "audiences/uploads/<uuid:uuid>/": [f"audiences/uploads/{f.uuid}/" for f in files.values()],
        "ingestion/api/keys/<int:pk>/": ["ingestion/api/keys/1/"],
        "alerts/rules/<slug:code>/": ["alerts/rules/destination-flow-run-failure/"],
        "alerts/<slug:key>/": ["alerts/1/"],
        "alerts/bell/<uuid:uuid>/": [f"alerts/bell/{Notification.objects.all()[0].uuid}/"],
        "alerts/webhooks/<uuid:uuid>/": [f"alerts/webhooks/{there.busy.uuid}/"],
        "people/<int:key>/": [f"people/{working['member'].pk}/"],
        "people/roles/<int:key>/": [f"people/roles/{working['role'].pk}/"],
        "accounts/<uuid:uuid>/": [f"accounts/{there.rejected.account.uuid}/"],
        "audit-log/<int:key>/": [f"audit-log/{people.notes(say, at, ann, changed=there.busy).pk}/"],
        "sign-in/<str:secret>/": [f"sign-in/{working['invitation'].secret}/"],
        **_of_people(there.busy),
    }
    sessions = {
        "ann": session(ann),
        "bo": session(working["member"]),
        "kim": session(working["restricted"]),
        "newcomer": session(newcomer),
    }
    return {"sessions": sessions, "objects": objects, "more": _more(there, chosen)}


def _job(there: sending.Destinations) -> str:
    """Of a job that sends an audience again."""
    job = factories.ResendFactory(destination=there.busy)
    return f"destinations/{there.busy.uuid}/activation-data/send-again/{job.uuid}/"


def _of_destinations(there: sending.Destinations) -> dict[str, list[str]]:
    run = DataflowRun.objects.filter(destination=there.busy).first()
    audience = there.busy.activations.order_by("pk").first()
    assert run is not None
    assert audience is not None
    busy, pattern = there.busy.uuid, "destinations/<uuid:uuid>/"
    drafted = [there.draft, there.connected_draft]
    pages = "monitoring/destinations/<uuid:uuid>/"
    inner = f"{pages}audiences/<uuid:audience_uuid>/"
    return {
        pattern: [f"destinations/{busy}/"],
        f"{pattern}connect/": [f"destinations/{d.uuid}/connect/" for d in drafted],
        f"{pattern}details/": [f"destinations/{there.connected_draft.uuid}/details/"],
        f"{pattern}profiles/": [
            f"destinations/{busy}/profiles/?state=failed&code=zendesk-409",
            f"destinations/{busy}/profiles/?state=excluded",
        ],
        pages: [f"monitoring/destinations/{busy}/"],
        inner: [f"monitoring/destinations/{busy}/audiences/{audience.audience.uuid}/"],
        "monitoring/runs/<uuid:uuid>/": [f"monitoring/runs/{run.uuid}/"],
    }


def _of_drafts(
    there: sending.Destinations, chosen: list[Audience], ann: User, say: Say, at: datetime
) -> dict[str, list[str]]:
    """One as it is opened; one with mistakes in every step; nothing chosen in a third; one
    that breaks policies."""
    opened = drafts.open_for(destination=there.busy, person=ann)
    bare = drafts.open_for(destination=there.disabled, person=ann)
    wrong = drafts.open_for(destination=there.quiet, person=ann)
    wrong.mappings += drafts.draft_content.store_mappings(
        rows=[
            MappingRow(say("xdm: loyalty.tier", 300), say("Custom: Loyalty", 255)),
            MappingRow("", say("Custom: Loyalty", 255)),
        ]
    )
    wrong.audiences = drafts.draft_content.store_schedule(
        rows=[
            ScheduleRow(audience.pk, say("No such field", 255), "2026-13-01", say("never", 100))
            for audience in chosen
        ]
    )
    wrong.save()
    start = "activations/drafts/<uuid:uuid>/"
    broken = governance.breaking(there.stopped, chosen[3], say, ann)
    opened_drafts = (opened, wrong, bare, broken)
    return {start: [f"activations/drafts/{draft.uuid}/" for draft in opened_drafts]}


def _of_policies(
    there: sending.Destinations, ann: User, say: Say, at: datetime
) -> dict[str, list[str]]:
    """The second keeps what is activated from being enabled."""
    policy, attribute = governance.fill(say, at, ann)
    label = governance.custom_label(say)
    there.busy.marketing_actions = ["export-to-third-party"]
    there.busy.save()
    policies = (policy, governance.refused(say))
    consents = governance.consents(say, ann)
    return {
        "policies/<uuid:uuid>/": [f"policies/{policy.uuid}/" for policy in policies],
        "policies/consent/<uuid:uuid>/": [f"policies/consent/{one.uuid}/" for one in consents],
        "policies/labels/<int:key>/": [f"policies/labels/{attribute.pk}/"],
        "policies/labels/custom/<int:key>/": [f"policies/labels/custom/{label.pk}/"],
    }


def _of_people(busy: Destination) -> dict[str, list[str]]:
    profile = Profile.objects.order_by("pk").first()
    assert profile is not None
    reference = profile_queries.reference_to(email=profile.email)
    person = "profiles/<str:reference>/"
    here = f"profiles/{reference}/"
    sent = busy.deliveries.order_by("pk").first()
    assert sent is not None
    at = f"destinations/{busy.uuid}/profiles/{references.to(profile_id=sent.profile_id)}/"
    return {
        person: [here],
        f"{person}next/<uuid:uuid>/": [f"{here}next/{busy.uuid}/"],
        "destinations/<uuid:uuid>/profiles/<str:reference>/": [at],
    }


def _more(there: sending.Destinations, chosen: list[Audience]) -> list[str]:
    """States of pages that an address alone does not tell."""
    held = (there.quiet, there.stopped, there.disabled, there.rejected)
    breaking = ActivationDraft.objects.get(destination=there.stopped)
    return [
        f"activations/drafts/{breaking.uuid}/review/?view=path",
        *(f"destinations/{destination.uuid}/" for destination in held),
        f"monitoring/destinations/{there.busy.uuid}/?view=audiences&range=7d",
        "destinations/catalog/?q=nothing+has+this+name",
        "destinations/catalog/?rail=zendesk",
        "destinations/browse/?q=nothing+has+this+name",
        f"destinations/browse/?rail={there.stopped.uuid}",
        f"audiences/new/?audience={chosen[0].uuid}",
        "monitoring/?failures=1&graphs=off",
        "monitoring/?range=custom&from=2026-02-30&to=never",
        "alerts/history/?q=nothing+has+these+words",
        "policies/?q=nothing+has+these+words",
        "policies/consent/?q=nothing+has+these+words",
        "policies/labels/?label=C12",
        f"audit-log/?rail={AuditEntry.objects.all()[0].pk}",
        "audit-log/?from=2026-03-02&to=2026-03-01&kind=role&q=nothing+has+these+words",
        "policies/labels/custom/?q=nothing+has+these+words",
    ]


def main(kind: str) -> None:
    with transaction.atomic():
        found = empty() if kind == "empty" else full(SPOKEN[kind], timezone.now())
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
