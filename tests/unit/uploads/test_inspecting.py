"""What is in a file somebody chose."""

from io import BytesIO

import pytest

from activations.services.uploads import inspecting
from activations.services.uploads.inspecting import Unfit


def _encoding(content: bytes) -> str:
    return inspecting.encoding(stream=BytesIO(content))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"email\nann@example.org", "UTF-8"),
        ("email\nÅsa".encode(), "UTF-8"),
        ("email\nÅsa".encode("cp1252"), "Windows-1252"),
        ("email\nÅsa".encode("utf-16"), "UTF-16"),
        (b"x" * 1_048_575 + "é".encode(), "UTF-8"),
        (b"x" * 1_048_577 + "é".encode("cp1252"), "Windows-1252"),
        ("email\nÅsa".encode() + b"\nbroken \xff", "UTF-8"),
    ],
    ids=["ascii", "utf-8", "windows", "utf-16", "cut by a block", "late", "one broken row"],
)
def test_the_first_character_beyond_ascii_tells_the_encoding(content: bytes, encoding: str) -> None:
    assert _encoding(content) == encoding


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_seen_in_the_header(mark: str) -> None:
    text = f"email{mark}name\nann@example.org{mark}Ek\n"
    found = inspecting.preview(stream=BytesIO(text.encode()))
    assert found.delimiter == mark
    assert found.rows == (("ann@example.org", "Ek"),)


def test_a_quoted_cell_may_hold_line_ends_and_delimiters() -> None:
    text = 'email,note\nann@example.org,"a,\nb"\n'
    found = inspecting.preview(stream=BytesIO(text.encode()))
    assert found.rows == (("ann@example.org", "a,\nb"),)


def test_rows_of_another_width_and_broken_ones_are_told_by_number_only() -> None:
    text = b"email,name\nx\na@example.org,\xff\n\nb@example.org,Bo\n"
    found = inspecting.preview(stream=BytesIO(text))
    assert found.rows == (("b@example.org", "Bo"),)
    assert found.numbers == (5,)
    assert found.odd == (2, 3)


def test_a_column_without_a_name_gets_one() -> None:
    found = inspecting.preview(stream=BytesIO(b"email,,name\na@example.org,1,2\n"))
    assert found.header == ("email", "Column 2", "name")


def test_a_refusal_quotes_nothing_of_the_file() -> None:
    with pytest.raises(Unfit) as refusal:
        inspecting.preview(stream=BytesIO(b"ann@example.org,Ann\nbo@example.org,Bo\n"))
    assert "example" not in str(refusal.value)
