"""Which column means what, by its name."""

import pytest

from activations.services.uploads import columns
from activations.services.uploads.inspecting import Preview


def _preview(header: tuple[str, ...], *rows: tuple[str, ...]) -> Preview:
    return Preview(",", header, rows, numbers=tuple(range(2, len(rows) + 2)))


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("First Name", "person.name.firstName"),
        ("LAST_NAME", "person.name.lastName"),
        ("surname", "person.name.lastName"),
        ("person.name.lastName", "person.name.lastName"),
        ("Mobile", "mobilePhone.number"),
        ("zip-code", "homeAddress.postalCode"),
        ("Loyalty tier", "loyalty.tier"),
        ("Favourite colour", "favouriteColour"),
        ("own.path", "own.path"),
        ("###", ""),
        ("segmentMembership", ""),
    ],
)
def test_a_path_is_suggested_by_the_name(title: str, path: str) -> None:
    assert columns.suggest_paths(preview=_preview((title,)), email=None) == [path]


def test_no_path_is_suggested_twice() -> None:
    preview = _preview(("surname", "last name"))
    assert columns.suggest_paths(preview=preview, email=None) == ["person.name.lastName", ""]


def test_the_address_is_found_by_content_and_then_by_name() -> None:
    row = ("x", "boss@example.org", "ann@example.org")
    assert columns.suggest_email(preview=_preview(("email", "boss", "other"), row)) == 1
    assert columns.suggest_email(preview=_preview(("a", "boss", "E-Mail"), row)) == 2
    assert columns.suggest_email(preview=_preview(("email",), ("none",))) is None


def test_paths_that_cannot_stand_beside_each_other_are_told() -> None:
    assert columns.conflict(paths=["person.name", "person.name.lastName"])
    assert columns.conflict(paths=["person.name.firstName", "person.name.lastName"]) == ""
    assert "nested" in columns.conflict(paths=[".".join("a" * 25)])
