"""Equal digests mean equal content: what need not be written is not."""

import hashlib
import json
from typing import Any

# Built once: `json.dumps` with options builds an encoder for every call.
_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def digest(*, attributes: dict[str, Any], identities: dict[str, Any]) -> str:
    """sha256 in hex of the canonical JSON of both."""
    return hashlib.sha256(_canonical([attributes, identities]).encode()).hexdigest()
