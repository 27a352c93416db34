"""What `serve` says to a person, and the command lines it builds."""

import socket

import pytest

from zendeskdest.serving import ports, roles, words
from zendeskdest.serving.roles import Address

RUNNING = words.Running(
    url="http://127.0.0.1:8000",
    sign_in_url="http://127.0.0.1:8000/sign-in/secret/",
    sandbox_url="http://127.0.0.1:8090",
    sandbox_token="0123",
    zendesk_url="http://127.0.0.1:8090",
    data_dir="var",
)


def test_a_line_carries_its_childs_name() -> None:
    assert words.line(name="web", text="ready", has_colour=False) == "web     | ready"


def test_the_summary_keeps_the_sign_in_link_in_one_piece() -> None:
    assert RUNNING.sign_in_url in words.summary(RUNNING).split()


def test_the_summary_tells_the_token_of_the_sandbox() -> None:
    assert "0123" in words.summary(RUNNING).split()


def test_without_a_link_the_summary_names_the_address() -> None:
    text = words.summary(words.Running("http://[::1]:8000", None, None, None, "zendesk", "var"))

    assert "http://[::1]:8000/" in text.split()
    assert "Sandbox" not in text


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:80", "http://127.0.0.1:80"),
        ("0.0.0.0", "0.0.0.0:80", "http://127.0.0.1:80"),
        ("::1", "[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_is_something_a_browser_opens(host: str, bind: str, url: str) -> None:
    assert (str(Address(host, 80)), Address(host, 80).url) == (bind, url)


def test_the_scheduler_is_apart_only_with_redis() -> None:
    assert [role.name for role in roles.workers(has_redis=False)] == ["worker"]
    assert [role.name for role in roles.workers(has_redis=True)] == ["worker", "beat"]


def test_the_next_free_port_steps_over_used_ones() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        found = ports.next_free(host="127.0.0.1", port=port, taken=frozenset({port + 1}))

        assert found > port + 1
        assert not ports.is_free(host="127.0.0.1", port=port)
