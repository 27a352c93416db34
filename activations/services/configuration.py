"""What a destination sends: read it as a plan, or replace it in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import F

from activations.deliveries.store import backfills
from activations.mapping.consents import Consent
from activations.mapping.paths import Source, Target
from activations.mapping.plan import ActivatedAudience, MappingRule, Plan
from activations.models import Activation, Audience, Delivery, FieldMapping
from activations.queries import consents
from activations.services import configuration_notes
from activations.terms import DeliveryState, Lane, SourceKind, TargetKind, WhenEmpty
from connections import accounts, audit
from connections.models import Account, Destination


@dataclass(frozen=True, slots=True)
class AudienceChoice:
    """An audience to activate, with its Mapping ID and schedule."""

    audience: Audience
    mapping_id: str
    start_on: date
    end_on: date | None = None


@dataclass(slots=True)
class Changes:
    """What `configure` changed; all empty when nothing was."""

    mappings_changed: bool = False
    added: list[Audience] = field(default_factory=list)
    removed: list[Audience] = field(default_factory=list)
    changed: list[Audience] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.mappings_changed or self.added or self.removed or self.changed)


def configure(
    *,
    destination: Destination,
    rules: Sequence[MappingRule],
    audiences: Sequence[AudienceChoice],
    at: datetime,
    action: audit.Action = audit.Action.CHANGED,
) -> Changes:
    """Make the destination send exactly this; what is equal already is left alone.

    Added audiences are backfilled; one with labels, and any other change, has every profile of
    the destination looked at again. The caller has checked the choices (`mapping.problems`).
    `action` is what the audit log calls it.
    """
    with transaction.atomic():
        locked = Destination.objects.select_for_update().get(pk=destination.pk)
        before = _shape(locked)
        changes = Changes()
        _replace_rules(locked, rules, changes)
        _replace_activations(locked, audiences, changes)
        if changes:
            Destination.objects.filter(pk=locked.pk).update(
                mapping_version=F("mapping_version") + 1,
                rejection_streak=0,
                rejection_signature="",
            )
            _line_up(locked, changes, at)
            configuration_notes.note(
                destination=locked, before=before, after=_shape(locked), action=action
            )
    destination.refresh_from_db(fields=["mapping_version", "rejection_streak"])
    return changes


def move_account(*, destination: Destination, account: Account, at: datetime) -> None:
    """Send to another account from now on: nothing known about contacts in the old one holds.

    A request that is on its way to the old account is not settled any more (its fence is gone).
    """
    with transaction.atomic():
        # Deliveries before the destination and in one order, as a settlement takes them.
        rows = destination.deliveries.select_for_update().order_by("pk")
        list(rows.values_list("pk"))
        before = str(destination.account)
        Destination.objects.filter(pk=destination.pk).update(account=account)
        audit.note_changes(
            kind=audit.Kind.DESTINATION,
            about=destination,
            changes={"account": (before, str(account))},
        )
        destination.deliveries.update(
            account=account,
            state=DeliveryState.PENDING,
            lane=Lane.BACKFILL,
            desired_seq=F("desired_seq") + 1,
            fence=F("fence") + 1,
            next_attempt_at=at,
            first_due_at=None,
            lease_until=None,
            unsettled_until=None,
            contact_id=None,
            delivered_digest="",
            delivered_at=None,
            attempts=0,
            crashes=0,
            code="",
            detail="",
            updated_at=at,
        )
    destination.refresh_from_db(fields=["account"])


def lock_deliveries(*, destination_names: Sequence[str]) -> None:
    """All deliveries of these destinations, in one order, until the caller's transaction ends."""
    rows = Delivery.objects.filter(destination__name__in=destination_names)
    # Only their own rows: the destinations' come later.
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def load_plan(*, destination: Destination) -> Plan:
    """The destination's configuration as the mapping stage takes it."""
    fields = accounts.fields_of(destination.account) if destination.account else None
    rules = rules_of(destination=destination)
    # Asked along with them: without a consent policy a plan takes no query more.
    activations = destination.activations.annotate(is_asking=consents.IS_ANY_ENABLED).order_by("pk")
    is_asking = any(activation.is_asking for activation in activations)
    return Plan(
        rules=rules,
        audiences=tuple(
            ActivatedAudience(
                audience_id=activation.audience_id,
                mapping_id=activation.mapping_id,
                start_on=activation.start_on,
                end_on=activation.end_on,
            )
            for activation in activations
        ),
        fields=fields or {},
        consents=_consents(destination, rules) if is_asking else (),
    )


