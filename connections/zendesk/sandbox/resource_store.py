"""The records of every resource but contacts, by resource and id."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Record = dict[str, Any]


class ResourceStore:
    def __init__(
        self,
        *,
        commit: Callable[[dict[str, Any]], None],
        seeds: Mapping[str, Iterable[Record]],
    ) -> None:
        self._commit = commit
        self._seeds = seeds
        self._records: dict[str, dict[int, Record]] = {}
        self._next_id: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        """Only the seeds remain."""
        self._next_id = {}
        self._records = {
            resource: {record["id"]: record for record in records}
            for resource, records in self._seeds.items()
        }

    def all(self, *, resource: str) -> list[Record]:
        return list(self._records.get(resource, {}).values())

    def every(self) -> list[tuple[str, Record]]:
        """All records that are no seeds, with their resource."""
        return [
            (resource, record)
            for resource, records in self._records.items()
            if resource not in self._seeds
            for record in records.values()
        ]

    def get(self, *, resource: str, record_id: int) -> Record | None:
        return self._records.get(resource, {}).get(record_id)

    def next_id(self, *, resource: str) -> int:
        return self._next_id.get(resource, 1)

    def put(self, *, resource: str, record: Record) -> None:
        self._records.setdefault(resource, {})[record["id"]] = record
        self._next_id[resource] = max(self.next_id(resource=resource), record["id"] + 1)
        self._commit({"put": resource, "data": record})

    def delete(self, *, resource: str, record_id: int) -> None:
        if self._records.get(resource, {}).pop(record_id, None) is not None:
            self._commit({"delete": resource, "id": record_id})
