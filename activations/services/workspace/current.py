"""The workspace as it is in the database, in the values of the file."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, Q

from activations.mapping.paths import Source, Target
from activations.mapping.plan import MappingRule
from activations.models import Activation, Audience, FieldMapping, Membership
from activations.services.workspace.values import (
    AccountEntry,
    ActivationEntry,
    AudienceEntry,
    DestinationEntry,
    Workspace,
)
from activations.terms import SourceKind, TargetKind, WhenEmpty
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
        AudienceEntry(audience.namespace, audience.external_id, audience.name)
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
