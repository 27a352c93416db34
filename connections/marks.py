"""Two people edit the same thing: who saves second is told, and nothing is lost.

A form carries the mark of what it was opened with. If the row's mark is another one when the form
comes back, somebody saved other words meanwhile.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any


class ChangedMeanwhile(Exception):
    """Somebody saved other words since the form was opened. Saving again replaces them."""

    def __init__(self, current: Any) -> None:
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


def of(*, row: Any, fields: Iterable[str]) -> str:
    """Another one as soon as any of these fields holds something else."""
    values = {name: getattr(row, name) for name in fields}
    return sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def demand(*, row: Any, values: Mapping[str, Any], seen: str) -> None:
    """Raises ChangedMeanwhile unless the row is as it was seen, or as it is to become anyway."""
    is_so_already = all(getattr(row, name) == value for name, value in values.items())
    if not is_so_already and of(row=row, fields=values) != seen:
        raise ChangedMeanwhile(row)
