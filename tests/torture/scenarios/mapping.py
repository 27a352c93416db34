"""The mapping is edited while it is being used."""

import hashlib
import json
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass

from tests.torture import progress, watch
from tests.torture.databases import SQLITE
from tests.torture.ledger import Request
from tests.torture.people import Change
from tests.torture.registry import scenario
from tests.torture.setting import NEWS, VIP, WORKSPACE, Setting
from tests.torture.trial import Trial
from tests.torture.twin import Expected, Plan

VERSIONS = (1, 2, 3)
EDITED_AT = (0.3, 0.6)
REQUESTS_PER_ROW = 3
EDIT_SECONDS = 1.0
TRANSACTION_SECONDS = 2.0
# What the product's processes and the edit are called in pg_stat_activity.
PRODUCT, EDIT = "product", "edit"

# Accounts and audiences: profiles come in, nothing is sent.
NOTHING_SENT = WORKSPACE.partition("destinations:")[0]
_PATHS = (
    ("person.name.lastName", "last_name"),
    ("person.name.firstName", "first_name"),
    ("mobilePhone.number", "mobile"),
)
_POINTS = ("loyalty.points", "Loyalty points")
_TIER = ("loyalty.tier", "Loyalty tier")
_FIELDS = ("VIP audience", "Newsletter audience")


@dataclass(frozen=True, slots=True)
class Version:
    """One configuration. They differ in two mappings and two Mapping IDs, which lie in two tables:
    whoever reads a part of each shows it."""

    number: int

    @property
    def plan(self) -> Plan:
        vip, news = _FIELDS if self.number % 2 else reversed(_FIELDS)
        own = ((f"export.title{self.number}", "title"), (f"export.trade{self.number}", "industry"))
        return Plan(
            attributes=_PATHS + own,
            custom_fields=(_TIER, _POINTS),
            audiences=((VIP, vip), (NEWS, news)),
        )

    @property
    def workspace(self) -> str:
        plan = self.plan
        targets = [*plan.attributes, *((p, f"custom_fields.{f}") for p, f in plan.custom_fields)]
        lines = ["destinations:", "  - name: Torture", "    account: Torture", "    mappings:"]
        lines += ['      - {source: "IdentityMap: Email", target: "Identity: email"}']
        lines += [f'      - {{source: "xdm: {p}", target: "xdm: {t}"}}' for p, t in targets]
        lines += ["    audiences:"]
        lines += [
            f'      - {{audience: "ups/{audience}", mapping_id: {field}, start: 2026-01-01}}'
            for audience, field in plan.audiences
        ]
        return NOTHING_SENT + "\n".join(lines) + "\n"


@scenario(
    name="mapping-edits",
    target="mapping edited at 30 % and 60 % of an export: each request uses one whole version; all "
    "end on the last; <= 3 requests per row; the edit < 1 s, no transaction over 2 s",
)
def mapping_edits(trial: Trial) -> None:
    profiles = trial.size(10_000 if trial.database == SQLITE else 50_000, quick=200)
    setting = Setting(workspace=NOTHING_SENT, environment={watch.NAME_VARIABLE: PRODUCT})
    ground = trial.open(setting, workers=2)
    trial.feed(batch=500).send(map(_member, trial.changes(people=profiles, rounds=1)))
    versions = [Version(number) for number in VERSIONS]
    trial.oracle.plan = versions[-1].plan
    with watch.transactions(ground.database) as watching:
        edits = [_edit(trial, versions[0])]
        for version, share in zip(versions[1:], EDITED_AT, strict=True):
            progress.wait_for(ground, count=round(profiles * share))
            edits.append(_edit(trial, version))
        trial.drain(seconds=progress.LONGEST_SECONDS)
    _judge_transactions(trial, watching, edits)
    _judge_requests(trial, versions)
    trial.judge()


@dataclass(frozen=True, slots=True)
class Edit:
    """`seconds` of `apply` beyond those of one that changes nothing; `left` to be sent by then."""

    seconds: float
    left: int


