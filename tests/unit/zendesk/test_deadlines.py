"""No request lives longer than its deadline, whatever the other side does."""

import os
import threading
import time
from contextlib import contextmanager

import pytest

from connections.zendesk.errors import NotSent, Unknown, Written, ZendeskError
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, client_of
from tests.unit.zendesk.servers import Server, answering, black_hole, dripping, http, mute

DEADLINE = 0.3


@contextmanager
def at_most(seconds):
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def upsert(url):
    with at_most(DEADLINE + 0.6):
        return client_of(url, deadline_seconds=DEADLINE).upsert(contact=ADA)


def test_a_server_that_never_answers_is_unknown_at_the_deadline():
    with mute() as server:
        outcome = upsert(server.url)
    assert outcome == Unknown(reason="no complete answer within 0.3 seconds", status=None)


def test_headers_that_drip_end_at_the_deadline():
    with dripping(first=b"HTTP/1.1 200 OK\r\nX-Drip: ", drip=b"x", every_seconds=0.1) as server:
        assert isinstance(upsert(server.url), Unknown)


def test_interim_answers_without_end_end_at_the_deadline():
    with dripping(first=b"", drip=b"HTTP/1.1 100 Continue\r\n\r\n", every_seconds=0.1) as server:
        assert isinstance(upsert(server.url), Unknown)


@pytest.mark.parametrize(
    "framing",
    ["Content-Length: 5000\r\n", "Connection: close\r\n", "Transfer-Encoding: chunked\r\n"],
    ids=["length", "close", "chunked"],
)
def test_a_body_that_drips_ends_at_the_deadline(framing):
    first = f"HTTP/1.1 200 OK\r\n{framing}\r\n".encode()
    drip = b"1\r\n \r\n" if "chunked" in framing else b" "
    with dripping(first=first, drip=drip, every_seconds=0.1) as server:
        outcome = upsert(server.url)
    assert isinstance(outcome, Unknown)
    assert outcome.status == 200


def test_a_connection_that_is_never_accepted_was_not_sent():
    with black_hole() as url:
        outcome = upsert(url)
    assert outcome == NotSent(reason="no connection within 0.3 seconds")


def test_a_tls_handshake_that_never_ends_was_not_sent():
    with mute() as server:
        outcome = upsert(server.url.replace("http:", "https:"))
    assert outcome == NotSent(reason="no connection within 0.3 seconds")


def test_a_peer_that_does_not_read_holds_a_large_request_no_longer_than_the_deadline():
    def stuff(server, sock):
        server.closing.wait(5)

    huge = type(ADA)(
        email="a@example.org", attributes={"description": "x" * 2**24}, custom_fields={}
    )
    with Server(talk=stuff) as server, at_most(DEADLINE + 1.0):
        outcome = client_of(server.url, deadline_seconds=DEADLINE).upsert(contact=huge)
    assert isinstance(outcome, Unknown)


def test_a_read_that_gets_no_answer_raises_a_temporary_error():
    with mute() as server, at_most(DEADLINE + 0.6):
        client = client_of(server.url, deadline_seconds=DEADLINE)
        with pytest.raises(ZendeskError) as failure:
            client.list_custom_fields()
    assert failure.value.is_temporary


def test_many_threads_share_one_watchdog_and_all_end_on_time():
    with mute() as server, at_most(DEADLINE + 1.0):
        client = client_of(server.url, deadline_seconds=DEADLINE)
        outcomes = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(client.upsert(contact=ADA)))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(outcomes) == 20
    assert all(isinstance(outcome, Unknown) for outcome in outcomes)
    watchdogs = [t for t in threading.enumerate() if t.name == "zendesk-deadlines"]
    assert len(watchdogs) == 1
    assert watchdogs[0].daemon


def test_a_short_deadline_holds_beside_a_long_one_that_started_earlier():
    with answering(http(200, ADA_IN_SELL)) as good, mute() as silent:
        assert isinstance(client_of(good.url, deadline_seconds=30).upsert(contact=ADA), Written)
        assert isinstance(upsert(silent.url), Unknown)


def test_requests_leave_no_open_descriptors_behind():
    with answering(http(200, ADA_IN_SELL)) as server:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            client.upsert(contact=ADA)
        assert len(os.listdir("/proc/self/fd")) == before
        client.close()


def test_connections_that_are_closed_leave_no_open_descriptors_behind():
    head, _, rest = http(200, ADA_IN_SELL).partition(b"\r\n")
    with answering(head + b"\r\nConnection: close\r\n" + rest) as server:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        before = len(os.listdir("/proc/self/fd"))
        outcomes = [client.upsert(contact=ADA) for _ in range(20)]
        assert all(isinstance(outcome, Written) for outcome in outcomes)
        assert server.connections == 21
        # The server's ends are of this process too, and close a moment later.
        ends_at = time.monotonic() + 3
        while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < ends_at:
            time.sleep(0.01)
        assert len(os.listdir("/proc/self/fd")) <= before
        client.close()


def test_a_child_of_fork_opens_its_own_connections_and_still_keeps_deadlines():
    with answering(http(200, ADA_IN_SELL)) as server, mute() as silent:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        child = os.fork()
        if child == 0:
            written = client.upsert(contact=ADA)
            unknown = client_of(silent.url, deadline_seconds=DEADLINE).upsert(contact=ADA)
            os._exit(0 if isinstance(written, Written) and isinstance(unknown, Unknown) else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert isinstance(client.upsert(contact=ADA), Written)
        assert server.connections == 2
