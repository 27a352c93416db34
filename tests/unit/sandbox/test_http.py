"""What is and is not a request, byte by byte."""

import contextlib
import socket

import pytest

from connections.zendesk.sandbox.http import BadRequest, Parser

from .caller import HEADERS, Caller

BODY = b'{"data":{"last_name":"Ek"}}'


def spoken(caller: Caller, data: bytes, *pieces: bytes) -> bytes:
    """Everything the sandbox says until it closes the connection."""
    with socket.create_connection((caller.running.host, caller.running.port), 3) as client:
        for piece in (data, *pieces):
            client.sendall(piece)
        received = b""
        while piece := client.recv(65536):
            received += piece
    return received


def head(*lines: str) -> bytes:
    headers = [f"{name}: {value}" for name, value in HEADERS.items()]
    return "\r\n".join(["POST /v2/contacts HTTP/1.1", *headers, *lines, "", ""]).encode()


def test_lower_case_verbs_get_html_from_the_edge(caller: Caller) -> None:
    answer = caller.call("get", "/v2/users/self")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "text/html")


def test_chunked_bodies_are_read(caller: Caller) -> None:
    chunks = b"5\r\n" + BODY[:5] + b"\r\n%x;x=y\r\n" % len(BODY[5:]) + BODY[5:]
    request = head("Transfer-Encoding: chunked", "Connection: close")
    answer = spoken(caller, request + chunks[:9], chunks[9:] + b"\r\n0\r\nTrailer: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert len(caller.sandbox.contacts) == 1


def test_pipelined_requests_are_answered_in_order(caller: Caller) -> None:
    one = head(f"Content-Length: {len(BODY)}") + BODY
    last = head(f"Content-Length: {len(BODY)}", "Connection: close") + BODY
    answer = spoken(caller, one + one + last)
    places = [answer.index(f'"id":{contact}'.encode()) for contact in (1001, 1002, 1003)]
    assert places == sorted(places)


def test_a_body_over_one_mebibyte_is_413_as_html(caller: Caller) -> None:
    answer = caller.call("POST", "/v2/contacts", raw=b" " * (1024 * 1024 + 1))
    assert (answer.status, answer.headers["Content-Type"]) == (413, "text/html")
    assert caller.call("POST", "/v2/contacts", raw=BODY.ljust(1024 * 1024)).status == 200


def test_a_client_that_waits_is_told_to_continue(caller: Caller) -> None:
    request = head(f"Content-Length: {len(BODY)}", "Expect: 100-continue", "Connection: close")
    with socket.create_connection((caller.running.host, caller.running.port), 3) as client:
        client.sendall(request)
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(BODY)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_head_is_get_without_a_body(caller: Caller) -> None:
    answer = caller.call("HEAD", f"/v2/contacts/{caller.person()}")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


def test_a_204_has_no_length_and_no_type(caller: Caller) -> None:
    answer = caller.call("DELETE", f"/v2/contacts/{caller.person()}")
    assert answer.headers["Content-Length"] is None
    assert answer.headers["Content-Type"] is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, 431),
    ],
)
def test_bytes_that_are_no_request_are_refused(data: bytes, status: int) -> None:
    parser = Parser()
    parser.feed(data)
    with pytest.raises(BadRequest) as refused:
        parser.next()
    assert refused.value.status == status


def test_a_request_is_read_from_single_bytes() -> None:
    parser = Parser()
    for place in range(len(data := head(f"Content-Length: {len(BODY)}") + BODY)):
        assert parser.next() is None
        parser.feed(data[place : place + 1])
    request = parser.next()
    assert request is not None
    assert (request.path, request.body) == ("/v2/contacts", BODY)


def test_stopping_the_sandbox_ends_open_connections(caller: Caller) -> None:
    caller.sandbox.add_fault("hang")
    with socket.create_connection((caller.running.host, caller.running.port), 3) as client:
        client.sendall(head("Content-Length: 0"))
        caller.running.stop()
        with contextlib.suppress(ConnectionResetError):  # what was not read is answered with RST
            assert client.recv(10) == b""
