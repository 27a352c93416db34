"""`make test-services`: PostgreSQL, Redis and Chromium from Debian's packages, for the tests.

Runs before anything else is installed. It starts no server and leaves running ones alone.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.services import programs

CLUSTER_CONFIGURATION = Path("/etc/postgresql-common/createcluster.conf")
# Debian asks this script before a package starts its service; 101 means "do not".
POLICY = Path("/usr/sbin/policy-rc.d")
FONTS = Path("/usr/share/fonts/truetype/dejavu")


def packages() -> tuple[str, ...]:
    """Debian's packages for what is missing here."""
    wanted = (
        ("postgresql", programs.postgresql().path is None),
        ("redis-server", programs.redis().path is None),
        (programs.SHELL, programs.chromium().path is None),
        ("fonts-dejavu-core", not FONTS.exists()),
    )
    return tuple(name for name, is_missing in wanted if is_missing)


def install(names: tuple[str, ...]) -> None:
    """Without a PostgreSQL cluster of Debian's and without starting any service."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if "postgresql" in names and not CLUSTER_CONFIGURATION.exists():
        CLUSTER_CONFIGURATION.parent.mkdir(parents=True, exist_ok=True)
        CLUSTER_CONFIGURATION.write_text("create_main_cluster = false\n")
    is_policy_ours = not POLICY.exists()
    if is_policy_ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    # Where the machine has its own createcluster.conf, it stays.
    options = ("-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold")
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        # Hundreds of lines of unpacking; what goes wrong comes on stderr.
        subprocess.run(
            ["apt-get", "install", *options, *names],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
    finally:
        if is_policy_ours:
            POLICY.unlink()


def add_shell() -> None:
    """A Chromium with windows does the same in twice the processor time, so it may stay away."""
    try:
        install((programs.SHELL,))
    except subprocess.CalledProcessError:
        print(f"{programs.SHELL} is not to be had: the tests take this machine's Chromium.")


def main() -> int:
    names = packages()
    has_apt, is_root = shutil.which("apt-get") is not None, os.geteuid() == 0
    if names and not has_apt:
        print(f"Missing: {', '.join(names)}. Add them with this system's package manager.")
        return 1
    if names and not is_root:
        command = f"apt-get install -y --no-install-recommends {shlex.join(names)}"
        print(f"Missing: {', '.join(names)}. Run: sudo {command}")
        return 1
    if names:
        print(f"Installing {', '.join(names)} ...", flush=True)
        install(names)
    if shutil.which(programs.SHELL) is None and has_apt and is_root:
        print(f"Installing {programs.SHELL} ...", flush=True)
        add_shell()
    print("PostgreSQL, Redis and Chromium are here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
