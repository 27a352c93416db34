"""The arithmetic of the benchmarks: what a wrong sum would make of a right measurement."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.bench import databases, freshness, limit, options, snapshot, table
from tests.bench.databases import Kind
from tests.bench.interleaving import Cell, interleave
from tests.bench.measuring import Finished, run
from tests.bench.table import Column, Report, Row, Table


@pytest.mark.parametrize(
    ("instants", "most"),
    [
        ([], 0),
        ([1.0], 1),
        ([0.0, 0.999], 2),
        ([0.0, 1.0], 1),
        ([0.0, 0.9, 1.1, 1.8, 5.0], 3),
    ],
)
def test_the_busiest_second_may_begin_anywhere(instants: list[float], most: int) -> None:
    assert limit.most_in_a_second(instants) == most


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]

    assert [freshness.percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50, 99, 100]


def test_runs_take_turns_and_the_median_is_shown() -> None:
    order: list[str] = []
    figures = {"a": iter((1.0, 9.0, 2.0)), "b": iter((5.0, 5.0, 5.0))}

    def cell(name: str) -> Cell:
        def measure() -> dict[str, float]:
            order.append(name)
            return {"rate": next(figures[name])}

        return Cell(name, measure)

    rows = interleave(cells=[cell("a"), cell("b")], runs=3)

    assert order == ["a", "b", "a", "b", "a", "b"]
    assert [row.figures["rate"] for row in rows] == [2.0, 5.0]
    assert [figures["rate"] for figures in rows[0].runs] == [1.0, 9.0, 2.0]


def test_a_report_is_a_markdown_table_with_its_targets() -> None:
    rows = [Row("one", {"rate": 1234.5}), Row("longer", {})]
    target = table.judged(wanted="at least 1", figure="2", is_met=True)
    report = Report("bench", [Table("what", (Column("rate", "per second"),), rows)], [target])

    assert list(report.lines()) == [
        "",
        "## bench",
        "",
        "| what   | per second |",
        "|--------|-----------:|",
        "| one    |      1,234 |",
        "| longer |            |",
        "",
        "| target     | figure | verdict |",
        "|------------|--------|---------|",
        "| at least 1 | 2      | met     |",
    ]


def test_a_missed_target_fails_the_run_and_one_that_was_not_judged_does_not() -> None:
    met = Report("a", targets=[table.judged(wanted="quick", figure="quick", is_met=True)])
    missed = Report("b", targets=[table.judged(wanted="quick", figure="slow", is_met=False)])
    small = Report("c", targets=[table.not_judged(wanted="quick", why="needs more")])
    broken = Report("d", was_broken_off=True)

    codes = [table.exit_code([met, small, other]) for other in (met, missed, broken)]

    assert codes == [0, 1, 1]


def test_every_run_is_in_the_json() -> None:
    row = Row("one", {"rate": 2.0}, ({"rate": 1.0}, {"rate": 3.0}))
    target = table.not_judged(wanted="in 10 minutes", why="needs more")
    report = Report("bench", [Table("what", (Column("rate", "per second"),), [row])], [target])

    document = json.loads(json.dumps(report.as_json()))

    assert document["tables"][0]["rows"][0]["runs"] == [{"rate": 1.0}, {"rate": 3.0}]
    assert document["targets"][0]["verdict"] == "not judged"


def test_a_process_is_measured_from_outside() -> None:
    words = "x = bytearray(60_000_000)\nimport time\ntime.sleep(0.3)\nprint(len(x))"

    finished = run(command=[sys.executable, "-c", words], environment={"PATH": "/usr/bin:/bin"})

    assert (finished.exit_code, finished.output) == (0, "60000000\n")
    assert 57 < finished.peak_mib < 120
    assert finished.seconds >= 0.3


def test_a_process_that_does_not_end_is_ended() -> None:
    words = ["sleep", "60"]

    with pytest.raises(TimeoutError):
        run(command=words, environment={"PATH": "/usr/bin:/bin"}, longest_seconds=0.2)


def test_memory_is_known_by_share_of_the_time() -> None:
    curve = [(0.1, 10.0), (1.0, 30.0), (9.0, 40.0)]
    finished = Finished(0, "", "", seconds=10.0, cpu_seconds=1.0, peak_mib=40.0, curve=curve)

    assert finished.mib_after(0.25) == 30.0


def test_a_touched_row_changes_the_snapshot(tmp_path: Path) -> None:
    database = databases.in_folder(tmp_path)
    assert database.path is not None
    with closing(sqlite3.connect(database.path)) as file:
        file.execute("CREATE TABLE activations_delivery (id INTEGER, updated_at TEXT)")
        file.execute("INSERT INTO activations_delivery VALUES (1, 'then')")
        file.commit()
        before = snapshot.deliveries(database)
        unchanged = snapshot.deliveries(database)
        file.execute("UPDATE activations_delivery SET updated_at = 'now'")
        file.commit()

    assert unchanged == before
    assert snapshot.deliveries(database) != before


def test_words_become_options() -> None:
    words = ["limit", "--databases", "sqlite", "--sizes", "100_000,10_000", "--minutes", "10"]

    chosen = options.read(words=words, names=("delivery", "limit"))

    assert chosen.names == ("limit",)
    assert chosen.databases == (Kind.SQLITE,)
    assert chosen.sizes == (10_000, 100_000)
    assert chosen.minutes == 10


def test_without_a_name_it_is_all_of_them() -> None:
    assert options.read(words=[], names=("delivery", "limit")).names == ("delivery", "limit")


def test_an_unknown_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.read(words=["speed"], names=("delivery", "limit"))

    assert "there is no benchmark 'speed': delivery, limit" in capsys.readouterr().err
