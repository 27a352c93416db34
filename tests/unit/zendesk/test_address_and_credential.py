import tomllib
from pathlib import Path

import pytest

from connections.zendesk import VERSION
from connections.zendesk.address import parse_address
from connections.zendesk.client import Client
from connections.zendesk.credential import Credential, checked_token, token_warning
from tests.unit.zendesk.cast import TOKEN


@pytest.mark.parametrize(
    ("base_url", "text"),
    [
        ("https://api.example.org", "https://api.example.org"),
        ("https://api.example.org/", "https://api.example.org"),
        ("HTTPS://API.example.org:8443", "https://api.example.org:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
        ("http://localhost:8090", "http://localhost:8090"),
        ("http://[::1]:8090", "http://[::1]:8090"),
    ],
)
def test_good_base_addresses_are_read(base_url, text):
    assert str(parse_address(base_url=base_url, allow_http=True)) == text


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.org",
        "//api.example.org",
        "https://",
        "https:///v2",
        "ftp://api.example.org",
        "http://api.example.org",
        "http://127.0.0.1.example.org",
        "https://user:secret@api.example.org",
        "https://@api.example.org",
        "https://api.example.org?x=secret",
        "https://api.example.org/?",
        "https://api.example.org#secret",
        "https://api.example.org/v2",
        "https://api.example.org:port",
        "https://api.example.org:99999",
        "https://[::1",
        "https://api.example.org\r\nX: secret",
        "https://api.example.org\\@example.com",
        " https://api.example.org",
        "https://exämple.org",
    ],
)
def test_bad_base_addresses_are_refused_without_repeating_them(base_url):
    with pytest.raises(ValueError, match="base address") as refusal:
        parse_address(base_url=base_url, allow_http=True)
    assert "secret" not in str(refusal.value)


def test_plain_http_to_this_machine_needs_the_flag():
    with pytest.raises(ValueError, match="https"):
        Client(base_url="http://127.0.0.1:1", token=TOKEN)


@pytest.mark.parametrize("token", ["", "a\nb", "a\r\nX-Evil: 1", "a\x00", "tök€n", " abc", "a\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it(token):
    with pytest.raises(ValueError, match="token") as refusal:
        Client(base_url="https://api.example.org", token=token)
    assert not token or token not in str(refusal.value)


def test_a_personal_access_token_draws_no_warning():
    assert token_warning(token=TOKEN) is None
    assert checked_token(token=TOKEN) == TOKEN


@pytest.mark.parametrize("token", ["short", "a" * 65, "a" * 63 + " "])
def test_another_form_of_token_draws_a_warning_that_does_not_show_it(token):
    warning = token_warning(token=token)
    assert warning is not None
    assert "64" in warning
    assert token not in warning


def test_the_text_of_a_client_shows_no_token():
    client = Client(base_url="https://api.example.org", token=TOKEN)
    assert repr(client) == "<Client of https://api.example.org>"


def test_the_text_of_a_credential_shows_no_person():
    credential = Credential(
        user_id=7,
        user_name="Ada Byron",
        user_email="ada@example.org",
        account_id=1,
        account_name="Acme",
        subdomain=None,
    )
    assert "ada" not in repr(credential).lower()


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
