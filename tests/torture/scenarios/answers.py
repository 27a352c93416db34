"""Zendesk answers late, in pieces, or not to this token: only what is proved is believed."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.services import processes
from tests.torture import ledger
from tests.torture.calls import call
from tests.torture.databases import POSTGRESQL
from tests.torture.ledger import Request
from tests.torture.people import Change
from tests.torture.processes import Process
from tests.torture.proxy import serve
from tests.torture.registry import scenario
from tests.torture.setting import REAL_PACE, Setting
from tests.torture.trial import Trial

NEW_TOKEN = "9" * 64
REVOCATION = "revoke-token,path=/v2/contacts,every=30,count=1"
# Seconds after its client gave up at which a write is applied; the horizon is three.
LATE_SECONDS = (0.2, 1.0, 1.8, 2.5)
# Four of these at one in a hundred each.
LATE_CHANCE = 0.01
BROKEN = (
    "html-login",
    "status=200,body=empty,when=after",
    "invalid-json",
    "truncate",
    "wrong-contact",
    "redirect={elsewhere}/v2/contacts",
    "huge=100",
    "gzip-bomb=100",
    "endless",
)
# Together they strike less than half of the requests: the breaker stays closed.
BROKEN_CHANCE = 0.05
PEOPLE = 100
BURST = 100
CHANGES_PER_SECOND = 40.0
LONGEST_SECONDS = 300.0


@scenario(
    name="late-writes",
    target="4 % of the requests time out and are applied late, within the horizon: verdict clean; "
    "<= 15 % extra requests",
    databases=(POSTGRESQL,),
)
def late_writes(trial: Trial) -> None:
    profiles = trial.size(5_000, quick=200)
    ground = trial.open(Setting(deadline=1.0, lease=4.0, settle=3.0), workers=4)
    specs = [f"late={seconds},chance={LATE_CHANCE},path=/v2/contacts" for seconds in LATE_SECONDS]
    ground.faults(*specs)
    feed = trial.feed(per_second=100.0)
    feed.start(_in_bursts(trial, profiles))
    feed.wait()
    trial.drain(seconds=300)
    trial.judge()
    writes = [request for request in trial.requests() if request.is_write]
    extra = len(writes) / ledger.distinct_states(writes) - 1
    late = [r for r in writes if r.fault == "late" and r.applied_mono is not None]
    overtaken = _overtaken(late, writes)
    trial.at_most("extra requests", round(extra, 3), 0.15)
    for spec in specs:
        trial.seen(spec, planned=1, seen=ground.simulator.struck(spec))
    trial.seen("late writes over newer ones", planned=1, seen=overtaken)
    trial.note(f"{len(late)} of {len(writes)} writes were applied late")


@scenario(
    name="broken-answers",
    target="HTML, empty, truncated JSON, wrong contact, redirect to another host, 100 MB, gzip "
    "bomb, endless chunks: never counted delivered; the token never reaches the second host; "
    "memory +32 MiB at most",
    quick=True,
)
def broken_answers(trial: Trial) -> None:
    each = trial.size(20, quick=1)
    ground = trial.open(Setting(rate=50.0), workers=1)
    assert trial.crew is not None
    [worker] = trial.crew.members
    trial.feed().send(trial.changes(people=PEOPLE, rounds=1))
    trial.drain()
    memory = Memory(worker)
    with serve(upstream=("127.0.0.1", ground.simulator.port)) as elsewhere:
        specs = [f"{spec},chance={BROKEN_CHANCE},count={each},path=/v2/contacts" for spec in BROKEN]
        specs = [spec.format(elsewhere=elsewhere.url) for spec in specs]
        ground.faults(*specs)
        _change_until_struck(trial, specs, each)
        growth = memory.growth()
        trial.at_most("requests at the second host", elsewhere.seen.requests, 0)
        listens = call("GET", f"{elsewhere.url}/_sandbox/stats").is_success
        trial.seen("the second host listens", planned=1, seen=int(listens))
    trial.judge()
    trial.at_most("memory growth, MiB", round(growth, 1), 32)
    bad = [r for r in trial.requests() if r.fault not in (None, "delay")]
    trial.at_most("broken answers counted delivered", len(_believed(trial, bad)), 0)
    for spec in specs:
        trial.seen(spec, planned=each, seen=ground.simulator.struck(spec))


@scenario(
    name="revoked-token",
    target="token revoked mid-run, 50,000 more changes arrive, a new token is saved: <= 8 requests "
    "with the dead token, resume <= 10 s, nothing lost, one alert record",
)
def revoked_token(trial: Trial) -> None:
    changes = trial.size(50_000, quick=500)
    profiles = max(100, changes // 5)
    pace = {"ZENDESK_REQUESTS_PER_SECOND": str(REAL_PACE)}
    ground = trial.open(Setting(environment=pace), workers=2)
    feed = trial.feed(batch=500)
    feed.send(trial.changes(people=profiles, rounds=1))
    _first_write(trial, after=0.0)
    ground.faults(REVOCATION)
    _wait_for_rejection(trial)
    feed.send(trial.changes(people=profiles, rounds=max(1, changes // profiles)))
    ground.simulator.ask("POST", "tokens", {"token": NEW_TOKEN})
    before = time.monotonic()
    ground.environment["TORTURE_TOKEN"] = NEW_TOKEN
    ground.apply(ground.setting.workspace)
    saved = time.monotonic()
    resumed = _first_write(trial, after=before)
    trial.at_most("resumed after, seconds", round(max(0.0, resumed - saved), 2), 10)
    _hurry(trial)
    trial.judge()
    refused = sum(request.status == 401 for request in trial.requests())
    trial.at_most("requests with the dead token", refused, 8)
    trial.seen(REVOCATION, planned=1, seen=ground.simulator.struck(REVOCATION))
    # A run that ends with the clock hour meanwhile is told of too.
    alerts = ground.sql("SELECT id FROM connections_alert WHERE code = 'account-rejected'")
    trial.at_least("alert records", len(alerts), 1)
    trial.at_most("alert records, at most", len(alerts), 1)


class Memory:
    """The most memory of a process since it was first looked at, from /proc."""

    def __init__(self, process: Process) -> None:
        self._folder = Path(f"/proc/{process.pid}")
        # 5: forget the highest resident size so far (Linux, proc(5)).
        (self._folder / "clear_refs").write_text("5")
        self._before = self._highest()

    def growth(self) -> float:
        """In MiB."""
        return (self._highest() - self._before) / 1024

    def _highest(self) -> int:
        status = (self._folder / "status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)


def _in_bursts(trial: Trial, profiles: int) -> Iterator[Change]:
    """Four changes of each, a second apart: the newer comes while an older write is under way."""
    for first in range(0, profiles, BURST):
        for _ in range(4):
            for number in range(first, min(first + BURST, profiles)):
                yield trial.people.change(number)


def _overtaken(late: Sequence[Request], writes: Sequence[Request]) -> int:
    """Late writes that were applied after a newer one about the same person was sent."""
    sent: dict[str | None, list[float]] = {}
    for write in writes:
        sent.setdefault(write.identity, []).append(write.accepted_mono)
    return sum(
        any(write.accepted_mono < at < (write.applied_mono or 0) for at in sent[write.identity])
        for write in late
    )


def _change_until_struck(trial: Trial, specs: Sequence[str], each: int) -> None:
    """Changes of everybody, again and again, until every fault struck as often as planned."""
    feed = trial.feed(per_second=CHANGES_PER_SECOND)
    ends_at = time.monotonic() + LONGEST_SECONDS
    while any(trial.ground.simulator.struck(spec) < each for spec in specs):
        if time.monotonic() > ends_at:
            return  # what was not seen makes the run void
        feed.send(trial.changes(people=PEOPLE, rounds=1))


def _believed(trial: Trial, bad: Sequence[Request]) -> list[str]:
    """Of these requests, those the product took for a success."""
    rows = trial.ground.sql("SELECT request_id FROM activations_attempt WHERE outcome = 'written'")
    believed = {request_id for (request_id,) in rows}
    return [request.request_id for request in bad if request.request_id in believed]


def _first_write(trial: Trial, *, after: float) -> float:
    """When Zendesk first took a write that came after this instant. Raises TimeoutError."""
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        for request in trial.requests():
            if request.is_write and request.status == 200 and request.accepted_mono > after:
                return request.accepted_mono
        time.sleep(0.1)
    raise TimeoutError("no write got through within a minute")


def _wait_for_rejection(trial: Trial) -> None:
    ask = "SELECT count(*) FROM connections_account WHERE status = 'rejected'"
    processes.wait_until(lambda: trial.ground.sql(ask)[0][0] == 1, what="a rejected account")


def _hurry(trial: Trial) -> None:
    """What is left goes at the speed of the rig, by other workers."""
    assert trial.crew is not None
    rate = str(trial.ground.setting.rate)
    trial.ground.environment["ZENDESK_REQUESTS_PER_SECOND"] = rate
    for member in list(trial.crew.members):
        member.terminate()
        if member.wait(seconds=60) is None:
            member.kill()
        trial.crew.replace(member)
