"""Ranges of ids spread over all of them."""

from activations.queries import windows


def test_they_hold_the_share_of_the_ids_and_are_spread_over_all() -> None:
    found = windows.spread(first=1, last=1_000_000, share=0.001, count=100)
    assert len(found) == 100
    assert sum(window.width for window in found) == 1_000
    assert [window.first // 10_000 for window in found] == list(range(100))


def test_they_never_overlap_and_stay_within_the_ids() -> None:
    found = windows.spread(first=7, last=40, share=0.9, count=100)
    ids = [key for window in found for key in range(window.first, window.last + 1)]
    assert ids == sorted(set(ids))
    assert (ids[0], ids[-1]) == (7, 40)


def test_all_ids_are_one_share() -> None:
    found = windows.spread(first=1, last=1_000, share=1.0, count=10)
    assert [(window.first, window.last) for window in found[:2]] == [(1, 100), (101, 200)]


def test_the_next_prime_is_found() -> None:
    assert [windows.prime(at_least=number) for number in (2, 4, 100, 601)] == [2, 5, 101, 601]
