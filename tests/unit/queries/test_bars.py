"""Parts of a whole as a bar."""

import pytest

from activations.queries import bars


def test_parts_follow_each_other_and_what_is_not_there_is_left_out() -> None:
    found = bars.of(parts=(("success", "a", 3), ("warning", "b", 0), ("danger", "c", 1)))
    assert [(one.label, one.tone, one.start, one.length, one.share) for one in found] == [
        ("a", "success", 0.0, 75.0, "75 %"),
        ("c", "danger", 75.0, 25.0, "25 %"),
    ]


def test_of_nothing_there_is_no_bar() -> None:
    assert bars.of(parts=(("success", "a", 0),)) == ()


@pytest.mark.parametrize(
    ("count", "share"), [(0, []), (1, ["under 1 %"]), (999, ["99 %"]), (1000, ["100 %"])]
)
def test_a_share_is_never_rounded_to_none_or_all(count: int, share: list[str]) -> None:
    parts = (("success", "a", count), ("neutral", "b", 1000 - count))
    assert [one.share for one in bars.of(parts=parts) if one.label == "a"] == share
