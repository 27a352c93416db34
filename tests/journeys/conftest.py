"""A workspace file that can be applied."""

from pathlib import Path

import pytest

from tests.factories import TOKEN
from tests.unit.workspace.test_reading import WORKSPACE


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The token that it names is in the environment."""
    monkeypatch.setenv("ZENDESK_TOKEN", TOKEN)
    path = tmp_path / "workspace.yaml"
    path.write_text(WORKSPACE)
    return path
