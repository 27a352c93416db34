"""A workspace file: what is understood, and that every problem is found with its place."""

from datetime import date
from textwrap import dedent

import pytest

from activations.services.workspace.reading import Reading, read
from activations.services.workspace.values import ActivationEntry, AudienceEntry
from activations.terms import SourceKind, WhenEmpty
from tests.factories import TOKEN

VIP = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
WORKSPACE = f"""\
version: 1
accounts:
  - name: Acme Sell
    platform: zendesk-sell
    token_env: ZENDESK_TOKEN
audiences:
  - id: {VIP}
    name: VIP customers
destinations:
  - name: Zendesk CRM
    description: Contacts for the support team
    account: Acme Sell
    alerts: [activation-skipped-rate-exceeded]
    mappings:
      - {{source: "IdentityMap: Email",        target: "Identity: email"}}
      - {{source: "xdm: person.name.lastName",  target: "xdm: last_name"}}
      - {{source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}}
    audiences:
      - {{audience: "ups/{VIP}", mapping_id: "VIP audience", start: 2026-01-01, end: null}}
"""


def reading(text: str, **environ: str) -> Reading:
    return read(data=dedent(text).encode(), environ={"ZENDESK_TOKEN": TOKEN} | environ)


def problems(text: str, **environ: str) -> list[str]:
    return [str(problem) for problem in reading(text, **environ).problems]


def changed(old: str, new: str) -> list[str]:
    assert old in WORKSPACE
    return problems(WORKSPACE.replace(old, new))


def test_a_complete_file_becomes_values() -> None:
    read_file = reading(WORKSPACE)

    assert read_file.problems == ()
    assert read_file.warnings == ()
    assert read_file.workspace.accounts[0].token == TOKEN
    assert read_file.workspace.audiences == (AudienceEntry("ups", VIP, "VIP customers"),)
    destination = read_file.workspace.destinations[0]
    assert destination.is_enabled
    assert destination.activations == (
        ActivationEntry(f"ups/{VIP}", "VIP audience", date(2026, 1, 1), None),
    )


def test_a_token_is_in_no_text_form() -> None:
    assert TOKEN not in repr(reading(WORKSPACE))


def test_an_account_without_its_token_is_refused_at_token_env() -> None:
    found = read(data=WORKSPACE.encode(), environ={"ZENDESK_TOKEN": "  "}).problems

    assert [str(problem) for problem in found] == [
        "accounts[0].token_env, line 5: The environment variable ZENDESK_TOKEN is not set."
    ]


def test_a_token_pasted_in_place_of_a_variable_is_not_repeated() -> None:
    found = changed("ZENDESK_TOKEN", "a0b1c2d3e4f5")

    assert len(found) == 1
    assert "a0b1c2" not in found[0]


@pytest.mark.parametrize("token", ["two words", "löwe", "line\nbreak"])
def test_a_token_that_cannot_be_sent_is_refused_without_showing_it(token: str) -> None:
    found = problems(WORKSPACE, ZENDESK_TOKEN=token)

    assert [text.partition(":")[0] for text in found] == ["accounts[0].token_env, line 5"]
    assert token not in found[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("version: 1", "version: 2", "version, line 1: must be 1, the only version there is."),
        ("version: 1", "version: true", "version, line 1: must be 1, the only version there is."),
        ("version: 1\n", "", "version, line 1: is missing; write “version: 1”."),
        (
            "platform: zendesk-sell",
            "platform: zendesk-support",
            "accounts[0].platform, line 4: is not a platform we know (zendesk-sell).",
        ),
        (
            "description:",
            "descripton:",
            "destinations[0].descripton, line 11: is not known here. Do you mean “description”?",
        ),
        (
            "name: Zendesk CRM",
            "name: yes",
            "destinations[0].name, line 10: must be text, not true or false. Put it in quotes.",
        ),
        (
            "name: Zendesk CRM",
            'name: "  "',
            "destinations[0].name, line 10: must not be empty.",
        ),
        (
            "name: Zendesk CRM",
            r'name: "a\0b"',
            "destinations[0].name, line 10: holds a character that cannot be stored.",
        ),
        (
            "    alerts: [activation-skipped-rate-exceeded]\n",
            "    enabled: 'no'\n",
            "destinations[0].enabled, line 13: must be true or false, not text.",
        ),
        (
            "start: 2026-01-01",
            "start: 2026-13-01",
            "destinations[0].audiences[0].start, line 19: is not a date; write it like 2026-01-31.",
        ),
        (
            "start: 2026-01-01",
            "start: 2026-01-01T00:00:00Z",
            "destinations[0].audiences[0].start, line 19: must be a date such as 2026-01-31, "
            "not a date with a time.",
        ),
        (
            'mapping_id: "VIP audience"',
            "mapping_id: ''",
            "destinations[0].audiences[0].mapping_id, line 19: must not be empty.",
        ),
        (
            "  - id: ",
            "  - name: Twice\n    name: Again\n    id: ",
            "audiences[0].name, line 8: is written twice.",
        ),
    ],
)
def test_a_problem_says_its_place_and_what_to_do(old: str, new: str, expected: str) -> None:
    assert expected in changed(old, new)


def test_an_unknown_marketing_action_is_refused_with_those_there_are() -> None:
    account = "    account: Acme Sell\n"
    found = changed(account, f"{account}    marketing_actions: [analytics, spam]\n")

    assert found[0].startswith("destinations[0].marketing_actions[1], line 13: is not a marketing")
    assert "segment-match" in found[0]


