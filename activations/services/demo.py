"""The demo workspace of the first ten minutes: three audiences and the people in them.

There is no account and no destination in it: connecting one is what a newcomer does first.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any, Final

from django.db import transaction

from activations import ingestion
from activations.ingestion import Complaint, IngestReport
from activations.models import Audience, Membership
from activations.profiles.rows import Row
from activations.services import audience_days, demo_people
from activations.terms import Origin
from connections import audit
from connections.audit import Action, Kind

AUDIENCES: Final = {
    demo_people.VIP: "VIP customers",
    demo_people.NEWSLETTER: "Newsletter readers",
    demo_people.CHURN_RISK: "Churn risk",
}


def is_loaded() -> bool:
    """Whether it was loaded before: again, it would undo what happened to its people since."""
    return Membership.objects.filter(
        audience__namespace=demo_people.NAMESPACE, audience__external_id__in=AUDIENCES
    ).exists()


def load(*, clock: Callable[[], datetime]) -> IngestReport:
    """Names the audiences and stores the people."""
    with transaction.atomic():
        for external_id, name in AUDIENCES.items():
            _name(external_id, name)
    rows = (Row(number, document) for number, document in enumerate(_documents(), start=1))
    report = ingestion.ingest(rows=rows, clock=clock, on_complaint=_refuse)
    # The first look at the list of audiences shows numbers.
    audience_days.count_all(at=clock())
    return report


def write(*, stream: IO[str]) -> int:
    """The same people as JSON lines for `ingest`; returns how many."""
    count = 0
    for document in _documents():
        stream.write(json.dumps(document, ensure_ascii=False) + "\n")
        count += 1
    return count


def _name(external_id: str, name: str) -> None:
    audience, is_new = Audience.objects.get_or_create(
        namespace=demo_people.NAMESPACE,
        external_id=external_id,
        defaults={"name": name, "origin": Origin.WORKSPACE},
    )
    # A name somebody chose stays.
    Audience.objects.filter(pk=audience.pk, name="").update(name=name)
    if is_new:
        audit.note(action=Action.CREATED, kind=Kind.AUDIENCE, about=audience)


def _documents() -> list[dict[str, Any]]:
    return list(demo_people.documents())


def _refuse(complaint: Complaint) -> None:
    raise AssertionError(f"demo profile {complaint.row}: {complaint.message}")
