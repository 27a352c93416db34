"""Who is not let in stands in the audit log, counted: by name where there is one, no secrets."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from connections import sign_in
from connections.models import AuditEntry
from connections.sign_in import Denial
from tests import factories

NOBODY = "Nobody known"


def deny(name: str, denial: Denial = Denial.WRONG) -> None:
    sign_in.note_denied(name=name, denial=denial, at=timezone.now())


def told() -> list[tuple[str, str, list[list[str]]]]:
    """The newest last."""
    return [
        (entry.name, entry.reference, entry.changes)
        for entry in AuditEntry.objects.order_by("at", "pk")
    ]


@pytest.mark.django_db
def test_a_burst_is_one_entry_that_counts() -> None:
    ann = factories.UserFactory(username="ann")
    for _ in range(3):
        deny("ann")
    deny("Ann", Denial.TOO_EARLY)
    counts = [["Wrong tries", "", "3"], ["Waits not kept", "", "1"]]
    assert told() == [("ann", str(ann.pk), counts)]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.status, entry.kind) == ("sign-in-denied", "denied", "person")
    assert (entry.actor, entry.person) == ("system", None)


@pytest.mark.django_db
def test_what_comes_ten_minutes_later_is_another_entry() -> None:
    factories.UserFactory(username="ann")
    deny("ann")
    AuditEntry.objects.update(at=F("at") - sign_in.COUNTED_TOGETHER_FOR - timedelta(seconds=1))
    deny("ann")
    deny("ann")
    assert [changes for *_, changes in told()] == [
        [["Wrong tries", "", "1"]],
        [["Wrong tries", "", "2"]],
    ]


@pytest.mark.django_db
def test_names_that_nobody_has_are_counted_together_and_never_kept() -> None:
    for typed in ("my secret password", "another secret"):
        deny(typed)
    assert told() == [(NOBODY, "", [["Wrong tries", "", "2"]])]
    assert "secret" not in str(list(AuditEntry.objects.values()))


@pytest.mark.django_db
def test_each_person_has_an_entry_of_their_own_also_who_is_deactivated() -> None:
    for name in ("ann", "bo"):
        factories.UserFactory(username=name, is_active=name == "ann")
        deny(name)
    assert [name for name, *_ in told()] == ["ann", "bo"]


@pytest.mark.django_db
def test_a_link_that_does_not_work_is_told_with_whose_it_was() -> None:
    ann = factories.UserFactory(username="ann")
    secret = sign_in.create(user=ann, at=timezone.now())
    sign_in.redeem(secret=secret, at=timezone.now())
    AuditEntry.objects.all().delete()
    for tried in (secret, "guessed", secret):
        sign_in.note_dead_link(link=sign_in.find(secret=tried), at=timezone.now())
    assert told() == [
        ("ann", str(ann.pk), [["Links that do not work", "", "2"]]),
        (NOBODY, "", [["Links that do not work", "", "1"]]),
    ]
    assert secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "told_as"), [("ann", "ann"), ("nobody", NOBODY)])
def test_many_at_once_are_one_entry_and_none_is_lost(name: str, told_as: str) -> None:
    factories.UserFactory(username="ann")
    together = threading.Barrier(6)

    def guess() -> None:
        try:
            connection.ensure_connection()
            together.wait()
            for _ in range(5):
                deny(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [["Wrong tries", "", "30"]]
    assert [(who, changes) for who, _, changes in told()] == [(told_as, counts)]
