"""The secrets of a new installation are made once and stay."""

import base64
import stat
from pathlib import Path
from typing import ClassVar

import environ
import pytest

from connections import encryption
from zendeskdest import first_start


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def values(env_file: Path) -> dict[str, str]:
    """As the settings read the file."""

    class Reader(environ.Env):  # type: ignore[misc]
        ENVIRON: ClassVar[dict[str, str]] = {}

    Reader.read_env(env_file)
    return Reader.ENVIRON


def test_a_new_installation_gets_both_secrets(env_file: Path) -> None:
    made = first_start.prepare(path=env_file, environment={})

    assert made == ("SECRET_KEY", "ENCRYPTION_KEYS")
    assert len(values(env_file)["SECRET_KEY"]) >= 50
    assert len(base64.urlsafe_b64decode(values(env_file)["ENCRYPTION_KEYS"])) == 32
    assert encryption.parse_key_ring([values(env_file)["ENCRYPTION_KEYS"]])


def test_only_the_owner_may_read_it(env_file: Path) -> None:
    env_file.write_text("DEBUG=1\n")
    env_file.chmod(0o644)

    first_start.prepare(path=env_file, environment={})

    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_a_second_start_changes_nothing(env_file: Path) -> None:
    first_start.prepare(path=env_file, environment={})
    before = env_file.read_bytes()

    assert first_start.prepare(path=env_file, environment={}) == ()
    assert env_file.read_bytes() == before


def test_what_a_person_wrote_stays(env_file: Path) -> None:
    env_file.write_text("# mine\nexport SECRET_KEY='of my own'\nALLOWED_HOSTS=crm.example.org")

    made = first_start.prepare(path=env_file, environment={})

    assert made == ("ENCRYPTION_KEYS",)
    assert env_file.read_text().startswith("# mine\nexport SECRET_KEY='of my own'\nALLOWED_HOSTS=")
    assert values(env_file)["SECRET_KEY"] == "of my own"


def test_an_empty_assignment_is_filled_where_it_stands(env_file: Path) -> None:
    env_file.write_text("SECRET_KEY=\nDEBUG=0\n")

    first_start.prepare(path=env_file, environment={})

    assert env_file.read_text().splitlines()[0].startswith("SECRET_KEY=")
    assert values(env_file)["SECRET_KEY"] != ""


def test_a_secret_of_the_environment_is_not_written_down(env_file: Path) -> None:
    made = first_start.prepare(
        path=env_file, environment={"SECRET_KEY": "from elsewhere", "ENCRYPTION_KEYS": "too"}
    )

    assert made == ()
    assert not env_file.exists()


def test_a_linked_file_stays_a_link(env_file: Path, tmp_path: Path) -> None:
    real = tmp_path / "secrets" / "env"
    real.parent.mkdir()
    env_file.symlink_to(real)

    first_start.prepare(path=env_file, environment={})

    assert env_file.is_symlink()
    assert "SECRET_KEY" in values(real)
