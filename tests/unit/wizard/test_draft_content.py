"""What a draft says is wrong, judged without a database."""

from datetime import date

from activations.services import draft_verdicts
from activations.services.draft_content import AUDIENCES, SCHEDULE, Content, MappingRow, ScheduleRow

MAPPINGS = (
    MappingRow("IdentityMap: Email", "Identity: email"),
    MappingRow("xdm: person.name.lastName", "xdm: last_name"),
)


def judged(*schedule: ScheduleRow) -> Content:
    return draft_verdicts.judge(
        mappings=MAPPINGS,
        schedule=schedule,
        labels={},
        fields=None,
        today=date(2026, 3, 1),
    )


def complete(count: int) -> list[ScheduleRow]:
    return [ScheduleRow(n, f"Field {n}", "2026-03-01") for n in range(count)]


def test_250_audiences_are_no_reason_for_a_word() -> None:
    assert judged(*complete(250)).problems_at(step=AUDIENCES, row=None) == ()


def test_more_than_250_audiences_are_a_warning_and_no_obstacle() -> None:
    content = judged(*complete(251))
    [warning] = content.problems_at(step=AUDIENCES, row=None)
    assert warning.message.startswith("251 audiences are selected;")
    assert content.blocking == ()


def test_problems_are_found_by_their_row() -> None:
    content = judged(ScheduleRow(1, "A", "soon", "later"), ScheduleRow(2, "B", "2026-03-01"))
    by_row = content.problems_by_row(step=SCHEDULE)
    assert {row: [p.column for p in found] for row, found in by_row.items()} == {
        0: ["start", "end"]
    }
