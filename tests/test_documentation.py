"""The papers tell the truth about the source: settings, commands, targets, links, dependencies."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.sources import ROOT

PAPERS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings_read() -> set[str]:
    """Every name `settings.py` asks the environment for."""
    tree = ast.parse(text("zendeskdest/settings.py"))
    asked = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and re.fullmatch(r"env\.\w+|_secret|_number", ast.unparse(call.func))
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    return {str(name) for name in asked}


def commands() -> set[str]:
    folders = ROOT.glob("*/management/commands")
    return {path.stem for folder in folders for path in folder.glob("[a-z]*.py")}


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):.*##", text("Makefile"), re.MULTILINE))


def direct_dependencies() -> set[str]:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0] for requirement in wanted}


def anchors(paper: Path) -> set[str]:
    """The headings of a paper as the fragments that GitHub makes of them."""
    headings = re.findall(r"^#+ +(.+?) *$", paper.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_the_settings_are_found_at_all() -> None:
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DATA_DIR"} <= settings_read()


def test_every_setting_is_in_the_example() -> None:
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", text(".env.example"), re.MULTILINE))

    assert named == settings_read()


def test_every_setting_is_in_the_settings_table() -> None:
    rows = re.findall(r"^\| *`([A-Z][A-Z_]+)`", text("README.md"), re.MULTILINE)

    assert sorted(rows) == sorted(settings_read())


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`(manage\.py )?{command}\b", text("README.md"))


@pytest.mark.parametrize("target", sorted(make_targets()))
def test_every_make_target_is_in_the_readme(target: str) -> None:
    assert re.search(rf"make {target}\b", text("README.md"))


def test_every_link_leads_somewhere() -> None:
    broken = []
    for paper in PAPERS:
        for link in re.findall(r"\]\(([^)\s]+)\)", paper.read_text(encoding="utf-8")):
            if "://" in link or link.startswith("mailto:"):
                continue
            path, _, anchor = link.partition("#")
            target = (paper.parent / path).resolve() if path else paper
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{paper.relative_to(ROOT)}: {link}")

    assert broken == []


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]

    assert re.search(
        rf"^## .*({re.escape(version)}|Unreleased)", text("CHANGELOG.md"), re.MULTILINE
    )


@pytest.mark.parametrize("package", sorted(direct_dependencies()))
def test_every_direct_dependency_is_explained(package: str) -> None:
    assert f"`{package}`" in text("docs/dependencies.md")
