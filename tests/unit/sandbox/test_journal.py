"""What outlives a restart, and the ledger of requests."""

import json
from pathlib import Path

import pytest

from connections.zendesk.sandbox import Clock, Sandbox, UnreadableJournal
from tests.services.processes import wait_until

from .caller import calling


def test_a_restart_keeps_contacts_and_records(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with calling(journal=journal) as caller:
        kept = caller.person(email="a@example.org")
        gone = caller.person(email="b@example.org")
        caller.call("DELETE", f"/v2/contacts/{gone}")
        caller.put(kept, title="CEO")
        caller.call("POST", "/v2/sources", {"name": "Fair"})
    with calling(journal=journal) as caller:
        assert caller.get(f"/v2/contacts/{kept}").data["title"] == "CEO"
        assert caller.get(f"/v2/contacts/{gone}").status == 404
        assert caller.get("/v2/sources/1").data["name"] == "Fair"
        assert caller.upsert("a@example.org", last_name="Ek").data["id"] == kept
        assert caller.person() > gone - 1


def test_a_last_line_cut_short_is_dropped(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with calling(journal=journal) as caller:
        first = caller.person()
        caller.person()
    journal.write_bytes(journal.read_bytes()[:-20])
    with calling(journal=journal) as caller:
        assert len(caller.sandbox.contacts) == 1
        assert caller.person() == first + 1
    assert [json.loads(line)["data"]["id"] for line in journal.read_text().splitlines()] == [
        first,
        first + 1,
    ]


def test_a_reset_is_kept_over_a_restart(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with calling(journal=journal) as caller:
        caller.person()
        assert caller.call("POST", "/_sandbox/reset").status == 200
    assert len(Sandbox(journal=journal).contacts) == 0


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text('{"reset":true}\nnonsense\n{"reset":true}\n')
    with pytest.raises(UnreadableJournal, match="line 2"):
        Sandbox(journal=journal)


def test_the_ledger_has_a_line_for_every_request(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with calling(ledger=ledger) as caller:
        caller.upsert("a@example.org", last_name="Ek", email="a@example.org")
        caller.upsert("a@example.org", email="a@example.org", last_name="Ek")
        caller.create()
    first, second, third = (json.loads(line) for line in ledger.read_text().splitlines())
    assert first["accepted_at"] <= first["applied_at"]
    assert (first["identity"], first["status"]) == ("a@example.org", 200)
    assert first["payload"] == second["payload"]
    assert len(first["payload"]) == 64
    assert (third["status"], third["applied_at"], third["payload"]) == (422, None, None)


def test_the_ledger_says_when_a_late_write_came_and_the_client_left(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    with calling(ledger=ledger, clock=Clock()) as caller:
        caller.sandbox.add_fault("late=0.1,count=1")
        caller.timeout = 0.2
        with pytest.raises(TimeoutError):
            caller.upsert("a@example.org", last_name="Ek", email="a@example.org")
        assert caller.get("/_sandbox/stats").json["under_way"] == 1
        wait_until(lambda: caller.sandbox.requests.under_way == 0, what="the late write")
    line = json.loads(ledger.read_text())
    assert line["accepted_mono"] + 0.15 < line["gone_mono"]
    assert line["gone_mono"] + 0.05 < line["applied_mono"] <= line["ended_mono"]
    assert (line["method"], line["path"]) == ("POST", "/v2/contacts/upsert")
    assert (line["status"], line["fault"]) == (None, "late")


def test_a_journal_much_longer_than_its_contents_is_rewritten_at_start(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with calling(journal=journal) as caller:
        contact = caller.person(tags=["vip"])
    journal.write_text(journal.read_text() * 600)
    with calling(journal=journal) as caller:
        assert caller.get(f"/v2/contacts/{contact}").status == 200
        assert caller.get("/v2/tags?resource_type=contact").json["meta"]["count"] == 1
        caller.person()
    assert len(journal.read_text().splitlines()) == 3
