"""Labels and policies become what a workspace file says, by the services that people use too."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from activations.models import Audience, ConsentPolicy, CustomLabel, LabeledAttribute, Policy
from activations.services import consent_policies, custom_labels, labels, policies
from activations.services.workspace.comparing import (
    ATTRIBUTE,
    CONSENT,
    LABEL,
    POLICY,
    Action,
    Change,
)
from activations.services.workspace.values import PolicyEntry, Workspace
from connections import marks

Steps: TypeAlias = Mapping[tuple[Action, str], Callable[[Change], None]]


class Governor:
    """Before the destinations what forbids less, after them what forbids more."""

    def __init__(self, wanted: Workspace, at: datetime) -> None:
        self._at = at
        self._labels = {entry.name: entry for entry in wanted.labels or ()}
        self._attributes = {entry.path: entry for entry in wanted.attributes or ()}
        self._policies = {entry.name: entry for entry in wanted.policies or ()}
        self._consents = {entry.name: entry for entry in wanted.consent_policies or ()}
        self._audiences = {entry.reference: entry for entry in wanted.audiences}

    def loosen(self, changes: Iterable[Change]) -> None:
        """Labels are made, policies disabled and deleted, attributes freed."""
        steps: Steps = {
            (Action.CREATED, LABEL): self._make_label,
            (Action.CHANGED, LABEL): self._describe_label,
            (Action.CHANGED, POLICY): self._disable,
            (Action.PRUNED, POLICY): self._prune_policy,
            (Action.PRUNED, CONSENT): self._prune_consent,
            (Action.PRUNED, ATTRIBUTE): self._take_off,
        }
        _take(steps, changes)

    def tighten(self, changes: Iterable[Change]) -> None:
        """Labels are put on, policies made and enabled; what nothing carries any more goes."""
        steps: Steps = {
            (Action.CREATED, "audience"): self._label_audience,
            (Action.CHANGED, "audience"): self._label_audience,
            (Action.CREATED, ATTRIBUTE): self._put_on,
            (Action.CHANGED, ATTRIBUTE): self._change_labels,
            (Action.CREATED, POLICY): self._make_policy,
            (Action.CHANGED, POLICY): self._change_policy,
            (Action.CREATED, CONSENT): self._make_consent,
            (Action.CHANGED, CONSENT): self._change_consent,
            (Action.PRUNED, LABEL): self._prune_label,
        }
        _take(steps, changes)

    def _make_label(self, change: Change) -> None:
        entry = self._labels[change.key]
        values = {
            "name": entry.name,
            "friendly_name": entry.friendly_name,
            "description": entry.description,
        }
        custom_labels.create(values=values, person=None)

    def _describe_label(self, change: Change) -> None:
        entry, row = self._labels[change.key], CustomLabel.objects.get(name=change.key)
        values = {"friendly_name": entry.friendly_name, "description": entry.description}
        custom_labels.describe(label=row, values=values, seen=marks.of(row=row, fields=values))

    def _prune_label(self, change: Change) -> None:
        custom_labels.delete(label=CustomLabel.objects.get(name=change.key))

    def _label_audience(self, change: Change) -> None:
        entry = self._audiences[change.key]
        if entry.labels is None or ("labels" not in change.fields and not entry.labels):
            return
        row = Audience.objects.get(namespace=entry.namespace, external_id=entry.external_id)
        labels.label_audience(
            audience=row,
            codes=entry.labels,
            seen=marks.of(row=row, fields=["labels"]),
            at=self._at,
        )

    def _put_on(self, change: Change) -> None:
        codes = self._attributes[change.key].labels
        labels.put_on(path=change.key, codes=codes, person=None, at=self._at)

    def _change_labels(self, change: Change) -> None:
        row = LabeledAttribute.objects.get(path=change.key)
        labels.change(
            attribute=row,
            codes=self._attributes[change.key].labels,
            seen=marks.of(row=row, fields=["labels"]),
            person=None,
            at=self._at,
        )

    def _take_off(self, change: Change) -> None:
        labels.take_off(attribute=LabeledAttribute.objects.get(path=change.key), at=self._at)

    def _make_policy(self, change: Change) -> None:
        entry = self._policies[change.key]
        made = policies.create(values=_values(entry), person=None)
        if entry.is_enabled:
            policies.enable(policy=made)

    def _disable(self, change: Change) -> None:
        if "enabled" in change.fields and not self._policies[change.key].is_enabled:
            policies.disable(policy=Policy.objects.get(name=change.key))

    def _change_policy(self, change: Change) -> None:
        entry, row = self._policies[change.key], Policy.objects.get(name=change.key)
        if change.fields.keys() - {"enabled"}:
            values = _values(entry)
            seen = marks.of(row=row, fields=values)
            row = policies.change(policy=row, values=values, seen=seen)
        if "enabled" in change.fields and entry.is_enabled:
            policies.enable(policy=row)

    def _prune_policy(self, change: Change) -> None:
        policies.delete(policy=Policy.objects.get(name=change.key))

    def _make_consent(self, change: Change) -> None:
        entry = self._consents[change.key]
        made = consent_policies.create(values=_consent_values(entry), person=None)
        if entry.is_enabled:
            self._enable_consent(made)

    def _change_consent(self, change: Change) -> None:
        """Whoever applies the file says yes to what it asks for."""
        entry, row = self._consents[change.key], ConsentPolicy.objects.get(name=change.key)
        if "enabled" in change.fields and not entry.is_enabled:
            consent_policies.disable(policy=row, at=self._at)
        if change.fields.keys() - {"enabled"}:
            values = _consent_values(entry)
            row = consent_policies.change(
                policy=row,
                values=values,
                seen=marks.of(row=row, fields=values),
                at=self._at,
                confirmed=consent_policies.confirmation(policy=ConsentPolicy(**values)),
            )
        if "enabled" in change.fields and entry.is_enabled:
            self._enable_consent(row)

    def _enable_consent(self, row: ConsentPolicy) -> None:
        confirmed = consent_policies.confirmation(policy=row)
        consent_policies.enable(policy=row, confirmed=confirmed, at=self._at)

    def _prune_consent(self, change: Change) -> None:
        row = ConsentPolicy.objects.get(name=change.key)
        consent_policies.delete(policy=row, at=self._at)


def _take(steps: Steps, changes: Iterable[Change]) -> None:
    for change in changes:
        step = steps.get((change.action, change.kind))
        if step is not None:
            step(change)


def _values(entry: PolicyEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "description": entry.description,
        "labels": list(entry.labels),
        "label_match": str(entry.label_match),
        "marketing_actions": list(entry.marketing_actions),
    }


def _consent_values(entry: PolicyEntry) -> dict[str, Any]:
    return {**_values(entry), "path": entry.path, "accepted": list(entry.accepted)}