def _edit(trial: Trial, version: Version) -> Edit:
    """Apply it, with a look at how long the command takes when there is nothing to change."""
    ground = trial.ground
    present = (ground.folder / "workspace.yaml").read_text()
    seconds = []
    for workspace in (present, version.workspace):
        started = time.monotonic()
        ground.apply(workspace, **{watch.NAME_VARIABLE: EDIT})
        seconds.append(time.monotonic() - started)
    left = trial.oracle.acknowledged - progress.delivered(ground)
    return Edit(max(0.0, seconds[1] - seconds[0]), left)


def _judge_transactions(trial: Trial, watching: watch.Watch, edits: list[Edit]) -> None:
    if trial.database == SQLITE:
        slowest = max(edit.seconds for edit in edits)
        trial.at_most("an edit, beyond a start", round(slowest, 2), EDIT_SECONDS)
        longest = max(watching.longest.values())
        trial.at_most("longest wait to write", round(longest, 2), TRANSACTION_SECONDS)
    else:
        slowest = watching.longest[EDIT]
        trial.at_most("longest transaction of an edit", round(slowest, 2), EDIT_SECONDS)
        longest = watching.longest[PRODUCT]
        trial.at_most("longest transaction", round(longest, 2), TRANSACTION_SECONDS)
    trial.note(f"{watching.looks:,} looks at the database's transactions")
    trial.note(f"apply, beyond a start: {[round(edit.seconds, 2) for edit in edits]} s")
    amid = [edit for edit in edits[1:] if edit.left > 0]
    trial.seen("edits in the middle of the export", planned=len(EDITED_AT), seen=len(amid))
    trial.note(f"still to be sent for the first time after each edit: {[e.left for e in edits]}")


def _judge_requests(trial: Trial, versions: list[Version]) -> None:
    known = _payloads(trial, versions)
    writes = [request for request in trial.requests() if request.is_write]
    used = [(request, known.get((request.identity, request.payload), 0)) for request in writes]
    mixed = [request.identity for request, number in used if not number]
    trial.at_most("requests of no whole version", len(mixed), 0)
    trial.at_most("older version after a newer one", _steps_back(used), 0)
    per_row = Counter(request.identity for request in writes)
    trial.at_most("most requests of a row", max(per_row.values()), REQUESTS_PER_ROW)
    by_version = Counter(number for _, number in used)
    for version in versions:
        seen = by_version[version.number]
        trial.seen(f"requests of version {version.number}", planned=1, seen=seen)
    rows = dict(sorted(Counter(per_row.values()).items()))
    trial.note(f"requests by version {dict(by_version)}, rows by requests {rows}")


def _payloads(trial: Trial, versions: list[Version]) -> dict[tuple[str | None, str | None], int]:
    """By e-mail address and hash, the version that a payload is the whole of."""
    found: dict[tuple[str | None, str | None], int] = {}
    for version in versions:
        trial.oracle.plan = version.plan
        for email, expected in trial.oracle.expected().items():
            found[email, _hash(expected)] = version.number
    return found


def _hash(expected: Expected) -> str:
    """As the ledger has it: of the sent `data` in canonical JSON; a number is sent as text."""
    fields = {
        name: str(value) if isinstance(value, int) else value
        for name, value in expected.custom_fields.items()
    }
    data = {**expected.attributes, "custom_fields": fields}
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


def _steps_back(used: list[tuple[Request, int]]) -> int:
    """How often a row was sent by an older version than before."""
    newest: dict[str | None, int] = {}
    back = 0
    for request, number in used:
        back += number < newest.get(request.identity, 0)
        newest[request.identity] = max(number, newest.get(request.identity, 0))
    return back


def _member(change: Change) -> Change:
    """A member of both audiences, with a title and a trade for each version."""
    document = change.document
    document["person"]["name"]["lastName"] = f"Ek{change.number}"
    at = document["segmentMembership"]["ups"][VIP]["lastQualificationTime"]
    document["segmentMembership"]["ups"] = {
        audience: {"status": status, "lastQualificationTime": at}
        for audience, status in ((VIP, "realized"), (NEWS, "existing"))
    }
    document["export"] = {
        f"{name}{number}": f"{name} {number} of {change.number}"
        for name in ("title", "trade")
        for number in VERSIONS
    }
    return change
