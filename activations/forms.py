"""What the wizard's tables post, read row by row; nothing is judged here."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict

from activations.services.draft_content import MappingRow, ScheduleRow
from activations.terms import WhenEmpty

MOST_ROWS = 500


def version(*, data: QueryDict) -> int:
    """The draft version the page was made from; 0, which never fits, when unreadable."""
    return _number(data.get("version", ""))


def numbers(*, data: QueryDict, name: str) -> set[int]:
    """Repeated numeric values, such as check boxes."""
    return {_number(text) for text in data.getlist(name)} - {0}


def mapping_rows(*, data: QueryDict) -> list[MappingRow]:
    """`rows` rows of `source-<n>`, `target-<n>` and `when-<n>`, without the one `remove` names."""
    count = min(_number(data.get("rows", "")), MOST_ROWS)
    removed = data.get("remove")
    rows = [_mapping_row(data, index) for index in range(count) if str(index) != removed]
    if "add" in data:
        rows.append(MappingRow())
    return rows


def schedule_rows(*, data: QueryDict) -> list[ScheduleRow]:
    """`start-<key>`, `end-<key>` and `mapping-id-<key>` for each `audience`."""
    return [
        ScheduleRow(
            audience=key,
            mapping_id=data.get(f"mapping-id-{key}", "")[:255],
            start_on=data.get(f"start-{key}", "")[:20],
            end_on=data.get(f"end-{key}", "")[:20],
        )
        for key in sorted(numbers(data=data, name="audience"))
    ]


class AudienceNameForm(forms.Form):
    """What people call an audience."""

    name = forms.CharField(label="Name", max_length=255)


def _mapping_row(data: Mapping[str, str], index: int) -> MappingRow:
    when = data.get(f"when-{index}", "")
    return MappingRow(
        source=data.get(f"source-{index}", "").strip()[:600],
        target=data.get(f"target-{index}", "")[:600],
        when_empty=when if when in WhenEmpty.values else WhenEmpty.KEEP.value,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
