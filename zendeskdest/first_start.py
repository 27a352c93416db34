"""The secrets of a new installation: written into `.env` once, never printed, never replaced.

Standard library only, so that it runs before anything is installed:
`python -m zendeskdest.first_start`.
"""

import base64
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parent.parent / ".env"
HEADER = "# Made at the first start; what else can stand here: .env.example\n"
ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*$")

GENERATORS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    # 32 random bytes in URL-safe base64, as `connections.encryption` wants them.
    "ENCRYPTION_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
}


def prepare(*, path: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Add the secrets that neither the file nor the environment has; returns their names.

    What stands in the file stays as it is. Its mode becomes 0600.
    """
    path = path.resolve()
    text = path.read_text(encoding="utf-8") if path.exists() else HEADER
    known = {*_assigned(text), *(name for name, value in environment.items() if value)}
    missing = tuple(name for name in GENERATORS if name not in known)
    for name in missing:
        text = _with(text, name=name, value=GENERATORS[name]())
    if missing:
        _replace(path, text)
    if path.exists():
        path.chmod(0o600)
    return missing


def _assigned(text: str) -> set[str]:
    matches = filter(None, map(ASSIGNMENT.match, text.splitlines()))
    return {match["name"] for match in matches if match["value"].strip("'\"")}


def _with(text: str, *, name: str, value: str) -> str:
    """Fill an empty assignment where it stands, else add a line."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = ASSIGNMENT.match(line)
        if match is not None and match["name"] == name:
            lines[number] = f"{name}={value}"
            break
    else:
        lines.append(f"{name}={value}")
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    """All or nothing: a start that is killed half-way leaves no half of a key."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".env.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


if __name__ == "__main__":
    for added in prepare(path=ENV_FILE, environment=os.environ):
        sys.stderr.write(f"Generated {added} in .env\n")
