"""The quick tier: a storm on each database within `make test`, with another seed every time.

TORTURE_SEED repeats a seed by hand; seeds that once failed are in `registry.ONCE_FAILED`, and the
full tier is `make torture`.
"""

import os
import time

import pytest

from tests.services import programs
from tests.torture import registry, trial
from tests.torture.databases import SQLITE

SEED = int(os.environ.get("TORTURE_SEED", "0")) or int(time.time())

# The most telling ones; `python -m tests.torture --tier quick` runs every one that can be quick.
CHOSEN = ("storm",)


def _quick() -> list[tuple[str, str]]:
    known = registry.every()
    return [(name, database) for name in CHOSEN for database in known[name].databases]


# The seed is no parameter: each worker of xdist draws its own, and all must collect alike.
@pytest.mark.parametrize(("name", "database"), _quick())
def test_nothing_is_lost(name: str, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    _skip_without_servers(database)
    scenario = registry.every()[name]
    verdict = trial.run(scenario, database=database, seed=SEED, tier=trial.QUICK)
    # Also of a run that went well the seed and the figures are to be seen.
    with capsys.disabled():
        print(f"\n{verdict}")

    assert verdict.is_clean, f"repeat it with TORTURE_SEED={SEED}\n{verdict}"


def _skip_without_servers(database: str) -> None:
    if database == SQLITE:
        return
    for program in (programs.postgresql(), programs.redis()):
        if program.path is None:
            pytest.skip(program.reason)
