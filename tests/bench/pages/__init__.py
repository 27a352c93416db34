"""Is every page quick when there are a million profiles? Every address, as the web process answers.

`load_demo --scale large` fills a workspace (--profiles, 1000000 for the promise). The addresses
come from the URL configuration, with the largest destination, audience and run for arguments, and
from what those pages link to: filters, sortings, pages. Inside the product the queries of each are
counted with empty caches, for somebody with full access, with a role, and with a role that has
access labels; then, for those named by --viewers, gunicorn, started as `serve` does, answers each
--requests times, all in turn. What misses its time is asked again later, at most three times, and
its best round counts: a busy machine adds to a time and takes nothing from it. Chromium opens every
plain page.
"""

import sys
from collections.abc import Sequence

from tests.bench import measuring, product
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.options import Options
from tests.bench.pages import survey, verdicts
from tests.bench.pages.asking import Asker
from tests.bench.pages.painting import Paint, Painter
from tests.bench.pages.survey import Asked, Shape, Survey
from tests.bench.pages.verdicts import COLUMNS, MOST_P95_MS, MOST_PAINT_MS, Measured
from tests.bench.product import Api
from tests.bench.table import Report, Table
from tests.bench.viewing import Viewer
from tests.bench.workspace import Workspace
from tests.services import programs

TARGETS = (
    "p95 under 150 ms, at most 15 queries and under 200 kB, every page and htmx fragment",
    "first contentful paint under 1 s, every page",
    "(--profiles 1000000)",
)
# Without a host there are no pages of webhooks.
_SETTINGS = {"WEBHOOK_HOSTS": "hooks.example.org"}
_AGAIN = 3
_VISITS = 3
# Of the addresses with a query.
_SHOWN = 25


def run(*, grounds: Grounds, options: Options) -> Report:
    report = Report(f"pages: {options.profiles:,} profiles, {options.requests} requests each")
    for kind in options.databases:
        with grounds.workspace(kind) as empty:
            workspace = product.brokered(grounds, empty).having(**_SETTINGS)
            _measure(grounds, workspace, options, report)
    return report


def _measure(grounds: Grounds, workspace: Workspace, options: Options, report: Report) -> None:
    kind = workspace.database.kind
    _load(workspace, options.profiles)
    with product.web(workspace) as api:
        # Whoever sees less is asked last: what is hidden for their sake stays hidden.
        for viewer in Viewer:
            taken, of = _survey(workspace, viewer), f"{kind}, {viewer}"
            report.notes.append(
                f"{of}: {len(taken.asked)} addresses; {len(taken.unread)} routes take no GET."
            )
            if viewer in options.viewers:
                _tell(report, of, _asked(grounds, kind, api, taken, options.requests))
            else:
                report.targets.extend(verdicts.of_survey(of=of, asked=taken.asked))


def _tell(report: Report, of: str, measured: Sequence[Measured]) -> None:
    plain = [one.row for one in verdicts.slowest_first(measured) if not one.asked.is_variant]
    others = [one.row for one in verdicts.slowest_first(measured) if one.asked.is_variant]
    report.tables.append(Table(f"{of}: addresses", COLUMNS, plain))
    heading = f"{of}: the slowest of {len(others)} filters, sortings and tabs"
    report.tables.append(Table(heading, COLUMNS, others[:_SHOWN]))
    report.targets.extend(verdicts.targets(of=of, measured=measured))


def _load(workspace: Workspace, profiles: int) -> None:
    say(f"{workspace.database.kind}: loading {profiles:,} profiles")
    migrated = workspace.run("migrate", "--verbosity", "0")
    if migrated.exit_code != 0:
        raise Failed(migrated.errors[-4000:])
    # Somebody has to look at the pages, and hears of the alerts that are loaded.
    workspace.ask("signin_link")
    workspace.ask("load_demo", "--scale", "large", "--profiles", str(profiles))


def _survey(workspace: Workspace, viewer: Viewer) -> Survey:
    say(f"counting queries: {viewer}")
    command = [sys.executable, "-m", "tests.bench.pages.inside", viewer.name]
    finished = measuring.run(command=command, environment=workspace.environment)
    if finished.exit_code != 0:
        raise Failed(f"the survey ended with {finished.exit_code}:\n{finished.errors[-4000:]}")
    return survey.read(finished.output)


def _asked(grounds: Grounds, kind: Kind, api: Api, taken: Survey, requests: int) -> list[Measured]:
    def cpu_seconds() -> float:
        return measuring.cpu_seconds(api.pid) + grounds.server_cpu_seconds(kind)

    asker = Asker(api.host, taken.cookie, cpu_seconds)
    times = asker.milliseconds(asked=taken.asked, rounds=requests)
    _ask_again(asker, taken.asked, times, requests)
    cpu = asker.cpu_milliseconds(asked=taken.asked)
    paints = _paints(api, taken)
    return [
        Measured(
            asked=one,
            milliseconds=times[one.label],
            cpu_ms=cpu[one.label],
            paint_ms=paints[one.label].milliseconds if one.label in paints else None,
            weight=paints[one.label].bytes if one.label in paints else None,
        )
        for one in taken.asked
    ]


def _ask_again(
    asker: Asker, asked: Sequence[Asked], times: dict[str, list[float]], requests: int
) -> None:
    """Puts the better round in the place of the first, where that missed."""
    for _ in range(_AGAIN):
        slow = [one for one in asked if one.is_judged and _p95(times[one.label]) >= MOST_P95_MS]
        if not slow:
            return
        say(f"asked again: {', '.join(one.label for one in slow)}")
        for label, again in asker.milliseconds(asked=slow, rounds=requests).items():
            times[label] = min(times[label], again, key=_p95)


def _p95(milliseconds: Sequence[float]) -> float:
    return verdicts.percentile(milliseconds, 0.95)


def _paints(api: Api, taken: Survey) -> dict[str, Paint]:
    """Of the plain pages; of none where there is no browser."""
    program = programs.chromium()
    if program.path is None:
        say(f"no first paint: {program.reason}")
        return {}
    painter = Painter(program.path, api.host, taken.cookie)
    pages = [one for one in taken.asked if one.shape == Shape.PAGE and not one.is_variant]
    found = painter.paint(asked=pages, visits=_VISITS)
    seen = [one for one in pages if one.label in found]
    late = [one for one in seen if found[one.label].milliseconds >= MOST_PAINT_MS]
    for label, again in painter.paint(asked=late, visits=_VISITS).items() if late else ():
        found[label] = min(found[label], again, key=lambda paint: paint.milliseconds)
    return found
