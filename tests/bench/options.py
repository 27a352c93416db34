"""What to measure and how much of it: the words after `make bench ARGS=`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.databases import Kind
from tests.bench.viewing import Viewer

_KINDS = {"sqlite": Kind.SQLITE, "postgresql": Kind.POSTGRESQL}


@dataclass(frozen=True, slots=True)
class Options:
    """`minutes` is None where each benchmark takes its own time."""

    names: tuple[str, ...]
    runs: int
    contacts: int
    profiles: int
    minutes: float | None
    sizes: tuple[int, ...]
    backfill: int
    requests: int
    viewers: tuple[Viewer, ...]
    databases: tuple[Kind, ...]
    json: str | None
    is_listing: bool


def read(*, words: Sequence[str], names: Sequence[str]) -> Options:
    """The words as options; ends the program with a message when they are none."""
    parser = _parser(names)
    found = parser.parse_args(words)
    unknown = [name for name in found.names if name not in names]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}: {', '.join(names)}")
    return Options(**{**vars(found), "names": tuple(found.names) or tuple(names)})


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description="Measures the product. Without NAME: all of it, small enough to end within "
        "a quarter of an hour. docs/performance.md says how to read what it prints.",
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=", ".join(names))
    add("--list", dest="is_listing", action="store_true", help="the benchmarks and their targets")
    add("--runs", type=_count, default=3, help="interleaved runs (3)")
    add("--contacts", type=_count, default=4_000, help="delivered in one run (4000)")
    add("--profiles", type=_count, default=10_000, help="of one run of `ingest`, `pages` (10000)")
    add("--minutes", type=float, help="how long `limit` (1) and `freshness` (0.5) look")
    add("--sizes", type=_sizes, default=(10_000, 50_000), help="of `growth` (10000,50000)")
    add("--backfill", type=_count, default=20_000, help="sent beside `freshness` (20000)")
    add("--requests", type=_count, default=20, help="of `pages` for each page (20)")
    add(
        "--viewers",
        type=_viewers,
        default=(Viewer.ADMINISTRATOR,),
        help="timed by `pages`: administrator,role,labels (administrator)",
    )
    add("--databases", type=_kinds, default=tuple(Kind), help="sqlite,postgresql (both)")
    add("--json", metavar="FILE", help="write every single run there as well")
    return parser


def _count(text: str) -> int:
    count = int(text.replace("_", ""))
    if count < 1:
        raise ValueError(text)
    return count


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(_count(part) for part in text.split(",")))


def _viewers(text: str) -> tuple[Viewer, ...]:
    try:
        return tuple(Viewer[name.upper()] for name in text.split(","))
    except KeyError as error:
        known = ", ".join(viewer.name.lower() for viewer in Viewer)
        raise argparse.ArgumentTypeError(f"{error} is none of {known}") from None


def _kinds(text: str) -> tuple[Kind, ...]:
    try:
        return tuple(_KINDS[name] for name in text.lower().split(","))
    except KeyError as error:
        raise argparse.ArgumentTypeError(f"{error} is neither of {', '.join(_KINDS)}") from None
