"""`apply`: the workspace becomes what the file says, or stays as it is."""

from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.utils import timezone

from activations.models import Activation, Audience, Backfill, FieldMapping
from connections import credentials
from connections.models import Account, AccountStatus, Destination, DestinationStatus
from tests.factories import (
    AccountFactory,
    AudienceFactory,
    ConsentPolicyFactory,
    DeliveryFactory,
    DestinationFactory,
    LabeledAttributeFactory,
    MembershipFactory,
    PolicyFactory,
)
from tests.journeys.applying import apply, edit, signs
from tests.journeys.commands import run
from tests.unit.workspace.test_reading import VIP, WORKSPACE

pytestmark = pytest.mark.django_db
NEW_TOKEN = "planted-token-fedcba9876543210"


def test_a_first_apply_creates_everything_in_the_file(file: Path) -> None:
    result = apply(file)

    assert result.code == 0
    assert result.lines == [
        '+ created account "Acme Sell"',
        '+ created audience "VIP customers"',
        '+ created destination "Zendesk CRM"',
    ]
    destination = Destination.objects.get(name="Zendesk CRM")
    assert destination.status == DestinationStatus.ENABLED
    assert FieldMapping.objects.filter(destination=destination).count() == 3
    assert Activation.objects.get(destination=destination).mapping_id == "VIP audience"
    assert Account.objects.get().status == AccountStatus.UNCHECKED


def test_a_second_apply_changes_nothing(file: Path) -> None:
    apply(file)
    version, backfills = Destination.objects.get().mapping_version, Backfill.objects.count()

    result = apply(file)

    assert signs(result) == {"="}
    assert Destination.objects.get().mapping_version == version
    assert Backfill.objects.count() == backfills


def test_activation_triggers_are_applied_and_what_is_on_again_catches_up(file: Path) -> None:
    account = "    account: Acme Sell\n"
    edit(file, account, f"{account}    activation_triggers: [identity-changes]\n")
    apply(file)
    destination = Destination.objects.get()
    assert destination.activation_triggers == ["identity-changes"]
    DeliveryFactory(destination=destination)
    Backfill.objects.all().delete()
    edit(file, "[identity-changes]", "[identity-changes, segmentation-changes]")
    assert "activation_triggers: 1 -> 2" in apply(file, "--dry-run").lines[2]
    assert "activation_triggers: 1 -> 2" in apply(file).lines[-1]
    destination.refresh_from_db()
    assert destination.activation_triggers == ["segmentation-changes", "identity-changes"]
    jobs = Backfill.objects.filter(destination=destination)
    assert jobs.filter(activation=None).exists()
    assert jobs.exclude(activation=None).exists()
    edit(file, "    activation_triggers: [identity-changes, segmentation-changes]\n", "")
    assert signs(apply(file)) == {"="}


def test_marketing_actions_are_applied_and_stay_where_the_file_is_silent(file: Path) -> None:
    account = "    account: Acme Sell\n"
    edit(file, account, f"{account}    marketing_actions: [segment-match, analytics]\n")
    apply(file)
    assert Destination.objects.get().marketing_actions == ["analytics", "segment-match"]

    file.write_text(WORKSPACE)
    assert signs(apply(file)) == {"="}
    edit(file, account, f"{account}    marketing_actions: []\n")
    assert "marketing_actions" in apply(file).lines[-1]
    assert Destination.objects.get().marketing_actions == []


def test_a_dry_run_says_the_same_and_changes_nothing(file: Path) -> None:
    result = apply(file, "--dry-run", "--json")

    assert [entry["kind"] for entry in result.json["created"]] == [
        "account",
        "audience",
        "destination",
    ]
    assert result.json["dry_run"] is True
    assert not Account.objects.exists()
    assert not Audience.objects.exists()


def test_a_changed_detail_is_shown_with_its_old_and_new_value(file: Path) -> None:
    apply(file)
    edit(file, "Contacts for the support team", "Everyone")

    assert apply(file, "--dry-run").lines[2] == (
        '~ changed destination "Zendesk CRM" '
        "(description: Contacts for the support team -> Everyone)"
    )
    changed = apply(file, "--json").json["changed"]

    assert changed == [
        {
            "kind": "destination",
            "name": "Zendesk CRM",
            "fields": {"description": {"old": "Contacts for the support team", "new": "Everyone"}},
        }
    ]
    assert Destination.objects.get().description == "Everyone"


def test_changed_mappings_and_audiences_replace_the_old_ones(file: Path) -> None:
    apply(file)
    edit(
        file,
        '      - {source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}\n',
        "",
    )
    edit(file, "VIP audience", "VIP")

    line = apply(file).lines[2]

    assert "mappings: 3 -> 2" in line
    assert "audiences: 1 of 1 changed" in line
    assert FieldMapping.objects.count() == 2
    assert Activation.objects.get().mapping_id == "VIP"


