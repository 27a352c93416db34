"""Whose change is exported whatever the triggers say."""

import json
from typing import Any

import pytest

from activations.deliveries.changes import ProfileChanges


@pytest.mark.parametrize(
    ("before", "after", "is_another"),
    [
        ({"a": {"b": "y"}}, {"a": {"b": "n"}}, True),
        ({"a": {"b": "y"}}, {"a": {"c": "y"}}, True),
        ({"a": {"b": "y"}}, {}, True),
        ({}, {"a": {"b": "y"}}, True),
        ({"a": {"b": 1}}, {"a": {"b": True}}, True),
        ({"a": {"b": "y"}}, {"a": {"b": "y", "c": 1}, "d": 2}, False),
        ({"a": "y"}, {"a": ["y"]}, False),
    ],
)
def test_whose_value_at_a_path_is_another(before: Any, after: Any, is_another: bool) -> None:
    rewritten = {7: (json.dumps(before), json.dumps(after))}
    changes = ProfileChanges(attributes={7, 8}, rewritten=rewritten)
    assert changes.changed_at([("x",), ("a", "b")]) == ({7} if is_another else set())
