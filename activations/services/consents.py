"""Other consents are asked for: every profile of the destinations concerned is looked at again."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from activations.deliveries.store import backfills, intake
from activations.models import Delivery
from activations.queries import consents, governance, labelled_audiences
from activations.services import standing_still
from connections.models import Destination


@contextmanager
def catching_up(*, at: datetime, lets_changes_finish: bool = False) -> Iterator[None]:
    """A transaction in which policies or labels change; whom that concerns catches up.

    Whoever changes consent policies lets changes of profiles finish first: what the triggers of a
    destination suppress goes by the paths of the policies as they were, and must be stored before
    anybody renders by the new ones. Labels change none of these paths: nobody has to wait.
    """
    with transaction.atomic():
        standing_still.alone()
        if lets_changes_finish:
            intake.let_changes_finish()
        before = consents.by_destination()
        yield
        after = consents.by_destination()
        concerned = before.keys() | after.keys()
        look_again(
            destination_ids=[pk for pk in concerned if before.get(pk) != after.get(pk)], at=at
        )


def differ(*, destination: Destination, before: Sequence[str]) -> bool:
    """Whether it asks for others than with the marketing actions of before."""
    now = destination.marketing_actions
    if now == list(before):
        return False
    sources = consents.sources_of(destination=destination)
    rulebook = governance.rulebook()
    found = labelled_audiences.activated(rulebook=rulebook, destination=destination)
    was, asked = (
        consents.of(
            sources=sources,
            actions=actions,
            rulebook=rulebook,
            activated=found.get(destination.pk, ()),
        )
        for actions in (before, now)
    )
    return asked != was


def look_again(*, destination_ids: Collection[int], at: datetime) -> None:
    """As an edited mapping does; the rows are lined up afterwards, chunk by chunk."""
    if not destination_ids:
        return
    rows = Delivery.objects.filter(destination=OuterRef("pk"))
    locked = Destination.objects.select_for_update().filter(pk__in=destination_ids).order_by("pk")
    known = list(locked.annotate(has_rows=Exists(rows)).values_list("pk", "has_rows"))
    Destination.objects.filter(pk__in=destination_ids).update(
        mapping_version=F("mapping_version") + 1
    )
    for destination_id, has_rows in known:
        if has_rows:
            backfills.start(destination_id=destination_id, activation_id=None, at=at)
