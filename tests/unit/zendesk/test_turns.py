"""A request leaves within its turn or not at all, however long opening a connection takes."""

import ssl
import time
from functools import partial
from itertools import count

import pytest

from connections.zendesk import writes
from connections.zendesk.client import MOST_TURNS
from connections.zendesk.errors import NotSent, TurnMissed, Written
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, client_of
from tests.unit.zendesk.servers import answering, http
from tests.unit.zendesk.test_tls import certificate

GOOD = http(200, ADA_IN_SELL)
WRITE = writes.upsert(contact=ADA)
HANDSHAKE_SECONDS, TURN_SECONDS = 0.6, 0.5


class SlowHandshake(ssl.SSLContext):
    """A server far away: a connection is there long before TLS is."""

    def wrap_socket(self, *args, **kwargs):
        time.sleep(HANDSHAKE_SECONDS)
        return super().wrap_socket(*args, **kwargs)


@pytest.fixture
def far_away(tmp_path):
    path = certificate(tmp_path, "127.0.0.1")
    context = SlowHandshake(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with answering(GOOD, tls=context) as server:
        yield server, partial(client_of, server.url, ca_file=str(path))


def test_no_byte_leaves_after_the_turn_and_the_connection_is_kept_for_the_next(far_away):
    server, client_with = far_away
    client = client_with()
    with pytest.raises(TurnMissed):
        client.write(WRITE, send_by=time.monotonic() + TURN_SECONDS)
    assert server.requests == []

    outcome = client.write(WRITE, send_by=time.monotonic() + TURN_SECONDS)

    assert isinstance(outcome, Written)
    assert (server.connections, len(server.requests)) == (1, 1)


def test_who_waits_for_turns_takes_another_when_one_was_missed(far_away):
    server, client_with = far_away
    turns = count()

    def wait_for_turn():
        next(turns)
        return time.monotonic() + TURN_SECONDS

    assert isinstance(client_with(before_request=wait_for_turn).upsert(contact=ADA), Written)
    assert (next(turns), len(server.requests)) == (2, 1)


def test_a_machine_that_misses_every_turn_says_so():
    turns = count()
    with answering(GOOD) as server:
        client = client_of(server.url, before_request=lambda: next(turns) * 0.0)
        outcome = client.upsert(contact=ADA)
    assert outcome == NotSent(reason="this machine is too busy to send it when its turn comes")
    assert (next(turns), server.requests) == (MOST_TURNS, [])


def test_no_turn_is_taken_when_the_time_of_a_request_was_spent_on_missed_ones():
    turns = count()

    def wait_for_turn():
        next(turns)
        time.sleep(0.2)
        return 0.0

    with answering(GOOD) as server:
        client = client_of(server.url, before_request=wait_for_turn, deadline_seconds=0.5)
        outcome = client.upsert(contact=ADA)
    assert isinstance(outcome, NotSent)
    assert (next(turns), server.requests) == (3, [])


def test_the_turn_of_one_request_is_not_that_of_the_next():
    with answering(GOOD) as server:
        client = client_of(server.url)
        with pytest.raises(TurnMissed):
            client.write(WRITE, send_by=0.0)
        assert isinstance(client.write(WRITE), Written)
