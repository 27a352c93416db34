"""The file of custom-field definitions, and what the API shows of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from connections.zendesk.sandbox import InvalidDefinitions
from connections.zendesk.sandbox.definitions import parse, read_file

from .caller import Caller


def test_definitions_are_shown_with_both_spellings_and_without_filterable(caller: Caller) -> None:
    answer = caller.get("/v2/contact/custom_fields").json
    first, last = answer["items"][0]["data"], answer["items"][-1]["data"]
    assert [choice["name"] for choice in first["choices"]] == ["realized", "exited"]
    assert (last["for_organisation"], last["for_company"], last["choices"]) == (True, True, None)
    assert "filterable" not in first
    assert answer["meta"] == {"type": "collection", "count": 4, "links": {}}


def test_definitions_take_no_parameters(caller: Caller) -> None:
    assert caller.get("/v2/contact/custom_fields?page=1").status == 400


def test_a_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    path.write_text(json.dumps([{"name": "Tier", "type": "list", "choices": ["a"]}]))
    (field,) = read_file(path=path)
    assert (field.for_contact, field.for_organisation, field.filterable) == (True, False, False)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "a list"),
        (["x"], "field 1: an object"),
        ([{"type": "string"}], '"name" must be'),
        ([{"name": "A", "type": "strin"}], '"type" must be one of'),
        ([{"name": "A", "type": "list"}], 'needs "choices"'),
        ([{"name": "A", "type": "string", "choices": ["a"]}], "list and multi_select_list only"),
        ([{"name": "A", "type": "list", "choices": [1]}], "list of strings"),
        ([{"name": "A", "type": "string", "filterable": "yes"}], '"filterable" must be true'),
        ([{"name": "A", "type": "string", "nam": 1}], "unknown key 'nam'"),
        ([{"name": "A", "type": "string"}] * 2, "'A' is used more than once"),
    ],
)
def test_definitions_that_cannot_be_used_say_why(entries: Any, words: str) -> None:
    with pytest.raises(InvalidDefinitions, match=words):
        parse(entries=entries)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    with pytest.raises(InvalidDefinitions, match=r"fields\.json"):
        read_file(path=path)
    path.write_text("[")
    with pytest.raises(InvalidDefinitions, match="not JSON"):
        read_file(path=path)
