"""Where a scenario happens: database, Redis, sandbox, and the product in processes of its own."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.services import processes, programs, redisd, running
from tests.sources import ROOT
from tests.torture import databases
from tests.torture.calls import Reply, call
from tests.torture.databases import PostgreSQL, SQLite
from tests.torture.processes import Process
from tests.torture.setting import Setting
from tests.torture.simulator import Simulator
from zendeskdest.serving import roles

LONGEST_START_SECONDS = 60.0


class Web(Process):
    """gunicorn, as `manage.py serve` starts it."""

    url = ""

    def post(self, body: bytes, *, seconds: float = 30.0, **headers: str) -> Reply:
        """To the ingest API. Raises OSError or HTTPException when there is no whole answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {"Content-Type": "application/json"}
        return call(
            "POST", f"{self.url}/api/v1/profiles", body=body, headers=kind | named, seconds=seconds
        )

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return call("GET", f"{self.url}/healthz", seconds=5).status == 200
        return False

    def wait_until_ready(self) -> None:
        try:
            processes.wait_until(
                self.is_ready, what="the web process", seconds=LONGEST_START_SECONDS
            )
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{self.log.read_text()[-2000:]}") from None


class Ground:
    """A context manager; everything it started is gone after the block."""

    def __init__(self, *, database: str, setting: Setting, keep: bool = False) -> None:
        self.kind = database
        self.setting = setting
        self._keep = keep
        self._stack = contextlib.ExitStack()
        self._processes: list[Process] = []
        self.folder = Path()
        self.environment: dict[str, str] = {}
        self.redis: redisd.Server | None = None
        # What `tests.torture.proxy.serve` yields, if the setting asks for one.
        self.proxy: Any = None
        self.api_key = ""
        # Where the product's code lies; a scenario about releases sets another.
        self.release = ROOT

    def __enter__(self) -> "Ground":
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    # --- the product -------------------------------------------------------------------------

    def worker(self, **variables: str) -> Process:
        """A Celery worker; on SQLite it holds its broker and its scheduler itself."""
        return self._start("worker", roles.workers(has_redis=self.redis is not None)[0], variables)

    def beat(self, **variables: str) -> Process:
        """The scheduler beside workers with Redis."""
        return self._start("beat", roles.workers(has_redis=True)[1], variables)

    def web(self, *, port: int | None = None, **variables: str) -> Web:
        """Answers when this returns. Give the port of a killed one to take its place."""
        address = roles.Address("127.0.0.1", port or processes.free_port())
        role = roles.web(address=address, has_redis=self.redis is not None)
        web = self._start("web", role, variables, kind=Web)
        assert isinstance(web, Web)
        web.url = address.url
        web.wait_until_ready()
        return web

    def manage(
        self, *words: str, seconds: float = 120, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A command of the product; its exit code is the caller's to judge."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.release,
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def apply(self, workspace: str, **variables: str) -> None:
        """Make the product's workspace equal to this file. Raises RuntimeError if refused.

        `variables` stand before the environment's: TORTURE_TOKEN, for example.
        """
        path = self.folder / "workspace.yaml"
        path.write_text(workspace)
        done = self.manage("apply", str(path), "--json", environment=variables)
        if done.returncode:
            raise RuntimeError(f"apply: {done.stdout}\n{done.stderr}")

    # --- what it stands on -------------------------------------------------------------------

    def faults(self, *specs: str) -> None:
        """Faults of the sandbox, as `manage.py sandbox --help` spells them."""
        self.simulator.faults(*specs)

    def clear_faults(self) -> None:
        self.simulator.clear_faults()

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Look into the database, with %s for parameters."""
        return self.database.query(statement, parameters)

    @property
    def port_of_zendesk(self) -> int:
        """Where the workers connect to: the proxy, or the sandbox itself."""
        return int(self.environment["ZENDESK_SELL_URL"].rpartition(":")[2])

    def log_lines(self, words: str) -> list[str]:
        """The lines of all processes' logs that hold these words."""
        found = []
        for path in sorted(self.folder.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()
            found += [f"{path.name}: {line}" for line in lines if words in line]
        return found

    # --- opening and closing -----------------------------------------------------------------

    def _open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zendeskdest-torture-"))
        enter = self._stack.enter_context
        self.database: SQLite | PostgreSQL = enter(
            databases.serve(kind=self.kind, folder=self.folder)
        )
        if self.kind == databases.POSTGRESQL:
            program = programs.redis()
            if program.path is None:
                raise RuntimeError(program.reason)
            self.redis = enter(redisd.server(program=program.path))
        self.environment = running.environment(self.folder, **self._variables())
        self.simulator = Simulator(
            setting=self.setting, folder=self.folder, environment=self.environment
        )
        self._stack.callback(self.simulator.end)
        self.simulator.start()
        self.environment["ZENDESK_SELL_URL"] = self._address_of_zendesk()
        self.apply(self.setting.workspace)
        done = self.manage("create_api_key", "--name", "torture", "--json")
        self.api_key = json.loads(done.stdout)["key"]

    def _variables(self) -> dict[str, str]:
        return {
            **databases.SECRETS,
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis.url if self.redis else "",
            "ZENDESK_SANDBOX": "1",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "LOG_LEVEL": "WARNING",
            "DEBUG": "0",
            "INGEST_REQUESTS_PER_MINUTE": "1000000",
            **self.setting.variables(),
        }

    def _address_of_zendesk(self) -> str:
        if not self.setting.has_proxy:
            return self.simulator.url
        from tests.torture import proxy

        between = proxy.serve(upstream=("127.0.0.1", self.simulator.port))
        self.proxy = self._stack.enter_context(between)
        return f"http://127.0.0.1:{self.proxy.port}"

    def _start(
        self, name: str, role: roles.Role, variables: dict[str, str], kind: type[Process] = Process
    ) -> Process:
        number = len(self._processes) + 1
        process = kind(
            name=f"{name}-{number}",
            command=role.command,
            environment={**self.environment, **role.environment, **variables},
            log=self.folder / f"{name}-{number}.log",
            folder=self.release,
        )
        self._processes.append(process)
        process.start()
        return process

    def _close(self) -> None:
        for process in self._processes:
            process.kill()
        self._stack.close()
        if self._keep:
            print(f"  kept: {self.folder}")
        elif self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)
