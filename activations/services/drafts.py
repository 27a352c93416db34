"""The open activation wizard: saved at every change, made real in one go by `finish`."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from activations.mapping.plan import ActivatedAudience, Plan
from activations.models import Activation, ActivationDraft, Audience
from activations.queries import audience_labels
from activations.services import (
    configuration,
    draft_content,
    draft_rights,
    draft_verdicts,
    policy_check,
    schedule_edits,
    standing_still,
)
from activations.services.draft_content import (
    AUDIENCES,
    SCHEDULE,
    Content,
    MappingRow,
    ScheduleRow,
)
from activations.services.schedule_edits import Edit, Edited
from connections import accounts, audit
from connections.models import Destination

_STARTING_ROWS = (
    MappingRow(source="IdentityMap: Email", target="Identity: email"),
    MappingRow(source="xdm: person.name.lastName", target="xdm: last_name"),
    MappingRow(source="xdm: person.name.firstName", target="xdm: first_name"),
)


class StaleDraft(Exception):
    """Another tab saved this draft after the page was loaded; nothing was saved now."""


class CannotFinish(Exception):
    """The draft has problems, or the destination changed since it was opened."""


def open_for(*, destination: Destination, person: Any) -> ActivationDraft:
    """The person's open draft of this destination, else a new one with what is sent now."""
    mine = {"destination": destination, "created_by": person, "finished_at": None}
    if (known := ActivationDraft.objects.filter(**mine).first()) is not None:
        return known
    start = opened_with(destination=destination)
    draft, _ = ActivationDraft.objects.get_or_create(
        **mine,
        defaults={
            **start,
            "based_on": start,
            "based_on_version": destination.mapping_version,
        },
    )
    return draft


def opened_with(*, destination: Destination) -> dict[str, Any]:
    """`mappings` and `audiences` of a draft that is opened now."""
    return {
        "mappings": draft_content.store_mappings(rows=_current_mappings(destination)),
        "audiences": draft_content.store_schedule(rows=_current_schedule(destination)),
    }


def plan(*, destination: Destination, content: Content) -> Plan:
    """What the destination would send if the draft were finished now."""
    account, asked = destination.account, content.consents
    if asked is None:
        asked = policy_check.judge(content=content, destination=destination).consents or ()
    return Plan(
        rules=content.rules,
        audiences=tuple(
            ActivatedAudience(row.audience, row.mapping_id, row.start, row.end)
            for row in content.schedule
            if row.start is not None
        ),
        fields=(accounts.fields_of(account) if account else None) or {},
        consents=asked,
    )


def discard(*, draft: ActivationDraft) -> None:
    """Forget what was chosen; what the destination sends stays as it is."""
    draft.delete()


def select_audiences(
    *,
    draft: ActivationDraft,
    version: int,
    shown: Collection[int],
    chosen: Collection[int],
    at: datetime,
) -> None:
    """Take over one page of check boxes; audiences not `shown` keep their choice.

    What is sent now comes back with its dates and Mapping ID. Raises StaleDraft.
    """
    kept = [
        row for row in draft.audiences if row["audience"] not in shown or row["audience"] in chosen
    ]
    known = {row["audience"] for row in kept}
    added = audience_labels.of(audience_ids=set(chosen) & set(shown) - known)
    if added:
        sent_now = {row.audience: row for row in _current_schedule(draft.destination)}
        today = at.astimezone(UTC).date().isoformat()
        rows = [sent_now.get(key, ScheduleRow(audience=key, start_on=today)) for key in added]
        kept += draft_content.store_schedule(rows=rows)
    _save(draft, version, at, audiences=kept)


def save_mappings(
    *, draft: ActivationDraft, version: int, rows: Sequence[MappingRow], at: datetime
) -> None:
    """Keep the mapping rows as they stand. Raises StaleDraft."""
    _save(draft, version, at, mappings=draft_content.store_mappings(rows=rows))


def save_schedule(
    *, draft: ActivationDraft, version: int, rows: Sequence[ScheduleRow], at: datetime
) -> None:
    """Keep dates and Mapping IDs of chosen audiences; others are not added. Raises StaleDraft."""
    typed = {row["audience"]: row for row in draft_content.store_schedule(rows=rows)}
    kept = [typed.get(row["audience"], row) for row in draft.audiences]
    _save(draft, version, at, audiences=kept)


def edit_schedule(
    *, draft: ActivationDraft, version: int, audience_ids: Collection[int], edit: Edit, at: datetime
) -> Edited:
    """Change dates or Mapping IDs of many chosen audiences at once. Raises StaleDraft."""
    account = draft.destination.account
    edited = schedule_edits.apply(
        content=content(draft=draft, at=at),
        audience_ids=audience_ids,
        edit=edit,
        fields=(accounts.fields_of(account) if account else None) or {},
    )
    _save(draft, version, at, audiences=draft_content.store_schedule(rows=edited.rows))
    return edited


