"""Where what breaks a policy came from."""

from datetime import timedelta
from typing import Any

import pytest

from activations.governance.carrying import Carried
from activations.governance.check import Violation
from activations.governance.lineage import Origin
from activations.models import Audience
from activations.queries import origins
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

INGESTED = Origin("Profile ingestion", ("loaded by file or HTTP",))


def of_attribute(path: str) -> Violation:
    return Violation("P", 0, f"xdm: {path}", "xdm: title", (Carried("C2", path),), ("analytics",))


def of_audience(row: int = 0) -> Violation:
    label = (Carried("C2", ""),)
    return Violation("P", row, "VIP", "VIP audience", label, ("analytics",), is_of_audience=True)


def find(violation: Violation, *audiences: Audience) -> Origin:
    keys = [audience.pk for audience in audiences]
    (found,) = origins.of(violations=[violation], audience_ids=keys)
    return found


def upload(*paths: str, hours: int = 0, **more: Any) -> None:
    at = NOON + timedelta(hours=hours)
    known = {"created_at": at, "started_at": at, "rows_read": 2, "rows_rejected": 1}
    factories.UploadFactory(columns=["identityMap.Email", "", *paths], **known | more)


def test_an_attribute_names_the_files_that_may_have_brought_it() -> None:
    assert find(of_attribute("loyalty")) == INGESTED
    upload("loyalty.tier", file_name="tiers.csv")
    upload("loyaltyClub", file_name="club.csv")
    upload("loyalty.tier", file_name="draft.csv", status="draft")
    upload("loyalty.tier", file_name="empty.csv", status="failed", rows_rejected=2)
    assert find(of_attribute("loyalty")).notes == (*INGESTED.notes, "uploaded in tiers.csv")
    assert find(of_attribute("loyalty.points")) == INGESTED


def test_the_newest_files_are_named_and_the_others_counted() -> None:
    for number in range(5):
        upload("loyalty", file_name=f"{number}.csv", hours=number)
    upload("loyalty", file_name="4.csv", hours=9)
    assert find(of_attribute("loyalty")).notes[1:] == (
        "uploaded in 4.csv",
        "uploaded in 3.csv",
        "uploaded in 2.csv",
        "and 2 more",
    )


def test_a_long_name_of_a_file_is_cut_and_a_missing_one_told() -> None:
    upload("loyalty", file_name="x" * 255)
    upload("loyalty", file_name="", hours=1)
    assert find(of_attribute("loyalty")).notes[1:] == (
        "uploaded in Unnamed file",
        f"uploaded in {'x' * 80}…",
    )


def test_an_audience_names_its_own_files() -> None:
    uploaded = factories.AudienceFactory(origin="upload")
    upload(file_name="vip.csv", audience=uploaded)
    upload(file_name="other.csv")
    here = factories.AudienceFactory(origin="browser")
    assert find(of_audience(1), here, uploaded) == Origin("Custom upload", ("uploaded in vip.csv",))
    assert find(of_audience(0), here, uploaded) == Origin("Created here")


def test_an_audience_that_was_deleted_meanwhile_is_no_error() -> None:
    (found,) = origins.of(violations=[of_audience()], audience_ids=[4711])
    assert found == Origin("Profile ingestion")


def test_two_queries_for_any_number(django_assert_num_queries: Any) -> None:
    audience = factories.AudienceFactory()
    upload("loyalty", audience=audience)
    broken = [of_attribute("loyalty"), of_audience()] * 5
    with django_assert_num_queries(2):
        assert len(origins.of(violations=broken, audience_ids=[audience.pk])) == 10
    with django_assert_num_queries(0):
        assert origins.of(violations=[], audience_ids=[]) == []
