"""What is said about a mapping before anything is sent."""

import time
from collections.abc import Sequence
from datetime import date

import pytest

from activations.mapping import problems
from activations.mapping.paths import Source, Target
from activations.mapping.plan import MappingRule
from activations.mapping.problems import Problem, ScheduledAudience
from activations.terms import SourceKind, TargetKind
from connections.zendesk.contact import CustomField

from . import build
from .build import EMAIL_RULE, LAST_NAME_RULE, MANDATORY, STATUSES

VIP = ScheduledAudience("VIP customers", "VIP audience", date(2026, 1, 1))
FIELDS = {
    one.name: one
    for one in (
        build.field("VIP audience", "list", *STATUSES),
        build.field("Churn risk", "string"),
        build.field("Loyalty tier", "string"),
        build.field("Points", "number"),
        build.field("Member", "bool"),
        build.field("Two choices", "list", "realized", "exited"),
        build.field("One choice", "multi_select_list", "realized"),
        build.field("Wrong case", "list", "Realized", "Existing", "Exited"),
        build.field("Reg No", "string", for_contact=False),
    )
}


def found(
    *,
    rules: Sequence[MappingRule] = MANDATORY,
    audiences: Sequence[ScheduledAudience] = (VIP,),
    fields: dict[str, CustomField] | None = FIELDS,
) -> list[tuple[str, str, bool]]:
    every = problems.find(rules=rules, audiences=audiences, fields=fields)
    assert all(problem.message.endswith((".", "?")) for problem in every)
    return [(problem.place, problem.code, problem.is_blocking) for problem in every]


def about(name: str, taken: dict[str, str] | None = None) -> tuple[Problem, ...]:
    return problems.check_mapping_id(name=name, fields=FIELDS, taken=taken or {})


def test_a_complete_mapping_has_no_problems() -> None:
    assert found() == []


@pytest.mark.parametrize("rules", [(EMAIL_RULE,), (LAST_NAME_RULE,)])
def test_a_missing_mandatory_mapping_blocks(rules: tuple[MappingRule, ...]) -> None:
    assert found(rules=rules) == [("mappings", "mandatory-mapping-missing", True)]


def test_a_target_is_written_once() -> None:
    assert found(rules=(*MANDATORY, LAST_NAME_RULE)) == [
        ("mappings[2].target", "duplicate-target", True)
    ]


@pytest.mark.parametrize(
    "source", [Source(SourceKind.ATTRIBUTE, "a.b"), Source(SourceKind.IDENTITY, "ECID")]
)
def test_the_email_identity_comes_from_the_email_namespace_only(source: Source) -> None:
    wrong = MappingRule(source, Target(TargetKind.IDENTITY, "email"))
    assert found(rules=(wrong, LAST_NAME_RULE)) == [("mappings[0].source", "illegal-pair", True)]


def test_namespaces_compare_without_case() -> None:
    assert found(rules=(build.rule("IdentityMap: EMAIL", "Identity: email"), LAST_NAME_RULE)) == []


@pytest.mark.parametrize(
    "target",
    [
        Target(TargetKind.ATTRIBUTE, "name"),
        Target(TargetKind.ATTRIBUTE, "email"),
        Target(TargetKind.ADDRESS, "street"),
        Target(TargetKind.IDENTITY, "phone"),
        Target(TargetKind.CUSTOM_FIELD, " "),
    ],
)
def test_a_target_that_cannot_be_written_blocks(target: Target) -> None:
    wrong = MappingRule(Source(SourceKind.ATTRIBUTE, "a"), target)
    assert found(rules=(*MANDATORY, wrong)) == [("mappings[2].target", "unknown-target", True)]


@pytest.mark.parametrize(
    ("name", "code"), [("Nobody", "unknown-custom-field"), ("Reg No", "not-for-people")]
)
def test_a_custom_field_that_people_do_not_have_blocks(name: str, code: str) -> None:
    wrong = build.rule("xdm: a", f"xdm: custom_fields.{name}")
    assert found(rules=(*MANDATORY, wrong)) == [("mappings[2].target", code, True)]
    as_status = ScheduledAudience("VIP", name, date(2026, 1, 1))
    assert found(audiences=(as_status,)) == [("audiences[0].mapping_id", code, True)]


def test_as_long_as_the_fields_are_unknown_there_is_one_warning() -> None:
    rules = (*MANDATORY, build.rule("xdm: a", "xdm: custom_fields.Nobody"))
    assert found(rules=rules, fields=None) == [("account", "fields-unknown", False)]


def test_an_account_without_custom_fields_is_known_to_have_none() -> None:
    assert found(fields={}) == [("audiences[0].mapping_id", "unknown-custom-field", True)]


def test_a_destination_without_an_audience_blocks() -> None:
    assert found(audiences=()) == [("audiences", "no-audience", True)]


