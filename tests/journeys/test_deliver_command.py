"""`deliver`: from a workspace file and the demo's people to contacts in Zendesk."""

import os
import signal
import threading
from pathlib import Path

import pytest

from activations.models import Delivery
from connections.models import Account, AccountStatus
from connections.zendesk.sandbox import RunningSandbox
from tests.factories import TOKEN
from tests.journeys.commands import Run, run
from tests.unit.workspace.test_reading import WORKSPACE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sandbox: RunningSandbox) -> Path:
    monkeypatch.setenv("ZENDESK_TOKEN", TOKEN)
    file = tmp_path / "workspace.yaml"
    file.write_text(WORKSPACE)
    assert run("load_demo").code == 0
    assert run("apply", str(file)).code == 0
    return file


def deliver(*options: str) -> Run:
    return run("deliver", "--until-idle", "--timeout", "20", *options)


def states() -> dict[str, int]:
    deliveries: dict[str, int] = run("status", "--json").json["destinations"][0]["deliveries"]
    return deliveries


def test_everyone_who_can_be_sent_is_a_contact_with_the_audience_status(
    sandbox: RunningSandbox,
) -> None:
    result = deliver("--json")

    assert result.code == 0
    report = result.json
    assert report["sent"] == len(sandbox.sandbox.contacts.all()) > 50
    assert report["excluded"] > 0
    assert (report["failed"], report["retrying"]) == (0, 0)
    assert states() == {
        "pending": 0,
        "delivered": report["sent"],
        "excluded": report["excluded"],
        "failed": 0,
    }
    assert run("status", "--json").json["destinations"][0]["account"] == "connected"


def test_a_second_delivery_sends_nothing(sandbox: RunningSandbox) -> None:
    deliver()

    assert deliver("--json").json["sent"] == 0


def test_refused_profiles_end_with_three_and_a_retry_sends_them(sandbox: RunningSandbox) -> None:
    sandbox.sandbox.add_fault("status=422,method=POST,count=2")

    refused = deliver("--json")

    assert refused.code == 3
    assert refused.json["failed"] == 2
    assert "refused 2 profiles" in refused.err
    assert run("retry", "Zendesk CRM", "--json").json == {"retried": 2}
    assert deliver("--json").json["sent"] == 2
    assert states()["failed"] == 0


def test_a_rejected_token_ends_with_one_and_a_new_one_lets_it_go_on(
    sandbox: RunningSandbox, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENDESK_TOKEN", "planted-revoked-token-0123456789")
    run("apply", str(workspace))

    result = deliver()

    assert result.code == 1
    assert "Acme Sell" in result.err
    assert "new token" in result.err
    assert "planted-revoked" not in result.out + result.err
    assert Account.objects.get().status == AccountStatus.REJECTED
    monkeypatch.setenv("ZENDESK_TOKEN", TOKEN)
    run("apply", str(workspace))
    assert deliver().code == 0


def test_a_timeout_ends_with_one_and_keeps_the_rest(sandbox: RunningSandbox) -> None:
    sandbox.sandbox.add_fault("delay=0.3")

    result = run("deliver", "--until-idle", "--timeout", "0.7", "--json")

    assert result.code == 1
    assert "The time is over" in result.err
    assert result.json["retrying"] > 0
    assert not Delivery.objects.filter(state="leased").exists()


def test_a_signal_stops_it_after_the_requests_in_flight(sandbox: RunningSandbox) -> None:
    sandbox.sandbox.add_fault("delay=0.2")
    threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGTERM)).start()

    result = deliver("--json")

    assert result.code == 1
    assert "Stopped by a signal" in result.err
    assert not Delivery.objects.filter(state="leased").exists()


def test_a_stopped_destination_is_named_with_its_problem(
    sandbox: RunningSandbox, workspace: Path
) -> None:
    workspace.write_text(WORKSPACE.replace("VIP audience", "No such field"))
    run("apply", str(workspace))

    result = deliver()

    assert result.code == 1
    assert "Destination “Zendesk CRM” is stopped: " in result.err
    workspace.write_text(WORKSPACE)
    run("apply", str(workspace))
    run("retry", "Zendesk CRM")
    assert deliver().code == 0


@pytest.mark.parametrize("seconds", ["-1", "soon", "nan", "inf"])
def test_a_timeout_is_a_number_of_seconds(seconds: str) -> None:
    assert run("deliver", f"--timeout={seconds}").code == 2
