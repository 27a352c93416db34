"""Whether the destination or the people come first: everybody is sent, and counted, once."""

from pathlib import Path

import pytest

from connections.zendesk.sandbox import RunningSandbox
from tests.factories import TOKEN
from tests.journeys.commands import run
from tests.unit.workspace.test_reading import WORKSPACE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("people_first", [True, False])
def test_everybody_is_sent_and_counted_once(
    people_first: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: RunningSandbox
) -> None:
    monkeypatch.setenv("ZENDESK_TOKEN", TOKEN)
    file = tmp_path / "workspace.yaml"
    file.write_text(WORKSPACE)
    steps = [("load_demo",), ("apply", str(file))]
    for step in steps if people_first else reversed(steps):
        assert run(*step).code == 0

    report = run("deliver", "--until-idle", "--timeout", "30", "--json").json
    destination = run("status", "--json").json["destinations"][0]

    counts = destination["deliveries"]
    assert report["unchanged"] == 0
    assert (report["sent"], report["excluded"]) == (counts["delivered"], counts["excluded"])
    assert destination["requests"]["sent"] == len(sandbox.sandbox.contacts.all())
