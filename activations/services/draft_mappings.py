"""The Mapping step of an open draft: what was typed is kept, and completed by name where asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from activations.mapping import suggestions
from activations.mapping.catalogue import ATTRIBUTES
from activations.mapping.paths import (
    PathProblem,
    Source,
    Target,
    format_source,
    format_target,
    parse_source,
    parse_target,
)
from activations.models import ActivationDraft
from activations.queries import sight
from activations.queries.seen import Seen
from activations.services import draft_content, drafts
from activations.services.draft_content import MappingRow
from activations.terms import SourceKind, TargetKind
from connections import accounts

# What stands in a list that people still read.
MOST_SUGGESTED = 12
ALL = "all"


def save(*, draft: ActivationDraft, version: int, rows: Sequence[MappingRow], at: datetime) -> None:
    """Keep the rows; a source alone gets the only target of its name. Raises StaleDraft."""
    completed = list(rows)
    for index, row in enumerate(rows):
        if row.source and not row.target:
            completed[index] = _completed(draft, row, completed)
    drafts.save_mappings(draft=draft, version=version, rows=completed, at=at)


def with_suggested(
    *, draft: ActivationDraft, rows: Sequence[MappingRow], wanted: str, seen: Seen
) -> list[MappingRow]:
    """The rows with what is suggested for the `wanted` target, or with `ALL` of it.

    Rows that nobody filled make place for it.
    """
    if not wanted:
        return list(rows)
    kept = [row for row in rows if row.source or row.target]
    found = suggested(draft=draft, rows=rows, seen=seen)
    return kept + [row for row in found if wanted in (row.target, ALL)]


def suggested(
    *, draft: ActivationDraft, rows: Sequence[MappingRow], seen: Seen
) -> tuple[MappingRow, ...]:
    """Mappings that fit by name and are not there yet; of what profiles hold, if there are any."""
    held = {path: held.type for path, held in sorted(seen.attributes.items())}
    standard = {one.path: one.type for one in ATTRIBUTES if seen.is_nothing or one.path in held}
    found = suggestions.suggest(
        sources={
            path: type
            for path, type in {**standard, **held}.items()
            if sight.shows_source(Source(SourceKind.ATTRIBUTE, path))
        },
        fields=_fields(draft),
        mapped=[source for row in rows if (source := _source(row)) is not None],
        taken=_taken(draft, rows),
    )
    return tuple(
        MappingRow(format_source(one.source), format_target(one.target))
        for one in found[:MOST_SUGGESTED]
    )


def custom_targets(*, draft: ActivationDraft) -> set[str]:
    """The names of the custom fields that the rows write."""
    rows = draft_content.read_mappings(stored=draft.mappings)
    targets = (target for row in rows if (target := _target(row)) is not None)
    return {target.name for target in targets if target.kind == TargetKind.CUSTOM_FIELD}


def _completed(draft: ActivationDraft, row: MappingRow, rows: Sequence[MappingRow]) -> MappingRow:
    source = _source(row)
    if source is None:
        return row
    target = suggestions.target_of(source=source, fields=_fields(draft), taken=_taken(draft, rows))
    return row if target is None else replace(row, target=format_target(target))


def _fields(draft: ActivationDraft) -> Any:
    account = draft.destination.account
    return (accounts.fields_of(account) if account else None) or {}


def _taken(draft: ActivationDraft, rows: Sequence[MappingRow]) -> set[Target]:
    """What a row writes, and what an audience's status is written to."""
    names = {row.get("mapping_id") or "" for row in draft.audiences}
    statuses = {Target(TargetKind.CUSTOM_FIELD, name) for name in names}
    return statuses | {target for row in rows if (target := _target(row)) is not None}


def _source(row: MappingRow) -> Source | None:
    try:
        return parse_source(row.source)
    except PathProblem:
        return None


def _target(row: MappingRow) -> Target | None:
    try:
        return parse_target(row.target)
    except PathProblem:
        return None
