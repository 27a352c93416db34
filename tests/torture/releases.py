"""Two releases of the product on one database: the one before this work, and the working tree."""

import io
import json
import subprocess
import tarfile
from pathlib import Path

from tests.sources import ROOT
from tests.torture.ground import Ground

# The last commit before the delivery core was rewritten.
OLD = "44652f6"


class NoOldRelease(Exception):
    """This checkout does not have the old release: a shallow clone, or no clone at all."""


def unpack(*, into: Path) -> Path:
    """The folder of the old release. Raises NoOldRelease."""
    words = ["git", "archive", "--format=tar", OLD]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, timeout=60)
    except FileNotFoundError as error:
        raise NoOldRelease("there is no git") from error
    if done.returncode:
        raise NoOldRelease(done.stderr.decode(errors="replace").strip())
    folder = into / "old-release"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def begin_anew(ground: Ground, *, release: Path) -> None:
    """Database, workspace and API key as this release makes them; nothing of another is left."""
    ground.sql("DROP SCHEMA public CASCADE")
    ground.sql("CREATE SCHEMA public")
    ground.release = release
    migrate(ground)
    ground.apply(ground.setting.workspace)
    done = ground.manage("create_api_key", "--name", "torture", "--json")
    ground.api_key = json.loads(done.stdout)["key"]


def migrate(ground: Ground, *words: str, **variables: str) -> None:
    """As an upgrade does it; `words` name an app and a migration. Raises RuntimeError."""
    done = ground.manage(
        "migrate", *words, "--no-input", "--verbosity", "0", seconds=600, environment=variables
    )
    if done.returncode:
        raise RuntimeError(f"migrate {' '.join(words)}:\n{done.stderr}")
