"""What the figures of a dataflow run say to the rules of alerts; knows no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from connections import alert_rules

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """One run, as counted so far."""

    started_at: datetime
    received: int
    activated: int
    excluded: int
    failed: int

    @property
    def outcomes(self) -> int:
        """All activations of the run, whatever became of them."""
        return self.activated + self.excluded + self.failed

    def has_ended(self, *, at: datetime) -> bool:
        """Whether its clock hour is over."""
        return at >= self.started_at + HOUR


def has_begun(run: Figures) -> bool:
    """Destination Flow Run Start."""
    return run.received > 0 or run.outcomes > 0


def has_succeeded(run: Figures, *, at: datetime) -> bool:
    """Destination Flow Run Success."""
    return run.has_ended(at=at) and run.activated > 0 and run.failed == 0


def exceeds(run: Figures, *, code: str, threshold: Decimal) -> bool:
    """Failure: so many identities. Skipped rate: so many percent of all activations."""
    if code == alert_rules.FAILURE:
        return run.failed > threshold
    return run.excluded * 100 > threshold * run.outcomes


def is_ripe(run: Figures, *, code: str, at: datetime) -> bool:
    """Whether the rule may judge the run already."""
    has_enough = run.outcomes >= alert_rules.ENOUGH_OUTCOMES
    return code == alert_rules.FAILURE or run.has_ended(at=at) or has_enough


def words(run: Figures, *, code: str) -> str:
    """What is wrong with the run, in counts."""
    of = f"of {run.outcomes:,} in the run of {run.started_at:%H:%M} UTC"
    if code == alert_rules.FAILURE:
        return f"{_identities(run.failed)} failed {of}."
    share = 100 * run.excluded / run.outcomes if run.outcomes else 0
    return f"{_identities(run.excluded)} excluded {of} ({share:.1f} %)."


def _identities(count: int) -> str:
    return alert_rules.counted(number=count, unit="identities")
