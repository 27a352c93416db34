"""What tells whether a fault was really seen, and by whom: it must be able to say no."""

import contextlib
import random
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.services.processes import wait_until
from tests.torture import callers, clocks, feed, people, samples, verdict, watch, weather
from tests.torture.beside import Onlooker
from tests.torture.callers import Callers
from tests.torture.clocks import Clock, Sent
from tests.torture.crew import Crew, refused_claims
from tests.torture.databases import SQLite
from tests.torture.dialling import Dialling
from tests.torture.feed import UnderWay
from tests.torture.ground import Ground
from tests.torture.line import Line
from tests.torture.people import Change
from tests.torture.processes import Process
from tests.torture.scenarios import stops
from tests.torture.setting import VIP
from tests.torture.test_instruments import ASKED
from tests.torture.troubles import Trouble, Verb
from tests.torture.verdict import Check, Coverage
from tests.torture.weather import Spell

# A worker that is at work for ever: it holds a connection.
CONNECTED = """
import socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""
FIELDS = {VIP: "VIP audience"}


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """Two processes that hold a connection to a server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        started: list[Process] = []

        def worker() -> Process:
            name = f"worker-{len(started) + 1}"
            command = [sys.executable, "-c", CONNECTED, str(port)]
            log = tmp_path / name
            started.append(Process(name=name, command=command, environment={}, log=log).start())
            return started[-1]

        ground = SimpleNamespace(worker=worker, port_of_zendesk=port)
        try:
            made = Crew(ground=cast(Ground, ground), size=2)
            made.wait_until_at_work(count=2, seconds=20)
            yield made
        finally:
            for process in started:
                process.kill()


def test_one_worker_is_in_the_hands_of_one_fault_only(crew: Crew) -> None:
    done: list[bool] = []

    def pause() -> None:
        done.append(crew.pause(random.Random(1), seconds=0.6))

    threads = [threading.Thread(target=pause) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    stopped = [member.is_stopped for member in crew.members]
    for thread in threads:
        thread.join()

    assert (stopped, sorted(done)) == ([True, True], [False, True, True])
    assert crew.pause(random.Random(1), seconds=0)


def test_a_connection_tells_who_sent_a_request(crew: Crew) -> None:
    with Callers(crew=crew, port=_port_of(crew)) as found:
        time.sleep(4 * callers.EVERY_SECONDS)

    assert sorted(found.names.values()) == ["worker-1", "worker-2"]


def test_one_worker_that_sends_does_not_cover_for_another() -> None:
    names = {1: "a", 2: "b"}
    requests = [
        replace(ASKED, client_port=port, accepted_at=at)
        for port, at in ((1, 10.0), (1, 12.0), (2, 1.0), (3, 11.0))
    ]
    sent = callers.writes(requests, names=names)

    assert callers.slowest_return(sent, workers=["a"], since=[9.0, 11.0]) == 1.0
    assert callers.slowest_return(sent, workers=["a", "b"], since=[9.0]) == float("inf")
    assert callers.slowest_return(sent, workers=["unheard of"], since=[0.0]) == float("inf")


HEEDING = (
    "import signal, time; time.sleep(0.5); signal.signal(signal.SIGTERM, lambda *_: None);"
    "time.sleep(60)"
)


def test_a_process_heeds_a_signal_from_its_own_answer_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HEEDING]
    process = Process(name="one", command=command, environment={}, log=tmp_path / "log").start()
    try:
        assert not process.heeds(signal.SIGTERM)
        wait_until(lambda: process.heeds(signal.SIGTERM), what="an answer to SIGTERM")
    finally:
        process.kill()


def test_each_refused_claim_is_read_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(
        "W delivery.stale_settle count=2 may_have_written=1 claims=7/3,9/1\n"
        "W delivery.stale_settle count=1 may_have_written=0 claims=7/4\n"
    )
    worker = Process(name="worker", command=[], environment={}, log=log)

    assert refused_claims(worker) == [(7, 3), (9, 1), (7, 4)]


