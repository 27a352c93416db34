"""The workspace as it is in the database, in the values of the file."""

from collections import defaultdict
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q

from activations.mapping.paths import Source, Target
from activations.mapping.plan import MappingRule
from activations.models import (
    Activation,
    Audience,
    ConsentPolicy,
    CustomLabel,
    FieldMapping,
    LabeledAttribute,
    Membership,
    Policy,
)
from activations.models.governance import PolicyBase
from activations.services.workspace.values import (
    AccountEntry,
    ActivationEntry,
    AttributeEntry,
    AudienceEntry,
    DestinationEntry,
    LabelEntry,
    PolicyEntry,
    Workspace,
)
from activations.terms import PolicyStatus, SourceKind, TargetKind, WhenEmpty
from connections.models import Account, Destination, DestinationStatus


def load() -> Workspace:
    """Everything but drafts, in an order that does not depend on the database's collation."""
    return Workspace(
        accounts=tuple(
            AccountEntry(account.name, account.platform, account.token_fingerprint)
            for account in sorted(Account.objects.all(), key=lambda row: row.name)
        ),
        audiences=_audiences(),
        destinations=_destinations(),
        labels=tuple(
            LabelEntry(label.name, label.friendly_name, label.description)
            for label in sorted(CustomLabel.objects.all(), key=lambda row: row.name)
        ),
        attributes=tuple(
            AttributeEntry(attribute.path, tuple(attribute.labels))
            for attribute in sorted(LabeledAttribute.objects.all(), key=lambda row: row.path)
        ),
        policies=tuple(
            replace(_policy(row), is_core=row.is_core)
            for row in sorted(Policy.objects.all(), key=lambda row: (not row.is_core, row.name))
        ),
        consent_policies=tuple(
            replace(_policy(row), path=row.path, accepted=tuple(row.accepted))
            for row in sorted(ConsentPolicy.objects.all(), key=lambda row: row.name)
        ),
    )


def _policy(row: PolicyBase) -> PolicyEntry:
    return PolicyEntry(
        name=row.name,
        description=row.description,
        labels=tuple(row.labels),
        label_match=row.label_match,
        marketing_actions=tuple(row.marketing_actions),
        is_enabled=row.status == PolicyStatus.ENABLED,
    )


def idle_audiences() -> frozenset[str]:
    """References of the audiences nobody is in and no destination activates."""
    members = Membership.objects.filter(audience=OuterRef("pk"))
    activations = Activation.objects.filter(audience=OuterRef("pk"))
    idle = Audience.objects.filter(~Q(Exists(members)), ~Q(Exists(activations)))
    return frozenset(audience.reference for audience in idle)


def activations_of(destination: Destination) -> tuple[ActivationEntry, ...]:
    """The activated audiences of one destination."""
    return tuple(_activations(destination)[destination.pk])


def _audiences() -> tuple[AudienceEntry, ...]:
    entries = (
        AudienceEntry(
            audience.namespace,
            audience.external_id,
            audience.name,
            description=audience.description,
            tags=tuple(audience.tags),
            labels=tuple(audience.labels),
        )
        for audience in Audience.objects.all()
    )
    return tuple(sorted(entries, key=lambda entry: (entry.namespace, entry.external_id)))


def _destinations() -> tuple[DestinationEntry, ...]:
    rules, activations = _rules(), _activations()
    rows = Destination.objects.exclude(status=DestinationStatus.DRAFT).select_related("account")
    return tuple(
        DestinationEntry(
            name=row.name,
            account=row.account.name if row.account is not None else "",
            description=row.description,
            is_enabled=row.status != DestinationStatus.DISABLED,
            alerts=tuple(row.alerts),
            marketing_actions=tuple(row.marketing_actions),
            activation_triggers=tuple(row.activation_triggers),
            rules=tuple(rules[row.pk]),
            activations=tuple(activations[row.pk]),
        )
        for row in sorted(rows, key=lambda row: row.name)
    )


def _rules() -> dict[int, list[MappingRule]]:
    rules: dict[int, list[MappingRule]] = defaultdict(list)
    for row in FieldMapping.objects.order_by("destination_id", "position", "pk"):
        source = Source(SourceKind(row.source_kind), row.source)
        target = Target(TargetKind(row.target_kind), row.target)
        rules[row.destination_id].append(MappingRule(source, target, WhenEmpty(row.when_empty)))
    return rules


def _activations(*only: Destination) -> dict[int, list[ActivationEntry]]:
    rows = Activation.objects.select_related("audience").order_by("destination_id", "pk")
    if only:
        rows = rows.filter(destination__in=only)
    activations: dict[int, list[ActivationEntry]] = defaultdict(list)
    for row in rows:
        entry = ActivationEntry(row.audience.reference, row.mapping_id, row.start_on, row.end_on)
        activations[row.destination_id].append(entry)
    return activations
