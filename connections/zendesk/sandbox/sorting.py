"""In which order is a list? One attribute, nulls last, then by id (R-41)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Record = Mapping[str, Any]
Read = Callable[[Record], Any]


@dataclass(frozen=True, slots=True)
class Order:
    spelling: str
    read: Read
    is_descending: bool = False

    def arrange(self, records: Iterable[Record]) -> list[Any]:
        by_id = sorted(records, key=lambda record: int(record["id"]))
        filled = [record for record in by_id if self.read(record) is not None]
        empty = [record for record in by_id if self.read(record) is None]
        # `reverse` keeps equal ones in their first order: ids rise within a tie either way.
        filled.sort(key=lambda record: _key(self.read(record)), reverse=self.is_descending)
        return filled + empty


def _key(value: Any) -> tuple[str, Any]:
    """Values of one kind compare with each other; kinds follow one another by name."""
    if isinstance(value, bool | int | Decimal):
        return "number", value
    if isinstance(value, str):
        return "text", value.casefold()
    return type(value).__name__, str(value)


def attribute(name: str) -> Read:
    return lambda record: record[name]


def custom_field(name: str, *, is_number: bool) -> Read:
    def read(record: Record) -> Any:
        value = record["custom_fields"].get(name)
        return _number(value) if is_number and value is not None else value

    return read


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:  # kept from a time when the field had another type
        return None


def direction(spelling: str) -> tuple[str, bool] | None:
    """`name`, `name:asc` or `name:desc` as a name and whether it descends; None otherwise."""
    if spelling.endswith((":asc", ":desc")):
        name, _, way = spelling.rpartition(":")
        return (name, way == "desc") if name else None
    return (spelling, False) if spelling else None
