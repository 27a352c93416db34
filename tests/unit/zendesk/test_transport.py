"""What goes over the wire, what is never sent, and what a broken answer becomes."""

import gzip
import json
import logging
import socket
import struct
import threading
import time
import traceback

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connections.zendesk import VERSION, wire
from connections.zendesk.errors import (
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
    Written,
    ZendeskError,
)
from tests.unit.zendesk.cast import ADA, ADA_IN_SELL, TOKEN, client_of
from tests.unit.zendesk.servers import Server, answering, http, refused_url

GOOD = http(200, ADA_IN_SELL)


def reset(sock):
    """Closes with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def upsert_against(answer, **options):
    with answering(answer) as server:
        return client_of(server.url, **options).upsert(contact=ADA)


def test_every_request_carries_our_headers_and_no_others():
    with answering(GOOD) as server:
        client_of(server.url).upsert(contact=ADA)
        host = server.url.removeprefix("http://")
    (request,) = server.requests
    assert request.headers == {
        "host": host,
        "authorization": f"Bearer {TOKEN}",
        "user-agent": f"zendeskdest/{VERSION} (+audience export)",
        "accept": "application/json",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "content-length": str(len(request.body)),
    }


def test_a_read_has_no_body_and_no_content_type():
    with answering(http(200, {"items": []})) as server:
        client_of(server.url).list_custom_fields()
    (request,) = server.requests
    assert request.body == b""
    assert not {"content-type", "content-length", "transfer-encoding"} & set(request.headers)


def test_netrc_proxies_and_bundles_of_the_environment_do_not_matter(monkeypatch, tmp_path):
    with answering(GOOD) as server, answering(GOOD) as proxy:
        netrc = tmp_path / ".netrc"
        netrc.write_text("machine 127.0.0.1 login ada password secret\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "")
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, str(tmp_path / "missing.pem"))
        assert isinstance(client_of(server.url).upsert(contact=ADA), Written)
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert proxy.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_and_the_token_stays_here(status):
    with answering(GOOD) as elsewhere:
        location = {"Location": f"{elsewhere.url}/v2/contacts/upsert"}
        with answering(http(status, b"", location)) as server:
            outcome = client_of(server.url).upsert(contact=ADA)
            with pytest.raises(ZendeskError):
                client_of(server.url).list_custom_fields()
    assert isinstance(outcome, Unknown)
    assert outcome.failure_code == f"zendesk-{status}"
    assert elsewhere.connections == 0


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_nothing_is_ever_sent_a_second_time(status):
    with answering(http(status, b"", {"Retry-After": "1"})) as server:
        client_of(server.url).upsert(contact=ADA)
    assert len(server.requests) == 1


def test_cookies_are_not_kept():
    with answering(http(200, ADA_IN_SELL, {"Set-Cookie": "a=b; Path=/"})) as server:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        client.upsert(contact=ADA)
    assert "cookie" not in server.requests[1].headers


def test_one_connection_serves_one_request_after_the_other():
    with answering(GOOD) as server:
        client = client_of(server.url)
        for _ in range(5):
            assert isinstance(client.upsert(contact=ADA), Written)
    assert server.connections == 1


def test_each_thread_gets_a_connection_and_its_own_answer():
    def talk(server, sock):
        while (request := server.read(sock)) is not None:
            time.sleep(0.05)
            data = request.json()["data"]
            body = {"data": {"id": int(data["title"]), "email": data["email"]}}
            sock.sendall(http(200, body))

    outcomes = {}

    def write(number):
        contact = type(ADA)(
            email=f"p{number}@example.org", attributes={"title": str(number)}, custom_fields={}
        )
        outcomes[number] = [client.upsert(contact=contact) for _ in range(3)]

    with Server(talk=talk) as server:
        client = client_of(server.url)
        threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert {n: {o.contact_id for o in made} for n, made in outcomes.items()} == {
        n: {n} for n in range(1, 9)
    }
    assert server.connections <= 8


def test_a_refused_connection_was_not_sent():
    outcome = client_of(refused_url()).upsert(contact=ADA)
    assert outcome == NotSent(reason="the connection was refused")
    assert outcome.failure_code == "network"


def test_a_name_that_does_not_exist_was_not_sent():
    outcome = client_of("https://nobody.invalid").upsert(contact=ADA)
    assert outcome == NotSent(reason="the host name was not found")


def test_a_connection_that_closes_or_resets_after_the_request_is_unknown():
    def close(server, sock):
        server.read(sock)

    def break_off(server, sock):
        server.read(sock)
        reset(sock)

    for talk in (close, break_off):
        with Server(talk=talk) as server:
            outcome = client_of(server.url).upsert(contact=ADA)
        assert isinstance(outcome, Unknown)
        assert outcome.failure_code == "network"
        assert len(server.requests) == 1


def test_a_reset_on_a_reused_connection_is_unknown_and_not_repeated():
    def talk(server, sock):
        while server.read(sock) is not None:
            if len(server.requests) == 2:
                reset(sock)
                return
            sock.sendall(GOOD)

    with Server(talk=talk) as server:
        client = client_of(server.url)
        assert isinstance(client.upsert(contact=ADA), Written)
        assert isinstance(client.upsert(contact=ADA), Unknown)
        assert len(server.requests) == 2
        assert isinstance(client.upsert(contact=ADA), Written)


def test_a_connection_that_the_server_closed_while_idle_is_replaced_before_use():
    def talk(server, sock):
        server.read(sock)
        sock.sendall(GOOD)

    with Server(talk=talk) as server:
        client = client_of(server.url)
        for _ in range(3):
            assert isinstance(client.upsert(contact=ADA), Written)
            time.sleep(0.05)
    assert server.connections == 3


def test_a_connection_that_was_idle_for_too_long_is_not_reused(monkeypatch):
    with answering(GOOD) as server:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        monkeypatch.setattr(wire, "MAX_IDLE_SECONDS", 0.02)
        time.sleep(0.05)
        assert isinstance(client.upsert(contact=ADA), Written)
    assert server.connections == 2


def test_bytes_after_an_answer_do_not_become_the_next_one():
    with answering(GOOD + http(200, {"data": {"id": 666, "email": ADA.email}})) as server:
        client = client_of(server.url)
        first = client.upsert(contact=ADA)
        time.sleep(0.05)
        second = client.upsert(contact=ADA)
    assert first.contact_id == second.contact_id == 1001


def test_a_compressed_body_is_not_unpacked():
    packed = gzip.compress(json.dumps(ADA_IN_SELL).encode())
    outcome = upsert_against(http(200, packed, {"Content-Encoding": "gzip"}))
    assert isinstance(outcome, Unknown)
    assert "compressed" in outcome.summary


@pytest.mark.parametrize("length", [{}, {"Connection": "close", "Content-Length": "9999999"}])
def test_a_body_above_one_mebibyte_is_unknown(length):
    body = json.dumps(ADA_IN_SELL).encode() + b" " * 1024 * 1024
    outcome = upsert_against(http(200, body, length))
    assert isinstance(outcome, Unknown)
    assert "1 MiB" in outcome.summary


def test_a_body_shorter_than_announced_is_unknown():
    def talk(server, sock):
        server.read(sock)
        sock.sendall(GOOD[:-5])

    with Server(talk=talk) as server:
        outcome = client_of(server.url).upsert(contact=ADA)
    assert isinstance(outcome, Unknown)
    assert "cut short" in outcome.summary


def test_a_chunked_body_is_read():
    body = json.dumps(ADA_IN_SELL).encode()
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
    with answering(answer % (len(body), body)) as server:
        client = client_of(server.url)
        assert isinstance(client.upsert(contact=ADA), Written)
        assert isinstance(client.upsert(contact=ADA), Written)
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\xff\xfe: \x00\r\nno colon\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
    ],
)
def test_a_malformed_answer_is_unknown(answer):
    def talk(server, sock):
        server.read(sock)
        sock.sendall(answer)

    with Server(talk=talk) as server:
        assert isinstance(client_of(server.url).upsert(contact=ADA), Unknown)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=200), is_http=st.booleans())
def test_any_bytes_give_an_outcome_and_never_an_exception(fuzzed, data, is_http):
    fuzzed.answer = (b"HTTP/1.1 200 OK\r\n" if is_http else b"") + data
    outcome = client_of(fuzzed.url, deadline_seconds=2.0).upsert(contact=ADA)
    assert isinstance(outcome, Unknown | Rejected | Throttled | Unauthorised)


@pytest.fixture(scope="module")
def fuzzed():
    """Answers each request with its `answer` and closes."""

    def talk(server, sock):
        server.read(sock)
        sock.sendall(server.answer)

    with Server(talk=talk) as server:
        yield server


def test_no_log_line_holds_an_email_a_query_or_the_token(caplog):
    caplog.set_level(logging.DEBUG)
    odd = b"HTTP/1.1 200 OK\r\nno colon here\r\nX: y\r\n\r\n"
    for answer in (GOOD, odd, http(422, b"ada"), http(302, b"", {"Location": "/x?email=ada"})):
        upsert_against(answer, deadline_seconds=0.3)
    client_of(refused_url()).upsert(contact=ADA)
    assert "ada" not in caplog.text
    assert "email=" not in caplog.text
    assert TOKEN not in caplog.text


def test_a_read_error_says_nothing_private_even_in_its_traceback():
    with pytest.raises(ZendeskError) as failure:
        next(client_of(refused_url()).iter_contacts())
    text = "".join(traceback.format_exception(failure.value))
    assert "per_page=100" not in text
    assert TOKEN not in text


def test_a_client_can_be_used_again_after_close():
    with answering(GOOD) as server:
        client = client_of(server.url)
        client.upsert(contact=ADA)
        client.close()
        assert isinstance(client.upsert(contact=ADA), Written)
