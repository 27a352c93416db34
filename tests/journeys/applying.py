"""Changing a workspace file and applying it."""

from pathlib import Path

from tests.journeys.commands import Run, run


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def apply(file: Path, *options: str) -> Run:
    return run("apply", str(file), *options)


def signs(result: Run) -> set[str]:
    """How the lines of a result begin: {"="} where nothing was changed."""
    return {line[0] for line in result.lines}
