"""What finishing a draft changes, and which fields in Zendesk it leaves behind."""

from activations.services import draft_changes
from activations.services.draft_changes import Change, Kind
from activations.services.draft_content import MappingRow, ScheduleRow

VIP = ScheduleRow(1, "VIP audience", "2026-01-01")
NEWS = ScheduleRow(2, "Newsletter", "2026-01-01")
LABELS = {1: "VIP customers", 2: "Readers"}
TITLE = MappingRow("xdm: jobTitle", "xdm: title")


def audiences(now: list[ScheduleRow], then: list[ScheduleRow]) -> tuple[Change[ScheduleRow], ...]:
    return draft_changes.compare(now=now, then=then, key=lambda row: row.audience)


def mappings(now: list[MappingRow], then: list[MappingRow]) -> tuple[Change[MappingRow], ...]:
    return draft_changes.compare(now=now, then=then, key=lambda row: row.target)


def left_behind(
    changes: tuple[Change[ScheduleRow], ...] = (), mapped: tuple[Change[MappingRow], ...] = ()
) -> list[tuple[str, str]]:
    found = draft_changes.endings(audiences=changes, mappings=mapped, labels=LABELS)
    return [(ending.field, ending.why) for ending in found]


def test_each_row_is_new_changed_the_same_or_removed() -> None:
    later = ScheduleRow(1, "VIP audience", "2026-02-01")
    third = ScheduleRow(3, "Third", "2026-01-01")
    found = audiences([VIP, NEWS], [third, later])
    assert [(change.kind, change.row.audience) for change in found] == [
        (Kind.NEW, 3),
        (Kind.CHANGED, 1),
        (Kind.REMOVED, 2),
    ]
    assert [change.kind for change in audiences([VIP], [VIP])] == [Kind.SAME]


def test_a_draft_with_two_rows_for_one_target_keeps_both() -> None:
    found = mappings([TITLE], [TITLE, TITLE, MappingRow()])
    assert [change.kind for change in found] == [Kind.SAME, Kind.NEW, Kind.NEW]


def test_the_field_of_a_removed_audience_is_left_behind() -> None:
    assert left_behind(audiences([VIP, NEWS], [NEWS])) == [
        ("VIP audience", "status of the audience “VIP customers”, which is removed")
    ]


def test_so_is_the_field_of_an_audience_that_gets_another_one() -> None:
    moved = ScheduleRow(1, "Churn risk", "2026-01-01")
    assert left_behind(audiences([VIP], [moved])) == [
        ("VIP audience", "status of the audience “VIP customers”, from then on in “Churn risk”")
    ]


def test_audiences_that_swap_their_fields_leave_none_behind() -> None:
    swapped = [ScheduleRow(1, "Newsletter"), ScheduleRow(2, "VIP audience")]
    assert left_behind(audiences([VIP, NEWS], swapped)) == []


def test_the_target_of_a_removed_mapping_is_left_behind() -> None:
    other = MappingRow("xdm: role", "xdm: title")
    assert left_behind(mapped=mappings([TITLE], [])) == [
        ("xdm: title", "mapped from “xdm: jobTitle”, which is removed")
    ]
    assert left_behind(mapped=mappings([TITLE], [other])) == []


def test_a_field_that_passes_between_mapping_and_audience_is_written_on() -> None:
    mapped = MappingRow("xdm: loyalty.tier", "xdm: custom_fields.VIP audience")
    assert left_behind(audiences([VIP], []), mappings([], [mapped])) == []
    assert left_behind(audiences([], [VIP]), mappings([mapped], [])) == []
