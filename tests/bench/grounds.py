"""All that a benchmark needs started, in one folder; all of it ends and goes with the block."""

import base64
import os
import secrets
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from tests.bench import databases, simulator
from tests.bench.databases import POSTGRESQL_OPTIONS, Database, Kind, Server
from tests.bench.simulator import Simulator
from tests.bench.workspace import Workspace
from tests.services import postgresql, programs, redisd

# What a process needs of ours to run at all; everything else of the product is set anew.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV")


class Missing(Exception):
    """A program that is not on this machine; the message says how to add it."""


class Grounds:
    """Servers start when the first benchmark asks for them."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="zendeskdest-bench-")
        self.folder = Path(self._stack.enter_context(folder))
        self._settings = {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "DATA_DIR": str(self.folder / "nobody"),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "ZENDESK_SANDBOX": "1",
            # Nobody listens there: who sends has been told of a simulator before.
            "ZENDESK_SELL_URL": "http://127.0.0.1:9",
            "INGEST_REQUESTS_PER_MINUTE": "1000000",
            "LOG_LEVEL": "WARNING",
            "DEBUG": "0",
        }

    def __enter__(self) -> "Grounds":
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """For what is no command of the product."""
        return dict(self._settings)

    @cached_property
    def postgresql(self) -> Server:
        """Raises Missing."""
        program = programs.postgresql()
        if program.path is None:
            raise Missing(program.reason)
        cluster = postgresql.cluster(programs=program.path, options=POSTGRESQL_OPTIONS)
        return Server(self._stack.enter_context(cluster))

    @cached_property
    def redis(self) -> str:
        """Its address. Raises Missing."""
        program = programs.redis()
        if program.path is None:
            raise Missing(program.reason)
        return self._stack.enter_context(redisd.serve(program=program.path))

    @contextmanager
    def simulator(self, *, throttle: str = "off", has_ledger: bool = False) -> Iterator[Simulator]:
        """A ledger costs the simulator time: only those who read it have it."""
        name = uuid.uuid4().hex
        with simulator.serve(
            environment=self.environment,
            throttle=throttle,
            log=self.folder / f"{name}.log",
            ledger=self.folder / f"{name}.ledger" if has_ledger else None,
        ) as running:
            yield running

    @contextmanager
    def workspace(self, kind: Kind, *, like: Workspace | None = None) -> Iterator[Workspace]:
        """An empty one, or a copy of one that nothing runs on; removed at the end of the block."""
        folder = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=self.folder))
        source = None if like is None else like.database
        if kind is Kind.POSTGRESQL:
            database = self.postgresql.create(like=source)
        else:
            database = databases.in_folder(folder)
            if source is not None and source.path is not None and database.path is not None:
                databases.copy_file(source.path, database.path)
        settings = self._settings if like is None else like.settings
        try:
            yield Workspace(folder=folder, database=database, settings=settings)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if kind is Kind.POSTGRESQL:
                self.postgresql.drop(database)

    def settle(self, kind: Kind) -> None:
        """Let the server write out what came before a measurement."""
        if kind is Kind.POSTGRESQL:
            self.postgresql.checkpoint()
        else:
            os.sync()

    def vacuum(self, database: Database) -> None:
        """What the server does by itself to a table that grew; SQLite does nothing."""
        if database.kind is Kind.POSTGRESQL:
            self.postgresql.vacuum(database)

    def server_cpu_seconds(self, kind: Kind) -> float:
        """What the database's own processes spent so far; SQLite has none."""
        return self.postgresql.cpu_seconds() if kind is Kind.POSTGRESQL else 0.0
