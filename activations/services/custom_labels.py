"""Custom labels: made, described, deleted; never one that something carries or asks for."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from activations.models import CustomLabel
from activations.queries import custom_labels as queries
from activations.queries.custom_labels import Use
from activations.services import standing_still
from connections import audit, marks
from connections.audit import Action, Kind
from connections.labelled import UnknownLabel

logger = logging.getLogger(__name__)

# The others are told by their number.
MOST_TOLD = 10


class LabelTaken(Exception):
    """Another label has this name."""


class InUse(Exception):
    """Something carries the label, or a policy asks for it."""

    def __init__(self, label: CustomLabel, uses: Collection[Use]) -> None:
        self.uses = tuple(uses)
        told = [str(use) for use in self.uses[:MOST_TOLD]]
        left = len(self.uses) - len(told)
        more = f" and {left:,} more" if left else ""
        super().__init__(f"{label} is used by {', '.join(told)}{more}.")


def create(*, values: Mapping[str, Any], person: Any) -> CustomLabel:
    """A label with its name, friendly name and description. Raises LabelTaken."""
    try:
        with transaction.atomic():
            label = CustomLabel.objects.create(**values, created_by=person)
            told = {name: ("", value) for name, value in values.items()}
            audit.note(action=Action.CREATED, kind=Kind.CUSTOM_LABEL, about=label, changes=told)
    except IntegrityError:
        raise LabelTaken("Another label has this name.") from None
    logger.info("custom_labels.created label=%s", label.pk)
    return label


def describe(*, label: CustomLabel, values: Mapping[str, Any], seen: str) -> None:
    """Friendly name and description; its name stands in what carries it.

    `seen` is the mark of those the person had before them. Raises ChangedMeanwhile and
    CustomLabel.DoesNotExist (somebody deleted it meanwhile).
    """
    with transaction.atomic():
        locked = CustomLabel.objects.select_for_update().get(pk=label.pk)
        marks.demand(row=locked, values=values, seen=seen)
        was = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save()
        changes = audit.differences(before=was, after=values)
        audit.note_changes(kind=Kind.CUSTOM_LABEL, about=locked, changes=changes)
    logger.info("custom_labels.described label=%s", label.pk)


def delete(*, label: CustomLabel) -> None:
    """Raises InUse. Nobody puts it on anything meanwhile."""
    with transaction.atomic():
        standing_still.alone()
        if uses := queries.uses(code=label.name):
            raise InUse(label, uses)
        audit.note(action=Action.DELETED, kind=Kind.CUSTOM_LABEL, about=label)
        label.delete()
    logger.info("custom_labels.deleted")


def demand_known(*, codes: Collection[str]) -> None:
    """Raises UnknownLabel. In a transaction that stands still, so that none is deleted in it."""
    if unknown := queries.unknown(codes=codes):
        raise UnknownLabel(f"There is no label {', '.join(unknown)} any more.")
