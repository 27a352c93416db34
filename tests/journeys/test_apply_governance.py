"""`apply` and `export_config`: labels and policies as the file says, or nothing of it."""

from pathlib import Path

import pytest

from activations.models import (
    Audience,
    Backfill,
    ConsentPolicy,
    CustomLabel,
    LabeledAttribute,
    Policy,
)
from activations.terms import PolicyStatus
from connections.models import Destination
from tests import factories
from tests.journeys.applying import apply, edit, signs
from tests.journeys.commands import run
from tests.unit.workspace.test_reading import WORKSPACE

pytestmark = pytest.mark.django_db

GOVERNANCE = """
labels:
  - {name: BANK-1, friendly_name: Bank data}
labelled_attributes:
  - {path: "xdm: loyalty.points", labels: [BANK-1, C2]}
policies:
  - {name: Analytics, core: true, enabled: true}
  - name: No banks
    labels: [BANK-1]
    marketing_actions: [export-to-third-party, analytics]
    enabled: true
  - {name: Later, labels: [C2, C3], label_match: all, marketing_actions: [data-science]}
consent_policies:
  - name: Ask
    marketing_actions: [email-targeting]
    path: consents.marketing.any.val
    accepted: ["y"]
    enabled: true
"""
THIRD_PARTY = "    account: Acme Sell\n    marketing_actions: [export-to-third-party]\n"


@pytest.fixture
def file(file: Path) -> Path:
    """With labels and policies."""
    file.write_text(WORKSPACE + GOVERNANCE)
    return file


def test_labels_and_policies_become_what_the_file_says(file: Path) -> None:
    dry = apply(file, "--dry-run").lines[:-1]
    assert not CustomLabel.objects.exists()
    made = apply(file)
    assert made.lines == dry
    assert made.lines[1:] == [
        '+ created custom label "BANK-1"',
        '+ created audience "VIP customers"',
        '+ created destination "Zendesk CRM"',
        '+ created labelled attribute "loyalty.points"',
        '~ changed policy "Analytics" (enabled: false -> true)',
        '+ created policy "No banks"',
        '+ created policy "Later"',
        '+ created consent policy "Ask"',
    ]
    assert CustomLabel.objects.get().friendly_name == "Bank data"
    assert LabeledAttribute.objects.get().labels == ["C2", "BANK-1"]
    assert Policy.objects.get(name="Analytics").status == PolicyStatus.ENABLED
    own = Policy.objects.get(name="No banks")
    assert own.marketing_actions == ["analytics", "export-to-third-party"]
    assert own.status == PolicyStatus.ENABLED
    assert Policy.objects.get(name="Later").status == PolicyStatus.DRAFT
    assert ConsentPolicy.objects.get().accepted == ["y"]
    assert ConsentPolicy.objects.get().status == PolicyStatus.ENABLED
    assert signs(apply(file)) == {"="}


def test_an_export_changes_nothing_and_makes_another_installation_the_same(
    file: Path, tmp_path: Path
) -> None:
    edit(file, "    name: VIP customers\n", "    name: VIP customers\n    labels: [C5]\n")
    apply(file)
    exported = tmp_path / "exported.yaml"
    exported.write_text(run("export_config").out)
    assert signs(apply(exported, "--prune")) == {"="}
    ConsentPolicy.objects.all().delete()
    Policy.objects.filter(is_core=False).delete()
    Policy.objects.update(status=PolicyStatus.DISABLED)
    LabeledAttribute.objects.all().delete()
    CustomLabel.objects.all().delete()
    Audience.objects.update(labels=[])
    again = apply(exported)
    assert again.code == 0
    assert '~ changed audience "VIP customers" (labels: 0 -> 1)' in again.lines
    assert Audience.objects.get().labels == ["C5"]
    assert run("export_config").out == exported.read_text()


def test_a_file_without_these_keys_leaves_them_as_they_are(file: Path) -> None:
    apply(file)
    Audience.objects.update(labels=["C5"])
    file.write_text(WORKSPACE)
    assert signs(apply(file, "--prune")) == {"="}
    assert CustomLabel.objects.count() == LabeledAttribute.objects.count() == 1
    assert Audience.objects.get().labels == ["C5"]


def test_prune_deletes_what_the_file_leaves_out_but_no_core_policy(file: Path) -> None:
    apply(file)
    empty = "\nlabels: []\nlabelled_attributes: []\npolicies: []\nconsent_policies: []\n"
    file.write_text(WORKSPACE + empty)
    assert signs(apply(file)) == {"="}
    assert apply(file, "--prune").lines[-5:] == [
        '- pruned labelled attribute "loyalty.points"',
        '- pruned policy "Later"',
        '- pruned policy "No banks"',
        '- pruned consent policy "Ask"',
        '- pruned custom label "BANK-1"',
    ]
    assert Policy.objects.count() == Policy.objects.filter(is_core=True).count() == 10
    assert Policy.objects.get(name="Analytics").status == PolicyStatus.ENABLED


def test_changes_go_through_and_are_told_field_by_field(file: Path) -> None:
    apply(file)
    edit(file, "friendly_name: Bank data", "friendly_name: Loans")
    edit(file, "labels: [BANK-1, C2]}", "labels: [S1]}")
    edit(file, "[export-to-third-party, analytics]\n    enabled: true", "[analytics]")
    edit(file, 'accepted: ["y"]', 'accepted: ["y", "VI"]')
    assert [line for line in apply(file).lines if line[0] != "="] == [
        '~ changed custom label "BANK-1" (friendly_name: Bank data -> Loans)',
        '~ changed labelled attribute "loyalty.points" (labels: 2 -> 1)',
        '~ changed policy "No banks" (enabled: true -> false, marketing_actions: 2 -> 1)',
        '~ changed consent policy "Ask" (accepted: 1 -> 2)',
    ]
    assert Policy.objects.get(name="No banks").status == PolicyStatus.DISABLED
    assert ConsentPolicy.objects.get().accepted == ["y", "VI"]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_what_the_file_would_break_is_refused_where_it_says_so(
    file: Path, options: tuple[str, ...]
) -> None:
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    edit(file, "loyalty.points", "loyalty.tier")
    ((place, message),) = apply(file, *options).problems
    assert place.startswith("policies[1], line ")
    assert "The policy “No banks” forbids Export to Third Party with BANK-1" in message
    assert not CustomLabel.objects.exists()
    assert not Destination.objects.exists()


