"""Keys of the HTTP API: made, checked, revoked. The secret is shown once; its hash is kept.

A key reads `zdx_<prefix>_<secret>`: the prefix finds the row, the secret has 256 bits. A fast
hash is right for such a secret; slow ones are for what people choose.
"""

import hashlib
import re
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from activations.models import ApiKey
from connections import audit
from connections.audit import Action, Kind

_KEY: Final = re.compile(r"zdx_([a-z0-9]{8})_([A-Za-z0-9_-]{43})", re.ASCII)
_PREFIX_LETTERS: Final = string.ascii_lowercase + string.digits
_NO_HASH: Final = "0" * 64
# How exact "last used" is: a write for every request would cost more than it tells.
_LAST_USED_STEP: Final = timedelta(minutes=1)


class NameTaken(Exception):
    """Another key, revoked or not, has this name. Waiting does not help."""


class NameInvalid(Exception):
    """A name has 1 to 100 characters."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`text` exists here and nowhere else."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The key a request came with."""

    id: int


def create(*, name: str) -> IssuedKey:
    """Raises `NameTaken` or `NameInvalid`."""
    name = name.strip()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise NameInvalid(name)
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(8))
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            key = ApiKey.objects.create(name=name, prefix=prefix, secret_hash=_hash(secret))
            audit.note(action=Action.CREATED, kind=Kind.API_KEY, about=key)
    except IntegrityError as error:
        raise NameTaken(name) from error
    return IssuedKey(name=name, text=f"zdx_{prefix}_{secret}")


def verify(*, text: str, at: datetime) -> KnownKey | None:
    """The key, unless it is unknown or revoked; takes equally long either way."""
    match = _KEY.fullmatch(text)
    prefix, secret = match.groups() if match is not None else ("", "")
    key = ApiKey.objects.filter(prefix=prefix, revoked_at__isnull=True).first()
    is_right = secrets.compare_digest(_hash(secret), key.secret_hash if key else _NO_HASH)
    if key is None or not is_right:
        return None
    _note_use(key, at)
    return KnownKey(id=key.pk)


def revoke(*, name: str, at: datetime) -> bool:
    """Whether there was such a key to revoke; it is refused from this instant on."""
    with transaction.atomic():
        in_force = ApiKey.objects.filter(name=name, revoked_at__isnull=True)
        is_revoked = in_force.update(revoked_at=at) > 0
        if is_revoked:
            key = ApiKey.objects.get(name=name)
            audit.note(action=Action.REVOKED, kind=Kind.API_KEY, about=key)
    return is_revoked


def _note_use(key: ApiKey, at: datetime) -> None:
    if key.last_used_at is not None and at - key.last_used_at < _LAST_USED_STEP:
        return
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - _LAST_USED_STEP)
    ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
