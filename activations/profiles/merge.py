"""How a later record changes attributes: leaf by leaf. Knows nothing of records or rows.

A null clears its leaf (or everything below it), what is absent stays, arrays are leaves. The
result holds neither nulls nor empty objects outside arrays, so equal knowledge has one form.
"""

from collections.abc import Mapping
from typing import Any


def merge(*, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` after `new`; neither is touched, unchanged parts of `old` are shared."""
    merged = dict(old)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif type(value) is dict:
            _merge_object(merged, key, value)
        else:
            merged[key] = value
    return merged


def _merge_object(merged: dict[str, Any], key: str, value: dict[str, Any]) -> None:
    before = merged.get(key)
    inside = merge(old=before if isinstance(before, dict) else {}, new=value)
    if inside:
        merged[key] = inside
    elif isinstance(before, dict):
        del merged[key]
