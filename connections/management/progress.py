"""A progress bar for long commands: on stderr, and only where a person watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar:
    """What a command moves along; without a terminal every call is free and shows nothing."""

    def __init__(self, *, progress: "Progress | None" = None) -> None:
        self._progress = progress

    def update(
        self, *, completed: float, note: str | None = None, total: float | None = None
    ) -> None:
        """`completed` counts from the start, in the unit of `total`; `note` stands behind it."""
        if self._progress is None:
            return
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=completed, total=total)
        if note is not None:
            self._progress.update(task, note=note)


@contextmanager
def shown(
    *, stream: IO[str], is_visible: bool, description: str, total: float | None = None
) -> Iterator[Bar]:
    """A bar on `stream` while the block runs; `total` None means that nobody knows the end."""
    if not is_visible:
        yield Bar()
        return
    with _progress(stream) as progress:
        progress.add_task(description, total=total, note="")
        yield Bar(progress=progress)


def _progress(stream: IO[str]) -> "Progress":
    # Imported here: most commands run without a terminal, and rich takes its time to load.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(file=stream), transient=True)
