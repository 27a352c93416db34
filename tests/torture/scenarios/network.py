"""The line to Zendesk is bad for one account, while the traffic of another does not pass there."""

import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from tests.torture.crew import Crew
from tests.torture.databases import POSTGRESQL
from tests.torture.dialling import Dialling
from tests.torture.registry import scenario
from tests.torture.resolver import Resolver
from tests.torture.setting import TOKEN
from tests.torture.trial import FULL, Trial
from tests.torture.troubles import Trouble, Verb
from tests.torture.weather import (
    NOTICE_SECONDS,
    begin,
    endure,
    judge,
    see_unsent,
    spell,
    two_accounts,
)

HEAD_BYTES = 100


@scenario(
    name="bad-line",
    target="refuse, black hole, reset before and after commit, 1 byte/s drip, truncated: verdict "
    "clean; no request older than its deadline + 1 s; other destinations >= 95 % of their pace",
    databases=(POSTGRESQL,),
)
def bad_line(trial: Trial) -> None:
    ground = trial.open(two_accounts(deadline=2.0), workers=2)
    half = Trouble(Verb.RESET_BEFORE, matching=TOKEN, chance=0.5)
    all_of_it = replace(half, chance=1.0)
    troubles = {
        "reset before commit": half,
        "reset after commit": replace(half, verb=Verb.RESET_AFTER),
        "reset in the answer": replace(half, verb=Verb.RESET_AFTER, answer_bytes=HEAD_BYTES),
        "truncated": replace(half, verb=Verb.CUT, answer_bytes=HEAD_BYTES),
        "1 byte/s drip": replace(half, verb=Verb.DRIP),
        "latency 0.5 s ± 0.4": replace(all_of_it, verb=Verb.DELAY, seconds=0.5, jitter=0.4),
        "answers vanish": replace(all_of_it, verb=Verb.MUTE),
        "black hole": replace(all_of_it, verb=Verb.BLACK_HOLE),
        "refuse": replace(all_of_it, verb=Verb.REFUSE),
    }
    if trial.tier != FULL:
        troubles = {name: troubles[name] for name in ("reset after commit", "refuse")}
    spells = endure(trial, troubles, seconds=trial.size(30, quick=3))
    judge(trial, spells)
    for verb in {trouble.verb for trouble in troubles.values()}:
        trial.seen(f"proxy: {verb}", planned=1, seen=ground.proxy.seen.struck[verb])
    see_unsent(trial)


@scenario(
    name="black-hole",
    target="a black hole with the real deadline: no request older than 31 s, no probe beside "
    "another, other destinations >= 95 % of their pace",
    databases=(POSTGRESQL,),
)
def black_hole(trial: Trial) -> None:
    ground = trial.open(two_accounts(deadline=30.0), workers=2)
    trouble = Trouble(Verb.BLACK_HOLE, matching=TOKEN)
    [*_, spell] = spells = endure(trial, {"black hole": trouble}, seconds=trial.size(200, quick=90))
    judge(trial, spells)
    # What was under way when the breaker opened is no probe.
    settled = spell.began + 2 * ground.setting.deadline
    probes = [strike.at for strike in ground.proxy.seen.strikes if strike.at > settled]
    beside = sum(b - a < ground.setting.deadline for a, b in pairwise(probes))
    trial.at_most("probes beside another", beside, 0)
    trial.seen("proxy: black-hole", planned=1, seen=ground.proxy.seen.struck[Verb.BLACK_HOLE])
    trial.note(f"{len(ground.proxy.seen.strikes)} requests vanished, {len(probes)} of them probes")


@scenario(
    name="real-deadline",
    target="1 byte/s drip, and a connection nobody answers (its SYN dropped), with the real "
    "deadline: no request and no dialling older than 31 s, other destinations >= 95 % of their "
    "pace",
    databases=(POSTGRESQL,),
)
def real_deadline(trial: Trial) -> None:
    ground = trial.open(two_accounts(deadline=30.0), workers=2)
    troubles = {
        "1 byte/s drip": Trouble(Verb.DRIP, matching=TOKEN),
        "SYN dropped": Trouble(Verb.DROP_SYN, matching=TOKEN),
    }
    with Dialling(port=ground.proxy.port) as dialling:
        spells = endure(trial, troubles, seconds=trial.size(75, quick=40))
    judge(trial, spells)
    deadline = ground.setting.deadline
    seen, dialled = ground.proxy.seen, dialling.seconds
    limit = deadline + NOTICE_SECONDS
    trial.at_most("longest dialling, seconds", round(max(dialled, default=0.0), 2), limit)
    for name, ages in (("requests", [seen.longest_seconds]), ("dialling", dialled)):
        until_the_end = sum(age >= deadline - NOTICE_SECONDS for age in ages)
        trial.seen(f"{name} until the deadline", planned=1, seen=until_the_end)
    for trouble in troubles.values():
        trial.seen(f"proxy: {trouble.verb}", planned=1, seen=seen.struck[trouble.verb])
    see_unsent(trial)


@scenario(
    name="no-name",
    target="DNS failure: verdict clean; other destinations >= 95 % of their pace",
    databases=(POSTGRESQL,),
)
def no_name(trial: Trial) -> None:
    with tempfile.TemporaryDirectory() as folder:
        resolver = Resolver(folder=Path(folder))
        setting = two_accounts(deadline=2.0)
        environment = {**setting.environment, **resolver.variables}
        ground = trial.open(replace(setting, environment=environment))
        ground.environment["ZENDESK_SELL_URL"] = f"http://localhost:{ground.proxy.port}"
        ground.beat()
        trial.crew = Crew(ground=ground, size=2)

        def fail() -> None:
            resolver.fail()
            ground.proxy.reset_now(matching=TOKEN)

        seconds = trial.size(60, quick=5)
        spells = [begin(trial, seconds=seconds, spells=1)]
        spells.append(
            spell(trial, "no name", fail, resolver.mend, seconds=seconds, with_ingest=True)
        )
        judge(trial, spells)
        trial.seen("names not found", planned=1, seen=resolver.failures)
        see_unsent(trial)
