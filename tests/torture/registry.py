"""Which scenarios are there? They register themselves when their modules are imported."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.torture.databases import POSTGRESQL, SQLITE

if TYPE_CHECKING:
    from tests.torture.trial import Trial

Function = Callable[["Trial"], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    databases: tuple[str, ...]
    is_quick: bool
    target: str
    function: Function


# (scenario, database, seed), all in the quick tier: every one of them was not clean once, and
# `make torture ARGS=--again` runs them anew. Chance decides the faults, not how the machine runs
# its processes: that one is clean today does not prove that it would have been every time.
ONCE_FAILED: tuple[tuple[str, str, int], ...] = (
    # An attempt stayed open on a delivered row for ever: a newer change was waiting.
    ("storm", POSTGRESQL, 7),
    ("storm", POSTGRESQL, 1795378784),
    # Begun for a claim that was lost already, by a worker that had stood still.
    ("storm", POSTGRESQL, 8),
    ("storm", SQLITE, 9),
    # A change lost: its row was forgotten between a look without a lock and the lock.
    ("storm", POSTGRESQL, 23),
    ("stop-past-lease", SQLITE, 2),
    ("stop-past-lease", SQLITE, 4),
    ("stop-past-lease", POSTGRESQL, 1),
)

_SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *,
    name: str,
    target: str,
    databases: tuple[str, ...] = (SQLITE, POSTGRESQL),
    quick: bool = False,
) -> Callable[[Function], Function]:
    """Register a function of a trial. `target`: the words of what it has to prove."""

    def register(function: Function) -> Function:
        assert name not in _SCENARIOS, f"two scenarios are called {name}"
        _SCENARIOS[name] = Scenario(name, databases, quick, target, function)
        return function

    return register


def every() -> dict[str, Scenario]:
    """All scenarios by name."""
    package = importlib.import_module("tests.torture.scenarios")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(_SCENARIOS)
