"""Which records outlive a restart? An append-only file of committed writes, one JSON per line."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any


class UnreadableJournal(ValueError):
    """A line in the middle of the file is not a journal entry; nothing was replayed after it."""


class Journal:
    """Entries: {"put": RESOURCE, "data": {...}}, {"delete": RESOURCE, "id": N}, {"reset": true}."""

    def __init__(self, *, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.replayed = 0

    def replay(self) -> Iterator[dict[str, Any]]:
        """Every entry written so far. A last line cut short by a crash is dropped from the file."""
        if not self._path.exists():
            return
        with self._path.open("r+b") as file:
            end = 0
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                self.replayed = number
                yield self._entry(line, number)
            file.truncate(end)

    def append(self, entry: dict[str, Any]) -> None:
        if self._file is None:
            self._file = self._path.open("ab")
        self._file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def rewrite(self, entries: Iterable[dict[str, Any]]) -> None:
        """Take these instead of all entries so far; a crash leaves the old ones or the new ones."""
        self.close()
        fresh = Journal(path=self._path.with_name(self._path.name + ".new"))
        fresh._path.unlink(missing_ok=True)
        fresh._path.touch()
        for entry in entries:
            fresh.append(entry)
        fresh.close()
        os.replace(fresh._path, self._path)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _entry(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise UnreadableJournal(f"{self._path}, line {number}: this is not a journal entry.")
        return entry
