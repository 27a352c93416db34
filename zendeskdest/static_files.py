"""Styles, scripts and pictures as a web process sends them: compressed once, when it starts."""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise.compress import Compressor

logger = logging.getLogger(__name__)


# Nobody takes so long to write a folder; whoever began it was killed.
LONGEST_SECONDS = 3_600


def serve_compressed() -> None:
    """Have WhiteNoise send the compressed copies; before the middleware is loaded.

    Where they cannot be written, on a full disk say, it sends the sources as they are; and so it
    does with DEBUG, where whoever changes a file wants to see that.
    """
    if settings.DEBUG:
        return
    try:
        settings.STATIC_ROOT = collect(into=Path(settings.STATIC_ROOT))
    except OSError as error:
        logger.warning("static.not_compressed error=%s", type(error).__name__)
    else:
        settings.WHITENOISE_USE_FINDERS = False


def collect(*, into: Path) -> Path:
    """A folder in `into` with all files, and beside each a compressed copy that is smaller.

    It is named after what is in it and does not change: two releases may share `into` while one
    takes over from the other. Raises OSError.
    """
    sources = dict(_sources())
    folder = into / _digest(sources)
    if not folder.exists():
        # Others may make the same at this moment; whoever is first gives it its name.
        made = into / f"{folder.name}.{os.getpid()}"
        try:
            _write(sources, made)
            # The name promises that all is there, also after a power cut.
            os.sync()
            made.rename(folder)
        except OSError:
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
        _forget_old(into, besides=folder)
    return folder


def _forget_old(folder: Path, *, besides: Path) -> None:
    """What earlier releases left, but for the last: it may still be at work. And halves."""
    others = [left for left in folder.iterdir() if left.is_dir() and left != besides]
    others.sort(key=lambda left: left.stat().st_mtime)
    whole = [left for left in others if not left.suffix]
    oldest = besides.stat().st_mtime - LONGEST_SECONDS
    killed = [left for left in others if left.suffix and left.stat().st_mtime < oldest]
    for left in (*whole[:-1], *killed):
        shutil.rmtree(left, ignore_errors=True)


def _sources() -> Iterator[tuple[str, Path]]:
    """By the path below STATIC_URL; of two with the same the first finder's counts."""
    found: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            found.setdefault(name, Path(storage.path(name)))
    yield from sorted(found.items())


def _digest(sources: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sources.items():
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _write(sources: Mapping[str, Path], folder: Path) -> None:
    compressor = Compressor(quiet=True)
    for name, path in sources.items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        if compressor.should_compress(name):
            compressor.compress(str(copy))
