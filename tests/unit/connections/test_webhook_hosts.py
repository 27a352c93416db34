"""Whom webhooks may call: listed hosts over https, and no private address by accident."""

import pytest

from connections.webhook_hosts import HostList, NotAllowed

LIST = HostList.read(["hooks.example.org", "hooks.example.com:8443", "10.1.0.0/16", "fd00::/8"])


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://hooks.example.org/alerts?key=1", "/alerts?key=1"),
        ("https://hooks.example.org", "/"),
        ("https://HOOKS.example.org:443/a", "/a"),
        ("https://hooks.example.com:8443/a", "/a"),
    ],
)
def test_a_listed_host_and_port_is_allowed(url: str, path: str) -> None:
    assert LIST.target(url).path == path


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://hooks.example.org:8443/",
        "https://hooks.example.com/",
        "https://other.example.org/",
        "https://hooks.example.org.evil.example/",
        "https://user:password@hooks.example.org/",
        "https://hooks.example.org@evil.example/",
        "https://hooks.example.org\\@evil.example/",
        "https://hooks.example.org/a#fragment",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nX: y",
        "https://hooks.example.org:99999/",
        "https://[hooks.example.org/",
        "//hooks.example.org/",
        "",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    with pytest.raises(NotAllowed):
        LIST.target(url)


@pytest.mark.parametrize(
    "numeric",
    [
        "127.0.0.1",
        "10.2.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "nonsense",
    ],
)
def test_private_addresses_are_not_dialled(numeric: str) -> None:
    assert not LIST.may_dial(numeric)


@pytest.mark.parametrize("numeric", ["93.184.216.34", "10.1.2.3", "::ffff:10.1.2.3", "fd00::5"])
def test_public_addresses_and_listed_networks_are(numeric: str) -> None:
    assert LIST.may_dial(numeric)


@pytest.mark.parametrize("entry", ["https://hooks.example.org", "a/b", "a@b", ":443", "host:port"])
def test_a_list_that_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        HostList.read([entry])
