"""The checks every scenario ends in, each with its value, its limit and what was wrong.

V1 lost                 acknowledged, but Zendesk has no contact that must be there
V2 stale                a contact that holds an older change than the newest acknowledged one
V3 silent divergence    a row says `delivered` while Zendesk differs from what it must hold
V4 spurious or corrupt  a contact nobody asked for, or with values no change ever had
V5 duplicates           more than one contact with one e-mail address
V6 overlapping          two requests about one person in flight at once (`ledger.overlaps`)
V7 busiest second       the most requests of a token in any one second, at the real pace
V8 fresh change         seconds from its 202 until Zendesk holds it, after everything
V9 invariant            rows that break it, in the worst of the one-second samples
V10 faults seen         every planned fault happened as often as planned; else it is void
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.torture import ledger, people
from tests.torture.databases import seconds_of
from tests.torture.ground import Ground
from tests.torture.oracle import Oracle
from tests.torture.twin import Expected, differences

EXAMPLES = 5
# What Zendesk takes from one token.
MOST_IN_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Check:
    """Holds while `value` is at most `limit`, or at least, if `is_floor`."""

    name: str
    value: float
    limit: float
    is_floor: bool = False
    examples: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.is_floor else self.value <= self.limit

    def __str__(self) -> str:
        mark = "ok  " if self.holds else "FAIL"
        sign = ">=" if self.is_floor else "<="
        line = f"{mark} {self.name:<44} {self.value:>10,.6g}  {sign} {self.limit:g}"
        return "\n".join([line, *(f"         {example}" for example in self.examples)])


@dataclass(frozen=True, slots=True)
class Coverage:
    """A planned fault and how often it was really seen."""

    fault: str
    planned: int
    seen: int

    @property
    def is_seen(self) -> bool:
        return self.seen >= self.planned

    def __str__(self) -> str:
        mark = "ok  " if self.is_seen else "VOID"
        return f"{mark} {self.fault:<44} {self.seen:>10,}  of {self.planned:,} planned"


@dataclass(slots=True)
class Verdict:
    """How a run ended."""

    scenario: str
    database: str
    seed: int
    seconds: float = 0.0
    checks: list[Check] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What ended the scenario before its verdict.
    error: str = ""

    @property
    def is_void(self) -> bool:
        return not all(seen.is_seen for seen in self.coverage)

    @property
    def is_clean(self) -> bool:
        return not self.error and not self.is_void and all(check.holds for check in self.checks)

    @property
    def word(self) -> str:
        if self.error:
            return "broken off"
        if not all(check.holds for check in self.checks):
            return "NOT CLEAN"
        return "void" if self.is_void else "clean"

    def __str__(self) -> str:
        head = (
            f"{self.scenario} on {self.database}: {self.word} "
            f"(seed {self.seed}, {self.seconds:.0f} s)"
        )
        lines = [f"  {line}" for part in (self.coverage, self.checks) for line in map(str, part)]
        lines += [f"  .... {note}" for note in self.notes]
        return "\n".join([head, *lines, *([self.error] if self.error else [])])

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "database": self.database,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "verdict": self.word,
            "checks": {c.name: {"value": c.value, "limit": c.limit} for c in self.checks},
            "faults": {c.fault: {"planned": c.planned, "seen": c.seen} for c in self.coverage},
            "notes": self.notes,
            "error": self.error,
        }


@dataclass(slots=True)
class _Found:
    """E-mail addresses by what is wrong with them, with words."""

    lost: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)


def contacts(*, ground: Ground, oracle: Oracle) -> list[Check]:
    """V1 to V5: what Zendesk holds, against what was acknowledged."""
    expected = oracle.expected()
    # Rows first: what did not drain goes on, and is delivered while the contacts are being read.
    rows = _rows(ground)
    return compare(
        held=ground.simulator.contacts(),
        expected=expected,
        newest={email: oracle.newest_version(email) for email in expected},
        rows=rows,
    )


def compare(
    *,
    held: Sequence[dict[str, Any]],
    expected: Mapping[str, Expected],
    newest: Mapping[str, int],
    rows: Mapping[str, Sequence[str]],
) -> list[Check]:
    """The same of contacts at hand. `rows`: what their rows say, by e-mail address."""
    by_email: dict[str, list[dict[str, Any]]] = {}
    for contact in held:
        by_email.setdefault(str(contact["email"] or "").casefold(), []).append(contact)
    found = _Found()
    for email, wanted in expected.items():
        _judge(email, wanted, by_email.get(email, []), newest.get(email, 0), found)
    for email in by_email.keys() - expected.keys():
        found.corrupt.append(f"{email}: nobody was told of this person")
    found.duplicates += [f"{e}: {len(c)} contacts" for e, c in by_email.items() if len(c) > 1]
    return [
        _listed("V1 lost", [f"{words}; {_said(words, rows)}" for words in found.lost]),
        _listed("V2 stale", found.stale),
        _listed("V3 silent divergence", sorted(e for e in found.wrong if _is_delivered(e, rows))),
        _listed("V4 spurious or corrupt", found.corrupt),
        _listed("V5 duplicates", found.duplicates),
    ]


def _judge(
    email: str, wanted: Expected, held: Sequence[Mapping[str, Any]], newest: int, found: _Found
) -> None:
    if not held:
        if wanted.must_exist:
            found.lost.append(f"{email}: no contact, version {newest} was acknowledged")
            found.wrong.add(email)
        return
    if not wanted.may_exist:
        found.corrupt.append(f"{email}: must not be in Zendesk")
        return
    contact = dict(held[0])
    fields = differences(contact, wanted)
    if not fields:
        return
    found.wrong.add(email)
    version = people.version_of(contact)
    words = f"{email}: holds version {version} of {newest}; differs in {', '.join(fields)}"
    is_newest = version is not None and version >= newest
    only_statuses = all(field_.endswith("audience") for field_ in fields)
    if is_newest and not only_statuses:
        found.corrupt.append(words)
    else:
        found.stale.append(words)


def _rows(ground: Ground) -> dict[str, list[str]]:
    """What is stored of each person: a line for each destination's row, then the memberships."""
    found: dict[str, list[str]] = {}
    for email, *words in ground.sql(
        "SELECT p.email, d.state, d.code, d.crashes, d.attempts FROM activations_delivery d "
        "JOIN activations_profile p ON p.id = d.profile_id ORDER BY d.id"
    ):
        state, code, crashes, attempts = words
        line = f"{state} {code or '-'}, crashes {crashes}, attempts {attempts}"
        found.setdefault(email, []).append(line)
    for email, audience, status, at in ground.sql(
        "SELECT p.email, a.name, m.status, m.last_qualified_at FROM activations_membership m "
        "JOIN activations_profile p ON p.id = m.profile_id "
        "JOIN activations_audience a ON a.id = m.audience_id ORDER BY m.id"
    ):
        found.setdefault(email, []).append(f"stored: {audience} {status} of {at}")
    return found