@pytest.mark.parametrize("start", ["", "start: null, "])
def test_an_activation_without_a_start_begins_today_and_keeps_that_day(
    file: Path, start: str
) -> None:
    edit(file, "start: 2026-01-01, ", start)
    apply(file)
    assert Activation.objects.get().start_on == timezone.now().date()
    Activation.objects.update(start_on=date(2026, 3, 2))

    assert signs(apply(file)) == {"="}
    edit(file, "VIP audience", "VIP")
    apply(file)

    assert Activation.objects.get().mapping_id == "VIP"
    assert Activation.objects.get().start_on == date(2026, 3, 2)


def test_an_end_before_the_start_that_was_left_out_is_refused_there(file: Path) -> None:
    apply(file)
    edit(file, "start: 2026-01-01, end: null", "end: 2025-12-31")

    result = apply(file)

    assert result.code == 2
    assert result.problems == (
        (
            "destinations[0].audiences[0].start, line 19",
            "is left out, which means 2026-01-01: after the end.",
        ),
    )
    assert Activation.objects.get().end_on is None


def test_a_file_that_is_silent_about_the_lists_leaves_them(file: Path) -> None:
    apply(file)
    head, _, _ = WORKSPACE.partition("    mappings:")
    file.write_text(head)

    assert apply(file).lines[2].startswith("= unchanged")
    assert FieldMapping.objects.count() == 3
    assert Activation.objects.count() == 1


def test_a_new_token_replaces_the_old_one_and_lets_a_stopped_destination_go_on(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(file)
    Account.objects.update(status=AccountStatus.REJECTED, problem_code="zendesk-401")
    Destination.objects.update(status=DestinationStatus.ERROR, problem_code="x")
    monkeypatch.setenv("ZENDESK_TOKEN", NEW_TOKEN)

    result = apply(file)

    assert result.lines[0] == '~ changed account "Acme Sell" (token: replaced)'
    account = Account.objects.get()
    assert account.status == AccountStatus.UNCHECKED
    assert account.token_fingerprint == credentials.fingerprint(NEW_TOKEN)
    assert Destination.objects.get().status == DestinationStatus.ENABLED


def test_a_token_is_neither_printed_nor_stored_readably(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENDESK_TOKEN", NEW_TOKEN)
    first, second = apply(file), apply(file, "--json")
    exported = run("export_config")

    printed = "".join(r.out + r.err for r in (first, second, exported, run("status")))
    assert NEW_TOKEN not in printed
    assert NEW_TOKEN not in _every_text_of_the_database()


def _every_text_of_the_database() -> str:
    texts: list[str] = []
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField | JSONField)
        ]
        texts += map(str, model._default_manager.values_list(*columns))
    return "\n".join(texts)


def test_disabling_and_enabling_by_the_file(file: Path) -> None:
    apply(file)
    edit(file, "    account: Acme Sell\n", "    account: Acme Sell\n    enabled: false\n")

    assert "(enabled: true -> false)" in apply(file).lines[2]
    assert Destination.objects.get().status == DestinationStatus.DISABLED
    edit(file, "enabled: false", "enabled: true")
    assert "(enabled: false -> true)" in apply(file).lines[2]
    assert Destination.objects.get().status == DestinationStatus.ENABLED


def test_a_destination_moves_to_another_account(file: Path) -> None:
    apply(file)
    destination = Destination.objects.get()
    delivery = DeliveryFactory(destination=destination, contact_id=7, delivered_digest="d" * 64)
    other = AccountFactory(name="Other")
    edit(file, "account: Acme Sell", "account: Other")

    assert "(account: Acme Sell -> Other)" in apply(file).lines[2]
    delivery.refresh_from_db()
    assert (delivery.account_id, delivery.contact_id) == (other.pk, None)
    assert delivery.delivered_digest == ""


def test_accounts_and_audiences_may_exist_already(file: Path) -> None:
    AccountFactory(name="Acme Sell")
    AudienceFactory(external_id=VIP, name="")
    _, _, destinations = WORKSPACE.partition("destinations:")
    file.write_text("version: 1\ndestinations:" + destinations)

    assert apply(file).lines == ['+ created destination "Zendesk CRM"']


