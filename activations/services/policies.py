"""Data usage policies: made, changed, enabled; never so that what is sent breaks one."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from activations.models import Policy
from activations.queries import governance
from activations.services import custom_labels, policy_check, policy_names, standing_still
from activations.services.policy_check import Breach
from activations.terms import PolicyStatus
from connections import audit, marks
from connections.audit import Action, Kind

logger = logging.getLogger(__name__)


class CoreIsFixed(Exception):
    """A core policy is enabled and disabled, nothing else."""


def create(*, values: Mapping[str, Any], person: Any) -> Policy:
    """A draft: it restricts nothing until it is enabled. Raises NameTaken and UnknownLabel."""
    policy = Policy(**values, created_by=person)
    with transaction.atomic():
        standing_still.beside_others()
        custom_labels.demand_known(codes=policy.labels)
        policy_names.save(policy=policy)
        _note(Action.CREATED, policy, {name: ("", value) for name, value in values.items()})
    logger.info("policies.created policy=%s", policy.uuid)
    return policy


def change(*, policy: Policy, values: Mapping[str, Any], seen: str) -> Policy:
    """Details by name. `seen` is the mark of those the person had before them.

    Raises NameTaken, ChangedMeanwhile, CoreIsFixed, Policy.DoesNotExist (somebody deleted it
    meanwhile), `labelled.UnknownLabel` and `policy_check.WouldBreak`.
    """
    with transaction.atomic():
        standing_still.alone()
        locked = Policy.objects.select_for_update().get(pk=policy.pk)
        if locked.is_core:
            raise CoreIsFixed(f"{locked} is a core policy.")
        marks.demand(row=locked, values=values, seen=seen)
        before = locked.name
        was = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        custom_labels.demand_known(codes=locked.labels)
        if locked.status == PolicyStatus.ENABLED:
            _demand(locked, before)
        policy_names.save(policy=locked)
        changes = audit.differences(before=was, after=values)
        audit.note_changes(kind=Kind.POLICY, about=locked, changes=changes)
    logger.info("policies.changed policy=%s", policy.uuid)
    return locked


def enable(*, policy: Policy) -> None:
    """It holds from now on. Raises Policy.DoesNotExist and `policy_check.WouldBreak`."""
    with transaction.atomic():
        standing_still.alone()
        locked = Policy.objects.select_for_update().get(pk=policy.pk)
        _demand(locked, locked.name)
        locked.status = PolicyStatus.ENABLED
        locked.save(update_fields=["status", "updated_at"])
        _note(Action.ENABLED, locked)
    logger.info("policies.enabled policy=%s", policy.uuid)


def disable(*, policy: Policy) -> None:
    """It restricts nothing any more; a draft stays one. Raises Policy.DoesNotExist."""
    with transaction.atomic():
        locked = Policy.objects.select_for_update().get(pk=policy.pk)
        if locked.status == PolicyStatus.ENABLED:
            locked.status = PolicyStatus.DISABLED
            locked.save(update_fields=["status", "updated_at"])
            _note(Action.DISABLED, locked)
    logger.info("policies.disabled policy=%s", policy.uuid)


def delete(*, policy: Policy) -> None:
    """Raises CoreIsFixed."""
    if policy.is_core:
        raise CoreIsFixed(f"{policy} is a core policy.")
    with transaction.atomic():
        _note(Action.DELETED, policy)
        policy.delete()
    logger.info("policies.deleted policy=%s", policy.uuid)


def breaches(*, policy: Policy) -> list[Breach]:
    """What enabling it would break now; nothing for one that is enabled."""
    if policy.status == PolicyStatus.ENABLED:
        return []
    with_it = governance.rulebook().with_rule(rule=governance.rule_of(policy=policy))
    found = policy_check.breaches(rulebook=with_it)
    return [breach for breach in found if breach.violation.policy == policy.name]


def _note(action: Action, policy: Policy, changes: audit.Changes | None = None) -> None:
    audit.note(action=action, kind=Kind.POLICY, about=policy, changes=changes)


def _demand(policy: Policy, name: str) -> None:
    """`name`: what it was called until now."""
    rule = governance.rule_of(policy=policy)
    policy_check.demand(change=lambda now: now.with_rule(rule=rule, instead_of=name))
