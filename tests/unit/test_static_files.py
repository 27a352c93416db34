"""The compressed copies of styles and scripts: complete, made once, and never changed."""

import gzip
import os
import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from zendeskdest import static_files

STYLE = "css/data.css"


def test_each_file_stands_beside_a_smaller_copy(tmp_path: Path, settings: Settings) -> None:
    folder = static_files.collect(into=tmp_path)
    source = (settings.BASE_DIR / "zendeskdest" / "static" / STYLE).read_bytes()
    copy = (folder / f"{STYLE}.gz").read_bytes()
    assert (folder / STYLE).read_bytes() == source
    assert gzip.decompress(copy) == source
    assert len(copy) < len(source) / 2
    assert (folder / "django_htmx" / "htmx-2.min.js.gz").exists()


def test_they_are_made_once_and_anew_when_a_file_is_another(
    tmp_path: Path, settings: Settings
) -> None:
    own = tmp_path / "own"
    shutil.copytree(settings.BASE_DIR / "zendeskdest" / "static", own)
    settings.STATICFILES_DIRS = [own]
    into = tmp_path / "into"
    into.mkdir()
    first = static_files.collect(into=into)
    made_at = (first / STYLE).stat().st_mtime_ns
    assert static_files.collect(into=into) == first
    assert (first / STYLE).stat().st_mtime_ns == made_at

    (own / STYLE).write_text("main { color: red }")
    for forgotten in ("a-release-of-long-ago", f"{first.name}.1"):
        (into / forgotten).mkdir()
        os.utime(into / forgotten, (0, 0))
    second = static_files.collect(into=into)
    assert second != first
    # Whoever still serves the first release finds it as it was.
    assert (first / STYLE).read_text() != (second / STYLE).read_text()
    assert sorted(into.iterdir()) == sorted([first, second])


def test_without_room_the_sources_are_sent(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    settings.STATIC_ROOT = blocked
    static_files.serve_compressed()
    assert settings.WHITENOISE_USE_FINDERS is True
    assert "static.not_compressed" in caplog.text
