"""Which statement about a membership wins: the newest, whatever the order they come in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from activations.audiences.transitions import Standing, decide, is_change
from activations.terms import MembershipStatus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATUSES = st.sampled_from(list(MembershipStatus))


def standing(minutes: int, status: MembershipStatus = MembershipStatus.REALIZED) -> Standing:
    return Standing(status=status, qualified_at=NOON + timedelta(minutes=minutes), valid_until=None)


DISTINCT = st.lists(st.tuples(st.integers(-99, 99), STATUSES), unique_by=lambda entry: entry[0])


@given(DISTINCT.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_the_order_of_distinct_times_does_not_matter(
    orders: tuple[list[tuple[int, MembershipStatus]], list[tuple[int, MembershipStatus]]],
) -> None:
    one, two = ([standing(*entry) for entry in order] for order in orders)
    newest = max(one, key=lambda entry: entry.qualified_at, default=None)
    assert decide(current=None, entries=one) == decide(current=None, entries=two) == newest


@given(DISTINCT.filter(bool), st.integers(0, 50))
def test_chunks_decide_as_one(entries: list[tuple[int, MembershipStatus]], cut: int) -> None:
    told = [standing(*entry) for entry in entries]
    first = decide(current=None, entries=told[:cut])
    assert decide(current=first, entries=told[cut:]) == decide(current=None, entries=told)


@given(st.integers(-99, 99), STATUSES, st.integers(1, 99), STATUSES)
def test_older_never_replaces_newer(
    at: int, now: MembershipStatus, minutes_older: int, then: MembershipStatus
) -> None:
    current = standing(at, now)
    assert decide(current=current, entries=[standing(at - minutes_older, then)]) is current


def test_of_equal_times_the_later_record_wins() -> None:
    realized, exited = standing(0), standing(0, MembershipStatus.EXITED)
    assert decide(current=realized, entries=[exited]) == exited
    assert decide(current=exited, entries=[realized]) == realized


def test_nothing_known_and_nothing_told_is_nothing() -> None:
    assert decide(current=None, entries=[]) is None


def test_a_newer_time_alone_is_no_change() -> None:
    assert not is_change(before=standing(0), after=standing(5))
    assert is_change(before=standing(0), after=standing(0, MembershipStatus.EXITED))
    assert is_change(before=None, after=standing(0))
