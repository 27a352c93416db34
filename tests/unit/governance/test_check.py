"""Which policies mappings break: all or any of the labels, covered paths, C12."""

import pytest

from activations.governance import attributes, check
from activations.governance.check import (
    Activated,
    LabelledAudience,
    Mapped,
    Rule,
    Rulebook,
    Violation,
)
from activations.governance.labels import CODES, LABELS, ordered
from activations.mapping.paths import PathProblem, parse_source
from activations.terms import LabelMatch

THIRD_PARTY = "export-to-third-party"
TIER = "xdm: loyalty.tier"


def mapped(*sources: str) -> list[Mapped]:
    """Each source of a mapping, in its row."""
    return [
        Mapped(row, parse_source(source), f"xdm: custom_fields.{row}")
        for row, source in enumerate(sources)
    ]


def rule(*labels: str, match: LabelMatch = LabelMatch.ANY) -> Rule:
    return Rule("No third parties", labels, match, (THIRD_PARTY, "analytics"))


def find(
    *sources: str,
    rules: tuple[Rule, ...] = (rule("C2", "C3"),),
    actions: tuple[str, ...] = (THIRD_PARTY,),
    **labels: list[str],
) -> tuple[Violation, ...]:
    """`labels` with `__` for the dots of a path."""
    put = {path.replace("__", "."): codes for path, codes in labels.items()}
    return check.find(
        mapped=mapped(*sources), actions=actions, rulebook=Rulebook(rules=rules, labels=put)
    )


def test_a_labelled_attribute_a_marketing_action_and_a_policy_make_a_violation() -> None:
    (found,) = find("xdm: person.gender", TIER, loyalty__tier=["C2", "I2"])
    assert (found.policy, found.row, found.source) == ("No third parties", 1, TIER)
    assert [(label.code, label.path) for label in found.labels] == [("C2", "loyalty.tier")]
    assert found.action_names == ["Export to Third Party"]
    assert found.message == (
        "The policy “No third parties” forbids Export to Third Party with C2, which"
        " “xdm: loyalty.tier” carries. Remove this mapping, take the marketing action off the"
        " destination, or ask whoever manages data usage policies."
    )


def test_without_label_action_or_policy_nothing_is_violated() -> None:
    assert find(TIER) == ()
    assert find(TIER, loyalty__tier=["C5"]) == ()
    assert find(TIER, actions=("data-science",), loyalty__tier=["C2"]) == ()
    assert find(TIER, rules=(), loyalty__tier=["C2"]) == ()
    assert find("xdm: person.gender", loyalty__tier=["C2"]) == ()


def test_any_of_the_labels_is_enough_where_the_policy_says_so() -> None:
    (found,) = find(TIER, "xdm: jobTitle", loyalty__tier=["C3"])
    assert found.label_codes == "C3"


def test_all_labels_must_be_there_but_may_be_spread_over_the_mappings() -> None:
    both = (rule("C2", "C3", match=LabelMatch.ALL),)
    assert find(TIER, "xdm: jobTitle", rules=both, loyalty__tier=["C2"]) == ()
    found = find(TIER, "xdm: jobTitle", rules=both, loyalty__tier=["C2"], jobTitle=["C3"])
    assert [(one.row, one.label_codes) for one in found] == [(0, "C2"), (1, "C3")]


@pytest.mark.parametrize("path", ["loyalty", "loyalty.tier"])
def test_a_path_covers_what_is_below_it(path: str) -> None:
    found = check.find(
        mapped=mapped(TIER),
        actions=[THIRD_PARTY],
        rulebook=Rulebook((rule("C2"),), {path: ["C2"]}),
    )
    assert [label.path for label in found[0].labels] == [path]


def test_a_path_covers_no_neighbour_whose_name_begins_alike() -> None:
    assert find("xdm: loyaltyClub.tier", loyalty=["C2"]) == ()


def test_who_reads_a_whole_object_reads_its_labelled_parts() -> None:
    assert len(find("xdm: loyalty", loyalty__tier=["C2"])) == 1


def test_of_a_label_on_two_paths_the_nearer_is_told() -> None:
    (found,) = find(TIER, loyalty=["C2"], loyalty__tier=["C2"])
    assert [label.path for label in found.labels] == ["loyalty.tier"]


@pytest.mark.parametrize("rules", [(), (rule("C2"),)])
def test_c12_is_never_exported_whatever_policies_and_marketing_actions(
    rules: tuple[Rule, ...],
) -> None:
    (found,) = find(TIER, rules=rules, actions=(), loyalty=["C12"])
    assert found.policy == check.NO_EXPORT_POLICY
    assert found.action_names == []
    assert "“xdm: loyalty.tier” carries C12 and may not be exported in any way." in found.message


def test_a_label_on_the_first_key_of_identities_is_met_in_any_case() -> None:
    found = find("IdentityMap: Email", identityMap=["C12"], identityMap__email=["C2"])
    assert [one.label_codes for one in found] == ["C12", "C2"]


def test_a_constant_carries_no_label() -> None:
    assert find("constant: loyalty.tier", loyalty__tier=["C2", "C12"]) == ()


