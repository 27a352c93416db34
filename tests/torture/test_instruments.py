"""The rig's own instruments: a verdict that cannot fail proves nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.torture import ledger, people, verdict
from tests.torture.ledger import Request
from tests.torture.oracle import Oracle
from tests.torture.people import Change, People
from tests.torture.setting import VIP
from tests.torture.twin import Expected

ASKED = Request(
    number=1,
    request_id="a",
    method="POST",
    path="/v2/contacts/upsert",
    client_port=50_001,
    token="t",
    identity="ann@example.org",
    payload="old",
    status=200,
    fault=None,
    accepted_at=0.0,
    accepted_mono=0.0,
    applied_at=0.0,
    applied_mono=1.0,
    gone_mono=None,
    ended_at=1.0,
    ended_mono=1.0,
)
DURING = replace(
    ASKED, number=2, accepted_mono=0.5, applied_mono=0.6, ended_mono=0.6, payload="new"
)


def test_two_requests_about_one_person_at_once_overlap() -> None:
    capitals = replace(DURING, identity="ANN@example.org")

    assert len(ledger.overlaps([ASKED, capitals], lease=10)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(DURING, identity="bo@example.org"),
        replace(DURING, method="GET"),
        replace(DURING, accepted_mono=1.5),
    ],
)
def test_others_do_not(other: Request) -> None:
    assert ledger.overlaps([ASKED, other], lease=10) == []


def test_a_killed_clients_request_is_not_in_flight_any_more() -> None:
    killed = replace(ASKED, gone_mono=0.2, ended_mono=5.0)

    assert ledger.overlaps([killed, DURING], lease=10) == []


def test_nor_is_one_whose_lease_is_over() -> None:
    assert ledger.overlaps([replace(ASKED, ended_mono=9.0), DURING], lease=0.3) == []


def test_any_second_counts_wherever_it_begins() -> None:
    times = [0.7, 0.8, 0.9, 1.1, 1.69, 1.7]
    requests = [replace(ASKED, accepted_mono=time) for time in times]

    assert ledger.busiest_second(requests) == {"t": 5}


def test_old_data_on_top_of_newer_is_seen() -> None:
    assert ledger.overwrites([ASKED, DURING]) == 1
    assert ledger.overwrites([replace(ASKED, applied_mono=0.55), DURING]) == 0


def test_a_line_still_being_written_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    line = json.dumps({name: getattr(ASKED, name) for name in Request.__slots__})
    path.write_text(f"{line}\n{line[:40]}")

    assert ledger.read(path) == [ASKED]


def test_what_is_as_acknowledged_is_clean() -> None:
    assert _values(held=[_contact(2)]) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], [1, 0, 1, 0, 0]),
        (["old"], [0, 1, 1, 0, 0]),
        (["torn"], [0, 0, 1, 1, 0]),
        (["new", "new"], [0, 0, 0, 0, 1]),
        (["new", "stranger"], [0, 0, 0, 1, 0]),
    ],
)
def test_what_is_not_is_told_apart(held: list[str], expected: list[int]) -> None:
    made = {
        "old": _contact(1),
        "new": _contact(2),
        "torn": _contact(2) | {"last_name": "Nobody"},
        "stranger": _contact(2) | {"email": "stranger@example.org"},
    }

    assert _values(held=[made[word] for word in held]) == expected


def test_who_must_not_be_sent_is_spurious() -> None:
    nobody = Expected(must_exist=False, may_exist=False)

    assert _values(held=[_contact(2)], expected=nobody) == [0, 0, 0, 1, 0]


def test_one_seed_makes_the_same_changes() -> None:
    first, second = (list(People(seed=5).changes(count=20)) for _ in range(2))

    assert first == second
    assert first != list(People(seed=6).changes(count=20))


def test_a_status_goes_by_its_time_and_an_attribute_by_its_arrival() -> None:
    oracle = Oracle()
    oracle.oblige([_change(2, "existing", at="2026-03-02"), _change(1, "exited", at="2026-03-01")])
    expected = oracle.expected()[people.email(1)]

    assert expected.custom_fields["VIP audience"] == "existing"
    assert expected.custom_fields["Loyalty tier"] == "v1"


def test_eleven_requests_in_a_second_are_one_too_many() -> None:
    at_the_limit = [replace(ASKED, accepted_mono=number * 0.1) for number in range(30)]
    one_more = replace(ASKED, accepted_mono=1.05)

    assert verdict.busiest_second(at_the_limit).holds
    assert not verdict.busiest_second([*at_the_limit, one_more]).holds


def test_a_fault_that_was_not_seen_makes_it_void() -> None:
    run = verdict.Verdict(scenario="any", database="sqlite", seed=1)
    run.coverage.append(verdict.Coverage("kill", planned=2, seen=1))

    assert (run.word, run.is_clean) == ("void", False)


def _values(*, held: list[dict[str, Any]], expected: Expected | None = None) -> list[float]:
    email = people.email(1)
    wanted = expected or Expected(
        must_exist=True,
        may_exist=True,
        attributes={"email": email, "last_name": "Ek"},
        custom_fields={"Loyalty tier": "v2"},
    )
    checks = verdict.compare(
        held=held, expected={email: wanted}, newest={email: 2}, rows={email: ["delivered -"]}
    )
    return [check.value for check in checks]


def _contact(version: int) -> dict[str, Any]:
    fields = {"Loyalty tier": people.tier(version)}
    return {"email": people.email(1), "last_name": "Ek", "custom_fields": fields}


def _change(version: int, status: str, *, at: str) -> Change:
    time = datetime.fromisoformat(at).replace(tzinfo=UTC).isoformat()
    entry = {"status": status, "lastQualificationTime": time}
    document = {
        "person": {"name": {"lastName": "Ek"}},
        "loyalty": {"tier": people.tier(version)},
        "segmentMembership": {"ups": {VIP: entry}},
    }
    return Change(number=1, version=version, document=document)
