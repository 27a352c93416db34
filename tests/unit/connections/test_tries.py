"""How long the next try to sign in waits, and from where it comes."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from connections import client_addresses, tries


def _waits(free: int) -> list[timedelta]:
    return [tries.wait_after(failures=count, free=free) for count in range(1, 200)]


def test_the_first_wrong_tries_cost_nothing_and_the_next_ones_ever_more() -> None:
    waits = _waits(5)
    assert waits[:4] == [tries.NO_WAIT] * 4
    assert waits[4] == tries.FIRST_WAIT
    assert all(before <= after for before, after in pairwise(waits))
    assert waits[-1] == tries.LONGEST_WAIT


@pytest.mark.parametrize(
    ("free", "longest", "most"),
    [
        pytest.param(tries.FREE, tries.LONGEST_WAIT, 13, id="from one address"),
        pytest.param(tries.FREE_OF_NAME, tries.LONGEST_WAIT_OF_NAME, 92, id="from any number"),
    ],
)
def test_an_hour_of_guessing_one_name_compares_few_passwords(
    free: int, longest: timedelta, most: int
) -> None:
    compared, spent = 0, timedelta()
    while spent < timedelta(hours=1):
        compared += 1
        spent += tries.wait_after(failures=compared, free=free, longest=longest)
    assert compared <= most


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (15, "15 seconds"), (90.5, "2 minutes"), (899, "15 minutes")],
)
def test_a_wait_is_never_told_shorter_than_it_is(seconds: float, words: str) -> None:
    assert tries.in_words(wait=timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "203.0.113.7", "192.0.2.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "forged, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.9, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "192.0.2.1"),
        (1, "forged", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_only_what_our_proxies_add_is_believed(
    settings: Settings, proxies: int, told: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=told)
    assert client_addresses.of(request=request) == address


def test_a_socket_has_no_address() -> None:
    assert client_addresses.of(request=RequestFactory().get("/", REMOTE_ADDR="")) == ""
