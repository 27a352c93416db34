"""The resolver of this machine as processes of the product see it: it can be made to fail.

Python reads `sitecustomize` before the product's first line, so no line of the product is touched
and no root is needed. Connections that stand stay, as with a real failure.
"""

import os
from pathlib import Path

_SITE = '''\
"""A name server that is away while the file `fail` is there."""

import socket
from pathlib import Path

FOLDER = Path(__file__).parent
look_up = socket.getaddrinfo


def look_up_or_fail(host, *args, **kwargs):
    if host == "localhost" and (FOLDER / "fail").exists():
        with (FOLDER / "failed").open("a") as log:
            log.write("x")
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return look_up(host, *args, **kwargs)


socket.getaddrinfo = look_up_or_fail
'''


class Resolver:
    """Looks `localhost` up, or fails to, in every process with its `variables`."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        (folder / "sitecustomize.py").write_text(_SITE)

    @property
    def variables(self) -> dict[str, str]:
        """For the environment of the processes."""
        path = [str(self._folder), os.environ.get("PYTHONPATH", "")]
        return {"PYTHONPATH": os.pathsep.join(filter(None, path))}

    @property
    def failures(self) -> int:
        """How many names were not found."""
        failed = self._folder / "failed"
        return failed.stat().st_size if failed.exists() else 0

    def fail(self) -> None:
        (self._folder / "fail").touch()

    def mend(self) -> None:
        (self._folder / "fail").unlink()
