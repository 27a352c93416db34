"""A PostgreSQL cluster of our own: free loopback port, temporary folder, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.services import processes

# Nothing here has to survive a power cut, and 2 MB of shared memory must do in a container.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@contextlib.contextmanager
def serve(*, programs: Path) -> Iterator[str]:
    """The DATABASE_URL of a fresh cluster, with `programs` the folder of initdb and postgres."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="zendeskdest-postgresql-"))
    if account is not None:
        shutil.chown(folder, account.pw_uid, account.pw_gid)
    try:
        _initialise(programs=programs, data=folder / "data", account=account)
        port = processes.free_port()
        server = _start(programs=programs, data=folder / "data", port=port, account=account)
        try:
            _wait_for(server=server, port=port, log=folder / "data" / "log.txt")
            yield f"postgres://zendeskdest@127.0.0.1:{port}/postgres"
        finally:
            processes.end(server, by=signal.SIGINT)  # SIGINT is PostgreSQL's fast shutdown
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Whom to run as: PostgreSQL refuses root. None: the user who runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses root, and there is no user `postgres` or `nobody`.")


def _as(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Without PGHOST, PGDATA and the like of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def _initialise(*, programs: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    subprocess.run(  # type: ignore[call-overload]
        [
            programs / "initdb",
            f"--pgdata={data}",
            "--username=zendeskdest",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=data.parent,
        env=_environment(),
        **_as(account),
    )


def _start(
    *, programs: Path, data: Path, port: int, account: pwd.struct_passwd | None
) -> "subprocess.Popen[bytes]":
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *FAST]
    with (data / "log.txt").open("wb") as log:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            [programs / "postgres", "-D", data, *(word for o in options for word in ("-c", o))],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=data.parent,
            env=_environment(),
            preexec_fn=processes.die_with_parent,
            **_as(account),
        )


def _wait_for(*, server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    def is_ready() -> bool:
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        return "ready to accept connections" in log.read_text()

    processes.wait_until(is_ready, what=f"PostgreSQL on port {port}")