def test_an_identity_carries_the_labels_of_its_namespace_written_in_any_case() -> None:
    assert len(find("IdentityMap: EMAIL", identityMap__Email=["C2"])) == 1
    assert len(find("IdentityMap: Email", identityMap=["C2"])) == 1
    assert find("IdentityMap: Phone", identityMap__Email=["C2"]) == ()


def test_what_would_hold_can_be_asked_before_it_does() -> None:
    now = Rulebook(labels={"loyalty": ["C2"]})
    would = now.with_rule(rule=rule("C2"))
    assert check.find(mapped=mapped(TIER), actions=[THIRD_PARTY], rulebook=would) != ()
    without = would.with_labels(path="loyalty", codes=[])
    assert check.find(mapped=mapped(TIER), actions=[THIRD_PARTY], rulebook=without) == ()


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("loyalty.tier", "loyalty.tier"),
        (" xdm: loyalty.tier ", "loyalty.tier"),
        ("identityMap", "identityMap"),
        ("identitymap.Email", "identityMap.Email"),
        ("IdentityMap: Email", "identityMap.Email"),
    ],
)
def test_a_path_is_read_as_mappings_write_it(typed: str, path: str) -> None:
    assert attributes.parse(typed) == path


@pytest.mark.parametrize(
    "typed",
    ["", "a..b", "constant: x", "segmentMembership.ups", "identityMap.", "x\x00", "x" * 513]
    + [f"{identities}{'x' * 501}" for identities in ("identityMap.", "IdentityMap: ")],
)
def test_what_is_no_attribute_is_refused_with_words(typed: str) -> None:
    with pytest.raises(PathProblem) as refused:
        attributes.parse(typed)
    assert refused.value.message


def test_labels_are_told_apart_and_ordered() -> None:
    assert len(set(CODES)) == len(LABELS) == 16
    assert len({label.meaning for label in LABELS}) == 16
    assert ordered(codes=["bank", "S1", "C12", "C2", "C2", "X9"]) == [
        "C2",
        "C12",
        "S1",
        "X9",
        "bank",
    ]


def find_with(
    *sources: str, rules: tuple[Rule, ...], labels: dict[str, list[str]], **audiences: list[str]
) -> tuple[Violation, ...]:
    """With these labels on audiences, all of them activated in their order."""
    put = {
        name: LabelledAudience(key, f"All {name}", tuple(codes))
        for key, (name, codes) in enumerate(audiences.items())
    }
    return check.find(
        mapped=mapped(*sources),
        actions=(THIRD_PARTY,),
        rulebook=Rulebook(rules=rules, labels=labels, audiences=put),
        activated=[Activated(row, name, f"ID {row}") for row, name in enumerate(audiences)],
    )


def test_an_audience_that_carries_the_label_is_a_violation_of_its_own_after_the_mappings() -> None:
    found = find_with(
        TIER, rules=(rule("C2"),), labels={"loyalty": ["C2"]}, vip=["S1"], bank=["C2"]
    )
    assert [(one.is_of_audience, one.row, one.source) for one in found] == [
        (False, 0, TIER),
        (True, 1, "All bank"),
    ]
    assert found[1].message == (
        "The policy “No third parties” forbids Export to Third Party with C2, which the audience"
        " “All bank” carries. Remove this audience, take the marketing action off the destination,"
        " or ask whoever manages data usage policies."
    )


def test_what_all_labels_are_needed_for_may_lie_on_an_audience_and_what_is_mapped() -> None:
    both = (rule("C2", "C3", match=LabelMatch.ALL),)
    (found,) = find_with(TIER, rules=both, labels={"loyalty": ["C3"]}, vip=["C2"])
    assert found.why == (
        "The policy “No third parties” forbids Export to Third Party with C2, which the audience"
        " “All vip” carries, together with C3 on “loyalty”."
    )
    (whole,) = find_with(TIER, rules=both, labels={}, vip=["C2", "C3"])
    assert whole.label_codes == "C2 and C3"


def test_labels_of_two_audiences_never_count_together() -> None:
    both = (rule("C2", "C3", match=LabelMatch.ALL),)
    assert find_with(TIER, rules=both, labels={}, vip=["C2"], bank=["C3"]) == ()


def test_an_audience_with_c12_needs_no_policy() -> None:
    (found,) = find_with(TIER, rules=(), labels={}, vip=["C12"])
    assert found.why == "The audience “All vip” carries C12 and may not be exported in any way."
    assert found.remedy == "Remove this audience, or ask whoever applies data usage labels."


def test_only_audiences_that_are_activated_are_judged() -> None:
    book = Rulebook((rule("C2"),), audiences={"vip": LabelledAudience(1, "VIP", ("C2",))})
    nothing = check.find(mapped=mapped(TIER), actions=[THIRD_PARTY], rulebook=book)
    assert nothing == ()
    without = book.with_audience(reference="vip", audience=LabelledAudience(1, "VIP", ()))
    vip = [Activated(0, "vip", "VIP")]
    judged = check.find(mapped=mapped(TIER), actions=[THIRD_PARTY], rulebook=without, activated=vip)
    assert judged == ()
