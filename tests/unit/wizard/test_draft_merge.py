"""Two drafts of one destination: what each person did survives the other."""

from typing import Any

import pytest

from activations.services.draft_merge import merge

Rows = list[dict[str, Any]]


def _row(key: str, **values: str) -> dict[str, Any]:
    return {"key": key, **values}


A, B = _row("a", start="1"), _row("b", start="1")
A2, A3 = _row("a", start="2"), _row("a", start="3")


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "kept", "told"),
    [
        ([A], [A], [A], [A], []),
        ([A], [A2], [A], [A2], []),
        ([A], [A], [A2], [A2], [("a", "changed", False)]),
        ([], [A], [B], [A, B], [("b", "added", False)]),
        ([A, B], [B], [A], [], [("b", "removed", False)]),
        ([A], [], [A2], [], [("a", "changed", True)]),
        ([A], [A2], [], [A2], [("a", "removed", True)]),
        ([A], [A2], [A3], [A2], [("a", "changed", True)]),
        ([A], [A2], [A2], [A2], []),
        ([], [A], [A2], [A], [("a", "added", True)]),
        ([A], [], [], [], []),
    ],
)
def test_each_persons_changes_are_kept(
    base: Rows, mine: Rows, theirs: Rows, kept: Rows, told: list[tuple[str, str, bool]]
) -> None:
    merged = merge(base=base, mine=mine, theirs=theirs, key=lambda row: row["key"])

    assert merged.rows == kept
    assert [(c.row["key"], c.what, c.is_disputed) for c in merged.changes] == told


def test_two_values_of_one_row_are_both_kept() -> None:
    base = [_row("a", start="1", end="")]
    mine, theirs = [_row("a", start="2", end="")], [_row("a", start="1", end="9")]

    merged = merge(base=base, mine=mine, theirs=theirs, key=lambda row: row["key"])

    assert merged.rows == [_row("a", start="2", end="9")]
    assert [change.is_disputed for change in merged.changes] == [False]


def test_rows_that_are_not_finished_yet_stay_where_they_are() -> None:
    mine = [_row("", start="1"), A, _row("", start="2")]

    merged = merge(base=[A], mine=mine, theirs=[A, B], key=lambda row: row["key"])

    assert merged.rows == [*mine, B]
