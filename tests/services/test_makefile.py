"""What `make` hands on to everything it starts."""

import os
import subprocess

from tests.sources import ROOT

TARGET = "--eval=show-environment: ; @env"


def test_python_may_keep_what_it_compiled() -> None:
    done = subprocess.run(
        ["make", "--silent", TARGET, "show-environment"],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert "PATH=" in done.stdout
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout
