"""Files of profiles: JSON lines and CSV, whole, damaged or hostile."""

import gzip
import io
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from activations.profiles.files import read_rows
from activations.profiles.rows import MAX_ROW_BYTES, Row, UnreadableRow
from activations.profiles.sources import BrokenOff, UnreadableFile, format_of, opened


def json_rows(data: bytes) -> list[Row | UnreadableRow]:
    return list(read_rows(stream=BytesIO(data), format="jsonl"))


def csv_rows(text: str | bytes) -> list[Row | UnreadableRow]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_rows(stream=BytesIO(data), format="csv"))


def documents(rows: list[Row | UnreadableRow]) -> list[Any]:
    return [row.document for row in rows if isinstance(row, Row)]


def codes(rows: list[Row | UnreadableRow]) -> list[tuple[int, str]]:
    return [(row.number, row.code) for row in rows if isinstance(row, UnreadableRow)]


class TestJsonLines:
    def test_blank_lines_are_skipped_but_counted(self) -> None:
        rows = json_rows(b'{"a":1}\n\n  \r\n{"a":2}')
        assert rows == [Row(1, {"a": 1}), Row(4, {"a": 2})]

    def test_a_byte_order_mark_is_no_part_of_the_first_row(self) -> None:
        assert documents(json_rows(b'\xef\xbb\xbf{"a":1}\n')) == [{"a": 1}]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (b'{"a":', "invalid-json"),
            (b'{"a":NaN}', "invalid-json"),
            (b'{"a":-Infinity}', "invalid-json"),
            (b'{"a":"\x00"}', "invalid-json"),
            (b'{"a":1} {"b":2}', "invalid-json"),
            (b'{"a":"\xff"}', "not-utf8"),
            (b'{"a":"\xed\xa0\x80"}', "not-utf8"),
            (b"[" * 200_000, "too-deep"),
            (b'{"a":' + b"9" * 5000 + b"}", "number-too-large"),
        ],
    )
    def test_a_broken_line_is_refused_and_the_next_is_read(self, line: bytes, code: str) -> None:
        rows = json_rows(line + b'\n{"a":2}\n')
        assert codes(rows) == [(1, code)]
        assert documents(rows) == [{"a": 2}]

    def test_a_line_over_the_limit_is_refused_and_the_next_is_read(self) -> None:
        fits = b'{"a":"' + b"x" * (MAX_ROW_BYTES - 9) + b'"}\n'
        assert len(fits) == MAX_ROW_BYTES
        rows = json_rows(fits + b"x" * (3 * MAX_ROW_BYTES) + b"\n" + b'{"a":2}\n')
        assert codes(rows) == [(2, "row-too-long")]
        assert [row.number for row in rows] == [1, 2, 3]


class TestCsv:
    def test_columns_are_dotted_paths_of_either_style(self) -> None:
        header = "identityMap.Email,person.name.lastName,xdm:loyalty.xdm:tier"
        assert documents(csv_rows(f"{header}\nann@example.org,Ek,gold\n")) == [
            {
                "identityMap": {"Email": [{"id": "ann@example.org", "primary": True}]},
                "person": {"name": {"lastName": "Ek"}},
                "loyalty": {"tier": "gold"},
            }
        ]

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_the_header_says_what_separates_cells(self, delimiter: str) -> None:
        header = delimiter.join(["identityMap.Email", "person.name.lastName"])
        assert documents(csv_rows(f"{header}\na@example.org{delimiter}Ek, Ann\n")) == [
            {
                "identityMap": {"Email": [{"id": "a@example.org", "primary": True}]},
                "person": {"name": {"lastName": "Ek, Ann"}},
            }
        ]

    def test_a_comma_separates_although_an_audience_id_holds_a_semicolon(self) -> None:
        rows = csv_rows("identityMap.Email,segmentMembership.ups.a;b\na@example.org,realized\n")
        assert documents(rows)[0]["segmentMembership"] == {"ups": {"a;b": {"status": "realized"}}}

    def test_a_namespace_and_an_audience_id_may_hold_dots(self) -> None:
        header = "identityMap.https://example.org/n.4,segmentMembership.ups.vip.2026"
        assert documents(csv_rows(f"{header}\n923,realized\n")) == [
            {
                "identityMap": {"https://example.org/n.4": [{"id": "923"}]},
                "segmentMembership": {"ups": {"vip.2026": {"status": "realized"}}},
            }
        ]

    def test_an_empty_cell_is_absent_and_nothing_is_guessed(self) -> None:
        rows = csv_rows("a,b.c,b.d\n007,,true\n,,\n")
        assert documents(rows) == [{"a": "007", "b": {"d": "true"}}, {}]

    def test_a_quoted_cell_may_span_lines(self) -> None:
        rows = csv_rows('a,b\r\n"one\r\ntwo","say ""hi"""\r\nx,y\r\n')
        assert documents(rows) == [{"a": "one\r\ntwo", "b": 'say "hi"'}, {"a": "x", "b": "y"}]
        assert [row.number for row in rows] == [2, 3]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (b"1\n", "wrong-cell-count"),
            (b"1,2,3\n", "wrong-cell-count"),
            (b"\xff,2\n", "not-utf8"),
            (b'"1"x,2\n', "invalid-csv"),
            (b"x" * (MAX_ROW_BYTES + 1) + b",2\n", "row-too-long"),
        ],
    )
    def test_a_broken_row_is_refused_and_the_next_is_read(self, line: bytes, code: str) -> None:
        rows = csv_rows(b"a,b\n" + line + b"3,4\n")
        assert codes(rows) == [(2, code)]
        assert documents(rows) == [{"a": "3", "b": "4"}]

    def test_a_quote_left_open_at_the_end_is_refused(self) -> None:
        assert codes(csv_rows('a,b\n1,"2\n3,4\n')) == [(2, "invalid-csv")]

    def test_an_open_quote_swallows_at_most_one_row_of_the_limit(self) -> None:
        rows = csv_rows('a,b\n1,"2\n' + "3,4\n" * 300_000)
        assert codes(rows) == [(2, "row-too-long")]
        assert documents(rows)[-1] == {"a": "3", "b": "4"}

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "no header"),
            ("\n1,2\n", "no header"),
            ("a,b,a\n", "a twice"),
            ("person.a,xdm:person.a\n", "person.a twice"),
            ("person,person.name\n", "both person and person.name"),
            ("a,,b\n", "column 2"),
            ("identityMap\n", "column 1"),
            ("identityMap.\n", "column 1"),
            ("segmentMembership.ups\n", "column 1"),
            (".".join("a" * 25) + "\n", "too deeply"),
            ('{"identityMap":{}}\n', "looks like JSON"),
            ('"a', "not CSV"),
        ],
    )
    def test_a_wrong_header_makes_the_file_unreadable(self, text: str, reason: str) -> None:
        with pytest.raises(UnreadableFile, match=reason):
            csv_rows(text)

    def test_a_header_that_is_not_utf8_makes_the_file_unreadable(self) -> None:
        with pytest.raises(UnreadableFile, match="UTF-8"):
            csv_rows(b"\xff,b\n1,2\n")

    def test_a_byte_order_mark_is_no_part_of_the_first_column(self) -> None:
        assert documents(csv_rows(b"\xef\xbb\xbfa,b\n1,2\n")) == [{"a": "1", "b": "2"}]


