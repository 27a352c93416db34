"""`export_config`: the workspace as a file that changes nothing when it is applied."""

import json
from datetime import date
from pathlib import Path

import pytest

from connections.models import DestinationStatus
from tests.factories import (
    TOKEN,
    AccountFactory,
    ActivationFactory,
    AudienceFactory,
    DestinationFactory,
    FieldMappingFactory,
    map_mandatory,
)
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    first = DestinationFactory(
        name=' "yes": no # 💚',
        description="two\nlines",
        account=AccountFactory(name="Åre: AB"),
        marketing_actions=["email-targeting", "segment-match"],
    )
    map_mandatory(first, first_name="person.name.firstName")
    FieldMappingFactory(
        destination=first,
        position=9,
        source="loyalty.tier",
        target_kind="custom_field",
        target=" a.b # c ",
        when_empty="clear",
    )
    FieldMappingFactory(
        destination=first,
        position=10,
        source_kind="constant",
        source='  it\'s "quoted": xdm: 💚\nand goes on ',
        target="description",
    )
    ActivationFactory(
        destination=first, audience=AudienceFactory(name=""), end_on=date(2026, 12, 31)
    )
    DestinationFactory(
        name="null", status=DestinationStatus.DISABLED, account=AccountFactory(name="Other")
    )
    DestinationFactory(name="Stopped", status=DestinationStatus.ERROR, account=first.account)
    DestinationFactory(name="", status=DestinationStatus.DRAFT, account=None)
    AudienceFactory(name="Named, not activated")
    AudienceFactory(name="")
    monkeypatch.setenv("ZENDESK_TOKEN_ARE_AB", TOKEN)
    monkeypatch.setenv("ZENDESK_TOKEN_OTHER", TOKEN)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_applying_an_export_changes_nothing(
    workspace: None, tmp_path: Path, options: tuple[str, ...]
) -> None:
    file = tmp_path / "export.yaml"
    file.write_text(run("export_config", *options).out)

    result = run("apply", str(file), "--prune", "--dry-run", "--json")

    assert result.code == 0
    # The audience that nobody named or activated is not in the file.
    assert (result.json["created"], result.json["changed"]) == ([], [])
    assert [entry["kind"] for entry in result.json["pruned"]] == ["audience"]
    policies = [entry for entry in result.json["unchanged"] if entry["kind"] == "policy"]
    assert len(policies) == 10
    assert len(result.json["unchanged"]) == 17


def test_an_export_is_stable(workspace: None) -> None:
    assert run("export_config").out == run("export_config").out


def test_drafts_and_unknown_audiences_are_left_out(workspace: None) -> None:
    document = run("export_config", "--json").json

    assert [entry["name"] for entry in document["destinations"]] == [
        ' "yes": no # 💚',
        "Stopped",
        "null",
    ]
    assert len(document["audiences"]) == 2


def test_an_empty_workspace_is_a_valid_file(tmp_path: Path) -> None:
    file = tmp_path / "export.yaml"
    file.write_text(run("export_config").out)

    assert run("apply", str(file)).code == 0
    assert json.loads(run("export_config", "--json").out)["version"] == 1
