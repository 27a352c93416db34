"""The way of data that breaks a policy, in steps and words."""

from activations.governance import lineage
from activations.governance.carrying import Carried
from activations.governance.check import NO_EXPORT_POLICY, Violation
from activations.governance.lineage import Origin, Step

OF_ATTRIBUTE = Violation(
    policy="No partners",
    row=2,
    source="xdm: loyalty.tier",
    target="xdm: title",
    labels=(Carried("C2", "loyalty"), Carried("C3", "loyalty.tier")),
    marketing_actions=("export-to-third-party",),
)
OF_AUDIENCE = Violation(
    policy="No partners",
    row=0,
    source="VIP customers",
    target="VIP audience",
    labels=(Carried("C3", ""),),
    marketing_actions=("export-to-third-party", "analytics"),
    is_of_audience=True,
    others=(Carried("C2", "loyalty"),),
)


def steps(violation: Violation, *actions: str) -> tuple[Step, ...]:
    origin = Origin("Custom upload", ("uploaded in a.csv",))
    return lineage.steps(
        violation=violation, origin=origin, destination="Zendesk CRM", actions=actions
    )


def test_an_attribute_goes_from_its_source_over_the_destination_to_the_policy() -> None:
    assert steps(OF_ATTRIBUTE, "Analytics", "Export to Third Party") == (
        Step("Source of data", "Custom upload", notes=("uploaded in a.csv",)),
        Step(
            "Attribute",
            "xdm: loyalty.tier",
            ("C2", "C3"),
            ("C2 is on loyalty", "C3 is on loyalty.tier", "mapped to xdm: title"),
        ),
        Step(
            "Destination",
            "Zendesk CRM",
            notes=("this destination", "meant for Analytics, Export to Third Party"),
            is_current=True,
        ),
        Step(
            "Policy",
            "No partners",
            notes=("forbids Export to Third Party with C2 and C3",),
            is_broken=True,
        ),
    )


def test_an_audience_tells_what_is_sent_with_it() -> None:
    _, audience, _, policy = steps(OF_AUDIENCE, "Analytics")
    assert audience == Step(
        "Audience",
        "VIP customers",
        ("C3",),
        ("together with C2 on loyalty", "activated as VIP audience"),
    )
    assert policy.notes == ("forbids Analytics and Export to Third Party with C3",)


def test_what_is_never_exported_needs_no_marketing_action() -> None:
    wrong = (Carried("C12", "loyalty"),)
    never = Violation(NO_EXPORT_POLICY, 2, "xdm: loyalty.tier", "xdm: title", wrong, ())
    *_, destination, policy = steps(never)
    assert destination.notes == ("this destination", "without marketing actions")
    assert policy.notes == ("forbids C12 in any export",)


def test_only_the_destination_is_current_and_only_the_policy_is_broken() -> None:
    for violation in (OF_ATTRIBUTE, OF_AUDIENCE):
        marks = [(step.is_current, step.is_broken) for step in steps(violation)]
        assert marks == [(False, False), (False, False), (True, False), (False, True)]