def test_a_schedule_that_ends_before_it_starts_blocks() -> None:
    backwards = ScheduledAudience("VIP", "VIP audience", date(2026, 2, 1), date(2026, 1, 31))
    one_day = ScheduledAudience("VIP", "VIP audience", date(2026, 2, 1), date(2026, 2, 1))
    assert found(audiences=(backwards,)) == [("audiences[0].end", "ends-before-start", True)]
    assert found(audiences=(one_day,)) == []


def test_two_audiences_cannot_share_a_field() -> None:
    other = ScheduledAudience("Newsletter", "VIP audience", date(2026, 1, 1))
    assert found(audiences=(VIP, other)) == [
        ("audiences[0].mapping_id", "mapping-id-taken", True),
        ("audiences[1].mapping_id", "mapping-id-taken", True),
    ]


def test_a_field_mapping_and_an_audience_cannot_share_a_field() -> None:
    rules = (*MANDATORY, build.rule("xdm: a", "xdm: custom_fields.VIP audience"))
    assert found(rules=rules) == [("audiences[0].mapping_id", "mapping-id-taken", True)]


@pytest.mark.parametrize("name", ["VIP audience", "Churn risk", "Member"])
def test_a_field_that_holds_statuses_is_fine(name: str) -> None:
    assert about(name) == ()


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("", [("mapping-id-missing", True)]),
        ("  ", [("mapping-id-missing", True)]),
        ("Points", [("wrong-type", True)]),
        ("Two choices", [("missing-choices", False)]),
        ("One choice", [("missing-choices", True), ("missing-choices", False)]),
        ("Wrong case", [("missing-choices", True), ("missing-choices", False)]),
        ("Nobody", [("unknown-custom-field", True)]),
    ],
)
def test_a_mapping_id_is_checked_against_the_account(
    name: str, codes: list[tuple[str, bool]]
) -> None:
    assert [(problem.code, problem.is_blocking) for problem in about(name)] == codes
    assert {problem.place for problem in about(name)} == {"mapping_id"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("vip Audience", "It has “VIP audience”: capitals and blanks must be the same."),
        ("VIP  audience ", "It has “VIP audience”: capitals and blanks must be the same."),
        ("VIP audiance", "Did you mean “VIP audience”?"),
        ("Shoe size", "Create it in Sell under Settings > Customize"),
        ("reg no", "Create it in Sell under Settings > Customize"),
    ],
)
def test_an_unknown_name_comes_with_the_next_step(name: str, hint: str) -> None:
    (problem,) = about(name)
    assert hint in problem.message


def test_a_taken_field_says_by_whom() -> None:
    (problem,) = about("Churn risk", {"Churn risk": "the audience “Newsletter”"})
    assert problem.message == "“Churn risk” is already written by the audience “Newsletter”."


def test_a_third_audience_with_the_same_field_names_another_one() -> None:
    same = [ScheduledAudience(label, "VIP audience", date(2026, 1, 1)) for label in "ABC"]
    every = problems.find(rules=MANDATORY, audiences=same, fields=FIELDS)
    assert [problem.message[-4:] for problem in every] == ["“C”.", "“C”.", "“B”."]


def test_in_a_long_list_of_unknown_names_the_first_get_a_guess() -> None:
    wrong = [
        ScheduledAudience(str(n), f"Churn risk {n}", date(2026, 1, 1))
        for n in range(problems.MOST_GUESSES + 1)
    ]
    every = problems.find(rules=MANDATORY, audiences=wrong, fields=FIELDS)
    assert all("Did you mean “Churn risk”?" in problem.message for problem in every[:-1])
    assert "Create it" in every[-1].message


def test_ten_thousand_audiences_are_looked_at_once_each() -> None:
    same = [ScheduledAudience(str(n), "VIP audience", date(2026, 1, 1)) for n in range(10_000)]
    started = time.process_time()
    every = problems.find(rules=MANDATORY, audiences=same, fields=FIELDS)
    assert len(every) == 10_000
    # A tenth of a second; comparing each with all others took a hundred times as long.
    assert time.process_time() - started < 2


def test_more_than_fifty_mapped_fields_are_warned_about() -> None:
    fields = {f"Field {n}": build.field(f"Field {n}", "string") for n in range(50)}
    rules = [build.rule("xdm: a", f"xdm: custom_fields.{name}") for name in fields]
    known = {**FIELDS, **fields}
    assert found(rules=(*MANDATORY, *rules[:49]), fields=known) == []
    assert found(rules=(*MANDATORY, *rules), fields=known) == [("mappings", "many-mappings", False)]


def test_clearing_what_zendesk_never_empties_is_warned_about() -> None:
    rule = build.rule("xdm: a", "xdm: owner_id", clear=True)
    assert found(rules=(*MANDATORY, rule)) == [("mappings[2].when_empty", "cannot-clear", False)]
    other = build.rule("xdm: a", "xdm: custom_fields.owner_id", clear=True)
    fields = {**FIELDS, "owner_id": build.field("owner_id", "number")}
    assert found(rules=(*MANDATORY, other), fields=fields) == []
