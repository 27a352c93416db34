"""What runs: the command line of each role. No secret is ever among the words of one."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

# A busy worker finishes the request it has in flight (DELIVERY_DEADLINE_SECONDS, 30 by default).
WORKER_GRACE_SECONDS = 40.0
GRACE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Role:
    """A process to keep running. `environment` is added to ours."""

    name: str
    command: tuple[str, ...]
    grace_seconds: float = GRACE_SECONDS
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
        host = everywhere.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def web(*, address: Address, has_redis: bool) -> Role:
    """gunicorn. One process without Redis: the cache is this process's memory, and rate limits
    count in it."""
    processes, threads = (2, 4) if has_redis else (1, 8)
    return Role(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "zendeskdest.wsgi"),
            *("--bind", str(address), "--worker-class", "gthread"),
            *("--workers", str(processes), "--threads", str(threads)),
            *("--timeout", "60", "--graceful-timeout", "5"),
            *("--log-level", "warning", "--no-control-socket"),
        ),
    )


def workers(*, has_redis: bool) -> tuple[Role, ...]:
    """The Celery worker; it needs no scheduler, unless Redis joins several across processes."""
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "zendeskdest")
    quiet = ("--loglevel", "WARNING")
    worker = Role(
        name="worker",
        command=(
            *celery,
            "worker",
            *quiet,
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ),
        grace_seconds=WORKER_GRACE_SECONDS,
        # Celery warns root at length at each start; in a container there is nobody else.
        environment={"PYTHONWARNINGS": "ignore:::celery.platforms"},
    )
    if not has_redis:
        return (worker,)
    return (worker, Role(name="beat", command=(*celery, "beat", *quiet)))


def sandbox(*, manage: str, port: int, journal: str) -> Role:
    """The Zendesk simulator, which remembers its contacts in `journal`."""
    return Role(
        name="sandbox",
        command=(sys.executable, manage, "sandbox", "--port", str(port), "--journal", journal),
    )
