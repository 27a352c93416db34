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


# A server that is stopped at once keeps what it has committed only when it waited for the write.
DURABLE = ("synchronous_commit=on", "max_connections=200")
LONGEST_START_SECONDS = 60


class Cluster:
    """One data folder and port that a server may be started on again and again."""

    def __init__(self, *, programs: Path, folder: Path, options: tuple[str, ...] = ()) -> None:
        self._programs = programs
        self._folder = folder
        self._options = options
        self._account = _account()
        self._server: subprocess.Popen[bytes] | None = None
        self.port = processes.free_port()

    @property
    def url(self) -> str:
        """The DATABASE_URL of its first database."""
        return f"postgres://zendeskdest@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """All it keeps, and its log."""
        return self._folder / "data"

    @property
    def log(self) -> Path:
        """What the server says, all of its lives together."""
        return self.data / "log.txt"

    @property
    def is_running(self) -> bool:
        """False also when it gave up by itself."""
        return self._server is not None and self._server.poll() is None

    def initialise(self, *, like: Path | None = None) -> None:
        """Make the data folder, empty or as a stopped cluster's folder `like` it is."""
        if self._account is not None:
            shutil.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        data = self._folder / "data"
        if like is not None:
            subprocess.run(["cp", "-a", like / "data", data], check=True)
            return
        _initialise(programs=self._programs, data=data, account=self._account)

    def start(self) -> None:
        """Answers when this returns. Raises RuntimeError when it does not start."""
        said_before = self.log.stat().st_size if self.log.exists() else 0
        self._server = _start(
            programs=self._programs,
            data=self._folder / "data",
            port=self.port,
            account=self._account,
            options=self._options,
        )
        _wait_for(server=self._server, port=self.port, log=self.log, said_before=said_before)

    def stop(self, *, by: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (recovery follows)."""
        if self._server is not None:
            processes.end(self._server, by=by)
            self._server = None

    def restart_immediately(self) -> None:
        """As `pg_ctl restart -m immediate`: every connection is cut, nothing is finished."""
        self.stop(by=signal.SIGQUIT)
        self.start()

    def stand_still(self) -> None:
        """Every process of it stops, until `go_on`: connections are taken, nothing answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `stand_still`."""
        self._signal(signal.SIGCONT)

    def _signal(self, by: signal.Signals) -> None:
        assert self._server is not None, "start it first"
        for pid in (self._server.pid, *processes.descendants(self._server.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, by)

    def kill(self) -> None:
        """As the kernel ends it when memory is short."""
        self.stop(by=signal.SIGKILL)


@contextlib.contextmanager
def cluster(
    *, programs: Path, options: tuple[str, ...] = (), like: Path | None = None
) -> Iterator[Cluster]:
    """A fresh, running cluster, with `programs` the folder of initdb and postgres."""
    folder = Path(tempfile.mkdtemp(prefix="zendeskdest-postgresql-"))
    try:
        made = Cluster(programs=programs, folder=folder, options=options)
        made.initialise(like=like)
        try:
            made.start()
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def serve(*, programs: Path) -> Iterator[str]:
    """The DATABASE_URL of a fresh cluster, with `programs` the folder of initdb and postgres."""
    with cluster(programs=programs) as made:
        yield made.url


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
    *,
    programs: Path,
    data: Path,
    port: int,
    account: pwd.struct_passwd | None,
    options: tuple[str, ...],
) -> "subprocess.Popen[bytes]":
    given = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    words = [word for option in (*given, *FAST, *options) for word in ("-c", option)]
    with (data / "log.txt").open("ab") as log:
        return processes.start(
            [programs / "postgres", "-D", data, *words],
            stdout=log,
            stderr=log,
            cwd=data.parent,
            env=_environment(),
            **_as(account),
        )


def _wait_for(*, server: "subprocess.Popen[bytes]", port: int, log: Path, said_before: int) -> None:
    def is_ready() -> bool:
        said = log.read_bytes()[said_before:].decode(errors="replace")
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start:\n{said}")
        return "ready to accept connections" in said

    processes.wait_until(is_ready, what=f"PostgreSQL on port {port}", seconds=LONGEST_START_SECONDS)
