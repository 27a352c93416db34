"""One `serve` per DATA_DIR: two would share a sandbox journal and fight over the ports."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class AlreadyServing(Exception):
    """Another `serve` holds this DATA_DIR; its words say where."""


@contextlib.contextmanager
def hold(*, data_dir: Path, where: str) -> Iterator[None]:
    """Until the end of the block (or of this process, however it ends). Raises AlreadyServing."""
    with (data_dir / "serve.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyServing(file.read().strip()) from None
        file.truncate(0)
        file.write(where)
        file.flush()
        yield