@pytest.mark.parametrize(
    ("came_back", "refused", "counted", "failing"),
    [
        ({(7, 3)}, [(7, 3), (9, 1)], 2, []),
        # As many were refused as came back, but others.
        ({(7, 3)}, [(9, 1)], 1, ["answers for lost claims not refused"]),
        ({(7, 3)}, [(7, 3), (9, 1)], 1, ["refused, but not counted"]),
        ({(7, 3)}, [(7, 3)], 2, ["counted, but not refused"]),
        # Said twice because the settlement had to be tried again, counted once.
        ({(7, 3)}, [(7, 3), (7, 3)], 1, []),
    ],
)
def test_a_stale_settlement_is_judged_by_itself(
    came_back: set[tuple[int, int]],
    refused: list[tuple[int, int]],
    counted: int,
    failing: list[str],
) -> None:
    checks = stops.stale_checks(came_back=came_back, refused=refused, counted=counted)

    assert _failing(checks) == failing


def test_a_stop_that_ended_while_nobody_sent_proves_nothing() -> None:
    requests = [replace(ASKED, accepted_mono=5 + number * 0.12) for number in range(8)]

    assert stops.busy_returns(requests, [5.0, 7.0]) == 1


def test_a_run_that_was_hardly_looked_at_is_void(tmp_path: Path) -> None:
    # Without tables every look fails, and a file is never away.
    sampler = samples.Sampler(database=SQLite(path=tmp_path / "empty"))
    sampler.start()
    time.sleep(2.6)
    sampler.stop()
    run = verdict.Verdict(scenario="any", database="sqlite", seed=1)
    run.coverage.append(Coverage("samples", planned=sampler.planned, seen=len(sampler.taken)))

    assert sampler.missed
    assert sampler.planned >= 2
    assert run.word == "void"


def test_only_while_the_database_is_away_nobody_has_to_look(tmp_path: Path) -> None:
    sampler = samples.Sampler(database=SQLite(path=tmp_path / "any"), seconds=100.0)
    assert sampler.planned == 80

    sampler.away_seconds = 50.0
    assert sampler.planned == 40


@pytest.mark.parametrize(
    ("code", "is_away"),
    [(sqlite3.SQLITE_IOERR_SHMSIZE, True), (sqlite3.SQLITE_BUSY, False), (None, False)],
)
def test_a_file_is_away_only_while_nobody_can_open_it(code: int | None, is_away: bool) -> None:
    error = sqlite3.OperationalError("any words")
    if code is not None:
        error.sqlite_errorcode = code

    assert samples.is_away(error) is is_away


def test_an_attempt_that_a_success_hid_was_still_lost(tmp_path: Path) -> None:
    database = SQLite(path=tmp_path / "file")
    database.query("CREATE TABLE activations_delivery (id, attempts)")
    database.query("INSERT INTO activations_delivery VALUES (1, 0), (2, 0)")
    with watch.harm(database) as harm:
        database.query("UPDATE activations_delivery SET attempts = 1 WHERE id = 2")
        time.sleep(2 * watch.HARM_SECONDS)
        database.query("UPDATE activations_delivery SET attempts = 0")

    assert list(harm.since) == [(2,)]


def test_records_sent_one_after_the_other_were_not_sent_at_once() -> None:
    first = {"a": UnderWay(0.0, 1.0), "b": UnderWay(0.0, 1.0), "c": UnderWay(0.0, 1.0)}
    second = {"a": UnderWay(0.9, 2.0), "b": UnderWay(1.1, 2.0)}

    assert feed.at_once(first, second) == 1