def content(
    *, draft: ActivationDraft, at: datetime, until: str = SCHEDULE, is_shown: bool = True
) -> Content:
    """The draft with its problems, judged by what the account's fields were last read as.

    What its person may not do is a problem too, so that neither review nor finish lets it through.
    Problems of the steps after `until` are not looked for. Unless it `is_shown`, no audience is
    named: that takes no query.
    """
    schedule = draft_content.read_schedule(stored=draft.audiences)
    account = draft.destination.account
    mappings = draft_content.read_mappings(stored=draft.mappings)
    read = draft_verdicts.judge(
        mappings=mappings,
        schedule=schedule,
        labels=audience_labels.Names([row.audience for row in schedule if is_shown]),
        fields=accounts.fields_of(account) if account and until != AUDIENCES else None,
        today=at.astimezone(UTC).date(),
        until=until,
    )
    if until != AUDIENCES:
        read = policy_check.judge(content=read, destination=draft.destination, until=until)
    if draft_rights.may_do_all(draft=draft):
        return read
    sent_now = _sent_mappings(draft.destination)
    return read.with_problems(
        found=draft_rights.problems(draft=draft, rows=mappings, sent_now=sent_now)
    )


def is_outdated(*, draft: ActivationDraft) -> bool:
    """Whether what the destination sends was changed elsewhere since the draft was opened."""
    if draft.based_on_version == draft.destination.mapping_version:
        return False
    # The version also rises where profiles are only looked at again, such as for a trigger, a
    # consent policy or a label: that is nothing a draft could undo.
    return bool(draft.based_on != opened_with(destination=draft.destination))


def finish(*, draft: ActivationDraft, at: datetime) -> None:
    """Make the destination send what the draft says. Raises CannotFinish, then nothing changed."""
    with transaction.atomic():
        standing_still.beside_others()
        # The destination before the draft, as whoever changes it does: its marketing actions stay
        # as they are judged here.
        Destination.objects.select_for_update().get(pk=draft.destination_id)
        locked = ActivationDraft.objects.select_for_update().get(pk=draft.pk)
        if locked.finished_at is not None:
            raise CannotFinish("This draft was finished already.")
        if is_outdated(draft=locked):
            raise CannotFinish("Somebody else changed the destination meanwhile.")
        found = content(draft=locked, at=at)
        if found.blocking:
            raise CannotFinish(found.blocking[0].message)
        configuration.configure(
            destination=locked.destination,
            rules=found.rules,
            audiences=_choices(found.schedule),
            at=at,
            action=audit.Action.ACTIVATED,
        )
        locked.finished_at = at
        locked.save(update_fields=["finished_at", "updated_at"])


def _choices(schedule: Sequence[ScheduleRow]) -> list[configuration.AudienceChoice]:
    audiences = Audience.objects.in_bulk([row.audience for row in schedule])
    choices = []
    for row in schedule:
        assert row.start is not None, "a schedule without problems has its dates"
        choices.append(
            configuration.AudienceChoice(
                audience=audiences[row.audience],
                mapping_id=row.mapping_id,
                start_on=row.start,
                end_on=row.end,
            )
        )
    return choices


def _save(draft: ActivationDraft, version: int, at: datetime, **values: Any) -> None:
    if all(getattr(draft, name) == value for name, value in values.items()):
        # What is there already conflicts with nothing: a form is often sent twice.
        return
    open_drafts = ActivationDraft.objects.filter(pk=draft.pk, finished_at__isnull=True)
    updated = open_drafts.filter(version=version).update(
        version=F("version") + 1, updated_at=at, **values
    )
    saved = {"version": version + 1, "updated_at": at, **values}
    if updated == 0:
        # Also twice in the same moment, by a page that is reloaded while it saves.
        saved = open_drafts.values("version", "updated_at", *values).first() or {}
        if any(saved.get(name) != value for name, value in values.items()):
            raise StaleDraft
    # As it stands there now; to read a large draft again would take longer than to write it.
    for name, value in saved.items():
        setattr(draft, name, value)


def _current_mappings(destination: Destination) -> Sequence[MappingRow]:
    rows = _sent_mappings(destination)
    if not rows:
        return _STARTING_ROWS
    present = {row.target for row in rows}
    missing = [replace(row, source="") for row in _STARTING_ROWS if row.is_mandatory]
    return [*(row for row in missing if row.target not in present), *rows]


def _sent_mappings(destination: Destination) -> tuple[MappingRow, ...]:
    stored = destination.field_mappings.order_by("position", "pk").values(
        "source_kind", "source", "target_kind", "target", "when_empty"
    )
    return draft_content.read_mappings(stored=list(stored))


def _current_schedule(destination: Destination) -> list[ScheduleRow]:
    activations = Activation.objects.filter(destination=destination).order_by("pk")
    return [
        ScheduleRow(
            audience=activation.audience_id,
            mapping_id=activation.mapping_id,
            start_on=activation.start_on.isoformat(),
            end_on=activation.end_on.isoformat() if activation.end_on else "",
        )
        for activation in activations
    ]
