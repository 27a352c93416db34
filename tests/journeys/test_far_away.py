"""A Zendesk that is far away: connections take longer to open than a turn of the limit lasts."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import certifi
import pytest
from pytest_django import Settings

from activations.models import Count
from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage
from tests.unit.zendesk.servers import Server
from tests.unit.zendesk.test_tls import certificate
from tests.unit.zendesk.test_turns import SlowHandshake

PEOPLE = 14


@pytest.fixture
def far_away(
    sandbox: RunningSandbox, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RunningSandbox:
    """The sandbox behind TLS whose handshake takes longer than five turns."""
    path = certificate(tmp_path, "127.0.0.1")
    context = SlowHandshake(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = Server(talk=lambda _, sock: _relay(sock, sandbox.port), tls=context)
    # The authorities that the product trusts come from this package.
    monkeypatch.setattr(certifi, "where", lambda: str(path))
    with server:
        settings.ZENDESK_SELL_URL = server.url
        yield sandbox


@pytest.mark.django_db(transaction=True)
def test_requests_that_missed_their_turn_do_not_crowd_into_the_next_ones(
    far_away: RunningSandbox, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 8.47
    built = stage.build(far_away)
    built.ingest(built.people(PEOPLE))

    stage.deliver()

    arrived = [write.accepted_mono for write in built.writes]
    in_a_second = max(sum(first <= at < first + 1 for at in arrived) for first in arrived)
    assert (built.states(), len(arrived)) == ({"delivered": PEOPLE}, PEOPLE)
    assert in_a_second <= 10
    assert Count.objects.get(name="missed-turn").value > 0


def _relay(sock: socket.socket, port: int) -> None:
    """Bytes both ways, until one side has had enough."""
    upstream = socket.create_connection(("127.0.0.1", port))
    back = threading.Thread(target=_pump, args=(upstream, sock), daemon=True)
    back.start()
    _pump(sock, upstream)
    back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
