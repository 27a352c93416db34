"""Labels on attributes and audiences; never so that what is sent breaks a policy."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from activations.governance import labels
from activations.models import Audience, LabeledAttribute
from activations.queries import governance
from activations.services import consents, custom_labels, policy_check
from connections import audit, marks
from connections.audit import Action, Kind

logger = logging.getLogger(__name__)


class LabelledAlready(Exception):
    """The attribute has labels; they are changed, not put on a second time."""


def put_on(*, path: str, codes: Collection[str], person: Any, at: datetime) -> LabeledAttribute:
    """The first labels of an attribute.

    Raises LabelledAlready, `labelled.UnknownLabel` and `policy_check.WouldBreak`.
    """
    chosen = labels.ordered(codes=codes)
    with consents.catching_up(at=at):
        _demand(path, chosen)
        try:
            with transaction.atomic():
                attribute = LabeledAttribute.objects.create(
                    path=path, labels=chosen, changed_by=person, changed_at=at
                )
                _note(Action.CREATED, attribute, [])
        except IntegrityError:
            raise LabelledAlready(f"{path} has labels already.") from None
    logger.info("labels.put-on attribute=%s", attribute.pk)
    return attribute


def change(
    *, attribute: LabeledAttribute, codes: Collection[str], seen: str, person: Any, at: datetime
) -> None:
    """These labels and no others. `seen` is the mark of those the person had before them.

    Raises ChangedMeanwhile, LabeledAttribute.DoesNotExist (somebody took them off meanwhile),
    `labelled.UnknownLabel` and `policy_check.WouldBreak`.
    """
    chosen = labels.ordered(codes=codes)
    with consents.catching_up(at=at):
        locked = LabeledAttribute.objects.select_for_update().get(pk=attribute.pk)
        marks.demand(row=locked, values={"labels": chosen}, seen=seen)
        _demand(locked.path, chosen)
        before = locked.labels
        locked.labels, locked.changed_by, locked.changed_at = chosen, person, at
        locked.save()
        if before != chosen:
            _note(Action.CHANGED, locked, before)
    logger.info("labels.changed attribute=%s", attribute.pk)


def take_off(*, attribute: LabeledAttribute, at: datetime) -> None:
    """No label any more: fewer labels break nothing."""
    with consents.catching_up(at=at):
        audit.note(
            action=Action.DELETED,
            kind=Kind.LABELS,
            about=attribute,
            changes={"labels": (attribute.labels, "")},
        )
        attribute.delete()
    logger.info("labels.taken-off")


def label_audience(*, audience: Audience, codes: Collection[str], seen: str, at: datetime) -> None:
    """These labels and no others, or none. `seen` is the mark of those the person had before them.

    Raises ChangedMeanwhile, Audience.DoesNotExist (somebody deleted it meanwhile),
    `labelled.UnknownLabel` and `policy_check.WouldBreak`.
    """
    chosen = labels.ordered(codes=codes)
    with consents.catching_up(at=at):
        # Members go on coming in meanwhile.
        locked = Audience.objects.select_for_update(no_key=True).get(pk=audience.pk)
        marks.demand(row=locked, values={"labels": chosen}, seen=seen)
        custom_labels.demand_known(codes=chosen)
        changes = audit.differences(before={"labels": locked.labels}, after={"labels": chosen})
        locked.labels = chosen
        labelled = governance.audience_of(row=locked)
        policy_check.demand(
            change=lambda now: now.with_audience(reference=locked.reference, audience=labelled)
        )
        locked.save(update_fields=["labels", "updated_at"])
        audit.note_changes(kind=Kind.AUDIENCE, about=locked, changes=changes)
    logger.info("labels.audience audience=%s", audience.uuid)


def _note(action: Action, attribute: LabeledAttribute, before: Collection[str]) -> None:
    changes = {"labels": (before, attribute.labels)}
    audit.note(action=action, kind=Kind.LABELS, about=attribute, changes=changes)


def _demand(path: str, codes: list[str]) -> None:
    custom_labels.demand_known(codes=codes)
    policy_check.demand(change=lambda now: now.with_labels(path=path, codes=codes))