def from_path(path: Path) -> list[Any]:
    with opened(path=str(path)) as source:
        rows = read_rows(stream=source.stream, format=format_of(path=str(path)))
        return documents(list(rows))


class TestSources:
    @pytest.mark.parametrize("name", ["people.jsonl.gz", "people.jsonl"])
    def test_gzip_is_known_by_name_and_by_content(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(gzip.compress(b'{"a":1}\n') + gzip.compress(b'{"a":2}\n'))
        assert from_path(path) == [{"a": 1}, {"a": 2}]

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.jsonl.gz", b'{"a":1}\n'),
            ("a.jsonl.gz", b""),
            ("a.jsonl.gz", b"\x1f\x8b\x08"),
            ("a.jsonl", '{"a":1}\n'.encode("utf-16")),
            ("a.jsonl", '{"a":1}\n'.encode("utf-16-le")),
            ("a.csv", "a,b\n1,2\n".encode("utf-16")),
            ("a.csv", b"PK\x03\x04 a spreadsheet"),
        ],
    )
    def test_what_is_no_file_of_profiles_is_unreadable(
        self, tmp_path: Path, name: str, data: bytes
    ) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnreadableFile):
            from_path(tmp_path / name)

    def test_a_missing_file_and_a_directory_are_unreadable(self, tmp_path: Path) -> None:
        for path in (tmp_path / "nothing.jsonl", tmp_path):
            with pytest.raises(UnreadableFile):
                from_path(path)

    @pytest.mark.parametrize("cut", [0.5, 0.9, 0.999])
    def test_a_cut_archive_gives_the_rows_before_the_cut(self, tmp_path: Path, cut: float) -> None:
        lines = b"".join(json.dumps({"a": n}).encode() + b"\n" for n in range(100_000))
        archive = gzip.compress(lines)
        path = tmp_path / "cut.jsonl.gz"
        path.write_bytes(archive[: int(len(archive) * cut)])
        seen: list[Row | UnreadableRow] = []
        with opened(path=str(path)) as source:
            rows = read_rows(stream=source.stream, format="jsonl")
            with pytest.raises(BrokenOff):
                seen.extend(rows)
        assert len(seen) > 100_000 * cut * 0.5
        assert codes(seen) == []

    def test_standard_input_is_left_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stdin = io.TextIOWrapper(BytesIO(b'{"a":1}\n'))
        monkeypatch.setattr("sys.stdin", stdin)
        assert from_path(Path("-")) == [{"a": 1}]
        assert not stdin.buffer.closed

    def test_the_format_follows_the_name(self) -> None:
        assert [format_of(path=p) for p in ("a.csv", "A.CSV.gz", "a.jsonl", "-", "a.txt")] == [
            "csv",
            "csv",
            "jsonl",
            "jsonl",
            "jsonl",
        ]
