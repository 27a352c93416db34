"""How often may a token call? A bucket of 10 refilled with 10 a second, one per token (R-52)."""

CAPACITY = 10.0
REFILL_PER_SECOND = 10.0


class TokenBuckets:
    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, *, token: str, at: float) -> bool:
        """Take one request from the token's bucket; False when it is empty. `at`: monotonic."""
        level, since = self._levels.get(token, (CAPACITY, at))
        level = min(CAPACITY, level + max(0.0, at - since) * REFILL_PER_SECOND)
        is_allowed = level >= 1.0
        self._levels[token] = (level - 1.0 if is_allowed else level, at)
        return is_allowed

    def clear(self) -> None:
        self._levels.clear()
