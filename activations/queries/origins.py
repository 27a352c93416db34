"""Where the attributes and audiences of violations came from, as far as it is known."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import F

from activations.governance import attributes
from activations.governance.check import Violation
from activations.governance.lineage import Origin
from activations.models import Audience, Upload
from activations.queries import uploads
from activations.terms import Origin as Origins

# So many of the newest uploads are looked through, and so many files are named.
MOST_UPLOADS: Final = 100
_MOST_NAMED: Final = 3
_LONGEST_NAME: Final = 80


def of(*, violations: Sequence[Violation], audience_ids: Sequence[int]) -> list[Origin]:
    """Of each violation; `audience_ids` stand where the rows of audiences point. Two queries."""
    if not violations:
        return []
    brought = uploads.listing().filter(rows_read__gt=F("rows_rejected"))
    files = list(brought[:MOST_UPLOADS])
    audiences = Audience.objects.in_bulk(
        [audience_ids[one.row] for one in violations if one.is_of_audience]
    )
    return [
        _of_audience(audiences.get(audience_ids[one.row]), files)
        if one.is_of_audience
        else _of_attribute(one, files)
        for one in violations
    ]


def _of_attribute(violation: Violation, files: Sequence[Upload]) -> Origin:
    """Nobody knows which record brought a value; files that may have are known."""
    named = _named([file for file in files if _has(file, violation)])
    return Origin(Origins.PROFILES.label, ("loaded by file or HTTP", *named))


def _of_audience(audience: Audience | None, files: Sequence[Upload]) -> Origin:
    # None was deleted a moment ago.
    origin = audience.origin if audience else Origins.PROFILES
    named = _named([file for file in files if audience and file.audience_id == audience.pk])
    return Origin(Origins(origin).label, tuple(named))


def _has(file: Upload, violation: Violation) -> bool:
    """Whether a column of it goes to where the label stands."""
    return any(
        attributes.is_touched(labelled=label.path, read=path)
        for label in violation.labels
        for path in file.columns
        if path
    )


def _named(files: Sequence[Upload]) -> Iterator[str]:
    """The newest of them, each name once."""
    names = list(dict.fromkeys(file.file_name or "Unnamed file" for file in files))
    for name in names[:_MOST_NAMED]:
        yield f"uploaded in {name[:_LONGEST_NAME]}{'…' if len(name) > _LONGEST_NAME else ''}"
    if (left := len(names) - _MOST_NAMED) > 0:
        yield f"and {left:,} more"
