"""`apply` and `export_config`: what people say about an audience, as the file says."""

from pathlib import Path

import pytest

from activations.models import Audience
from activations.terms import LONGEST_TAG, MOST_TAGS
from connections.models import AuditEntry
from tests.journeys.applying import apply, edit, signs
from tests.journeys.commands import run
from tests.unit.workspace.test_reading import WORKSPACE

pytestmark = pytest.mark.django_db

NAMED = "    name: VIP customers\n"
SAID = f"{NAMED}    description: Buys often\n    tags: [Nordics, sales  team, nordics]\n"


@pytest.fixture
def file(file: Path) -> Path:
    """With a description and tags."""
    edit(file, NAMED, SAID)
    return file


def test_description_and_tags_become_what_the_file_says(file: Path) -> None:
    apply(file)
    audience = Audience.objects.get()
    assert (audience.description, audience.tags) == ("Buys often", ["Nordics", "sales team"])
    assert signs(apply(file)) == {"="}
    edit(file, "often", "seldom")
    edit(file, "[Nordics, sales  team, nordics]", "[sales team]")
    told = (
        '~ changed audience "VIP customers" (description: Buys often -> Buys seldom, tags: 2 -> 1)'
    )
    assert apply(file, "--dry-run").lines[1] == apply(file).lines[1] == told
    audience.refresh_from_db()
    assert (audience.description, audience.tags) == ("Buys seldom", ["sales team"])
    entry = AuditEntry.objects.get(kind="audience", action="changed")
    assert ["tags", "Nordics, sales team", "sales team"] in entry.changes


def test_an_export_makes_another_installation_say_the_same(file: Path, tmp_path: Path) -> None:
    apply(file)
    exported = tmp_path / "exported.yaml"
    exported.write_text(run("export_config").out)
    Audience.objects.update(description="", tags=[])
    apply(exported)
    assert Audience.objects.get().tags == ["Nordics", "sales team"]
    assert run("export_config").out == exported.read_text()


def test_they_stay_where_the_file_is_silent_and_go_where_it_says_none(file: Path) -> None:
    apply(file)
    edit(file, SAID, NAMED)
    assert signs(apply(file, "--prune")) == {"="}
    assert Audience.objects.get().description == "Buys often"
    edit(file, NAMED, f'{NAMED}    description: ""\n    tags: []\n')
    apply(file)
    audience = Audience.objects.get()
    assert (audience.description, audience.tags) == ("", [])


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        (f"tags: {[f't{n}' for n in range(MOST_TAGS + 1)]}", "tags", f"at most {MOST_TAGS} fit"),
        (f"tags: [{'x' * (LONGEST_TAG + 1)}]", "tags", f"longer than {LONGEST_TAG} characters"),
        ('tags: ["a, b"]', "tags[0]", "without commas"),
        ("tags: [vip, 2026]", "tags[1]", "Put it in quotes"),
        ('tags: [" "]', "tags[0]", "not be empty"),
        ("tags: vip", "tags", "must be a list"),
        (f"description: {'x' * 4001}", "description", "longer than 4000 characters"),
    ],
)
def test_what_the_form_refuses_the_file_may_not_say(
    file: Path, said: str, place: str, words: str
) -> None:
    file.write_text(WORKSPACE.replace(NAMED, f"{NAMED}    {said}\n"))
    result = apply(file)
    assert result.code == 2
    ((where, message),) = result.problems
    assert where == f"audiences[0].{place}, line 9"
    assert words in message
    assert not Audience.objects.exists()
