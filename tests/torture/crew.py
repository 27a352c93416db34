"""So many workers at work at any time: the one that is killed is replaced, as a supervisor does."""

import random
import re
import threading
import time
from collections.abc import Callable

from tests.torture.ground import Ground
from tests.torture.processes import Process

# What a worker says when it comes back with answers for claims it has lost meanwhile.
_STALE = re.compile(r"delivery\.stale_settle .*claims=([\d/,]+)")
# A delivery and the fence it was claimed with.
Claim = tuple[int, int]
SAYS_SO_WITHIN_SECONDS = 4.0


class Crew:
    """Workers that can be killed, stopped and continued while others go on."""

    def __init__(self, *, ground: Ground, size: int) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        # Those a fault is happening to: no other fault takes them.
        self._in_hand: set[Process] = set()
        self.members = [ground.worker() for _ in range(size)]
        # Also those that ended: their logs are still there.
        self.everybody = list(self.members)

    def at_work(self) -> list[Process]:
        """Those that hold a connection to Zendesk: a fault hits them in the middle of work."""
        port = self._ground.port_of_zendesk
        with self._lock:
            return [
                member
                for member in self.members
                if member.is_running and not member.is_stopped and member.is_connected_to(port=port)
            ]

    def kill_one(self, chance: random.Random) -> bool:
        """kill -9 of one that is at work; another takes its place at once."""
        victim = self._take(chance)
        if victim is None:
            return False
        was_running = victim.kill()
        self.replace(victim)
        return was_running

    def stand_still(
        self, chance: random.Random, *, seconds: float, then: Callable[[], None] = lambda: None
    ) -> bool:
        """Stop one at work for so long, then let it go on; True if it came back too late.

        Longer than the lease: others take over what it had claimed, and what it still has to say
        of it is stale. It says so in its log, and only then was the fault a fault. `then` is
        called just before it goes on.
        """
        victim = self._take(chance)
        if victim is None:
            return False
        try:
            before = len(refused_claims(victim))
            victim.stop()
            time.sleep(seconds)
            try:
                then()
            finally:
                victim.cont()
            deadline = time.monotonic() + SAYS_SO_WITHIN_SECONDS
            while (said := len(refused_claims(victim))) == before and time.monotonic() < deadline:
                time.sleep(0.05)
            return said > before
        finally:
            self._let_go(victim)

    def pause(self, chance: random.Random, *, seconds: float) -> bool:
        """Stop one at work for so long, then let it go on; its work is not looked at."""
        victim = self._take(chance)
        if victim is None:
            return False
        try:
            was_stopped = victim.stop()
            time.sleep(seconds)
            return victim.cont() and was_stopped
        finally:
            self._let_go(victim)

    def _take(self, chance: random.Random) -> Process | None:
        found = self.at_work()
        with self._lock:
            free = [member for member in found if member not in self._in_hand]
            if not free:
                return None
            victim = chance.choice(free)
            self._in_hand.add(victim)
        return victim

    def _let_go(self, victim: Process) -> None:
        with self._lock:
            self._in_hand.discard(victim)

    def replace(self, member: Process) -> Process:
        """Start another in the place of one that ended."""
        fresh = self._ground.worker()
        with self._lock:
            self.members[self.members.index(member)] = fresh
            self._in_hand.discard(member)
            self.everybody.append(fresh)
        return fresh

    def wait_until_at_work(self, *, count: int = 1, seconds: float = 60) -> None:
        """Raises TimeoutError when so many are not at work in time."""
        deadline = time.monotonic() + seconds
        while len(self.at_work()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{count} workers were not at work within {seconds:g} s")
            time.sleep(0.1)

    def restore(self) -> None:
        """After the faults: everybody is there and moves."""
        for member in list(self.members):
            if member.is_stopped:
                member.cont()
            if not member.is_running:
                self.replace(member)


def refused_claims(process: Process) -> list[Claim]:
    """Each settlement that a worker says was refused because its claim was lost."""
    found = _STALE.findall(process.log.read_text(errors="replace"))
    claims = [claim.split("/") for line in found for claim in line.split(",")]
    return [(int(delivery), int(fence)) for delivery, fence in claims]
