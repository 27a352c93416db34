"""`load_demo`: a newcomer's audiences and people, once."""

import json
from pathlib import Path

import pytest

from activations.models import Audience, Profile
from connections.models import Account, Destination
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


def test_the_demo_has_three_audiences_and_people_but_no_destination() -> None:
    result = run("load_demo", "--json")

    assert result.json == {"loaded": True, "audiences": 3, "profiles": 250}
    assert set(Audience.objects.values_list("name", flat=True)) == {
        "VIP customers",
        "Newsletter readers",
        "Churn risk",
    }
    assert not Account.objects.exists()
    assert not Destination.objects.exists()


def test_the_people_are_as_uneven_as_real_ones() -> None:
    run("load_demo")

    profiles = Profile.objects.all()
    nameless = [p for p in profiles if "lastName" not in p.attributes["person"]["name"]]
    without_email = profiles.filter(email="")
    mistyped = profiles.exclude(email="").exclude(email__contains="@")
    assert len(nameless) >= 5
    assert without_email.count() >= 5
    assert mistyped.exists()
    for audience in Audience.objects.all():
        statuses = set(audience.memberships.values_list("status", flat=True))
        assert statuses == {"realized", "existing", "exited"}


def test_a_second_load_changes_nothing() -> None:
    run("load_demo")
    before = list(Profile.objects.values_list("pk", "updated_at"))

    assert run("load_demo", "--json").json == {"loaded": False, "audiences": 0, "profiles": 0}
    assert list(Profile.objects.values_list("pk", "updated_at")) == before


def test_an_audience_somebody_named_keeps_its_name() -> None:
    Audience.objects.create(
        namespace="ups", external_id="7841ba61-23c1-4bb3-a495-00d3a5fe1e93", name="Our best"
    )

    run("load_demo")

    assert Audience.objects.filter(name="Our best").exists()


def test_the_people_can_be_written_to_a_file_instead(tmp_path: Path) -> None:
    file = tmp_path / "demo.jsonl"

    assert run("load_demo", "--write", str(file), "--json").json["written"] == 250
    documents = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(documents) == 250
    assert not Profile.objects.exists()
    emails = [entry["id"] for d in documents for entry in d["identityMap"].get("Email", [])]
    assert all("example." in email for email in emails)


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    assert run("load_demo", "--write", str(tmp_path)).code == 2
