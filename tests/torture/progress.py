"""How far has a delivery come? Asked of the product's own rows."""

import time

from tests.torture.ground import Ground

LONGEST_SECONDS = 1800.0


def delivered(ground: Ground) -> int:
    """Rows that were delivered at least once."""
    ask = "SELECT count(*) FROM activations_delivery WHERE delivered_at IS NOT NULL"
    return int(ground.sql(ask)[0][0])


def wait_for(
    ground: Ground, *, count: int, seconds: float = LONGEST_SECONDS, every: float = 0.1
) -> None:
    """Until so many rows were delivered at least once. Raises TimeoutError."""
    ends_at = time.monotonic() + seconds
    while (done := delivered(ground)) < count:
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{done} of {count} rows were delivered within {seconds:g} s")
        time.sleep(every)
