"""A constant: the same text for every contact, checked before anything is sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activations.mapping import problems
from activations.mapping.paths import Source, Target
from activations.mapping.plan import MappingRule
from activations.mapping.transform import ProfileView, Send, render
from activations.terms import SourceKind, TargetKind, WhenEmpty
from connections.zendesk.contact import Json

from . import build, strategies
from .build import EMAIL_RULE, MANDATORY
from .test_problems import VIP, found

FIELDS = {field.name: field for field in strategies.FIELDS}
TEXTS = st.one_of(
    st.text(max_size=40),
    st.integers(250, 260).map("ö".__mul__),
    st.sampled_from([" 3.50 ", "-0", "2026-03-01", "yes", "gold,silver", "gold,none", ",", "Gold"]),
).filter(lambda text: any(sign.isprintable() and not sign.isspace() for sign in text))
TARGETS = strategies.rules.map(lambda rule: rule.target)


def said(text: str, target: str) -> list[tuple[str, str]]:
    """Code and words of the problems of one constant beside the mandatory mappings."""
    rule = build.rule(f"constant: {text}", target)
    every = problems.find(rules=(*MANDATORY, rule), audiences=(VIP,), fields=build.plan().fields)
    return [(one.code, one.message) for one in every if one.is_blocking]


def written(text: str, target: str) -> dict[str, Json]:
    plan = build.plan(build.rule(f"constant: {text}", target))
    return dict(build.sent(render(profile=build.profile(), plan=plan, at=build.AT)).attributes)


def test_every_contact_gets_the_constant() -> None:
    assert written("Newsletter", "xdm: industry")["industry"] == "Newsletter"


def test_a_constant_is_shaped_as_a_value_of_a_profile_is() -> None:
    assert written("a, b,a", "xdm: tags")["tags"] == ["a", "b"]
    assert written("41", "xdm: owner_id")["owner_id"] == 41
    assert written("two\nlines", "xdm: industry")["industry"] == "two lines"


def test_a_constant_last_name_sends_people_who_have_none() -> None:
    plan = build.plan(mandatory=(EMAIL_RULE, build.rule("constant: Customer", "xdm: last_name")))
    nameless = build.profile(last_name=None)
    contact = build.sent(render(profile=nameless, plan=plan, at=build.AT))
    assert contact.attributes["last_name"] == "Customer"


@given(text=TEXTS, target=TARGETS, profile=strategies.members())
@settings(max_examples=300, deadline=None)
def test_a_constant_without_a_problem_is_in_every_contact_and_another_in_none(
    text: str, target: Target, profile: ProfileView
) -> None:
    rule = MappingRule(Source(SourceKind.CONSTANT, text), target)
    every = problems.find(rules=(*MANDATORY, rule), audiences=(VIP,), fields=FIELDS)
    fits = all(problem.code != "constant-does-not-fit" for problem in every)
    # Mapping IDs would write into the same fields.
    plan = build.plan(rule, audiences=(build.audience(),), fields=strategies.FIELDS)

    rendered = render(profile=profile, plan=plan, at=build.AT)

    assert isinstance(rendered, Send)
    is_unknown = rule.target.name == "Nobody knows"
    has_note = any(note.target == rule.target_text for note in rendered.notes)
    is_emptied = _value(rendered, rule) == []
    assert fits is not (has_note or is_emptied) or is_unknown


def _value(sent: Send, rule: MappingRule) -> Json:
    contact = sent.contact
    if rule.target.kind == TargetKind.CUSTOM_FIELD:
        return contact.custom_fields.get(rule.target.name)
    return contact.attributes.get(rule.target.name)


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        ("number", "twelve", "is a number field: write digits"),
        ("date", "tomorrow", "write it like 2026-01-31"),
        ("datetime", "noon", "write it like 2026-01-31"),
        ("bool", "perhaps", "write true or false"),
        ("list", "Platinum", "choose one of “Gold”, “silver”"),
        ("multi_select_list", "Gold,Platinum", "choose one of “Gold”, “silver”"),
        ("multi_select_list", ",,", "choose one of “Gold”, “silver”"),
        ("address", "Storgatan 1", "holds no text"),
        ("string", "ö" * 256, "shorten it"),
    ],
)
def test_a_constant_that_does_not_fit_blocks_and_says_what_would(
    kind: str, text: str, hint: str
) -> None:
    rule = build.rule(f"constant: {text}", "xdm: custom_fields.X")
    fields = {"X": build.field("X", kind, "Gold", "silver"), **build.plan().fields}
    (one,) = problems.find(rules=(*MANDATORY, rule), audiences=(VIP,), fields=fields)
    assert (one.place, one.code, one.is_blocking) == (
        "mappings[2].source",
        "constant-does-not-fit",
        True,
    )
    assert hint in one.message


def test_a_long_list_of_choices_is_cut() -> None:
    field = build.field("X", "list", *(f"choice {n}" for n in range(300)))
    rule = build.rule("constant: another", "xdm: custom_fields.X")
    (one,) = problems.find(
        rules=(*MANDATORY, rule), audiences=(VIP,), fields={"X": field, **build.plan().fields}
    )
    assert one.message.endswith("“choice 11” and 288 more.")
    none = build.field("X", "list")
    (one,) = problems.find(
        rules=(*MANDATORY, rule), audiences=(VIP,), fields={"X": none, **build.plan().fields}
    )
    assert one.message.endswith("the field has none.")


@pytest.mark.parametrize(
    ("text", "target", "hint"),
    [
        ("forty-one", "xdm: owner_id", "is no number"),
        ("gone", "xdm: customer_status", "choose one of “none”, “current”, “past”"),
        (", ,", "xdm: tags", "holds no value for “tags”"),
        ("ö" * 256, "xdm: address.city", "shorten it"),
    ],
)
def test_a_constant_is_checked_against_built_in_fields_too(
    text: str, target: str, hint: str
) -> None:
    ((code, message),) = said(text, target)
    assert code == "constant-does-not-fit"
    assert hint in message


def test_a_constant_is_nobodys_identity() -> None:
    wrong = build.rule("constant: ann@example.org", "Identity: email")
    last_name = build.rule("xdm: person.name.lastName", "xdm: last_name")
    assert found(rules=(wrong, last_name)) == [("mappings[0].source", "illegal-pair", True)]


def test_a_constant_last_name_is_warned_about() -> None:
    rule = build.rule("constant: Customer", "xdm: last_name")
    assert found(rules=(EMAIL_RULE, rule)) == [("mappings[1].source", "same-last-name", False)]


def test_a_constant_is_never_empty_so_it_cannot_clear() -> None:
    rule = build.rule("constant: Newsletter", "xdm: industry", clear=True)
    assert rule.when_empty == WhenEmpty.CLEAR
    assert found(rules=(*MANDATORY, rule)) == [
        ("mappings[2].when_empty", "constant-is-never-empty", True)
    ]
