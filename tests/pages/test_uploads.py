"""Uploading an audience: what is refused in words, what is previewed, what is shown."""

import errno
import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from activations.models import Audience, Upload
from activations.services.uploads import running, storage
from activations.views.receiving import AudienceFile
from tests import factories
from tests.factories import NOON
from tests.pages.conftest import CountQueries

NEW = "/audiences/new/"
GOOD = b"email;First Name;Loyalty-Tier\nann@example.org;Ann;gold\nbo@example.org;Bo;\n"


class SmallFiles(AudienceFile):
    """Refuses while the file comes in, or before when its announced length is far too large."""

    limit = 100_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


def _send(client: Client, content: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("customers.csv", content)
    return client.post(NEW, {**more, "file": file}, follow=True)


def _choice(**more: Any) -> dict[str, Any]:
    paths = {"path-1": "person.name.firstName", "path-2": "loyalty.tier"}
    return {"email": "0", "name": "VIP", "expiry_days": "30", **paths, **more}


def test_a_file_is_previewed_with_suggestions_and_becomes_an_audience(
    signed_in: Client, folder: Path
) -> None:
    answer = _send(signed_in, GOOD)
    page = answer.content.decode()
    assert "separated by semicolons" in page
    form = answer.context["form"]
    assert form["email"].value() == 0
    assert [row["field"].value() for row in form.rows] == [
        "",
        "person.name.firstName",
        "loyalty.tier",
    ]
    [path] = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    upload = Upload.objects.get()
    started = signed_in.post(reverse("activations:upload", args=[upload.uuid]), _choice())
    assert started.status_code == 302
    assert "Waiting for a worker" in signed_in.get(started["Location"]).content.decode()
    running.process(clock=lambda: NOON)
    assert "Finished" in signed_in.get(started["Location"]).content.decode()
    assert Audience.objects.get(name="VIP").memberships.count() == 2


def test_the_preview_keeps_rows_together_and_marks_what_will_be_rejected(
    signed_in: Client,
) -> None:
    rows = b"email,surname\nann@example.org,Lee\nx\nbob@@example,\ncarla@example.org,Fox\n"
    answer = _send(signed_in, rows)
    email, surname = [
        [(cell["row"], cell["text"], cell["is_wrong"]) for cell in row["cells"]]
        for row in answer.context["form"].rows
    ]
    assert email == [
        (2, "ann@example.org", False),
        (4, "bob@@example", True),
        (5, "carla@example.org", False),
    ]
    assert surname == [(2, "Lee", False), (4, "", False), (5, "Fox", False)]
    page = answer.content.decode()
    assert page.count("this row will be rejected") == 1
    assert "since they do not fit the header: row 3." in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04zip", "a ZIP archive or a spreadsheet"),
        (b"\x1f\x8bgzip", "compressed with gzip"),
        (b"a,b\n\x00\x01,2", "binary"),
        (b'{"email": "ann@example.org"}\n', "looks like JSON"),
        (b"ann@example.org,Ann\nbo@example.org,Bo", "add a header"),
        (b"email,name\n", "No row below the header"),
        (b",".join([b"c"] * 26) + b"\n", "26 columns; at most 25"),
        (b"\n\na,b", "no header line"),
        (b"x" * 2_000_000, "longer than 1 MiB"),
        (b'"never closed,b\n1,2\n', "a quote is not closed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_of_people_is_refused_beside_the_field(
    signed_in: Client, folder: Path, content: bytes, words: str
) -> None:
    page = _send(signed_in, content).content.decode()
    assert 'id="id_file_error"' in page
    assert words in page
    assert not Upload.objects.exists()
    assert list(folder.glob("*.csv")) == []


def test_a_file_over_the_limit_is_refused_and_the_audience_kept(
    signed_in: Client, folder: Path, settings: Settings
) -> None:
    settings.FILE_UPLOAD_HANDLERS = [f"{__name__}.SmallFiles"]
    audience = factories.AudienceFactory()
    for content in (GOOD * 2_000, GOOD * 10_000):
        page = _send(signed_in, content, audience=str(audience.uuid)).content.decode()
        assert "The file is larger than" in page
        assert f'value="{audience.uuid}"' in page
    assert list(folder.iterdir()) == []


def test_a_server_that_cannot_store_the_file_says_so(
    signed_in: Client, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "taken").write_text("no folder")
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "taken" / "uploads"
    page = _send(signed_in, GOOD).content.decode()
    assert "The server could not store the file (Not a directory)" in page
    assert "disk is full" in storage.words(error=OSError(errno.ENOSPC, "No space left on device"))


def test_no_file_is_said_so(signed_in: Client) -> None:
    assert "Choose a CSV file." in signed_in.post(NEW, {}).content.decode()


@pytest.mark.parametrize(
    ("content", "name", "encoding"),
    [
        ("email,näme\nann@example.org,Åsa".encode("utf-16"), "näme", "UTF-16"),
        ("email,näme\nann@example.org,Åsa".encode("cp1252"), "näme", "Windows-1252"),
        ("\ufeffemail,näme\nann@example.org,Åsa".encode(), "näme", "UTF-8"),
    ],
)
def test_other_encodings_are_read(
    signed_in: Client, content: bytes, name: str, encoding: str
) -> None:
    page = _send(signed_in, content).content.decode()
    assert name in page
    assert "Åsa" in page
    assert encoding in page


def test_hostile_text_is_shown_as_text(signed_in: Client) -> None:
    content = 'email,"<script>alert(1)</script>"\nann@example.org,"<b>\u202e🙂"\n'.encode()
    page = _send(signed_in, content).content.decode()
    assert "<script>alert" not in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": " "}, "name", "Give the audience a name"),
        ({"name": "taken"}, "name", "Another audience has this name"),
        ({"expiry_days": "91"}, "expiry_days", "less than or equal to 90"),
        ({"path-1": "no path!"}, "path-1", "made of words with dots"),
        ({"path-1": "loyalty.tier"}, "path-2", "Another column goes there"),
        ({"path-1": "loyalty"}, "path-2", "goes to a part of it"),
        ({"path-1": "identityMap.Phone"}, "path-1", "leave the column out"),
        ({"email": "7"}, "email", "Select a valid choice"),
    ],
)
def test_a_wrong_choice_is_told_beside_its_field_and_kept(
    signed_in: Client, change: dict[str, str], field: str, words: str
) -> None:
    factories.AudienceFactory(name="Taken")
    url = _send(signed_in, GOOD).redirect_chain[-1][0]
    page = signed_in.post(url, _choice(**change)).content.decode()
    assert f'id="id_{field}_error"' in page
    assert words in page
    assert 'value="person.name.firstName"' in page or "path-1" in change
    assert Upload.objects.get().status == "draft"


