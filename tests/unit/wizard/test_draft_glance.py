"""What is told at a glance is what a close look at every row tells."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from activations.mapping import problems
from activations.mapping.problems import ScheduledAudience
from activations.services import draft_verdicts
from activations.services.draft_content import SCHEDULE, Content, MappingRow, ScheduleRow
from connections.zendesk.contact import CustomField

TODAY = date(2026, 3, 1)
MAPPINGS = (
    MappingRow("IdentityMap: Email", "Identity: email"),
    MappingRow("xdm: person.name.lastName", "xdm: last_name"),
    MappingRow("xdm: jobTitle", "xdm: custom_fields.Title"),
)
FIELDS = {
    name: CustomField(1, name, kind, choices, for_contact, not for_contact)
    for name, kind, choices, for_contact in (
        ("Plain", "string", (), True),
        ("Long", "text", (), True),
        ("Title", "string", (), True),
        ("Points", "number", (), True),
        ("Half", "list", ("realized",), True),
        ("Whole", "list", ("realized", "existing", "exited"), True),
        ("Reg No", "string", (), False),
    )
}
NAMES = ("", " ", "plain", "Unknown", *FIELDS)
DATES = ("", "2026-01-01", "2026-02-28", "2026-03-01", "2026-12-31", "soon")

rows = st.lists(
    st.builds(
        ScheduleRow,
        audience=st.integers(1, 9),
        mapping_id=st.sampled_from(NAMES),
        start_on=st.sampled_from(DATES),
        end_on=st.sampled_from(DATES),
    ),
    max_size=8,
)


def judged(schedule: list[ScheduleRow], fields: dict[str, CustomField] | None) -> Content:
    return draft_verdicts.judge(
        mappings=MAPPINGS,
        schedule=schedule,
        labels={key: f"Audience {key}" for key in range(10)},
        fields=fields,
        today=TODAY,
    )


def looked_at_closely(content: Content, fields: dict[str, CustomField] | None) -> set[str]:
    """What `mapping.problems` says about every row, by its place."""
    audiences = [
        ScheduledAudience(f"Audience {r.audience}", r.mapping_id, r.start or date.min, r.end)
        for r in content.schedule
    ]
    found = problems.find(rules=content.rules, audiences=audiences, fields=fields)
    return {f"{p.place}: {p.message}" for p in found if p.place.startswith("audiences[")}


@given(schedule=rows, fields=st.sampled_from([FIELDS, {}, None]))
def test_no_row_has_a_problem_that_is_not_told(
    schedule: list[ScheduleRow], fields: dict[str, CustomField] | None
) -> None:
    content = judged(schedule, fields)
    of_dates = ("Enter the first day.", "This is no date.", "The last day is over: nothing")
    told = {
        f"audiences[{p.row}].{p.column}: {p.message}"
        for p in content.of(step=SCHEDULE)
        if p.row is not None and not p.message.startswith(of_dates)
    }
    assert told == looked_at_closely(content, fields)


@given(schedule=rows)
def test_every_wrong_date_is_told(schedule: list[ScheduleRow]) -> None:
    content = judged(schedule, FIELDS)
    for place, row in enumerate(schedule):
        columns = {p.column for p in content.problems_at(step=SCHEDULE, row=place)}
        assert ("start" in columns) == (row.start is None)
        is_ended = row.end is not None and row.end < TODAY
        if is_ended or (row.end_on and row.end is None):
            assert "end" in columns


def test_problems_of_later_steps_are_not_looked_for() -> None:
    schedule = [ScheduleRow(1, "Unknown", "soon")]
    mappings = (MappingRow("xdm: jobTitle", ""),)
    steps = {
        until: {
            problem.step
            for problem in draft_verdicts.judge(
                mappings=mappings,
                schedule=schedule,
                labels={},
                fields=FIELDS,
                today=TODAY,
                until=until,
            ).problems
        }
        for until in ("audiences", "mapping", "schedule")
    }
    assert steps == {
        "audiences": set(),
        "mapping": {"mapping"},
        "schedule": {"mapping", "schedule"},
    }


def test_names_are_asked_for_only_where_something_is_wrong() -> None:
    class Unasked(dict[int, str]):
        def get(self, *_: object) -> str:
            raise AssertionError("nobody needs this name")

    content = draft_verdicts.judge(
        mappings=MAPPINGS,
        schedule=[ScheduleRow(1, "Plain", "2026-03-01"), ScheduleRow(2, "", "2026-03-01")],
        labels=Unasked(),
        fields=FIELDS,
        today=TODAY,
    )
    assert [problem.row for problem in content.problems] == [1]