def _consents(destination: Destination, rules: Sequence[MappingRule]) -> tuple[Consent, ...]:
    return consents.asked_by(destination=destination, sources=[rule.source for rule in rules])


def rules_of(*, destination: Destination) -> tuple[MappingRule, ...]:
    """The destination's mappings in their order."""
    rows = destination.field_mappings.order_by("position", "pk")
    return tuple(rule_of(row=row) for row in rows)


def rule_of(*, row: FieldMapping) -> MappingRule:
    """A stored mapping as the mapping stage takes it."""
    return MappingRule(
        source=Source(kind=SourceKind(row.source_kind), path=row.source),
        target=Target(kind=TargetKind(row.target_kind), name=row.target),
        when_empty=WhenEmpty(row.when_empty),
    )


def _shape(destination: Destination) -> configuration_notes.Shape:
    rules = rules_of(destination=destination)
    return configuration_notes.shape(destination=destination, rules=rules)


def _replace_rules(
    destination: Destination, rules: Sequence[MappingRule], changes: Changes
) -> None:
    if tuple(rules) == rules_of(destination=destination):
        return
    changes.mappings_changed = True
    destination.field_mappings.all().delete()
    FieldMapping.objects.bulk_create(
        FieldMapping(
            destination=destination,
            position=position,
            source_kind=rule.source.kind,
            source=rule.source.path,
            target_kind=rule.target.kind,
            target=rule.target.name,
            when_empty=rule.when_empty,
        )
        for position, rule in enumerate(rules)
    )


def _replace_activations(
    destination: Destination, choices: Sequence[AudienceChoice], changes: Changes
) -> None:
    existing = {row.audience_id: row for row in destination.activations.select_related("audience")}
    wanted = {choice.audience.pk: choice for choice in choices}
    for audience_id in existing.keys() - wanted.keys():
        changes.removed.append(existing[audience_id].audience)
        existing[audience_id].delete()
    different = [
        (existing[pk], choice)
        for pk, choice in wanted.items()
        if pk in existing and _differs(existing[pk], choice)
    ]
    # Two audiences may swap their Mapping IDs: free the names before giving them anew.
    for row, _ in different:
        Activation.objects.filter(pk=row.pk).update(mapping_id=f"{row.pk}\x1f")
    for row, choice in different:
        row.mapping_id, row.start_on, row.end_on = choice.mapping_id, choice.start_on, choice.end_on
        row.save(update_fields=["mapping_id", "start_on", "end_on"])
        changes.changed.append(choice.audience)
    for pk, choice in wanted.items():
        if pk not in existing:
            Activation.objects.create(
                destination=destination,
                audience=choice.audience,
                mapping_id=choice.mapping_id,
                start_on=choice.start_on,
                end_on=choice.end_on,
            )
            changes.added.append(choice.audience)


def _differs(row: Activation, choice: AudienceChoice) -> bool:
    return (row.mapping_id, row.start_on, row.end_on) != (
        choice.mapping_id,
        choice.start_on,
        choice.end_on,
    )


def _line_up(destination: Destination, changes: Changes, at: datetime) -> None:
    is_known = destination.deliveries.exists()
    # By its labels a new audience may have a consent policy ask everybody, not only its members.
    is_labelled = any(audience.labels for audience in changes.added)
    if is_known and (changes.mappings_changed or changes.changed or changes.removed or is_labelled):
        backfills.start(destination_id=destination.pk, activation_id=None, at=at)
    # A changed schedule may cover people whom the old one did not.
    today = at.astimezone(UTC).date()
    for audience in changes.changed:
        row = destination.activations.get(audience=audience)
        if row.backfilled_at is not None and row.start_on <= today:
            backfills.start(destination_id=destination.pk, activation_id=row.pk, at=at)
    backfills.open_due_activations(at=at, raised_id=destination.pk)
