"""How long to wait before trying again. Pure; the chance is passed in."""

from datetime import timedelta

SHORTEST_SECONDS = 5.0
LONGEST_SECONDS = 15 * 60.0

# After so many failures to reach Zendesk in a row, single requests probe for its return.
OUTAGE_AFTER = 10
LONGEST_PROBE_SECONDS = 30.0


def row_delay(*, attempts: int, chance: float) -> timedelta:
    """Full jitter between five seconds and a ceiling that doubles up to fifteen minutes.

    `attempts` counts the failures so far (1 after the first), `chance` lies in [0, 1).
    """
    return _between(ceiling=SHORTEST_SECONDS * 2 ** min(attempts, 20), chance=chance)


def probe_delay(*, failures: int, chance: float) -> timedelta | None:
    """Until the next probe of an account, or None while it is no outage yet."""
    if failures < OUTAGE_AFTER:
        return None
    ceiling = min(LONGEST_PROBE_SECONDS, SHORTEST_SECONDS * 2 ** min(failures - OUTAGE_AFTER, 20))
    return _between(ceiling=ceiling, chance=chance)


def _between(*, ceiling: float, chance: float) -> timedelta:
    highest = min(LONGEST_SECONDS, ceiling)
    return timedelta(seconds=SHORTEST_SECONDS + chance * max(0.0, highest - SHORTEST_SECONDS))
