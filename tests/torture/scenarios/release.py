"""A new release while the old one works, back again, and what its migrations lock."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sources import ROOT
from tests.torture import progress, releases, watch
from tests.torture.crew import Crew
from tests.torture.databases import POSTGRESQL, PostgreSQL
from tests.torture.ledger import Request
from tests.torture.newcomers import Newcomers
from tests.torture.processes import Process
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import Trial

WORKERS = 2
LOCK_SECONDS = 2.0
# A busy worker has so long to end (SIGTERM).
ENDING_SECONDS = 60.0
# Shares of the export at which somebody does something.
MIGRATED_AT, UPGRADED_AT, BACK_AT, AGAIN_AT = 0.15, 0.3, 0.5, 0.75
# Not all of it: by a change that comes meanwhile some leave before they were ever sent.
ENOUGH = 0.9
MIGRATION = "migration"
TRACEBACK = "Traceback (most recent call last)"
# As Celery tells it: the task's name in the first line and, as the error, in the last.
UNKNOWN_TASK = re.compile(
    r"Received unregistered task of type '([a-z_.]+)'\.\n.*?^KeyError: '\1'$",
    re.DOTALL | re.MULTILINE,
)

_PROFILES = """
INSERT INTO activations_profile (identity, email, attributes, identities, digest, created_at,
    updated_at)
SELECT 'email:many' || n || '@example.org', 'many' || n || '@example.org', '{}', '{}',
    md5(n::text), now(), now() FROM generate_series(1, %s) n
"""
_DELIVERIES = """
INSERT INTO activations_delivery (destination_id, account_id, profile_id, desired_seq,
    delivered_seq, delivered_digest, delivered_at, rendered_version, contact_id, state, lane,
    next_attempt_at, fence, attempts, crashes, code, detail, updated_at)
SELECT d.id, d.account_id, p.id, 1, 1, md5(p.id::text) || md5(p.email), now(), 1, p.id,
    'delivered', 0, now(), 1, 0, 0, '', '', now()
FROM connections_destination d CROSS JOIN activations_profile p
"""
_ROWS_OF_NEW_TABLES = (
    "INSERT INTO connections_alert (destination_id, code, message, triggered_at) "
    "SELECT id, 'identical-rejections', 'Stopped.', now() FROM connections_destination",
    "INSERT INTO activations_count (destination_id, name, label, value) "
    "SELECT id, 'outcome', 'zendesk-429', 7 FROM connections_destination",
    "INSERT INTO activations_ingestreceipt (api_key_id, key_digest, body_digest, answer, "
    "created_at) SELECT id, 'a', 'b', '{}', now() FROM activations_apikey",
)
_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


@scenario(
    name="new-release-and-back",
    target="new release and back with 50,000 pending: verdict clean, both releases at work on the "
    "new schema",
    databases=(POSTGRESQL,),
)
def new_release_and_back(trial: Trial) -> None:
    pending = trial.size(50_000, quick=300)
    old = _old_release(trial)
    if old is None:
        return
    trial.feed(batch=500).send(trial.changes(people=pending, rounds=1))
    # New data keep coming in, through the web process of whichever release there is.
    live = trial.feed(batch=10, per_second=10)
    live.start(trial.changes(people=min(500, pending), rounds=None))
    owed = sum(expected.must_exist for expected in trial.oracle.expected().values())
    shifts = Shifts(trial)
    shifts.take_over(old)
    progress.wait_for(trial.ground, count=round(owed * MIGRATED_AT))
    with _migrating(trial):
        shifts.migrate()
    newcomers = Newcomers(trial)
    newcomers.arrive()
    for release, share in ((ROOT, UPGRADED_AT), (old, BACK_AT), (ROOT, AGAIN_AT)):
        progress.wait_for(trial.ground, count=round(owed * share))
        shifts.take_over(release)
        if release == old:
            newcomers.arrive()
    progress.wait_for(trial.ground, count=round(owed * ENOUGH))
    live.stop()
    trial.drain(seconds=progress.LONGEST_SECONDS)
    shifts.judge()
    trial.judge()
    newcomers.judge()


@scenario(
    name="migration-locks",
    target="new release: no table lock over 2 s at 1,000,000 rows",
    databases=(POSTGRESQL,),
)
def migration_locks(trial: Trial) -> None:
    rows = trial.size(1_000_000, quick=1_000)
    if _old_release(trial) is None:
        return
    ground = trial.ground
    ground.sql(_PROFILES, [rows])
    ground.sql(_DELIVERIES)
    ground.sql("ANALYZE")
    ground.release = ROOT
    with _migrating(trial):
        started = time.monotonic()
        releases.migrate(ground, **{watch.NAME_VARIABLE: MIGRATION})
        trial.note(f"migrated in {time.monotonic() - started:.1f} s, with the start")
    count = ground.sql("SELECT count(*) FROM activations_delivery")[0][0]
    trial.seen("delivery rows", planned=rows, seen=count)
    _there_and_back(trial)
    # The verdict is about what was acknowledged; these rows are nobody's.
    ground.sql("TRUNCATE activations_profile CASCADE")
    trial.crew = Crew(ground=ground, size=1)


def _old_release(trial: Trial) -> Path | None:
    """Open the ground as the old release makes it; None, and a void run, without one."""
    ground = trial.open(Setting())
    try:
        folder = releases.unpack(into=ground.folder)
    except releases.NoOldRelease as reason:
        trial.note(f"release {releases.OLD} is not in this checkout: {reason}")
        trial.seen("the old release", planned=1, seen=0)
        return None
    assert trial.web is not None
    trial.web.kill()
    releases.begin_anew(ground, release=folder)
    trial.web = ground.web(port=_port(trial))
    return folder


def _port(trial: Trial) -> int:
    assert trial.web is not None
    return int(trial.web.url.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Shift:
    """A release that was at work alone, from one instant to another (monotonic seconds)."""

    release: Path
    on_new_schema: bool
    since: float
    until: float


class Shifts:
    """Which release is at work? Each takes over as an upgrade without a stop does."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._beat: Process | None = None
        self._done: list[Shift] = []
        self._has_new_schema = False
        self._since = 0.0
        self._exits: list[str] = []

    def take_over(self, release: Path) -> None:
        """Its processes are started and get to work; then the other release's are ended."""
        trial, ground, others = self._trial, self._trial.ground, self._trial.crew
        self._close(time.monotonic())
        ground.release = release
        crew = Crew(ground=ground, size=WORKERS)
        # Workers of the old release do nothing that its scheduler does not ring for.
        beat, self._beat = self._beat, ground.beat()
        crew.wait_until_at_work()
        for process in [*(others.members if others else ()), *([beat] if beat else ())]:
            self._end(process)
        trial.crew = crew
        assert trial.web is not None
        self._end(trial.web)
        trial.web = ground.web(port=_port(trial))
        self._since = time.monotonic()

    def migrate(self) -> None:
        """The new release's migrations, while the old one's workers go on."""
        self._close(time.monotonic())
        release, self._trial.ground.release = self._trial.ground.release, ROOT
        releases.migrate(self._trial.ground, **{watch.NAME_VARIABLE: MIGRATION})
        self._trial.ground.release = release
        self._since, self._has_new_schema = time.monotonic(), True

    def judge(self) -> None:
        """Each release really delivered, the old one also on the new schema."""
        self._close(time.monotonic())
        trial, writes = self._trial, [r for r in self._trial.requests() if r.is_write]
        for name, is_old, on_new_schema in (
            ("requests of the old release", True, False),
            ("requests of the old release, new schema", True, True),
            ("requests of the new release", False, True),
        ):
            shifts = [
                shift
                for shift in self._done
                if (shift.release != ROOT, shift.on_new_schema) == (is_old, on_new_schema)
            ]
            seen = [sum(_is_within(write, shift) for write in writes) for shift in shifts]
            trial.seen(name, planned=1, seen=min(seen))
            trial.note(f"{name}: {seen}")
        left, strange = errors(trial.ground.folder)
        trial.at_most("errors in the logs", len(left), 0)
        trial.note(f"messages of the new release that the old one did not know: {strange}")
        disorderly = [words for words in self._exits if not words.endswith(": 0")]
        trial.at_most("processes that did not end well", len(disorderly), 0)
        for words in [*left, *disorderly][:5]:
            trial.note(words)

    def _close(self, at: float) -> None:
        if self._since:
            shift = Shift(self._trial.ground.release, self._has_new_schema, self._since, at)
            self._done.append(shift)

    def _end(self, process: Process) -> None:
        process.terminate()
        code = process.wait(seconds=ENDING_SECONDS)
        if code is None:
            raise TimeoutError(f"{process.name} did not end within {ENDING_SECONDS:g} s")
        self._exits.append(f"{process.name}: {code}")


