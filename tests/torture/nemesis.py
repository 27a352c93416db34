"""What goes wrong, and when: faults at random times from one seed, and what was really done."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

# Does one fault; False when it could not be done just now (nobody was at work, for example).
Act = Callable[[random.Random], bool]


@dataclass(slots=True)
class Plan:
    """`times` of a fault; `done` counts those that really happened."""

    fault: str
    times: int
    act: Act
    done: int = 0


class Nemesis:
    """Runs in a thread until every planned fault is done, or it is told to stop."""

    def __init__(self, *, chance: random.Random, gap: tuple[float, float]) -> None:
        """`gap`: the shortest and longest time between two faults, in seconds."""
        self._chance = chance
        self._gap = gap
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.plans: list[Plan] = []
        self.refused: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def plan(self, fault: str, *, times: int, act: Act) -> None:
        self.plans.append(Plan(fault=fault, times=times, act=act))

    @property
    def is_done(self) -> bool:
        return all(plan.done >= plan.times for plan in self.plans)

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="nemesis", daemon=True)
        self._thread.start()

    def wait(self, *, seconds: float, while_: Callable[[], bool] = lambda: True) -> None:
        """Until all is done, but no longer than `seconds` nor than `while_` says so."""
        deadline = time.monotonic() + seconds
        while self.is_running and time.monotonic() < deadline and while_():
            time.sleep(0.1)
        self.stop()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Do nothing more after the fault in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(120)

    def _run(self) -> None:
        try:
            while not self.is_done and not self._stop.wait(self._chance.uniform(*self._gap)):
                open_plans = [plan for plan in self.plans if plan.done < plan.times]
                left = [plan.times - plan.done for plan in open_plans]
                plan = self._chance.choices(open_plans, weights=left)[0]
                if plan.act(self._chance):
                    plan.done += 1
                else:
                    self.refused[plan.fault] += 1
        except BaseException as error:  # noqa: BLE001  (told to whoever waits)
            self.failure = error
