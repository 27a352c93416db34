import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from connections import encryption

OWNER = "account:1:token"


def seal(text: str = "secret") -> str:
    return encryption.seal(plaintext=text, belongs_to=OWNER)


@pytest.mark.parametrize("text", ["secret", "", "ключ", "x" * 10_000])
def test_what_was_sealed_opens_for_its_owner(text: str) -> None:
    assert encryption.unseal(sealed=seal(text), belongs_to=OWNER) == text


def test_nothing_of_the_secret_is_readable_and_no_two_seals_are_alike() -> None:
    assert "secret" not in seal()
    assert seal() != seal()


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_one_flipped_bit_is_noticed(place: int) -> None:
    version, key_id, body = seal().split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[place] ^= 1
    sealed = f"{version}.{key_id}.{base64.urlsafe_b64encode(raw).decode()}"

    with pytest.raises(encryption.CannotDecrypt):
        encryption.unseal(sealed=sealed, belongs_to=OWNER)


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(encryption.CannotDecrypt):
        encryption.unseal(sealed=seal(), belongs_to="account:2:token")


@pytest.mark.parametrize("sealed", ["", "v1", "v1..", "v1.x.y.z", "v2.abc.AAAA", "v1.abc.é"])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(encryption.CannotDecrypt):
        encryption.unseal(sealed=sealed, belongs_to=OWNER)
    assert not encryption.is_under_newest_key(sealed)


def test_a_secret_cut_short_does_not_open() -> None:
    version, key_id, _ = seal().split(".")

    with pytest.raises(encryption.CannotDecrypt):
        encryption.unseal(sealed=f"{version}.{key_id}.", belongs_to=OWNER)


def test_a_new_key_seals_and_the_old_one_still_opens(settings: Settings) -> None:
    old = seal()
    settings.ENCRYPTION_KEYS = [encryption.generate_key(), *settings.ENCRYPTION_KEYS]

    assert encryption.unseal(sealed=old, belongs_to=OWNER) == "secret"
    assert not encryption.is_under_newest_key(old)
    assert encryption.is_under_newest_key(seal())


def test_a_missing_key_is_loud_and_named(settings: Settings) -> None:
    sealed = seal()
    settings.ENCRYPTION_KEYS = [encryption.generate_key()]

    with pytest.raises(encryption.CannotDecrypt, match=sealed.split(".")[1]):
        encryption.unseal(sealed=sealed, belongs_to=OWNER)


@pytest.mark.parametrize("keys", [[], ["short"], ["not base64 at all!"]])
def test_an_unusable_key_ring_is_refused(keys: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        encryption.parse_key_ring(keys)

    assert all(key not in str(refused.value) for key in keys)
