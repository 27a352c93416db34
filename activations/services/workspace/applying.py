"""Make the workspace equal to a file, in one transaction and without asking Zendesk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from activations.deliveries.store import intake
from activations.models import Audience
from activations.queries.governance import rulebook
from activations.services import (
    audience_names,
    configuration,
    consents,
    details,
    removal,
    standing_still,
)
from activations.services.configuration import AudienceChoice
from activations.services.custom_labels import InUse
from activations.services.policy_check import WouldBreak
from activations.services.workspace import (
    comparing,
    current,
    governance,
    references,
    starts,
)
from activations.services.workspace.comparing import Action, Change
from activations.services.workspace.governing import Governor
from activations.services.workspace.reading import Reading
from activations.services.workspace.values import (
    WHOLE_FILE,
    ActivationEntry,
    DestinationEntry,
    Problem,
    Workspace,
)
from activations.terms import Origin
from connections import account_records, accounts, audit, destinations, marks
from connections.audit import Kind
from connections.models import Account, Destination

_SAID_OF_AUDIENCES: Final = frozenset({"name", "description", "tags"})
_DETAILS: Final = frozenset({"description", "alerts", "marketing_actions", "activation_triggers"})


class CannotApply(Exception):
    """The file has problems; nothing was changed. Waiting does not help."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Request:
    """What to do with a file."""

    reading: Reading
    prune: bool
    dry_run: bool


def apply(*, request: Request, at: datetime) -> tuple[Change, ...]:
    """All changes, made unless it is a dry run. Raises CannotApply before anything is changed."""
    reading = request.reading
    with transaction.atomic():
        standing_still.alone()
        present = current.load()
        today = at.astimezone(UTC).date()
        wanted = starts.settle(wanted=reading.workspace, current=present, today=today)
        found = [
            *reading.problems,
            *references.problems(reading=reading, current=present),
            *starts.problems(settled=wanted),
            *governance.problems(
                wanted=wanted, current=present, rulebook=rulebook(), prune=request.prune
            ),
        ]
        if found:
            raise CannotApply(tuple(sorted(found, key=lambda problem: problem.place.line)))
        changes = comparing.compare(
            current=present,
            wanted=wanted,
            prune=request.prune,
            idle_audiences=current.idle_audiences() if request.prune else (),
        )
        if not request.dry_run:
            _make(wanted, changes, at)
            _note(changes)
    return changes


def _make(wanted: Workspace, changes: tuple[Change, ...], at: datetime) -> None:
    if any(_decides(change) for change in changes):
        # Before any row, as whoever edits them: `details.edit` says why.
        intake.let_changes_finish()
    changer, governor = _Changer(wanted, at), Governor(wanted, at)
    changer.lock_deliveries(changes)
    try:
        governor.loosen(changes)
        changer.make(changes)
        governor.tighten(changes)
    except (WouldBreak, InUse) as problem:
        # Allowed in the end, but not on the way there.
        words = f"In one step it does not go: {problem} Apply part of it first."
        raise CannotApply((Problem(WHOLE_FILE, words),)) from None


def _decides(change: Change) -> bool:
    """What the triggers of destinations suppress goes by, too."""
    is_of_consents = change.kind == comparing.CONSENT and change.action != Action.UNCHANGED
    return is_of_consents or "activation_triggers" in change.fields


def _note(changes: tuple[Change, ...]) -> None:
    """What the file changed, in one entry; each object has entries of its own besides."""
    made = [change for change in changes if change.action != Action.UNCHANGED]
    told = {f"{change.kind} {change.label}": ("", change.action) for change in made}
    if told:
        audit.note(
            action=audit.Action.APPLIED, kind=Kind.WORKSPACE, name="Workspace file", changes=told
        )


def _told(change: Change, *names: str) -> audit.Changes:
    """Of these fields, or of every one."""
    return {
        name: (value.old, value.new)
        for name, value in change.fields.items()
        if not names or name in names
    }


