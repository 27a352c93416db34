"""Web, worker and scheduler under one parent; with --demo also the sandbox and its workspace."""

import os
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from connections import sign_in
from connections.management.command import (
    DONE,
    FAILED,
    Failed,
    Problem,
    ProductCommand,
    UsageProblem,
)
from connections.queries import readiness
from connections.zendesk.sandbox import DEMO_TOKEN
from zendeskdest.serving import health, only_one, ports, roles, words
from zendeskdest.serving.roles import Address, Role
from zendeskdest.serving.supervisor import Supervisor

MANAGE = str(settings.BASE_DIR / "manage.py")
LONGEST_START_SECONDS = 60.0
# A database that starts together with us, as after a power cut, is on its way.
LONGEST_WAIT_FOR_DATABASE_SECONDS = 60.0


class Command(ProductCommand):
    help = "Runs web, worker and scheduler under one parent process until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="listen here (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="and here (8000)")
        parser.add_argument(
            "--demo",
            action="store_true",
            help="also the Zendesk sandbox, and on first start a demo workspace",
        )
        parser.add_argument(
            "--sandbox-port", type=int, default=8090, metavar="PORT", help="with --demo (8090)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_demo: bool = options["demo"]
        web = Address(options["host"], self._port(options, "port", is_demo=is_demo))
        simulator = None
        if is_demo and not os.environ.get("ZENDESK_SELL_URL"):
            simulator = Address(
                "127.0.0.1", self._port(options, "sandbox_port", is_demo=True, taken=web.port)
            )
        try:
            with only_one.hold(data_dir=settings.DATA_DIR, where=f"{web.url}/"):
                self._prepare_database(is_demo=is_demo)
                self._run(web=web, simulator=simulator, is_demo=is_demo)
        except only_one.AlreadyServing as elsewhere:
            raise Failed(
                f"It already runs on {settings.DATA_DIR}: {elsewhere}. "
                "Stop that one first, or set another DATA_DIR.",
                code="already-serving",
            ) from None

    def _port(
        self, options: dict[str, Any], name: str, *, is_demo: bool, taken: int | None = None
    ) -> int:
        """The port asked for. A demo takes the next free one and says so."""
        asked: int = options[name]
        option = f"--{name.replace('_', '-')}"
        host: str = options["host"] if name == "port" else "127.0.0.1"
        if not 0 < asked < 65536:
            raise UsageProblem(problems=[Problem(option, f"{asked} is no port: 1 to 65535.")])
        if asked != taken and ports.is_free(host=host, port=asked):
            return asked
        if not is_demo:
            raise Failed(
                f"Cannot listen on {host} port {asked}: something else does. "
                f"Stop it, or choose another port: manage.py serve {option} {asked + 1}",
                code="port-in-use",
            )
        try:
            found = ports.next_free(host=host, port=asked + 1, taken=frozenset({taken or 0}))
        except ports.NoPort as problem:
            raise Failed(str(problem), code="port-in-use") from None
        self.warn(f"Port {asked} is in use; taking {found}.")
        return found

    def _prepare_database(self, *, is_demo: bool) -> None:
        if not self._waiting_migrations():
            return
        if not is_demo:
            raise Failed(
                "The database is not up to date. Run: manage.py migrate", code="not-migrated"
            )
        self.warn("Preparing the database ...")
        call_command("migrate", interactive=False, verbosity=0)

    def _waiting_migrations(self) -> int:
        """Once the database answers; raises Failed when it does not in time."""
        deadline = time.monotonic() + LONGEST_WAIT_FOR_DATABASE_SECONDS
        was_told = False
        while True:
            try:
                return readiness.waiting_migrations()
            except readiness.DatabaseAway as away:
                if time.monotonic() > deadline:
                    raise Failed(str(away), code="database") from None
                if not was_told:
                    self.warn(f"{away} Waiting for it ...")
            was_told = True
            time.sleep(1)

    def _run(self, *, web: Address, simulator: Address | None, is_demo: bool) -> None:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if simulator is not None:
            environment |= {"ZENDESK_SELL_URL": simulator.url, "ZENDESK_SANDBOX": "1"}
        supervisor = Supervisor(environment=environment, say=self._pass_on)
        has_redis = bool(settings.REDIS_URL)
        with supervisor.listening_to_signals():
            try:
                supervisor.start(roles=_shown(web=web, simulator=simulator, has_redis=has_redis))
                if is_demo and sign_in.is_first_start():
                    self._load_demo(environment, supervisor)
                self._wait_for(web, supervisor)
                if not supervisor.is_stopping:
                    self._tell(web=web, simulator=simulator)
                    # After the first page: a person waits for that, nobody for a worker.
                    supervisor.start(roles=roles.workers(has_redis=has_redis))
                    supervisor.run_until(lambda: False)
            finally:
                was_clean = supervisor.stop()
        self.warn("Stopped." if was_clean else "Stopped; not everything ended by itself.")
        self.exit_code = DONE if was_clean else FAILED

    def _load_demo(self, environment: dict[str, str], supervisor: Supervisor) -> None:
        """In a process of its own: these settings do not point at the sandbox."""
        self.warn("Loading the demo workspace ...")
        done = subprocess.run(
            [sys.executable, MANAGE, "load_demo"],
            env=environment,
            stdout=sys.stderr,
            check=False,
        )
        if done.returncode != 0 and not supervisor.is_stopping:
            raise Failed("The demo workspace could not be loaded.", code="demo")

    def _wait_for(self, web: Address, supervisor: Supervisor) -> None:
        host_name = next((h for h in settings.ALLOWED_HOSTS if h.strip("*.")), "localhost")
        deadline = time.monotonic() + LONGEST_START_SECONDS

        def is_well() -> bool:
            if time.monotonic() > deadline:
                raise Failed("The web process does not answer; see the lines above.", code="web")
            return health.is_well(address=web, host_name=host_name.lstrip("."))

        supervisor.run_until(is_well, every_seconds=0.1)

    def _tell(self, *, web: Address, simulator: Address | None) -> None:
        user = sign_in.ensure_first_user()
        link = None
        if sign_in.is_needed():
            secret = sign_in.create(user=user, at=timezone.now())
            link = f"{web.url}{sign_in.path(secret=secret)}"
        running = words.Running(
            url=web.url,
            sign_in_url=link,
            sandbox_url=simulator.url if simulator else None,
            sandbox_token=DEMO_TOKEN if simulator else None,
            zendesk_url=settings.ZENDESK_SELL_URL,
            data_dir=str(settings.DATA_DIR),
        )
        connection.close()  # we only wait from here on
        self.say(words.summary(running))
        self.emit(running.as_json())
        sys.stdout.flush()

    def _pass_on(self, name: str, text: str) -> None:
        coloured = self.stderr.isatty() and "NO_COLOR" not in os.environ
        # Without Django's style, which would paint every line of a log as an error.
        self.stderr.write(
            words.line(name=name, text=text, has_colour=coloured), style_func=lambda line: line
        )


def _shown(*, web: Address, simulator: Address | None, has_redis: bool) -> list[Role]:
    """The roles a browser can look at."""
    wanted = [roles.web(address=web, has_redis=has_redis)]
    if simulator is not None:
        journal = str(settings.DATA_DIR / "sandbox.jsonl")
        wanted.append(roles.sandbox(manage=MANAGE, port=simulator.port, journal=journal))
    return wanted