def test_a_second_file_asks_whether_it_adds_or_replaces(signed_in: Client) -> None:
    audience = factories.AudienceFactory()
    url = _send(signed_in, GOOD, audience=str(audience.uuid)).redirect_chain[-1][0]
    asked = signed_in.post(url, _choice()).content.decode()
    assert "Choose what happens to the members it has." in asked
    signed_in.post(url, _choice(mode="replace"))
    upload = Upload.objects.get()
    assert (upload.audience, upload.replaces, upload.status) == (audience, True, "running")


def test_cancelling_removes_the_file(signed_in: Client, folder: Path) -> None:
    _send(signed_in, GOOD)
    upload = Upload.objects.get()
    signed_in.post(reverse("activations:upload-cancel", args=[upload.uuid]))
    assert list(folder.iterdir()) == []


def test_an_upload_takes_few_queries_and_stops_asking_when_it_ended(
    count_queries: CountQueries, signed_in: Client
) -> None:
    upload = factories.UploadRejectFactory(upload__status="running", upload__cursor=500).upload
    live = reverse("activations:upload-live", args=[upload.uuid])
    assert count_queries(live) <= 5
    assert "every 1s" in signed_in.get(live).content.decode()
    Upload.objects.update(status="finished")
    page = signed_in.get(live).content.decode()
    assert "every 1s" not in page
    assert "Not a valid e-mail address" in page


def test_rejected_rows_are_downloaded_without_values_and_go_with_the_upload(
    signed_in: Client,
) -> None:
    upload = factories.UploadRejectFactory(row=7).upload
    answer = signed_in.get(reverse("activations:upload-rejects", args=[upload.uuid]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text == "row,code,reason\r\n7,invalid-email,not a valid e-mail address\r\n"
    signed_in.post(reverse("activations:upload-delete", args=[upload.uuid]))
    assert not Upload.objects.exists()


def test_a_finished_upload_names_the_rejected_rows_and_leads_to_their_correction(
    signed_in: Client,
) -> None:
    upload = factories.UploadFactory(rows_rejected=13)
    for row in range(2, 14):
        factories.UploadRejectFactory(upload=upload, row=row)
    factories.UploadRejectFactory(upload=upload, row=14, code="missing-email", message="none")
    answer = signed_in.get(reverse("activations:upload", args=[upload.uuid]))
    found = [(reason.code, reason.rows, reason.others) for reason in answer.context["reasons"]]
    assert found == [("invalid-email", tuple(range(2, 12)), 2), ("missing-email", (14,), 0)]
    [again] = re.findall(rf'"({NEW}[^"]+)"', answer.content.decode())
    chosen = signed_in.get(html.unescape(again))
    assert chosen.context["audience"] == upload.audience
    more = {"audience": str(upload.audience.uuid), "mode": "add"}
    assert _send(signed_in, GOOD, **more).context["form"]["mode"].value() == "add"


def test_a_running_upload_is_not_forgotten(signed_in: Client) -> None:
    upload = factories.UploadFactory(status="running")
    signed_in.post(reverse("activations:upload-delete", args=[upload.uuid]))
    assert Upload.objects.exists()


def test_who_may_not_import_sends_no_file(client: Client, folder: Path, db: None) -> None:
    client.force_login(factories.member())
    assert _send(client, GOOD).status_code == 403
    upload = factories.UploadFactory()
    for name in ("upload", "upload-live", "upload-rejects"):
        assert client.get(reverse(f"activations:{name}", args=[upload.uuid])).status_code == 403
    assert not folder.exists()