def test_names_that_lead_nowhere_are_refused_and_nothing_is_changed(file: Path) -> None:
    edit(file, "account: Acme Sell", "account: Acme Cell")
    edit(file, f"id: {VIP}", "id: other")

    result = apply(file)

    assert result.code == 2
    assert [place for place, _ in result.problems] == [
        "destinations[0].account, line 12",
        "destinations[0].audiences[0].audience, line 19",
    ]
    assert "Do you mean “Acme Sell”?" in result.problems[0][1]
    assert not Account.objects.exists()


def test_without_a_mandatory_mapping_it_is_applied_with_a_warning(file: Path) -> None:
    edit(file, "xdm: last_name", "xdm: title")

    result = apply(file)

    assert result.code == 0
    assert "Warning: destinations[0].mappings, line 14: " in result.err


def test_an_audience_keeps_the_name_that_a_file_does_not_mention(file: Path) -> None:
    apply(file)
    edit(file, "    name: VIP customers\n", "")

    assert apply(file).lines[1] == '= unchanged audience "VIP customers"'
    assert Audience.objects.get().name == "VIP customers"


def test_what_a_file_does_not_name_stays_without_prune(file: Path) -> None:
    DestinationFactory(name="Old")

    apply(file)

    assert Destination.objects.filter(name="Old").exists()


def test_prune_deletes_what_the_file_does_not_name(file: Path) -> None:
    DestinationFactory(name="Old", account=AccountFactory(name="Old account"))
    AudienceFactory(name="Nobody's")
    MembershipFactory(audience=AudienceFactory(name="Somebody's"))

    result = apply(file, "--prune")

    assert result.lines[3:] == [
        '- pruned destination "Old"',
        '- pruned account "Old account"',
        '- pruned audience "Nobody\'s"',
    ]
    assert not Destination.objects.filter(name="Old").exists()
    assert set(Audience.objects.values_list("name", flat=True)) == {"VIP customers", "Somebody's"}


def test_prune_leaves_drafts(file: Path) -> None:
    draft = DestinationFactory(name="", status=DestinationStatus.DRAFT, account=None)

    apply(file, "--prune")

    assert Destination.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, name: str) -> None:
    result = run("apply", f"{tmp_path}/{name}")

    assert result.code == 2
    assert len(result.problems) == 1


THIRD_PARTY = "    account: Acme Sell\n    marketing_actions: [export-to-third-party]\n"


@pytest.fixture
def no_tier() -> None:
    """The loyalty tier, which the file maps, is not for third parties."""
    LabeledAttributeFactory(path="loyalty", labels=["C2"])
    PolicyFactory(name="No third parties", labels=["C2"])


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
@pytest.mark.usefixtures("no_tier")
def test_a_file_that_breaks_a_policy_is_refused_where_it_maps(
    file: Path, options: tuple[str, ...]
) -> None:
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)

    result = apply(file, *options)

    assert result.code == 2
    ((place, message),) = result.problems
    assert place == "destinations[0].mappings, line 15"
    assert "“Zendesk CRM” to “xdm: custom_fields.Loyalty tier”: The policy “No third" in message
    assert "carries. Remove this mapping, take the marketing action off" in message
    assert not Destination.objects.exists()


@pytest.mark.usefixtures("no_tier")
def test_marketing_actions_alone_are_judged_with_the_mappings_that_are_there(file: Path) -> None:
    apply(file)
    text = file.read_text()
    mappings = text[text.index("    mappings:") : text.index("    audiences:\n")]
    edit(file, mappings, "")
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)

    result = apply(file)

    assert result.code == 2
    ((place, message),) = result.problems
    assert place.startswith("destinations[0], line ")
    assert "The policy “No third parties” forbids" in message
    assert Destination.objects.get().marketing_actions == []


@pytest.mark.usefixtures("no_tier")
def test_a_file_that_activates_nothing_may_map_anything(file: Path) -> None:
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    text = file.read_text()
    edit(file, text[text.index("    audiences:\n") :], "    audiences: []\n")

    assert apply(file).code == 0


def test_what_was_broken_before_keeps_no_file_from_changing_something_else(file: Path) -> None:
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    apply(file)
    LabeledAttributeFactory(path="loyalty", labels=["C12"])
    edit(file, "Contacts for the support team", "Everyone")

    assert apply(file).code == 0
    assert Destination.objects.get().description == "Everyone"


def test_marketing_actions_that_meet_a_consent_policy_have_everybody_looked_at_again(
    file: Path,
) -> None:
    apply(file)
    destination = Destination.objects.get()
    DeliveryFactory(destination=destination)
    ConsentPolicyFactory()
    edit(file, "    account: Acme Sell\n", THIRD_PARTY)
    apply(file)
    version = destination.mapping_version
    destination.refresh_from_db()
    assert destination.mapping_version == version + 1
    assert destination.backfills.filter(activation=None).count() == 1
