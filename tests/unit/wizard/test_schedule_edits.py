"""One edit for the schedules of many audiences."""

from datetime import date

import pytest

from activations.services import draft_verdicts, schedule_edits
from activations.services.draft_content import MappingRow, ScheduleRow
from activations.services.schedule_edits import Edit, Edited
from connections.zendesk.contact import CustomField
from tests.unit.mapping import build

STATUSES = build.STATUSES
FIELDS = {
    one.name: one
    for one in (
        build.field("VIP customers", "list", *STATUSES),
        build.field("newsletter", "string"),
        build.field("Points", "number"),
        build.field("Half a list", "list", "realized"),
        build.field("Loyalty tier", "string"),
        build.field("twins", "string"),
        build.field("Twins", "string"),
    )
}


def edited(
    edit: Edit,
    *rows: ScheduleRow,
    labels: tuple[str, ...] = (),
    only: set[int] | None = None,
    fields: dict[str, CustomField] | None = None,
) -> Edited:
    content = draft_verdicts.judge(
        mappings=[MappingRow("xdm: loyalty.tier", "xdm: custom_fields.Loyalty tier")],
        schedule=rows,
        labels=dict(enumerate(labels)),
        fields=FIELDS,
        today=date(2026, 3, 1),
    )
    return schedule_edits.apply(
        content=content,
        audience_ids={row.audience for row in rows} if only is None else only,
        edit=edit,
        fields=FIELDS if fields is None else fields,
    )


def test_dates_change_where_they_are_given_and_stay_where_not() -> None:
    row = ScheduleRow(0, "A", "2026-01-01", "2026-12-31")
    assert edited(Edit(start_on="2026-02-02"), row).rows == (
        ScheduleRow(0, "A", "2026-02-02", "2026-12-31"),
    )
    assert edited(Edit(end_on="2027-01-01"), row).rows == (
        ScheduleRow(0, "A", "2026-01-01", "2027-01-01"),
    )
    assert edited(Edit(has_no_end=True), row).rows == (ScheduleRow(0, "A", "2026-01-01"),)


def test_audiences_that_are_not_meant_stay_as_they_are() -> None:
    rows = ScheduleRow(0, "A", "2026-01-01"), ScheduleRow(1, "B", "2026-01-01")
    found = edited(Edit(start_on="2026-02-02"), *rows, only={1, 99})
    assert found.rows == (rows[0], ScheduleRow(1, "B", "2026-02-02"))
    assert found.meant == 1


def test_a_missing_mapping_id_becomes_the_field_of_that_name() -> None:
    found = edited(
        Edit(by_name=True),
        *(ScheduleRow(0), ScheduleRow(1), ScheduleRow(2, "typed")),
        labels=("VIP customers", "News Letter", "VIP customers"),
    )
    assert [row.mapping_id for row in found.rows] == ["VIP customers", "newsletter", "typed"]
    assert (found.named, found.unnamed) == (2, 0)


@pytest.mark.parametrize("label", ["Points", "Half a list", "Loyalty tier", "Nobody", ""])
def test_a_field_that_cannot_take_the_status_is_not_used(label: str) -> None:
    found = edited(Edit(by_name=True), ScheduleRow(0), labels=(label,))
    assert (found.rows[0].mapping_id, found.named, found.unnamed) == ("", 0, 1)


def test_a_field_is_given_once_even_to_audiences_of_one_name() -> None:
    both = edited(Edit(by_name=True), ScheduleRow(0), ScheduleRow(1), labels=("newsletter",) * 2)
    assert [row.mapping_id for row in both.rows] == ["newsletter", ""]
    typed = ScheduleRow(1, "newsletter")
    taken = edited(Edit(by_name=True), ScheduleRow(0), typed, labels=("newsletter", "b"))
    assert [row.mapping_id for row in taken.rows] == ["", "newsletter"]


def test_of_fields_that_look_alike_only_the_very_same_is_used() -> None:
    found = edited(Edit(by_name=True), ScheduleRow(0), ScheduleRow(1), labels=("TWINS", "Twins"))
    assert [row.mapping_id for row in found.rows] == ["", "Twins"]


def test_as_long_as_no_field_is_known_no_name_is_found() -> None:
    found = edited(Edit(by_name=True), ScheduleRow(0), labels=("newsletter",), fields={})
    assert (found.named, found.unnamed) == (0, 1)
