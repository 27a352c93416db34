"""Consent policies: made, changed, enabled; whom that concerns is looked at again."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activations.models import ConsentPolicy
from activations.services import consents, policy_names
from activations.terms import PolicyStatus
from connections import marks

logger = logging.getLogger(__name__)


def create(*, values: Mapping[str, Any], person: Any) -> ConsentPolicy:
    """A draft: it asks for nothing until it is enabled. Raises NameTaken."""
    policy = ConsentPolicy(**values, created_by=person)
    policy_names.save(policy=policy)
    logger.info("consent_policies.created policy=%s", policy.uuid)
    return policy


def change(
    *, policy: ConsentPolicy, values: Mapping[str, Any], seen: str, at: datetime
) -> ConsentPolicy:
    """Details by name. `seen` is the mark of those the person had before them.

    Raises NameTaken, ChangedMeanwhile and ConsentPolicy.DoesNotExist.
    """
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        marks.demand(row=locked, values=values, seen=seen)
        for name, value in values.items():
            setattr(locked, name, value)
        policy_names.save(policy=locked)
    logger.info("consent_policies.changed policy=%s", policy.uuid)
    return locked


def enable(*, policy: ConsentPolicy, at: datetime) -> None:
    """Who lacks the consent is not sent from now on, and who was sent already hears of it.

    Raises ConsentPolicy.DoesNotExist.
    """
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        locked.status = PolicyStatus.ENABLED
        locked.save(update_fields=["status", "updated_at"])
    logger.info("consent_policies.enabled policy=%s", policy.uuid)


def disable(*, policy: ConsentPolicy, at: datetime) -> None:
    """It asks for nothing any more; a draft stays one. Raises ConsentPolicy.DoesNotExist."""
    with consents.catching_up(at=at, lets_changes_finish=True):
        locked = _locked(policy)
        if locked.status == PolicyStatus.ENABLED:
            locked.status = PolicyStatus.DISABLED
            locked.save(update_fields=["status", "updated_at"])
    logger.info("consent_policies.disabled policy=%s", policy.uuid)


def delete(*, policy: ConsentPolicy, at: datetime) -> None:
    with consents.catching_up(at=at, lets_changes_finish=True):
        policy.delete()
    logger.info("consent_policies.deleted policy=%s", policy.uuid)


def _locked(policy: ConsentPolicy) -> ConsentPolicy:
    """As it is now: somebody may have changed or deleted it while this one waited."""
    return ConsentPolicy.objects.select_for_update().get(pk=policy.pk)