def test_a_labelled_audience_is_judged_and_named_where_it_is_labelled(file: Path) -> None:
    apply(file)
    edit(file, "    name: VIP customers\n", "    name: VIP customers\n    labels: [C12]\n")
    ((place, message),) = apply(file).problems
    assert place.startswith("audiences[0].labels, line ")
    assert "The audience “VIP customers” carries C12 and may not be exported" in message
    assert Audience.objects.get().labels == []


def test_a_destination_that_the_file_does_not_name_is_judged_too(file: Path) -> None:
    other = factories.DestinationFactory(name="Other", marketing_actions=["analytics"])
    factories.map_mandatory(other, title="loyalty.points")
    factories.ActivationFactory(destination=other)
    ((place, message),) = apply(file).problems
    assert place.startswith("policies[1], line ")
    assert "“Other” to “xdm: title”" in message


def test_a_label_on_what_is_sent_goes_with_the_policy_disabled_in_the_same_file(
    file: Path,
) -> None:
    """Only what holds in the end is judged."""
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    apply(file)
    edit(file, "loyalty.points", "loyalty.tier")
    edit(file, "analytics]\n    enabled: true", "analytics]\n    enabled: false")
    assert apply(file).code == 0
    assert LabeledAttribute.objects.filter(path="loyalty.tier").exists()


def test_what_ends_well_but_breaks_a_policy_on_the_way_is_refused_whole(file: Path) -> None:
    """The label leaves one policy for another, while the policies change places."""
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    edit(file, 'loyalty.points", labels: [BANK-1, C2]', 'loyalty.tier", labels: [C5]')
    apply(file)
    edit(file, "labels: [C5]", "labels: [BANK-1]")
    edit(file, "    labels: [BANK-1]\n    marketing", "    labels: [C5]\n    marketing")
    ((_, message),) = apply(file).problems
    assert message.startswith("In one step it does not go: “Zendesk CRM”")
    assert LabeledAttribute.objects.get().labels == ["C5"]
    assert Policy.objects.get(name="No banks").labels == ["BANK-1"]


def test_a_consent_policy_has_whom_it_concerns_looked_at_again(file: Path) -> None:
    edit(
        file,
        "    account: Acme Sell\n",
        THIRD_PARTY.replace("export-to-third-party", "email-targeting"),
    )
    edit(file, '["y"]\n    enabled: true', '["y"]')
    apply(file)
    factories.DeliveryFactory(destination=Destination.objects.get())
    Backfill.objects.all().delete()
    edit(file, '["y"]', '["y"]\n    enabled: true')
    apply(file)
    assert Backfill.objects.filter(activation=None).exists()


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("name: BANK-1", "name: two words", "labels[0].name", "no blanks"),
        ("friendly_name: Bank data", "description: x", "labels[0].friendly_name", "is missing"),
        ("[BANK-1, C2]", "[BNAK-1]", "labelled_attributes[0].labels[0]", "Do you mean “BANK-1”?"),
        ("[BANK-1, C2]", "[]", "labelled_attributes[0].labels", "at least one label"),
        ("loyalty.points", "a..b", "labelled_attributes[0].path", "empty part"),
        ("core: true", "core: false", "policies[0].labels", "at least one"),
        ("name: Analytics", "name: Analytic", "policies[0]", "no core policy of this name"),
        ("name: Later", "name: Data science", "policies[2]", "is a core policy"),
        ("name: Later", "name: No banks", "policies[2].name", "is used already in line"),
        ("label_match: all", "label_match: some", "policies[2].label_match", "all or any"),
        ("[data-science]", "[spam]", "policies[2].marketing_actions[0]", "not a marketing action"),
        ("path: consents", "path: 'constant: x", "consent_policies[0].path", "must be an attrib"),
        ('accepted: ["y"]', "accepted: [true]", "consent_policies[0].accepted[0]", "in quotes"),
        ("[email-targeting]", "[]", "consent_policies[0]", "needs a marketing action or a label"),
    ],
)
def test_every_mistake_is_told_with_its_place(
    file: Path, old: str, new: str, place: str, words: str
) -> None:
    if "constant" in new:
        edit(file, "consents.marketing.any.val", "consents.marketing.any.val'")
    edit(file, old, new)
    result = apply(file)
    assert result.code == 2
    assert any(
        where.startswith(f"{place}, line ") and words in message
        for where, message in result.problems
    ), result.problems
    assert not CustomLabel.objects.exists()


def test_a_label_that_is_still_used_is_not_pruned(file: Path) -> None:
    apply(file)
    Audience.objects.update(labels=["BANK-1"])
    file.write_text(WORKSPACE + "\nlabels: []\n")
    for options in (("--prune",), ("--prune", "--dry-run")):
        told = [message for _, message in apply(file, *options).problems]
        assert "BANK-1 is left out, but used by attribute “loyalty.points”." in told
        assert "BANK-1 is left out, but used by policy “No banks”." in told
        assert len(told) == 3
    assert CustomLabel.objects.exists()