@pytest.mark.parametrize(
    ("clock", "statuses", "held", "wrong"),
    [
        # The last version is the oldest by its date; its attributes hold all the same.
        (Clock.LAST_BEHIND, ("realized", "existing", "exited"), ("existing", 3), (0, 0)),
        (Clock.LAST_BEHIND, ("realized", "existing", "exited"), ("exited", 3), (1, 0)),
        (Clock.LAST_BEHIND, ("realized", "existing", "exited"), ("existing", 2), (0, 1)),
        (Clock.FIRST_AHEAD, ("realized", "existing", "exited"), ("realized", 3), (0, 0)),
        (Clock.FIRST_AHEAD, ("realized", "existing", "exited"), ("exited", 3), (1, 0)),
        (Clock.FIRST_AHEAD, ("realized", "existing", "exited"), ("realized", 1), (0, 1)),
        (Clock.LAST_TWO_AHEAD, ("realized", "existing", "exited"), ("exited", 3), (0, 0)),
        (Clock.LAST_TWO_AHEAD, ("realized", "existing", "exited"), ("existing", 3), (1, 0)),
    ],
)
def test_a_wrong_clock_does_not_decide_and_who_lets_it_is_found(
    clock: Clock, statuses: tuple[str, ...], held: tuple[str, int], wrong: tuple[int, int]
) -> None:
    sent, number = _sent(clock, statuses)
    fields = {"VIP audience": held[0], "Loyalty tier": people.tier(held[1])}
    contacts = {people.email(number): {"custom_fields": fields}}

    found = len(sent.wrong_statuses(contacts, FIELDS)), len(sent.wrong_tiers(contacts))

    assert found == wrong
    assert sent.told_apart()[clock] == 1


@pytest.mark.parametrize("clock", clocks.WRONG)
def test_statuses_that_are_all_alike_contradict_nothing(clock: Clock) -> None:
    sent, _ = _sent(clock, ("existing", "existing", "existing"))

    assert sent.told_apart()[clock] == 0


def test_the_pace_of_the_other_account_is_judged_whatever_the_trouble() -> None:
    spells = [Spell("fine", 0, 10), Spell("no name", 10, 20), Spell("refuse", 20, 30)]
    others = replace(ASKED, identity=people.email(weather.PARTNERS_FIRST))
    times = [at / 10 for at in range(300) if not 250 <= at < 260]
    requests = [replace(others, accepted_mono=time) for time in times]

    checks = weather.paces(spells, requests)

    assert [check.value for check in checks] == [1.0, 0.9]
    assert _failing(checks) == ["pace of the other: refuse"]


def test_who_dials_a_deaf_port_is_seen_until_he_gives_up() -> None:
    with _server() as upstream, Line(upstream=upstream) as line:
        with Dialling(port=line.port) as before:
            socket.create_connection(("127.0.0.1", line.port), timeout=5).close()
        line.meet(Trouble(Verb.DROP_SYN))
        with Dialling(port=line.port) as dialling, pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", line.port), timeout=0.8)
        line.clear()
        socket.create_connection(("127.0.0.1", line.port), timeout=5).close()

    assert (before.seconds, len(dialling.seconds)) == ([], 1)
    assert 0.5 < max(dialling.seconds) < 1.2


def _sent(clock: Clock, statuses: tuple[str, ...]) -> tuple[Sent, int]:
    """One person by such a clock, whose versions had these statuses."""
    number = next(number for number in range(clocks.AMONG) if clocks.of(number) is clock)
    sent, rounds = Sent(), len(statuses)

    def records() -> Iterator[Change]:
        for version, status in enumerate(statuses, 1):
            at = clocks.qualified_at(number=number, version=version, rounds=rounds)
            entry = {"status": status, "lastQualificationTime": at.isoformat()}
            document: dict[str, Any] = {
                "loyalty": {"tier": people.tier(version)},
                "segmentMembership": {"ups": {VIP: entry}},
            }
            yield Change(number, version, document)

    list(sent.noting(records()))
    return sent, number


@contextlib.contextmanager
def _server() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def _port_of(crew: Crew) -> int:
    return crew._ground.port_of_zendesk


def _failing(checks: list[Check]) -> list[str]:
    return [check.name for check in checks if not check.holds]


class _Blind(Onlooker):
    def look(self) -> None:
        raise PermissionError("may not look")


def test_what_an_onlooker_cannot_see_is_not_passed_over() -> None:
    with pytest.raises(PermissionError), _Blind(name="blind", every_seconds=0.001):
        time.sleep(0.1)