def _said(words: str, rows: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(rows.get(words.partition(":")[0], ["nothing is stored"]))


def _is_delivered(email: str, rows: Mapping[str, Sequence[str]]) -> bool:
    return any(line.startswith("delivered ") for line in rows.get(email, []))


def traffic(*, ground: Ground) -> list[Check]:
    """V6 and, at the real pace, V7: what the server saw."""
    requests = ledger.read(ground.simulator.ledger)
    pairs = ledger.overlaps(requests, lease=ground.setting.lease)
    live, by_zombies = _by_life(ground, pairs)
    checks = [
        Check("V6 overlapping", len(live), 0, examples=[_words(o) for o in live[:EXAMPLES]]),
    ]
    if by_zombies:
        count = len(by_zombies)
        checks.append(Check("   of claims whose lease was over (not counted)", count, count))
    if ground.setting.is_real_pace:
        checks.append(busiest_second(requests))
    return checks


def busiest_second(requests: Sequence[ledger.Request]) -> Check:
    """V7, of the token that was used most."""
    peak = max(ledger.busiest_second(requests).values(), default=0)
    return Check("V7 busiest second", peak, MOST_IN_A_SECOND)


def _by_life(
    ground: Ground, pairs: Sequence[ledger.Overlap]
) -> tuple[list[ledger.Overlap], list[ledger.Overlap]]:
    """Apart: pairs of live claims, and those in which one had lost its lease before it sent.

    A process that stood still between its last look at the clock and its first byte sends when
    its lease is over: no program can prevent that, only mend it, and it is V1 to V3 that show
    whether it was mended. Counted as such only where the attempt's own record proves it.
    """
    live: list[ledger.Overlap] = []
    dead: list[ledger.Overlap] = []
    for pair in pairs:
        ids = [pair.first.request_id, pair.second.request_id]
        rows = ground.sql(
            "SELECT request_id, deadline_at FROM activations_attempt WHERE request_id IN (%s, %s)",
            ids,
        )
        ends = {request_id: seconds_of(deadline) for request_id, deadline in rows}
        is_dead = any(
            request.accepted_at > ends.get(request.request_id, float("inf"))
            for request in (pair.first, pair.second)
        )
        (dead if is_dead else live).append(pair)
    return live, dead


def _words(overlap: ledger.Overlap) -> str:
    first, second = overlap.first, overlap.second
    ended = first.ended_mono - first.accepted_mono
    after = second.accepted_mono - first.accepted_mono
    return (
        f"{first.identity}: request {first.number} took {ended:.3f} s, "
        f"request {second.number} came {after:.3f} s after it"
    )


def _listed(name: str, found: Sequence[str]) -> Check:
    return Check(name, len(found), 0, examples=found[:EXAMPLES])


def left_over(ground: Ground) -> list[str]:
    """What is not delivered, in words: for a drain that gave up."""
    rows = ground.sql(
        "SELECT state, code, count(*), max(attempts), max(crashes), min(next_attempt_at) "
        "FROM activations_delivery WHERE state IN ('pending', 'leased', 'waiting') "
        "GROUP BY state, code"
    )
    words = [
        f"{count} {state} {code!r}, attempts <= {attempts}, crashes <= {crashes}, next {next_at}"
        for state, code, count, attempts, crashes, next_at in rows
    ]
    accounts = ground.sql(
        "SELECT name, status, outage_failures, outage_until, problem FROM connections_account"
    )
    stops = ground.sql("SELECT name, status, problem FROM connections_destination")
    return words + [f"account {row}" for row in accounts] + [f"destination {row}" for row in stops]


def statuses(ground: Ground) -> Counter[str]:
    return ledger.by_status(ledger.read(ground.simulator.ledger))
