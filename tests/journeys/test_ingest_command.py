"""`manage.py ingest` and `create_api_key` as a person or a script runs them."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from activations.models import ApiKey, Membership, Profile
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


def lines(*documents: Any) -> str:
    return "".join(json.dumps(document) + "\n" for document in documents)


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"identityMap": {"Email": [{"id": f"{name}@example.org"}]}, **more}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.jsonl"
    path.write_text(lines(person("ann", tier="gold"), person("bo")))
    return path


def test_a_file_is_read_and_reported(people: Path) -> None:
    done = run("ingest", str(people), "--json")

    assert done.code == 0
    report = done.json
    assert report.pop("seconds") >= 0
    assert report == {"read": 2, "accepted": 2, "rejected": 0, "changed": 2}
    assert run("ingest", str(people), "--json").json["changed"] == 0


def test_people_get_words(people: Path) -> None:
    done = run("ingest", str(people))

    assert "2 rows read, 2 accepted, 0 rejected, 2 profiles changed" in done.out
    assert done.err == ""

    people.write_text(lines(person("ann", tier="silver")))
    assert "0 rejected, 1 profile changed" in run("ingest", str(people)).out


def test_csv_and_jsonl_give_the_same_profiles(tmp_path: Path) -> None:
    as_csv, as_jsonl = tmp_path / "people.csv", tmp_path / "people.jsonl.gz"
    as_csv.write_text(
        "identityMap.Email,identityMap.ECID,person.name.lastName,segmentMembership.ups.vip\n"
        "ann@example.org,,Ek,realized\n"
        "bo@example.org,17,Berg,\n"
    )
    run("ingest", str(as_csv))
    stored = list(Profile.objects.order_by("email").values("email", "attributes", "digest"))
    assert Membership.objects.count() == 1

    ann = {"id": "ann@example.org", "primary": True}
    bo = {"id": "bo@example.org", "primary": True}
    documents = [
        {"identityMap": {"Email": [ann]}, "person": {"name": {"lastName": "Ek"}}},
        {
            "identityMap": {"Email": [bo], "ECID": [{"id": "17"}]},
            "person": {"name": {"lastName": "Berg"}},
        },
    ]
    as_jsonl.write_bytes(gzip.compress(lines(*documents).encode()))
    run("ingest", str(as_jsonl))
    again = list(Profile.objects.order_by("email").values("email", "attributes", "digest"))
    assert again == stored


def test_rejected_rows_make_exit_code_3_and_a_list(tmp_path: Path) -> None:
    path, rejects = tmp_path / "people.jsonl", tmp_path / "rejects.jsonl"
    soon = {"segmentMembership": {"ups": {"vip": {"status": "soon"}}}}
    path.write_text(lines(person("ann"), {}) + "{broken\n" + lines(person("bo", **soon)))
    done = run("ingest", str(path), "--rejects", str(rejects), "--json")

    assert done.code == 3
    assert (done.json["accepted"], done.json["rejected"]) == (2, 2)
    listed = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(item["row"], item["code"]) for item in listed] == [
        (2, "no-identity"),
        (3, "invalid-json"),
        (4, "unknown-status"),
    ]
    assert all(set(item) == {"row", "code", "message"} for item in listed)


def test_warnings_alone_are_no_rejection(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text(lines(person("bo", segmentMembership={"ups": {"vip": {"status": "soon"}}})))
    done = run("ingest", str(path))

    assert done.code == 0
    assert "row 1 accepted with a warning: unknown-status" in done.err


def test_without_a_rejects_file_the_first_ten_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("{broken\n" * 12)
    done = run("ingest", str(path), "--json")

    assert done.code == 3
    assert done.err.count("rejected: invalid-json") == 10
    assert "2 more; --rejects FILE lists all" in done.err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("missing.jsonl", None),
        ("empty.csv", b""),
        ("twice.csv", b"a,b,a\n1,2,3\n"),
        ("utf16.jsonl", '{"a":1}'.encode("utf-16")),
        ("plain.jsonl.gz", b'{"a":1}\n'),
        ("json.csv", b'{"identityMap":{"Email":[{"id":"ann@example.org"}]}}\n'),
    ],
)
def test_an_unreadable_file_is_exit_code_2_with_its_problem(
    tmp_path: Path, name: str, data: bytes | None
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = run("ingest", str(tmp_path / name))

    assert done.code == 2
    assert [place for place, _ in done.problems] == [str(tmp_path / name)]
    assert "nothing was changed" in done.err
    assert Profile.objects.count() == 0


@pytest.mark.parametrize(
    "arguments", [(), ("a.jsonl", "--format", "xml"), ("a.jsonl", "--what"), ("a", "b")]
)
def test_wrong_arguments_are_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = run("ingest", *arguments, "--json")

    assert done.code == 2
    assert [place for place, _ in done.problems] == ["arguments"]


def test_the_rejects_file_is_checked_before_anything_is_read(people: Path) -> None:
    nowhere = people.parent / "nowhere" / "rejects.jsonl"
    for rejects in (nowhere, people):
        assert run("ingest", str(people), "--rejects", str(rejects)).code == 2
    assert people.read_text()
    assert Profile.objects.count() == 0


def test_a_cut_archive_is_exit_code_1_and_says_what_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl.gz"
    archive = gzip.compress(lines(*(person(f"p{number}") for number in range(2_000))).encode())
    path.write_bytes(archive[: len(archive) // 2])
    done = run("ingest", str(path))

    stored = Profile.objects.count()
    assert done.code == 1
    assert 0 < stored < 2_000
    assert f"{stored:,} of the {stored:,} rows" in done.err
    assert "run the same command again" in done.err


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"a,identityMap.Email\n1,ann@example.org\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    done = run("ingest", "-", "--format", "csv", "--json")

    assert done.json["accepted"] == 1
    assert Profile.objects.get().attributes == {"a": "1"}


def test_a_key_is_printed_once() -> None:
    done = run("create_api_key", "--name", "Shop", "--json")

    assert done.code == 0
    assert done.json["name"] == "Shop"
    assert set(done.json) == {"name", "key"}
    assert done.json["key"].startswith(f"zdx_{ApiKey.objects.get().prefix}_")
    plain = run("create_api_key", "--name", "Web")
    assert plain.out.startswith("zdx_")
    assert plain.out.count("\n") == 1


def test_a_key_needs_a_name_of_its_own() -> None:
    run("create_api_key", "--name", "Shop")
    for arguments in (("--name", "Shop"), ("--name", " "), ()):
        done = run("create_api_key", *arguments, "--json")
        assert done.code == 2
        assert len(done.problems) == 1
