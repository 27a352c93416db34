"""A progress bar for long commands: on stderr, and only where a person watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bar:
    """What a command moves along; without a terminal every call is free and shows nothing."""

    def __init__(self, *, progress: Progress | None, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def update(
        self, *, completed: float, note: str | None = None, total: float | None = None
    ) -> None:
        """`completed` counts from the start, in the unit of `total`; `note` stands behind it."""
        if self._progress is None:
            return
        self._progress.update(self._task, completed=completed, total=total)
        if note is not None:
            self._progress.update(self._task, note=note)


@contextmanager
def shown(
    *, stream: IO[str], is_visible: bool, description: str, total: float | None = None
) -> Iterator[Bar]:
    """A bar on `stream` while the block runs; `total` None means that nobody knows the end."""
    if not is_visible:
        yield Bar(progress=None, task=TaskID(0))
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        yield Bar(progress=progress, task=progress.add_task(description, total=total, note=""))
