"""Consent policies: made, changed, enabled; whom that concerns is looked at again."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from activations.models import ConsentPolicy
from activations.services import consents, custom_labels, policy_names, standing_still
from activations.terms import PolicyStatus
from connections import audit, marks
from connections.audit import Action, Kind

logger = logging.getLogger(__name__)

# What decides who is sent; a name and a description do not.
_DECIDING = ("marketing_actions", "labels", "label_match", "path", "accepted")


class Unconfirmed(Exception):
    """Others would be sent at once, and nobody has said yes to that: `policy` is as it would be."""

    def __init__(self, policy: ConsentPolicy) -> None:
        super().__init__(f"Nobody has confirmed what {policy} asks for.")
        self.policy = policy


def confirmation(*, policy: ConsentPolicy) -> str:
    """Says yes to all that the policy asks for; another one where it asks for something else."""
    return marks.of(row=policy, fields=_DECIDING)


def create(*, values: Mapping[str, Any], person: Any) -> ConsentPolicy:
    """A draft: it asks for nothing until it is enabled. Raises NameTaken and UnknownLabel."""
    policy = ConsentPolicy(**values, created_by=person)
    with transaction.atomic():
        standing_still.beside_others()
        custom_labels.demand_known(codes=policy.labels)
        policy_names.save(policy=policy)
        _note(Action.CREATED, policy, {name: ("", value) for name, value in values.items()})
    logger.info("consent_policies.created policy=%s", policy.uuid)
    return policy


def change(
    *,
    policy: ConsentPolicy,
    values: Mapping[str, Any],
    seen: str,
    at: datetime,
    confirmed: str = "",
) -> ConsentPolicy:
    """Details by name. `seen` is the mark of those the person had before them.

    Where an enabled policy is to ask for something else, `confirmed` is the `confirmation` of what
    it will be. Raises NameTaken, ChangedMeanwhile, Unconfirmed, `labelled.UnknownLabel` and
    ConsentPolicy.DoesNotExist.
    """
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        marks.demand(row=locked, values=values, seen=seen)
        before = confirmation(policy=locked)
        was = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        custom_labels.demand_known(codes=locked.labels)
        is_known = confirmation(policy=locked) in (before, confirmed)
        if locked.status == PolicyStatus.ENABLED and not is_known:
            raise Unconfirmed(locked)
        policy_names.save(policy=locked)
        changes = audit.differences(before=was, after=values)
        audit.note_changes(kind=Kind.CONSENT_POLICY, about=locked, changes=changes)
    logger.info("consent_policies.changed policy=%s", policy.uuid)
    return locked


def enable(*, policy: ConsentPolicy, confirmed: str, at: datetime) -> None:
    """Who lacks the consent is not sent from now on, and who was sent already hears of it.

    `confirmed` is its `confirmation`. Raises Unconfirmed and ConsentPolicy.DoesNotExist.
    """
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        if confirmed != confirmation(policy=locked):
            raise Unconfirmed(locked)
        locked.status = PolicyStatus.ENABLED
        locked.save(update_fields=["status", "updated_at"])
        _note(Action.ENABLED, locked)
    logger.info("consent_policies.enabled policy=%s", policy.uuid)


def disable(*, policy: ConsentPolicy, at: datetime) -> None:
    """It asks for nothing any more; a draft stays one. Raises ConsentPolicy.DoesNotExist."""
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        if locked.status == PolicyStatus.ENABLED:
            locked.status = PolicyStatus.DISABLED
            locked.save(update_fields=["status", "updated_at"])
            _note(Action.DISABLED, locked)
    logger.info("consent_policies.disabled policy=%s", policy.uuid)


def delete(*, policy: ConsentPolicy, at: datetime) -> None:
    with consents.catching_up(at=at, lets_changes_finish=True):
        _note(Action.DELETED, policy)
        policy.delete()
    logger.info("consent_policies.deleted policy=%s", policy.uuid)


def _note(action: Action, policy: ConsentPolicy, changes: audit.Changes | None = None) -> None:
    audit.note(action=action, kind=Kind.CONSENT_POLICY, about=policy, changes=changes)


def _locked(policy: ConsentPolicy) -> ConsentPolicy:
    """As it is now: somebody may have changed or deleted it while this one waited."""
    return ConsentPolicy.objects.select_for_update().get(pk=policy.pk)
