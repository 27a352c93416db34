"""Who is calling? The access tokens, what each may do, and how one is named without showing it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

SCOPES = frozenset({"read", "write", "profile"})


class InvalidToken(ValueError):
    """A token or scope the sandbox cannot issue."""


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    value: str
    user_id: int
    scopes: frozenset[str] = SCOPES

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.value)


@lru_cache(maxsize=256)
def fingerprint(value: str) -> str:
    """Twelve hex digits that tell tokens apart in logs and ledgers."""
    return hashlib.sha256(value.encode()).hexdigest()[:12]


class Tokens:
    def __init__(self, *, values: Iterable[str], user_id: int) -> None:
        self._user_id = user_id
        self._valid: dict[str, AccessToken] = {}
        for value in values:
            self.add(value=value)

    def add(self, *, value: str, scopes: Iterable[str] = SCOPES) -> AccessToken:
        """Issue a token. Any printable form will do: a real one is 64 hex digits (R-4)."""
        wanted = frozenset(scopes)
        if not value or any(mark.isspace() for mark in value) or not value.isprintable():
            raise InvalidToken("A token is a non-empty string without blanks.")
        if not wanted <= SCOPES:
            raise InvalidToken(f"Scopes are {', '.join(sorted(SCOPES))}.")
        token = AccessToken(value=value, user_id=self._user_id, scopes=wanted)
        self._valid[value] = token
        return token

    def revoke(self, *, value: str) -> bool:
        return self._valid.pop(value, None) is not None

    def values(self) -> list[str]:
        return list(self._valid)

    def of_header(self, *, header: str | None) -> AccessToken | None:
        """The token an Authorization header carries, or None: missing and wrong look the same."""
        scheme, _, value = (header or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self._valid.get(value.strip())