def test_activation_triggers_are_known_ones_and_not_none_of_them() -> None:
    account = "    account: Acme Sell\n"
    key = f"{account}    activation_triggers:"
    (unknown,) = changed(account, f"{key} [identity-changes, spam]\n")
    assert unknown.startswith("destinations[0].activation_triggers[1], line 13: is not an act")
    (none,) = changed(account, f"{key} []\n")
    assert "must hold at least one" in none
    assert reading(WORKSPACE).workspace.destinations[0].activation_triggers is None


def test_marketing_actions_are_read_in_one_order_and_silence_is_not_none_of_them() -> None:
    account = "    account: Acme Sell\n"
    text = WORKSPACE.replace(
        account, f"{account}    marketing_actions: [segment-match, analytics]\n"
    )

    assert reading(text).workspace.destinations[0].marketing_actions == (
        "analytics",
        "segment-match",
    )
    assert reading(WORKSPACE).workspace.destinations[0].marketing_actions is None


def test_a_schedule_that_ends_before_it_starts_is_refused_at_its_end() -> None:
    found = changed("end: null", "end: 2025-12-31")

    assert len(found) == 1
    assert found[0].startswith("destinations[0].audiences[0].end, line 19: ")


def test_an_illegal_target_is_refused_with_what_is_allowed() -> None:
    found = changed("xdm: last_name", "xdm: lastname")

    assert found[0].startswith("destinations[0].mappings[1].target, line 16: ")
    assert "last_name" in found[0]


def test_the_place_counts_entries_that_could_not_be_read() -> None:
    found = changed(
        '{source: "IdentityMap: Email",        target: "Identity: email"}',
        "nonsense\n      - {source: 'xdm: a', target: 'xdm: last_name'}",
    )

    assert [text.partition(":")[0] for text in found] == [
        "destinations[0].mappings[0], line 15",
        "destinations[0].mappings[2].target, line 17",
    ]


def test_two_audiences_cannot_share_a_mapping_id() -> None:
    twice = '\n      - {audience: "ups/x", mapping_id: "VIP audience", start: 2026-01-01}'
    found = problems(WORKSPACE.rstrip() + twice + "\n")

    assert {text.partition(":")[0] for text in found} == {
        "destinations[0].audiences[0].mapping_id, line 19",
        "destinations[0].audiences[1].mapping_id, line 20",
    }


def test_an_audience_is_activated_once_in_a_destination() -> None:
    twice = f'\n      - {{audience: "ups/{VIP}", mapping_id: "Other", start: 2026-01-01}}'
    found = problems(WORKSPACE.rstrip() + twice + "\n")

    assert found == [
        "destinations[0].audiences[1].audience, line 20: is activated already in this destination."
    ]


def test_names_are_used_once() -> None:
    found = problems(
        """\
        version: 1
        audiences:
          - {id: a}
          - {id: a, namespace: other}
          - {id: a, namespace: ups}
        """
    )

    assert found == ["audiences[2].id, line 5: is used already in line 3."]


def test_names_that_differ_in_case_are_two() -> None:
    assert problems("version: 1\naudiences: [{id: a}, {id: A}]\n") == []


def test_without_a_mandatory_mapping_the_file_is_taken_with_a_warning() -> None:
    text = WORKSPACE.replace("xdm: last_name", "xdm: title")
    read_file = reading(text)

    assert read_file.problems == ()
    assert [str(warning.place) for warning in read_file.warnings] == [
        "destinations[0].mappings, line 14"
    ]


def test_silence_about_mappings_is_not_an_empty_list() -> None:
    head, _, _ = WORKSPACE.partition("    mappings:")
    destination = reading(head).workspace.destinations[0]

    assert destination.rules is None
    assert destination.activations is None


def test_a_mapping_may_clear_the_field_when_empty() -> None:
    text = WORKSPACE.replace('Loyalty tier"}', 'Loyalty tier", when_empty: clear}')
    rules = reading(text).workspace.destinations[0].rules

    assert rules is not None
    assert rules[2].when_empty == WhenEmpty.CLEAR


def test_a_constant_is_read_with_its_blanks_and_colons() -> None:
    text = WORKSPACE.replace('"xdm: loyalty.tier"', '"constant:  12:30 "')
    rules = reading(text).workspace.destinations[0].rules

    assert rules is not None
    assert (rules[2].source.kind, rules[2].source.path) == (SourceKind.CONSTANT, " 12:30 ")


def test_a_constant_last_name_is_taken_with_a_warning_and_one_that_does_not_fit_is_not() -> None:
    text = WORKSPACE.replace('"xdm: person.name.lastName"', '"constant: Customer"')
    read_file = reading(text)

    assert read_file.problems == ()
    assert [str(warning.place) for warning in read_file.warnings] == [
        "destinations[0].mappings[1].source, line 16"
    ]
    (refused,) = problems(text.replace("xdm: last_name", "xdm: owner_id"))
    assert "The constant is no number" in refused


def test_references_are_kept_with_their_places() -> None:
    read_file = reading(WORKSPACE)

    assert [(name, str(place)) for name, place in read_file.account_references] == [
        ("Acme Sell", "destinations[0].account, line 12")
    ]
    assert read_file.audience_names == {f"ups/{VIP}"}