class _Changer:
    """Makes changes one by one; knows how each kind of object is created, changed and pruned."""

    def __init__(self, wanted: Workspace, at: datetime) -> None:
        self._at = at
        self._accounts = {entry.name: entry for entry in wanted.accounts}
        self._audiences = {entry.reference: entry for entry in wanted.audiences}
        self._destinations = {entry.name: entry for entry in wanted.destinations}
        self._audience_rows: Mapping[str, Audience] = {}

    def make(self, changes: tuple[Change, ...]) -> None:
        steps: dict[tuple[Action, str], Callable[[Change], None]] = {
            (Action.CREATED, "account"): self._create_account,
            (Action.CHANGED, "account"): self._replace_token,
            (Action.PRUNED, "account"): self._prune_account,
            (Action.CREATED, "audience"): self._create_audience,
            (Action.CHANGED, "audience"): self._describe_audience,
            (Action.PRUNED, "audience"): self._prune_audience,
            (Action.CREATED, "destination"): self._create_destination,
            (Action.CHANGED, "destination"): self._change_destination,
            (Action.PRUNED, "destination"): self._prune_destination,
        }
        for change in changes:
            step = steps.get((change.action, change.kind))
            if step is not None:
                step(change)

    def lock_deliveries(self, changes: tuple[Change, ...]) -> None:
        """Of destinations that move or go: before any destination, as a settlement does."""
        touched = [
            change.key
            for change in changes
            if change.kind == "destination"
            and (change.action == Action.PRUNED or "account" in change.fields)
        ]
        configuration.lock_deliveries(destination_names=touched)

    def _create_account(self, change: Change) -> None:
        token = self._accounts[change.key].token
        accounts.create(name=change.key, token=token, verification=None, at=self._at)

    def _replace_token(self, change: Change) -> None:
        account = Account.objects.get(name=change.key)
        token = self._accounts[change.key].token
        accounts.replace_token(account=account, token=token, verification=None, at=self._at)
        for destination in account.destinations.all():
            destinations.resume(destination=destination)

    def _prune_account(self, change: Change) -> None:
        account_records.delete(account=Account.objects.get(name=change.key))

    def _create_audience(self, change: Change) -> None:
        entry = self._audiences[change.key]
        audience = Audience.objects.create(
            namespace=entry.namespace,
            external_id=entry.external_id,
            name=entry.name,
            description=entry.description or "",
            tags=list(entry.tags or ()),
            origin=Origin.WORKSPACE,
        )
        audit.note(action=audit.Action.CREATED, kind=Kind.AUDIENCE, about=audience)

    def _describe_audience(self, change: Change) -> None:
        """Its labels are the governor's."""
        values = {
            name: value.new for name, value in change.fields.items() if name in _SAID_OF_AUDIENCES
        }
        if values:
            row = self._audience(change.key)
            audience_names.edit(audience=row, values=values, seen=marks.of(row=row, fields=values))

    def _prune_audience(self, change: Change) -> None:
        audience = self._audience(change.key)
        audit.note(action=audit.Action.DELETED, kind=Kind.AUDIENCE, about=audience)
        audience.delete()

    def _create_destination(self, change: Change) -> None:
        entry = self._destinations[change.key]
        destination = destinations.start_draft(created_by=None)
        account = Account.objects.get(name=entry.account)
        destinations.use_account(destination=destination, account=account)
        self._save_details(destination, entry)
        audit.note(action=audit.Action.SET_UP, kind=Kind.DESTINATION, about=destination)
        self._switch(destination, entry)
        if entry.rules or entry.activations:
            self._configure(destination, entry)

    def _change_destination(self, change: Change) -> None:
        entry, fields = self._destinations[change.key], change.fields
        destination = Destination.objects.select_for_update().get(name=change.key)
        if fields.keys() & _DETAILS:
            meant_for, was_on = destination.marketing_actions, destination.activation_triggers
            self._save_details(destination, entry)
            told = _told(change, *_DETAILS)
            audit.note_changes(kind=Kind.DESTINATION, about=destination, changes=told)
            turned_on = set(destination.activation_triggers) - set(was_on)
            if turned_on:
                details.catch_up(destination=destination, turned_on=turned_on, at=self._at)
            elif consents.differ(destination=destination, before=meant_for):
                consents.look_again(destination_ids=[destination.pk], at=self._at)
        if "account" in fields:
            account = Account.objects.get(name=entry.account)
            configuration.move_account(destination=destination, account=account, at=self._at)
        if "mappings" in fields or "audiences" in fields:
            self._configure(destination, entry)
        if fields.keys() & {"account", "mappings", "audiences"}:
            # Another content deserves another try; what is refused as before stops it again.
            destinations.resume(destination=destination)
        if "enabled" in fields:
            self._switch(destination, entry)

    def _prune_destination(self, change: Change) -> None:
        removal.delete(destination=Destination.objects.get(name=change.key))

    def _switch(self, destination: Destination, entry: DestinationEntry) -> None:
        switch = destinations.enable if entry.is_enabled else destinations.disable
        switch(destination=destination)

    def _save_details(self, destination: Destination, entry: DestinationEntry) -> None:
        values = {
            "name": entry.name,
            "description": entry.description,
            "alerts": list(entry.alerts),
            "marketing_actions": entry.marketing_actions,
            "activation_triggers": entry.activation_triggers,
        }
        told = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value is not None
        }
        destinations.save_details(destination=destination, details=told)

    def _configure(self, destination: Destination, entry: DestinationEntry) -> None:
        """Where the file is silent about one of the two lists, it stays as it is."""
        rules, activations = entry.rules, entry.activations
        if rules is None:
            rules = configuration.rules_of(destination=destination)
        if activations is None:
            activations = current.activations_of(destination)
        configuration.configure(
            destination=destination,
            rules=rules,
            audiences=[self._choice(activation) for activation in activations],
            at=self._at,
        )

    def _choice(self, activation: ActivationEntry) -> AudienceChoice:
        return AudienceChoice(
            audience=self._audience(activation.audience),
            mapping_id=activation.mapping_id,
            start_on=activation.start_on,
            end_on=activation.end_on,
        )

    def _audience(self, reference: str) -> Audience:
        if reference not in self._audience_rows:
            # Read once, and again after audiences were created.
            self._audience_rows = {row.reference: row for row in Audience.objects.all()}
        return self._audience_rows[reference]
