"""The files themselves: in DATA_DIR/uploads, readable by us alone, named by the upload's uuid."""

import codecs
import errno
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings

from activations.services.uploads import inspecting
from activations.services.uploads.inspecting import Unfit

_BLOCK: Final = 1024 * 1024
_CODECS: Final = {inspecting.UTF_16: "utf-16", inspecting.WINDOWS: "windows-1252"}
DISK_FULL: Final = "The server could not store the file: its disk is full. Tell an administrator."
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
# A file without an upload may be one that is coming in at this moment.
_LEAVE_ALONE_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was taken; `encoding` is what it was before, now it is UTF-8."""

    encoding: str
    size: int


def words(*, error: OSError) -> str:
    """Why a file could not be stored, for people."""
    if error.errno in _FULL:
        return DISK_FULL
    return f"The server could not store the file ({error.strerror}). Tell an administrator."


def folder() -> Path:
    """Where the files lie."""
    path: Path = settings.FILE_UPLOAD_TEMP_DIR
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def take(*, source: Path, uuid: UUID) -> Stored:
    """Keep a file that just came in; the source is left alone. Raises `Unfit`."""
    target = _path(uuid)
    try:
        with source.open("rb") as stream:
            encoding = inspecting.encoding(stream=stream)
        if encoding == inspecting.UTF_8:
            # Another name for the same bytes: nothing is copied.
            os.link(source, target)
        else:
            _convert(source, target, _CODECS[encoding])
    except OSError as error:
        target.unlink(missing_ok=True)
        raise Unfit(words(error=error)) from error
    return Stored(encoding, target.stat().st_size)


@contextmanager
def opened(*, uuid: UUID) -> Iterator[BinaryIO]:
    """The bytes of a stored file. Raises OSError."""
    with _path(uuid).open("rb") as stream:
        yield stream


def forget(*, uuid: UUID) -> None:
    """Remove the file, if it is still there."""
    _path(uuid).unlink(missing_ok=True)


def forget_strays(*, wanted: Collection[UUID], at: datetime) -> int:
    """Remove files that belong to no open upload: a process was killed before it did."""
    known = {_path(uuid).name for uuid in wanted}
    strays = 0
    for path in folder().iterdir():
        try:
            age = at.timestamp() - path.stat().st_mtime
            if path.name in known or age < _LEAVE_ALONE_FOR.total_seconds():
                continue
            path.unlink()
        except FileNotFoundError:
            # Its own process was faster.
            continue
        strays += 1
    return strays


def _path(uuid: UUID) -> Path:
    return folder() / f"{uuid}.csv"


def _convert(source: Path, target: Path, codec: str) -> None:
    # What has no meaning in the old encoding is shown as such, not dropped.
    decoder = codecs.getincrementaldecoder(codec)("replace")
    with source.open("rb") as old, open(target, "xb", opener=_private) as new:
        while block := old.read(_BLOCK):
            new.write(decoder.decode(block).encode("utf-8"))
        new.write(decoder.decode(b"", final=True).encode("utf-8"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
