"""The one text form of what a profile holds, and its digest: equal digests, nothing to write."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

# Built once: `json.dumps` with options builds an encoder for every call.
_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


@dataclass(frozen=True, slots=True)
class Content:
    """Canonical JSON of attributes and of identities, and sha256 in hex of both."""

    attributes: str
    identities: str
    digest: str


def content(*, attributes: dict[str, Any], identities: dict[str, Any]) -> Content:
    texts = _canonical(attributes), _canonical(identities)
    return Content(*texts, hashlib.sha256("\n".join(texts).encode()).hexdigest())


def is_other(*, held: dict[str, Any], now: str) -> bool:
    """Whether what a row holds has another text than `now`: True and 1 are equal only to Python."""
    return _canonical(held) != now
