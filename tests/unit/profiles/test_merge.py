"""What later records do to earlier knowledge: the laws, over arbitrary documents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from activations.profiles import identity
from activations.profiles.digest import content
from activations.profiles.merge import merge

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=2) | st.just([None, {}])
# Documents in which any key may hold anything.
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8),
    max_size=3,
)
# Documents of one schema: `a` and `a.a` are objects, everything else leaves.
TYPED = st.fixed_dictionaries(
    {},
    optional={
        "a": st.fixed_dictionaries(
            {}, optional={"a": st.dictionaries(KEYS, LEAVES, max_size=3), "b": LEAVES}
        ),
        "b": LEAVES,
    },
)


def leaves(document: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in document.items():
        found |= leaves(value, f"{path}.{key}") if type(value) is dict else {f"{path}.{key}": value}
    return found


@given(DOCUMENTS, DOCUMENTS)
def test_merging_twice_is_merging_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    once = merge(old=old, new=new)
    assert merge(old=once, new=new) == once


@given(DOCUMENTS)
def test_what_was_stored_is_not_changed_by_its_own_record(new: dict[str, Any]) -> None:
    """The store relies on it: equal digests, nothing is read or written."""
    stored = merge(old={}, new=new)
    assert merge(old=stored, new=new) == stored


@given(DOCUMENTS, DOCUMENTS)
def test_neither_side_is_touched(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = repr((old, new))
    merge(old=old, new=new)
    assert repr((old, new)) == before


@given(DOCUMENTS)
def test_the_result_holds_no_null_and_no_empty_object(new: dict[str, Any]) -> None:
    def check(node: dict[str, Any]) -> None:
        for value in node.values():
            assert value is not None
            assert value != {}
            if type(value) is dict:
                check(value)

    check(merge(old={}, new=new))


@given(TYPED, TYPED)
def test_every_leaf_is_the_latest_said_about_it(old: dict[str, Any], new: dict[str, Any]) -> None:
    start = merge(old={}, new=old)
    said = leaves(start) | leaves(new)
    expected = {path: value for path, value in said.items() if value is not None}
    assert leaves(merge(old=start, new=new)) == expected


@given(TYPED, TYPED, TYPED)
def test_in_sequence_is_the_same_as_the_combined_patch(
    old: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    def combined(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
        both = dict(one)
        for key, value in two.items():
            before = both.get(key)
            is_deeper = type(value) is dict and type(before) is dict
            both[key] = combined(before, value) if is_deeper else value  # type: ignore[arg-type]
        return both

    start = merge(old={}, new=old)
    in_sequence = merge(old=merge(old=start, new=first), new=second)
    assert in_sequence == merge(old=start, new=combined(first, second))


def test_null_clears_a_leaf_or_everything_below() -> None:
    old = {"person": {"name": {"first": "Ann", "last": "Ek"}}, "tier": "gold"}
    assert merge(old=old, new={"person": {"name": {"first": None}}}) == {
        "person": {"name": {"last": "Ek"}},
        "tier": "gold",
    }
    assert merge(old=old, new={"person": None}) == {"tier": "gold"}
    assert merge(old=old, new={"person": {"name": {"first": None, "last": None}}}) == {
        "tier": "gold"
    }


def test_an_array_is_a_leaf() -> None:
    assert merge(old={"tags": [1, 2]}, new={"tags": [3]}) == {"tags": [3]}
    assert merge(old={"tags": [1, 2]}, new={"tags": []}) == {"tags": []}


def test_an_empty_object_says_nothing() -> None:
    assert merge(old={"a": {"b": 1}, "c": 2}, new={"a": {}, "c": {}}) == {"a": {"b": 1}, "c": 2}


def test_identities_are_replaced_by_namespace_without_case() -> None:
    old = {"Email": [{"id": "a@example.org"}], "ECID": [{"id": "1"}], "CRM": [{"id": "2"}]}
    new: identity.Identities = {"EMAIL": [{"id": "A@example.org"}], "crm": None, "ecid": []}
    assert identity.merge(old=old, new=new) == {
        "Email": [{"id": "A@example.org"}],
        "ECID": [{"id": "1"}],
    }


def test_the_digest_does_not_know_the_order_of_keys() -> None:
    one = content(attributes={"a": 1, "b": {"c": 2, "d": 3}}, identities={})
    assert one == content(attributes={"b": {"d": 3, "c": 2}, "a": 1}, identities={})
    assert one != content(attributes={"a": 1}, identities={"b": {"c": 2, "d": 3}})
