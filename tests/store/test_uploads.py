"""Files of members: read in steps, gone on with after a crash, and what a second file does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from activations.models import Audience, AudienceDay, IngestHour, Membership, Profile, Upload
from activations.queries import uploads as queries
from activations.services import upkeep
from activations.services.uploads import lifecycle, running
from activations.services.uploads.lifecycle import EMAIL, NAMESPACE, Order
from activations.terms import MembershipStatus
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
Start = Callable[..., Upload]


class _Killed(BaseException):
    """The process ends here; nothing after it runs."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """An upload of these lines, started; the header is the first."""

    def begin(*lines: str, audience: Audience | None = None, replaces: bool = False) -> Upload:
        source = tmp_path / "customers.csv"
        source.write_text("\n".join(lines) + "\n")
        at = LATER if audience else NOON
        upload = lifecycle.create(
            source=source, file_name=source.name, audience=audience, person=None, at=at
        )
        order = Order("VIP", [EMAIL, "person.name.lastName"], 30, replaces)
        return lifecycle.start(upload=upload, order=order, at=at)

    return begin


def _people(count: int) -> list[str]:
    return [f"person{number}@example.org,Ek {number}" for number in range(count)]


def _run(at: datetime = NOON) -> int:
    return running.process(clock=lambda: at)


def _statuses() -> dict[str, str]:
    return dict(Membership.objects.values_list("profile__email", "status"))


def test_a_file_becomes_an_audience_with_members_that_expire(start: Start, folder: Path) -> None:
    start("email,name", "Ann@Example.org , Ek", "bo@example.org,Al")
    assert _run() == 1
    upload = Upload.objects.get()
    assert (upload.status, upload.rows_read, upload.rows_rejected) == ("finished", 2, 0)
    audience = Audience.objects.get(namespace=NAMESPACE, name="VIP")
    member = Membership.objects.get(audience=audience, profile__email="ann@example.org")
    assert member.status == MembershipStatus.REALIZED
    assert member.valid_until == NOON + timedelta(days=30)
    assert member.profile.attributes == {"person": {"name": {"lastName": "Ek"}}}
    assert list(folder.glob("*.csv")) == []
    assert audience.days.get().realized == 2


def test_what_cannot_be_taken_is_told_by_row_and_reason(start: Start) -> None:
    start("email,name", "no address,Ek", "bo@example.org,Al", "x", '"a"b@example.org,c', ",Ek")
    _run()
    rejects = Upload.objects.get().rejects.values_list("row", "code")
    expected = [(2, "invalid-email"), (4, "wrong-cell-count"), (5, "invalid-csv")]
    assert list(rejects) == [*expected, (6, "missing-email")]
    assert not Profile.objects.exclude(email="bo@example.org").exists()


def test_the_first_rows_of_each_reason_are_named_the_most_frequent_first(start: Start) -> None:
    start("email,name", *["nobody,Ek"] * 12, "bo@example.org,Al", "x", *["nobody,Ek"] * 3, ",Ek")
    _run()
    found = queries.reasons(upload=Upload.objects.get())
    assert [(reason.code, reason.rows, reason.others) for reason in found] == [
        ("invalid-email", tuple(range(2, 12)), 5),
        ("missing-email", (19,), 0),
        ("wrong-cell-count", (15,), 0),
    ]


def test_somebody_in_several_rows_is_one_member(start: Start) -> None:
    start("email,name", "ann@example.org,Ek", "bo@example.org,Al", "Ann@example.org,Ek")
    upload = Upload.objects.get()
    assert queries.members(upload=upload) is None
    _run()
    upload.refresh_from_db()
    members = queries.members(upload=upload)
    assert members is not None
    assert (upload.rows_accepted, members.members) == (3, 2)


def test_members_are_counted_before_the_upload_is_said_to_be_finished(start: Start) -> None:
    """Whoever looks in between would read the count of before, on a page that asks no more."""
    found = []

    def look(execute: Callable[..., Any], sql: str, params: Any, *more: Any) -> Any:
        if sql.startswith('UPDATE "activations_upload"') and "finished" in params:
            found.extend(AudienceDay.objects.values_list("realized", flat=True))
        return execute(sql, params, *more)

    start("email,name", "ann@example.org,Ek", "bo@example.org,Al")
    with connection.execute_wrapper(look):
        _run()
    assert found == [2]


def test_a_killed_worker_is_followed_by_one_that_goes_on_and_doubles_nothing(start: Start) -> None:
    start("email,name", *_people(1500), "broken", *_people(1500)[:700])
    steps = iter([False, False])

    def dies_at_the_second_step() -> bool:
        try:
            return next(steps)
        except StopIteration:
            raise _Killed from None

    with pytest.raises(_Killed):
        running.process(clock=lambda: NOON, stop=dies_at_the_second_step)
    assert Upload.objects.get().rows_read == 1000
    assert _run() == 0, "its lease still holds"
    assert _run(at=NOON + running.LEASE) == 1
    upload = Upload.objects.get()
    assert (upload.status, upload.rows_read, upload.rows_rejected) == ("finished", 2201, 1)
    assert [reject.row for reject in upload.rejects.all()] == [1502]
    assert Membership.objects.count() == 1500
    assert sum(IngestHour.objects.filter(code="").values_list("count", flat=True)) == 2200


def test_who_is_not_in_the_next_file_leaves_when_it_replaces(start: Start) -> None:
    start("email,name", "ann@example.org,Ek", "bo@example.org,Al")
    _run()
    audience = Audience.objects.get()
    start("email,name", "bo@example.org,Al", "cy@example.org,Bo", audience=audience, replaces=True)
    _run(at=LATER)
    assert _statuses() == {
        "ann@example.org": "exited",
        "bo@example.org": "realized",
        "cy@example.org": "realized",
    }
    assert Upload.objects.first().members_left == 1  # type: ignore[union-attr]


def test_adding_lets_everybody_stay(start: Start) -> None:
    start("email,name", "ann@example.org,Ek")
    _run()
    start("email,name", "bo@example.org,Al", audience=Audience.objects.get())
    _run(at=LATER)
    assert set(_statuses().values()) == {"realized"}


def test_a_file_of_which_nothing_can_be_taken_empties_no_audience(start: Start) -> None:
    start("email,name", "ann@example.org,Ek")
    _run()
    start("email,name", "nobody,Ek", "x@,Al", audience=Audience.objects.get(), replaces=True)
    _run(at=LATER)
    assert _statuses() == {"ann@example.org": "realized"}
    assert "No row could be taken" in Upload.objects.get(status="failed").problem


def test_members_exit_when_their_time_is_over(start: Start) -> None:
    start("email,name", "ann@example.org,Ek")
    _run()
    upkeep.expire_memberships(at=NOON + timedelta(days=30))
    assert _statuses() == {"ann@example.org": "exited"}


def test_an_upload_called_off_takes_nothing_more(start: Start, folder: Path) -> None:
    upload = start("email,name", *_people(3))
    assert lifecycle.cancel(upload=upload, at=NOON)
    assert _run() == 0
    assert not Membership.objects.exists()
    assert list(folder.iterdir()) == []


def test_an_audience_is_filled_by_one_file_at_a_time(start: Start) -> None:
    audience = factories.AudienceFactory()
    start("email,name", "ann@example.org,Ek", audience=audience)
    with pytest.raises(lifecycle.NotStartable):
        start("email,name", "bo@example.org,Al", audience=audience)


def test_a_file_that_is_gone_fails_the_upload_in_words(start: Start, folder: Path) -> None:
    start("email,name", "ann@example.org,Ek")
    for path in folder.glob("*.csv"):
        path.unlink()
    _run()
    assert "upload it again" in Upload.objects.get().problem


def test_drafts_and_stray_files_are_forgotten_after_a_day(start: Start, folder: Path) -> None:
    factories.UploadFactory(status="draft", started_at=None)
    kept = start("email,name", "ann@example.org,Ek")
    (folder / "stray.csv").write_text("x")
    lifecycle.prune(at=NOON + timedelta(days=20_000))
    assert list(Upload.objects.values_list("pk", flat=True)) == [kept.pk]
    assert [path.name for path in folder.iterdir()] == [f"{kept.uuid}.csv"]
