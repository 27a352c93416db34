"""Which consents a destination asks for."""

from collections.abc import Sequence

import pytest

from activations.governance import carrying
from activations.governance.consent import ConsentRule, required
from activations.mapping.consents import Consent
from activations.mapping.paths import parse_source
from activations.terms import LabelMatch

ANY, ALL = LabelMatch.ANY, LabelMatch.ALL
MAPPED = ["xdm: loyalty.tier", "xdm: homeAddress.city", "constant: web"]
LABELS = {"loyalty": ["C2"], "homeAddress": ["S2"], "person.birthDate": ["I2"]}


def rule(
    *, actions: Sequence[str] = (), labels: Sequence[str] = (), match: LabelMatch = ANY
) -> ConsentRule:
    consent = Consent(parse_source("xdm: consents.share.val"), ("y",), "Share")
    return ConsentRule(tuple(actions), tuple(labels), match, consent)


def is_asked(*rules: ConsentRule, actions: Sequence[str] = ("analytics",)) -> int:
    sources = [parse_source(text) for text in MAPPED]
    shelves = carrying.shelves(labels=LABELS)
    return len(required(rules=rules, sources=sources, actions=actions, shelves=shelves))


@pytest.mark.parametrize(
    ("one", "is_met"),
    [
        (rule(actions=["analytics"]), True),
        (rule(actions=["data-science", "analytics"]), True),
        (rule(actions=["data-science"]), False),
        (rule(labels=["C2"]), True),
        (rule(labels=["I2"]), False),
        (rule(labels=["C2", "I2"]), True),
        (rule(labels=["C2", "I2"], match=ALL), False),
        # Of several mappings together.
        (rule(labels=["C2", "S2"], match=ALL), True),
        (rule(actions=["analytics"], labels=["C2"]), True),
        (rule(actions=["analytics"], labels=["I2"]), False),
        (rule(actions=["data-science"], labels=["C2"]), False),
    ],
)
def test_a_policy_is_met_by_its_marketing_actions_and_its_labels(
    one: ConsentRule, is_met: bool
) -> None:
    assert is_asked(one) == is_met


def test_a_destination_asks_for_all_that_several_policies_ask_for() -> None:
    both = rule(actions=["analytics"]), rule(labels=["S2"])
    assert is_asked(*both, rule(labels=["I2"])) == 2
    assert is_asked(*both, actions=()) == 1


def test_another_name_is_the_same_consent() -> None:
    source = parse_source("xdm: consents.share.val")
    assert Consent(source, ("y",), "Old") == Consent(source, ("y",), "New")
    assert Consent(source, ("y",), "Old") != Consent(source, ("y", "n"), "Old")
