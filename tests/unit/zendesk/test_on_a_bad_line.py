"""The client on a line that misbehaves: what each trouble on the way means for a write."""

import threading
import time
from collections.abc import Iterator

import pytest

from connections.zendesk.client import Client
from connections.zendesk.errors import NotSent, Outcome, Unknown, Written
from tests.services import processes
from tests.torture.line import Line
from tests.torture.proxy import serve
from tests.torture.troubles import Trouble, Verb
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, TOKEN, client_of
from tests.unit.zendesk.servers import Server, answering, http

DEADLINE = 0.4
OTHER_TOKEN = "fedcba9876543210" * 4
HEAD_BYTES = 20


@pytest.fixture
def zendesk() -> Iterator[Server]:
    with answering(http(200, ADA_IN_SELL)) as server:
        yield server


@pytest.fixture
def line(zendesk: Server) -> Iterator[Line]:
    with Line(upstream=("127.0.0.1", zendesk.port)) as running:
        yield running


def client(line: Line, token: str = TOKEN) -> Client:
    return client_of(line.url, token=token, deadline_seconds=DEADLINE)


def send(line: Line) -> Outcome:
    return client(line).upsert(contact=ADA)


def test_without_trouble_everything_passes(line: Line, zendesk: Server) -> None:
    same = client(line)
    outcomes = [same.upsert(contact=ADA) for _ in range(3)]

    assert all(isinstance(outcome, Written) for outcome in outcomes)
    assert (zendesk.connections, line.requests, len(line.seen().strikes)) == (1, 3, 0)


def test_a_connection_nobody_answers_ends_with_the_deadline_and_nothing_was_sent(
    line: Line, zendesk: Server
) -> None:
    line.meet(Trouble(Verb.DROP_SYN))
    began = time.monotonic()

    assert send(line) == NotSent(reason=f"no connection within {DEADLINE:g} seconds")
    assert DEADLINE <= time.monotonic() - began < DEADLINE + 1
    line.clear()
    assert isinstance(send(line), Written)
    assert len(zendesk.requests) == 1


@pytest.mark.parametrize("verb", [Verb.BLACK_HOLE, Verb.RESET_BEFORE])
def test_what_never_arrives_is_unknown_and_never_counts_as_not_sent(
    line: Line, zendesk: Server, verb: Verb
) -> None:
    line.meet(Trouble(verb))

    assert isinstance(send(line), Unknown)
    assert (len(zendesk.requests), line.seen().struck[verb]) == (0, 1)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(Verb.MUTE),
        Trouble(Verb.RESET_AFTER),
        Trouble(Verb.RESET_AFTER, answer_bytes=HEAD_BYTES),
        Trouble(Verb.CUT),
        Trouble(Verb.CUT, answer_bytes=HEAD_BYTES),
        Trouble(Verb.CUT, answer_bytes=len(http(200, ADA_IN_SELL)) - 1),
        Trouble(Verb.DRIP, bytes_per_second=20),
        Trouble(Verb.DELAY, seconds=DEADLINE + 0.2),
    ],
    ids=lambda trouble: f"{trouble.verb} {trouble.answer_bytes}",
)
def test_an_answer_that_does_not_arrive_whole_is_unknown(
    line: Line, zendesk: Server, trouble: Trouble
) -> None:
    line.meet(trouble)

    assert isinstance(send(line), Unknown)
    assert (len(zendesk.requests), line.seen().struck[trouble.verb]) == (1, 1)
    assert line.longest_seconds < DEADLINE + 0.3


def test_nobody_listening_is_not_sent_and_the_port_comes_back(line: Line) -> None:
    same = client(line)
    same.upsert(contact=ADA)
    line.meet(Trouble(Verb.REFUSE))

    assert same.upsert(contact=ADA) == NotSent(reason="the connection was refused")
    assert line.seen().struck[Verb.REFUSE] == 1

    line.clear()
    assert isinstance(same.upsert(contact=ADA), Written)


def test_trouble_strikes_the_token_it_is_for(line: Line) -> None:
    line.meet(Trouble(Verb.RESET_AFTER, matching=OTHER_TOKEN))

    assert isinstance(client(line).upsert(contact=ADA), Written)
    assert isinstance(client(line, OTHER_TOKEN).upsert(contact=ADA), Unknown)


def test_connections_of_another_token_outlast_a_refusal(line: Line) -> None:
    ours, theirs = client(line), client(line, OTHER_TOKEN)
    ours.upsert(contact=ADA)
    theirs.upsert(contact=ADA)
    line.meet(Trouble(Verb.REFUSE, matching=OTHER_TOKEN))

    assert isinstance(ours.upsert(contact=ADA), Written)
    assert isinstance(theirs.upsert(contact=ADA), NotSent)


def test_a_chance_strikes_some_requests_of_one_connection(line: Line) -> None:
    line.meet(Trouble(Verb.DELAY, chance=0.5, seconds=0.01, jitter=0.01))
    same = client(line)
    for _ in range(40):
        assert isinstance(same.upsert(contact=ADA), Written)

    assert 8 < line.seen().struck[Verb.DELAY] < 32


def test_what_was_swallowed_does_not_come_back_with_better_weather(line: Line) -> None:
    patient = client_of(line.url, deadline_seconds=5.0)
    line.meet(Trouble(Verb.BLACK_HOLE))
    outcomes: list[Outcome] = []
    sender = threading.Thread(target=lambda: outcomes.append(patient.upsert(contact=ADA)))
    sender.start()
    processes.wait_until(lambda: line.seen().struck[Verb.BLACK_HOLE] == 1, what="a request")
    line.clear()
    sender.join(timeout=3)

    assert isinstance(outcomes[0], Unknown)


def test_a_line_in_a_process_of_its_own_does_the_same(zendesk: Server) -> None:
    with serve(upstream=("127.0.0.1", zendesk.port)) as proxy:
        proxy.meet(Trouble(Verb.RESET_AFTER))
        outcome = client_of(proxy.url).upsert(contact=ADA)
        seen = proxy.seen

    assert isinstance(outcome, Unknown)
    assert (seen.struck[Verb.RESET_AFTER], seen.requests) == (1, 1)
    assert isinstance(client_of(proxy.url).upsert(contact=ADA), NotSent)
