"""One run of one scenario: its seed, its size, its ground, and the verdict it ends in."""

import contextlib
import itertools
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator

from tests.torture import ledger, people, samples, verdict
from tests.torture.crew import Crew
from tests.torture.feed import Feed
from tests.torture.ground import Ground, Web
from tests.torture.nemesis import Nemesis
from tests.torture.oracle import Oracle
from tests.torture.people import Change, People
from tests.torture.processes import Process
from tests.torture.registry import Scenario
from tests.torture.samples import Sampler
from tests.torture.setting import Setting
from tests.torture.verdict import Check, Coverage, Verdict

FULL, QUICK = "full", "quick"
FRESH_SECONDS = 10.0
DRAIN_SECONDS = {FULL: 300.0, QUICK: 45.0}
# People the verdict asks for itself, far from those of any scenario.
FRESH_FIRST = 900_000_000


class Trial:
    """What a scenario function is given. `run` makes one and returns its verdict."""

    def __init__(
        self,
        *,
        scenario: Scenario,
        database: str,
        seed: int,
        tier: str = FULL,
        scale: float = 1.0,
        keep: bool = False,
    ) -> None:
        self.scenario = scenario
        self.database = database
        self.seed = seed
        self.tier = tier
        self.scale = scale
        # The only source of chance a scenario may use; its seed decides all of it.
        self.random = random.Random(f"{seed}:{scenario.name}:{database}")
        self.verdict = Verdict(scenario=scenario.name, database=database, seed=seed)
        self.oracle = Oracle()
        self.people = People(seed=seed)
        self.ground: Ground
        self.crew: Crew | None = None
        self.web: Web | None = None
        self.sampler: Sampler | None = None
        self._beats: list[Process] = []
        self._feeds: list[Feed] = []
        self._nemeses: list[Nemesis] = []
        self._keep = keep
        self._stack = contextlib.ExitStack()

    # --- what a scenario says it wants --------------------------------------------------------

    def size(self, full: int, *, quick: int) -> int:
        """A count of the full tier (shrunk by --scale), or the quick tier's."""
        return quick if self.tier == QUICK else max(1, round(full * self.scale))

    def open(self, setting: Setting | None = None, *, workers: int = 0) -> Ground:
        """The ground, with a web process, a scheduler where one is needed, and `workers`."""
        ground = Ground(database=self.database, setting=setting or Setting(), keep=self._keep)
        self.ground = self._stack.enter_context(ground)
        # In this order: the worker needs longest, and nobody waits for it.
        self.crew = Crew(ground=ground, size=workers) if workers else None
        if ground.redis is not None and workers:
            self._beats.append(ground.beat())
        self.web = ground.web()
        self.sampler = Sampler(database=ground.database)
        self.sampler.start()
        self._stack.callback(self.sampler.stop)
        return ground

    def crew_at_work(self) -> Crew:
        """The crew, once it works: a fault that meets nobody at work proves nothing."""
        assert self.crew is not None
        self.feed().send(self.changes(people=50, rounds=1))
        self.crew.wait_until_at_work()
        return self.crew

    def feed(
        self,
        *,
        batch: int = 50,
        per_second: float | None = None,
        gate: Callable[[], object] = lambda: None,
    ) -> Feed:
        """A sender of changes that the oracle hears of."""

        def web() -> Web:
            assert self.web is not None
            return self.web

        name = f"{self.seed}-{len(self._feeds) + 1}"
        made = Feed(
            web=web,
            api_key=self.ground.api_key,
            oracle=self.oracle,
            name=name,
            batch=batch,
            per_second=per_second,
            gate=gate,
        )
        self._feeds.append(made)
        return made

    def changes(self, *, people: int, rounds: int | None) -> Iterator[Change]:
        """`rounds` changes of each of so many people, round after round; None: without end."""
        numbers = itertools.count() if rounds is None else range(rounds)
        each = (self.people.changes(count=people) for _ in numbers)
        return itertools.chain.from_iterable(each)

    def nemesis(self, *, gap: tuple[float, float]) -> Nemesis:
        made = Nemesis(chance=random.Random(self.random.random()), gap=gap)
        self._nemeses.append(made)
        return made

    # --- what it found -----------------------------------------------------------------------

    def at_most(self, name: str, value: float, limit: float) -> None:
        """A figure of the scenario's own."""
        self.verdict.checks.append(Check(name, value, limit))

    def at_least(self, name: str, value: float, limit: float) -> None:
        self.verdict.checks.append(Check(name, value, limit, is_floor=True))

    def seen(self, fault: str, *, planned: int, seen: int) -> None:
        """A planned fault, and how often it was really observed: less makes the run void."""
        self.verdict.coverage.append(Coverage(fault, planned, seen))

    def note(self, words: str) -> None:
        """A figure without a limit."""
        self.verdict.notes.append(words)

    def requests(self) -> list[ledger.Request]:
        """The ledger as it is now."""
        return ledger.read(self.ground.simulator.ledger)

    # --- the end -----------------------------------------------------------------------------

    def calm(self) -> None:
        """No fault from now on; everything that should run runs."""
        for nemesis in self._nemeses:
            nemesis.stop()
        self.ground.clear_faults()
        if self.web is not None and not self.web.is_running:
            self.web = self.ground.web(port=int(self.web.url.rpartition(":")[2]))
        if self.crew is not None:
            self.crew.restore()

    def drain(self, *, seconds: float | None = None) -> bool:
        """Wait until nothing is due, waiting or under way. False: gave up, the verdict says why."""
        setting = self.ground.setting
        # What a killed worker held comes free with its lease, and is in doubt for a while then.
        longest = seconds or (DRAIN_SECONDS[self.tier] + setting.lease + setting.settle)
        started = time.monotonic()
        while not self._is_quiet():
            if time.monotonic() - started > longest:
                left = verdict.left_over(self.ground)
                check = Check("drained (0 is yes)", 1, 0, examples=left)
                self.verdict.checks.append(check)
                return False
            time.sleep(0.2)
        self.verdict.checks.append(Check("drained (0 is yes)", 0, 0))
        self.note(f"drained in {time.monotonic() - started:.1f} s")
        return True

    def judge(self) -> None:
        """The common verdict. A scenario may call it itself to look at its figures afterwards."""
        self.calm()
        self._cover()
        self.drain()
        rejected = [words for feed in self._feeds for words in feed.rejected]
        self.verdict.checks += verdict.contacts(ground=self.ground, oracle=self.oracle)
        if self.crew is not None:
            self.at_most("V8 fresh change, seconds", round(self._fresh(), 2), FRESH_SECONDS)
        self.verdict.checks += verdict.traffic(ground=self.ground)
        self._judge_samples()
        self.verdict.checks.append(Check("rejected at ingest", len(rejected), 0, False, rejected))
        self._tell()

    def _is_quiet(self) -> bool:
        assert self.sampler is not None
        backfills = "SELECT count(*) FROM activations_backfill WHERE finished_at IS NULL"
        if any(feed.is_running for feed in self._feeds) or self.ground.sql(backfills)[0][0]:
            return False
        return self.sampler.take().open == 0 and self.ground.simulator.under_way() == 0

    def _cover(self) -> None:
        planned: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for plan in (plan for nemesis in self._nemeses for plan in nemesis.plans):
            planned[plan.fault] += plan.times
            done[plan.fault] += plan.done
        for fault, times in planned.items():
            self.seen(fault, planned=times, seen=done[fault])

    def _fresh(self) -> float:
        """A new person and a change of a known one: until Zendesk holds both."""
        fresh = People(seed=self.seed, first=FRESH_FIRST)
        feed = self.feed()
        slowest = 0.0
        for _ in range(2):
            change = fresh.change(FRESH_FIRST + self.seed % 1000)
            change.document["person"]["name"]["lastName"] = "Fresh"
            change.document["segmentMembership"]["ups"] = _member(change)
            feed.send([change])
            slowest = max(slowest, self._seconds_until(change))
        return slowest

    def _seconds_until(self, change: Change) -> float:
        started = time.monotonic()
        while (waited := time.monotonic() - started) < 3 * FRESH_SECONDS:
            held = self.ground.simulator.contacts(email=change.email)
            if held and people.version_of(held[0]) == change.version:
                break
            time.sleep(0.05)
        return waited

    def _judge_samples(self) -> None:
        assert self.sampler is not None
        self.sampler.stop()
        taken = self.sampler.taken
        taken.append(self.sampler.take())
        worst = max((sample.violations for sample in taken), key=len)
        examples = [*worst.values()][: verdict.EXAMPLES]
        if worst:
            examples += samples.history(self.ground.database, next(iter(worst)))
        check = Check("V9 invariant, worst sample", len(worst), 0, examples=examples)
        self.verdict.checks.append(check)
        self.at_most("V9 invariant, at the end", len(taken[-1].violations), 0)
        self.seen("samples of the invariant", planned=self.sampler.planned, seen=len(taken))
        self.note(
            f"{len(taken)} samples in {self.sampler.seconds:.0f} s, missed "
            f"{dict(self.sampler.missed)}, database away {self.sampler.away_seconds:.0f} s"
        )

    def _tell(self) -> None:
        requests = self.requests()
        writes = sum(request.is_write for request in requests)
        distinct = ledger.distinct_states(requests)
        self.note(
            f"{self.oracle.acknowledged:,} changes acknowledged, {writes:,} requests for "
            f"{distinct:,} distinct states, answers {dict(ledger.by_status(requests))}"
        )
        answers = sum((feed.answers for feed in self._feeds), Counter())
        slowest = max((feed.slowest_seconds for feed in self._feeds), default=0.0)
        self.note(f"ingest answers {dict(answers)}, slowest {slowest:.2f} s")

    def close(self) -> None:
        self._stack.close()


def _member(change: Change) -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = change.document["segmentMembership"]["ups"]
    return {audience: entry | {"status": "realized"} for audience, entry in entries.items()}


def run(
    scenario: Scenario,
    *,
    database: str,
    seed: int,
    tier: str = FULL,
    scale: float = 1.0,
    keep: bool = False,
    tell: Callable[[str], None] = print,
) -> Verdict:
    """A scenario on a database, to its verdict; what breaks it off is part of the verdict."""
    trial = Trial(
        scenario=scenario, database=database, seed=seed, tier=tier, scale=scale, keep=keep
    )
    tell(f"--- {scenario.name} on {database}, {tier} tier, seed {seed}")
    started = time.monotonic()
    try:
        scenario.function(trial)
        if not any(check.name.startswith("V1 ") for check in trial.verdict.checks):
            trial.judge()
    except Exception:  # noqa: BLE001  (the other scenarios run all the same)
        trial.verdict.error = traceback.format_exc()
    finally:
        trial.close()
        trial.verdict.seconds = time.monotonic() - started
    return trial.verdict
