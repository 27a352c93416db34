"""How secrets are kept at rest: AES-256-GCM under a key ring. The only module that handles keys.

A sealed value reads `v1.<key id>.<nonce and ciphertext, base64>`. The associated data names the
row and field it belongs to, so a ciphertext moved to another row does not open.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """A sealed value does not open: its key is gone or it was altered. Waiting does not help."""


def generate_key() -> str:
    """A new key for `ENCRYPTION_KEYS`: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def seal(*, plaintext: str, belongs_to: str) -> str:
    """Encrypt under the newest key. `belongs_to` names the row and field, e.g. `account:<uuid>`."""
    key_id, key = next(iter(_key_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, plaintext.encode(), belongs_to.encode())
    return f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(nonce + ciphertext).decode()}"


def unseal(*, sealed: str, belongs_to: str) -> str:
    """Decrypt what `seal` made for the same `belongs_to`; raises CannotDecrypt, never guesses."""
    try:
        version, key_id, body = sealed.split(".")
        raw = base64.urlsafe_b64decode(body)
    except (ValueError, binascii.Error):
        raise CannotDecrypt("The stored secret is not in the expected form.") from None
    if len(raw) <= NONCE_BYTES:
        raise CannotDecrypt("The stored secret is cut short.")
    key = _key_ring().get(key_id)
    if version != VERSION or key is None:
        raise CannotDecrypt(
            f"The key {key_id!r} of a stored secret is not in ENCRYPTION_KEYS. "
            "Put the old key back."
        )
    try:
        opened = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], belongs_to.encode())
    except InvalidTag:
        raise CannotDecrypt("A stored secret was altered or belongs to another row.") from None
    return opened.decode()


def is_under_newest_key(sealed: str) -> bool:
    """Whether a sealed value needs no re-encryption after a key was added."""
    return sealed.split(".")[1:2] == [next(iter(_key_ring()))]


def check_key_ring() -> None:
    """Raise ImproperlyConfigured unless every key of the ring is usable."""
    _key_ring()


def _key_ring() -> dict[str, bytes]:
    return parse_key_ring(settings.ENCRYPTION_KEYS)


def parse_key_ring(encoded: Sequence[str]) -> dict[str, bytes]:
    """Key id -> key, newest first. Raises ImproperlyConfigured for an empty or unusable ring."""
    ring: dict[str, bytes] = {}
    for position, text in enumerate(encoded, start=1):
        try:
            key = base64.urlsafe_b64decode(text.strip())
        except (ValueError, binascii.Error):
            key = b""
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured(
                f"Key {position} of ENCRYPTION_KEYS is not {KEY_BYTES} bytes in URL-safe base64."
            )
        ring[hashlib.sha256(key).hexdigest()[:8]] = key
    if not ring:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty.")
    return ring