def errors(folder: Path) -> tuple[list[str], int]:
    """Tracebacks by their log, without those of messages for tasks that came later; how many those.

    The new release's scheduler may have rung when its processes ended: the old one's workers, who
    have no such task, say so and let the message go. It told of work, it carried none.
    """
    left, strange = [], 0
    for path in sorted(folder.glob("*.log")):
        text, count = UNKNOWN_TASK.subn("", path.read_text(errors="replace"))
        strange += count
        left += [path.name] * text.count(TRACEBACK)
    return left, strange


def _is_within(request: Request, shift: Shift) -> bool:
    return shift.since <= request.accepted_mono < shift.until


@contextmanager
def _migrating(trial: Trial) -> Iterator[None]:
    """Watch what is locked meanwhile, of the tables that are there now."""
    ground = trial.ground
    assert isinstance(ground.database, PostgreSQL)
    tables = {name for (name,) in ground.sql(_TABLES)}
    with watch.locks(ground.database) as locks, watch.stalls(ground.database) as stalls:
        yield
    ours = {
        words: seconds
        for words, seconds in locks.longest.items()
        if words.startswith(MIGRATION) and words.split()[1] in tables
    }
    trial.at_most("longest table lock, seconds", round(max(ours.values(), default=0), 2), 2)
    longest = max(stalls.longest.values())
    trial.at_most("longest wait of another's update", round(longest, 2), LOCK_SECONDS)
    trial.seen("looks at the locks", planned=1, seen=locks.looks)
    trial.note(f"locks seen: { {w: round(s, 2) for w, s in sorted(ours.items())} }")


def _there_and_back(trial: Trial) -> None:
    """The way back leaves the schema as it is; whoever wants the old one all the same gets it."""
    ground = trial.ground
    for statement in _ROWS_OF_NEW_TABLES:
        ground.sql(statement)
    started = time.monotonic()
    releases.migrate(ground, "activations", "0001")
    releases.migrate(ground, "connections", "0001")
    trial.note(f"migrated back with rows in {time.monotonic() - started:.1f} s")
    releases.migrate(ground)
