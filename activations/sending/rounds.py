"""What everyone who works in one call of `pipeline.deliver` has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activations.deliveries.store.settlements import Tally


@dataclass(frozen=True, slots=True)
class Round:
    """The clock, whether to stop, and whom to tell what was settled."""

    clock: Callable[[], datetime]
    stop: Callable[[], bool]
    settled: Callable[[Tally], None]
