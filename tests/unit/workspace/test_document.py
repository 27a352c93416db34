"""YAML from anybody: read, or refused at once with one problem."""

import time

import pytest

from activations.services.workspace.document import LARGEST_BYTES, Unreadable, parse
from activations.services.workspace.reading import read


def problem(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data)
    return str(caught.value.problem)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "The file is empty."),
        (b"# nothing\n", "The file is empty."),
        (b"version: 1\nname: \xff\xfe", "line 2: The file is not UTF-8 text."),
        ("version: 1".encode("utf-16"), "line 1: The file is not UTF-8 text."),
        (b"a: 1\nb: \x01", "line 2: The file holds a control character that YAML does not allow."),
        (b"a: !!python/object:os.system x", "line 1: Tags (a word after “!”) are not read here."),
        (b"a: 1\nb: !secret x", "line 2: Tags (a word after “!”) are not read here."),
        (b"a: &a [*a]", "line 1: A value contains itself."),
        (b"[" * 5000, "line 1: Nested deeper than 12 levels."),
        (b"x" * (LARGEST_BYTES + 1), "The file is larger than 5 MiB."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, expected: str) -> None:
    assert problem(data) == expected


@pytest.mark.parametrize("data", [b"a: [", b"a: b: c", b"a: 'open", b"\ta: 1", b"a: 1\n---\nb: 2"])
def test_broken_yaml_is_refused_with_its_line(data: bytes) -> None:
    assert "This is not valid YAML" in problem(data)


def test_a_syntax_problem_repeats_nothing_of_the_file() -> None:
    assert "a0b1c2" not in problem(b"token: *a0b1c2\n")


def test_aliases_that_unfold_to_a_billion_values_are_refused_soon() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        again = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{again}]")
    # Of the processor, whoever else is at it.
    started = time.thread_time()

    assert "more than 200000 values" in problem("\n".join(lines).encode())
    assert time.thread_time() - started < 5


def test_a_file_of_very_many_values_is_refused() -> None:
    assert "more than 200000 values" in problem(b"- a\n" * 300_000)


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    assert parse("\ufeffversion: 1".encode()).line == 1


@pytest.mark.parametrize("data", [b"[]", b"text", b"null", b"1", b"- version: 1"])
def test_a_file_that_is_no_mapping_is_refused(data: bytes) -> None:
    found = read(data=data, environ={}).problems

    assert len(found) == 1
    assert "must be a mapping" in str(found[0])


def test_keys_of_any_kind_are_survived() -> None:
    found = read(data=b"version: 1\n[a, b]: 1\n? {c: d}\n: 2\n5: x\n", environ={}).problems

    assert [problem.place.line for problem in found] == [2, 3, 5]
